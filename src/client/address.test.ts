// Checks files behind addresses against a real server: whole files with progress, and a sentence for whatever else comes.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { fetchFile } from './address.ts'

const BYTES = new Uint8Array(3_000_000).map((_, at) => at % 251)
let server: Server
let root: string

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    if (url === '/data/meta%20Beauty.json.gz') response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES)
    else if (url === '/unannounced.csv') response.writeHead(200).end('a,b\n1,2\n')
    else if (url === '/cut.csv') {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('a,b\n')
      setTimeout(() => response.destroy(), 50)
    } else if (url === '/slow.csv') response.writeHead(200, { 'content-length': 1000 }).write('a,b\n')
    else response.writeHead(404).end('no')
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  vi.stubGlobal('location', { href: `${root}/` })
})
afterEach(() => server.closeAllConnections())
afterAll(() => {
  vi.unstubAllGlobals()
  server.close()
})

test('a file comes whole, under the name of its address, with its progress', async () => {
  const seen: { bytes: number; totalBytes: number }[] = []
  const file = await fetchFile(` ${root}/data/meta%20Beauty.json.gz `, (progress) => void seen.push(progress))
  expect(file.name).toBe('meta Beauty.json.gz')
  expect(Buffer.from(await file.arrayBuffer()).equals(BYTES)).toBe(true)
  expect(seen.at(-1)).toEqual({ bytes: BYTES.length, totalBytes: BYTES.length })
  expect(seen.map(({ bytes }) => bytes)).toEqual(seen.map(({ bytes }) => bytes).toSorted((a, b) => a - b))
})

test('a server that announces no length is read to its end', async () => {
  const file = await fetchFile(`${root}/unannounced.csv`)
  expect(await file.text()).toBe('a,b\n1,2\n')
})

test('a status other than 200 is told with its address', async () => {
  await expect(fetchFile(`${root}/nowhere.csv`)).rejects.toThrow(`${root}/nowhere.csv came with status 404 instead of 200; check the address`)
})

test('a transfer that breaks off is no file', async () => {
  await expect(fetchFile(`${root}/cut.csv`)).rejects.toThrow(`${root}/cut.csv broke off after 4 bytes of 1000; fetch it again`)
})

test('a server that cannot be reached or does not allow it is told with the likely cause and the remedy', async () => {
  const cause = 'most likely 127.0.0.1:1 does not allow other pages to read its files (CORS), or it cannot be reached'
  await expect(fetchFile('http://127.0.0.1:1/data.csv')).rejects.toThrow(`${cause}; download the file and drop it here`)
})

test.each(['file:///etc/hosts', 'javascript:alert(1)', 'http://', 'data:text/csv,a'])('%s is no address of a file', async (address) => {
  await expect(fetchFile(address)).rejects.toThrow(`"${address}" is no address of a file; paste one that begins with https:// or http://`)
})

test('cancelling ends the transfer, before and after it began', async () => {
  const early = AbortSignal.abort()
  await expect(fetchFile(`${root}/slow.csv`, undefined, early)).rejects.toThrow('fetching was cancelled; nothing was kept')
  const late = new AbortController()
  await expect(fetchFile(`${root}/slow.csv`, () => late.abort(), late.signal)).rejects.toThrow('fetching was cancelled; nothing was kept')
})
