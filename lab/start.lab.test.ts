// `npm start` as a person uses it: it builds, serves, finds a port, opens a browser, and stops.
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ROOT } from './root.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-test-'))
const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

interface Started {
  readonly address: string
  readonly port: number
  /** the status after a signal */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>
}

function start(env: Readonly<Record<string, string>>, words: readonly string[] = []): Promise<Started> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'lab/start.ts', ...words], { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'pipe' })
  started.push(child)
  let output = ''
  return new Promise((resolve, reject) => {
    const read = (text: Buffer): void => {
      output += text.toString()
      const [, address, port] = /is at (http:\/\/localhost:(\d+)\/)/.exec(output) ?? []
      if (address !== undefined) resolve({ address, port: Number(port), stop: (signal) => new Promise((ended) => child.on('exit', (status, by) => ended(status ?? by)).kill(signal)) })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', (status) => reject(new Error(`npm start ended with status ${status}: ${output}`)))
  })
}

/** A port that was free a moment ago, with a few free ones behind it in all likelihood. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

test('the page is served isolated, a missing file is a 404, and Ctrl-C ends it', async () => {
  const { address, stop } = await start({ PORT: String(await freePort()) })
  const page = await fetch(address)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toMatch(/^text\/html/)
  expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
  expect(page.headers.get('cross-origin-embedder-policy')).toBe('credentialless')
  expect(await page.text()).toContain('<title>Rec-R1 Workbench</title>')
  const config = await fetch(`${address}sample/policy/config.json`)
  expect(await config.json()).toHaveProperty('model_type', 'qwen2')
  for (const missing of ['sample/policy/generation.json', 'nowhere', 'nowhere.html', 'sample/']) expect((await fetch(`${address}${missing}`)).status, missing).toBe(404)
  await stop('SIGINT')
  await expect(fetch(address)).rejects.toThrow()
})

test('a port that is taken leads to the next free one', async () => {
  const first = await start({ PORT: String(await freePort()) })
  const second = await start({ PORT: String(first.port) })
  expect(second.port).toBeGreaterThan(first.port)
  expect((await fetch(second.address)).status).toBe(200)
  await Promise.all([first.stop('SIGTERM'), second.stop('SIGTERM')])
})

test('--open starts the browser on the page with WebGPU switched on and a profile of its own', async () => {
  const record = join(folder, 'words')
  const browser = join(folder, 'browser')
  writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$@" > '${record}.part'\nmv '${record}.part' '${record}'\n`)
  chmodSync(browser, 0o755)
  const { address, stop } = await start({ PORT: String(await freePort()), CHROME_PATH: browser }, ['--open'])
  await expect.poll(() => existsSync(record), { timeout: 30_000 }).toBe(true)
  const words = readFileSync(record, 'utf8').trim().split('\n')
  expect(words).toContain('--enable-unsafe-webgpu')
  expect(words.at(-1)).toBe(address)
  const profile = words.find((word) => word.startsWith('--user-data-dir='))?.slice('--user-data-dir='.length)
  expect(profile?.startsWith(tmpdir())).toBe(true)
  await stop('SIGTERM')
})

test.each(['abc', '0', '70000', '80.5'])('PORT %j is refused with a sentence', async (port) => {
  await expect(start({ PORT: port })).rejects.toThrow(`PORT is "${port}"; give a whole number from 1 to 65535`)
})
