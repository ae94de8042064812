// A search server and the real page: blocked by the browser, allowed by the server, or reached through `npm start -- --proxy`.
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { chromium, type Browser, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Product } from '../src/domain/dataset.ts'
import { CHROME_FLAGS, findChrome } from './chrome.ts'
import { ROOT } from './root.ts'
import { answerWith, serveSearch, type Fault, type SearchServer } from './searchServer.ts'

const PRODUCTS = ['red', 'blue', 'green'].map((color): Product => (
  { id: `X-${color}`, title: `${color} mug`, description: '', bullets: '', brand: '', color }))
const SECRET = 'ApiKey dG9wLXNlY3JldA=='

interface Ranked {
  readonly ids: readonly string[]
  readonly failed?: string
}

/** What the page leaves in `__workbench`, as far as these tests reach for it. */
interface Workbench {
  readonly library: {
    getState(): {
      readonly ranking: { readonly is: string; readonly reason?: string }
      readonly shop?: {
        readonly recommender: { readonly name: string; rank(queries: string[], k: number): Promise<Ranked[]> }
        readonly opened: { counts?(): Promise<Record<string, number>> }
      }
    }
    readonly ranker: { equip(extras: object): void }
    settled(): Promise<unknown>
  }
  readonly run: { change(name: string, text: string): string | undefined; getState(): { readonly settings: object } }
}
declare global {
  var __workbench: Workbench
}

let behind: SearchServer
let host: ChildProcess
let address: string
let browser: Browser
const servers: SearchServer[] = []

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => (bound !== null && typeof bound === 'object' ? resolve(bound.port) : reject(new Error('no port'))))
    })
  })
}

beforeAll(async () => {
  behind = await serveSearch({ products: PRODUCTS })
  const port = await freePort()
  const words = ['--import', 'tsx', 'lab/start.ts', '--proxy', `${behind.origin}/products`]
  host = spawn(process.execPath, words, { cwd: ROOT, env: { ...process.env, PORT: String(port) }, stdio: 'pipe' })
  address = await new Promise((resolve, reject) => {
    let output = ''
    const read = (text: Buffer): void => {
      output += text.toString()
      const found = /is at (http:\/\/localhost:\d+\/)/.exec(output)?.[1]
      if (found !== undefined && output.includes(`requests of the page to ${behind.origin} go through ${found}proxy`)) resolve(found)
    }
    host.stdout!.on('data', read)
    host.stderr!.on('data', read)
    host.on('exit', (status) => reject(new Error(`npm start ended with status ${status}: ${output}`)))
  })
  const executablePath = findChrome()
  browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: [...CHROME_FLAGS] })
})
afterAll(async () => {
  await browser?.close()
  host?.removeAllListeners('exit')
  host?.kill('SIGKILL')
  await Promise.all([behind, ...servers].map((server) => server?.close()))
})

async function serve(options: Partial<Parameters<typeof serveSearch>[0]> = {}): Promise<SearchServer> {
  const server = await serveSearch({ products: PRODUCTS, ...options })
  servers.push(server)
  return server
}

/** The page with its recommender set in the address, once the shop is there and the recommender is open or refused. */
async function openPage(settings: Readonly<Record<string, string>>): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`${address}#${new URLSearchParams({ preset: 'sample', recommender: 'http', httpRetries: '0', ...settings }).toString()}`)
  await page.waitForFunction(() => globalThis.__workbench?.library.getState().shop !== undefined)
  await settle(page)
  return page
}

/** A fault that waits for the request about `query`: the page asks by itself, too. */
function onceFor(query: string, fault: Fault): Fault {
  const waiting: Fault = (request, response) => {
    if (request.body.includes(query)) return fault(request, response)
    servers.concat(behind).find(({ seen }) => seen.includes(request))!.faults.push(waiting)
    return false
  }
  return waiting
}

const settle = (page: Page): Promise<unknown> => page.evaluate(() => globalThis.__workbench.library.settled().catch(() => undefined))
const rank = (page: Page, queries: string[]): Promise<Ranked[]> => page.evaluate(async (asked) => {
  const rankings = await globalThis.__workbench.library.getState().shop!.recommender.rank(asked, 3)
  return rankings.map(({ ids, failed }) => ({ ids, ...(failed === undefined ? {} : { failed }) }))
}, queries)
const reason = (page: Page): Promise<string | undefined> => page.evaluate(() => globalThis.__workbench.library.getState().ranking.reason)

test('through the proxy the page asks a server that no browser would let it ask', async () => {
  const page = await openPage({ httpUrl: `${behind.origin}/products` })
  expect(await reason(page)).toBeUndefined()
  expect(await rank(page, ['red mug', 'green mug', 'nothing'])).toEqual(
    [{ ids: ['X-red', 'X-blue', 'X-green'] }, { ids: ['X-green', 'X-red', 'X-blue'] }, { ids: [] }])
  // the page asks by itself, too: for the query that it shows
  expect(new Set(behind.seen.map(({ url }) => url))).toEqual(new Set(['/products/_search', '/products/_msearch']))
  for (const { headers } of behind.seen) for (const name of ['origin', 'referer', 'cookie']) expect(headers, name).not.toHaveProperty(name)
  const counts = await page.evaluate(() => globalThis.__workbench.library.getState().shop!.opened.counts!())
  expect(counts).toMatchObject({ retries: 0, failed: 0 })
  expect(counts['ids']).toBeGreaterThanOrEqual(6)
  expect(counts['unknownIds']).toBe(counts['ids'])
  behind.faults.push(onceFor('bright blue', answerWith(503, { error: 'the shards rest' })))
  const [failed] = await rank(page, ['bright blue'])
  expect(failed).toEqual({ ids: [], failed: expect.stringContaining('answered 503 (the shards rest)') as string })
  expect(await rank(page, ['bright blue'])).toEqual([{ ids: ['X-blue'] }])
  await page.close()
})

test('a server that does not allow the page is blocked, and the page says so with both remedies; nothing else is lost', async () => {
  const server = await serve()
  const page = await openPage({ httpUrl: `${server.origin}/products` })
  const said = await reason(page)
  expect(said).toContain('The likely cause is CORS')
  expect(said).toContain(`http.cors.allow-origin: "${new URL(address).origin}"`)
  expect(said).toContain(`npm start -- --proxy ${server.origin}`)
  await expect(page.getByText('The likely cause is CORS').first().isVisible()).resolves.toBe(true)
  // the preflight came, the question never did
  expect(server.seen).toEqual([])
  await page.evaluate(() => globalThis.__workbench.run.change('recommender', 'bm25'))
  await page.waitForFunction(() => globalThis.__workbench.library.getState().shop!.recommender.name === 'bm25')
  await settle(page)
  expect(await reason(page)).toBeUndefined()
  await page.close()
})

test('a server that allows the page is asked directly, and gets a header that nothing else ever holds', async () => {
  const server = await serve({ allowOrigin: new URL(address).origin, authorization: SECRET })
  const page = await openPage({ httpUrl: `${server.origin}/products` })
  expect(await reason(page)).toMatch(/answered 401 \(security_exception: .*\); give the authentication header that it asks for/)
  const authorisation = { name: 'Authorization', value: SECRET, origin: server.origin }
  await page.evaluate((given) => globalThis.__workbench.library.ranker.equip({ authorisation: given }), authorisation)
  await settle(page)
  expect(await reason(page)).toBeUndefined()
  expect(await rank(page, ['red mug'])).toEqual([{ ids: ['X-red', 'X-blue', 'X-green'] }])
  expect(server.seen.at(-1)!.headers.authorization).toBe(SECRET)
  // the server repeats what it was sent
  server.faults.push(onceFor('green mug', (request, response) => void response.writeHead(418).end(JSON.stringify(request.headers))))
  const [failed] = await rank(page, ['green mug'])
  expect(failed!.failed).toContain('answered 418')
  const held = await page.evaluate(async () => {
    const files: string[] = []
    const gather = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const entry of (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values()) {
        if (entry.kind === 'directory') await gather(entry as FileSystemDirectoryHandle)
        else files.push(await (await (entry as FileSystemFileHandle).getFile()).text())
      }
    }
    await gather(await navigator.storage.getDirectory())
    const { run, library } = globalThis.__workbench
    return [
      location.href, JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, document.documentElement.outerHTML,
      JSON.stringify(run.getState()), JSON.stringify(library.getState()), ...files,
    ].join('\n')
  })
  expect(held.length).toBeGreaterThan(1000)
  expect(`${held}${failed!.failed}`).not.toContain('dG9wLXNlY3JldA')
  await page.close()
})

test('what goes wrong on the way to a server that allows the page is told for what it is', async () => {
  const server = await serve({ allowOrigin: new URL(address).origin })
  const page = await openPage({ httpUrl: `${server.origin}/products`, httpTimeout: '1500' })
  expect(await reason(page)).toBeUndefined()
  server.faults.push(onceFor('cut short', (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
    response.write('{"hits":', () => setTimeout(() => response.destroy(), 50))
  }))
  expect((await rank(page, ['cut short']))[0]!.failed).toContain('cut the connection within its reply')
  server.faults.push(onceFor('elsewhere', answerWith(302, '', { location: `${behind.origin}/products/_search` })))
  expect((await rank(page, ['elsewhere']))[0]!.failed).toContain('redirects elsewhere; set httpUrl')
  server.faults.push(onceFor('slowly', () => new Promise(() => undefined)))
  expect((await rank(page, ['slowly']))[0]!.failed).toContain('did not answer whole within 1500 ms')
  server.faults.push(onceFor('garbled', answerWith(200, '<h1>It works!</h1>')))
  expect((await rank(page, ['garbled']))[0]!.failed).toContain('answered what is no JSON: It works!')
  expect(await rank(page, ['red mug'])).toEqual([{ ids: ['X-red', 'X-blue', 'X-green'] }])
  await page.close()
})

test.each([
  ['nonsense', '--proxy is "nonsense"; give the address of the search server'],
  ['http://me:secret@localhost:9200', '--proxy holds a name or a password'],
])('npm start refuses --proxy %s with a sentence, before it builds or serves', async (given, words) => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'lab/start.ts', '--proxy', given], { cwd: ROOT, stdio: 'pipe' })
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  const status = await new Promise((resolve) => { child.on('close', resolve) })
  expect(status).toBe(1)
  expect(output).toContain(words)
  expect(output).not.toContain('secret')
})
