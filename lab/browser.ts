// Headless Chromium on the lab's page: the page is built when needed, served on a port of its own, and gone when the work ends.
import { createReadStream, createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Page } from 'playwright'
import type { Connect } from 'vite'
import { ROOT } from './root.ts'
import { BadInput, messageOf } from './errors.ts'
import { forwardTo } from './proxy.ts'
import { CHOSEN_FILES, INPUT_PATH, OUTPUT_PATH, type FileRef, type Job, type Outcome, type Results } from './page/protocol.ts'

const BUILDS = join(ROOT, 'node_modules', '.cache', 'lab')
const DAY_MS = 24 * 3600 * 1000
const FIRST_PORT = 4573

/** Builds the lab's page once per state of the sources. Commands that start together each build their own and agree by renaming. */
async function labPage(): Promise<string> {
  const { ensureBuilt, hashSources } = await import('./build.ts')
  const hash = hashSources(['lab/page', 'lab/errors.ts'])
  const folder = join(BUILDS, hash.slice(0, 16))
  if (existsSync(folder)) return folder
  mkdirSync(BUILDS, { recursive: true })
  for (const old of readdirSync(BUILDS)) {
    const path = join(BUILDS, old)
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { recursive: true, force: true })
  }
  const own = `${folder}.${process.pid}`
  await ensureBuilt(own, { root: join(ROOT, 'lab/page'), publicDir: join(ROOT, 'public'), configFile: join(ROOT, 'vite.config.ts') }, hash)
  try {
    renameSync(own, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    rmSync(own, { recursive: true, force: true })
  }
  return folder
}

/** Local files by number for the page to fetch, and local paths by name for it to fill; nothing else is reachable. */
export class Exchange {
  readonly #inputs: string[] = []
  readonly #outputs = new Map<string, string>()
  readonly #folders = new Map<string, string>()

  /** Offers a file to the page. */
  offer(path: string): FileRef {
    return { name: basename(path), address: `${INPUT_PATH}${this.#inputs.push(resolve(path)) - 1}` }
  }

  /** Lets the page fill a file; returns the name by which it does so. */
  accept(name: string, path: string): string {
    this.#outputs.set(name, resolve(path))
    return name
  }

  /** Lets the page make files in a folder, by paths below it; returns the name before their paths. */
  acceptFolder(name: string, path: string): string {
    this.#folders.set(name, resolve(path))
    return name
  }

  #outputAt(name: string): string | undefined {
    const known = this.#outputs.get(name)
    if (known !== undefined) return known
    const [folder = '', ...below] = name.split('/')
    const root = this.#folders.get(folder)
    if (root === undefined || below.length === 0 || !below.every((part) => /^\w[\w.-]*$/.test(part))) return undefined
    const path = join(root, ...below)
    mkdirSync(dirname(path), { recursive: true })
    return path
  }

  readonly middleware: Connect.NextHandleFunction = (request, response, next) => {
    const url = request.url ?? ''
    const refuse = (status: number, reason: string): void => {
      response.statusCode = status
      response.end(reason)
    }
    if (request.method === 'GET' && url.startsWith(INPUT_PATH)) {
      const path = this.#inputs[Number(url.slice(INPUT_PATH.length))]
      if (path === undefined) return refuse(404, 'no such input')
      pipeline(createReadStream(path), response).catch((error: unknown) => (response.headersSent ? response.destroy() : refuse(500, messageOf(error))))
    } else if (request.method === 'POST' && url.startsWith(OUTPUT_PATH)) {
      const path = this.#outputAt(decodeURIComponent(url.slice(OUTPUT_PATH.length)))
      if (path === undefined) return refuse(404, 'no such output')
      // whole or not at all: what the page leaves half is never under its name
      const part = `${path}.part`
      pipeline(request, createWriteStream(part)).then(() => rename(part, path)).then(() => response.end(), (error: unknown) => refuse(500, messageOf(error)))
    } else next()
  }
}

export interface Lab {
  /** the browser's name and version */
  readonly browser: string
  /** Runs one job on the page. Throws BadInput or Error with the page's sentence. */
  run<V extends Job['verb']>(job: Job & { verb: V }): Promise<Results[V]>
  /** Gives the page files as a person's choosing would: they stay on the disk, whatever their size. Each choice replaces the last. */
  choose(paths: readonly string[]): Promise<void>
}

export interface LabOptions {
  readonly exchange: Exchange
  readonly progress: (line: string) => void
  readonly event?: (event: unknown) => void
  /** the origin of the search server that the job ranks by: the page reaches it through its own host */
  readonly upstream?: string | undefined
  readonly signal: AbortSignal
}

async function openPage(page: Page, address: string, { progress, event }: LabOptions): Promise<void> {
  page.on('pageerror', (error) => progress(`page: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') progress(`page: ${message.text()}`)
  })
  await page.exposeFunction('labProgress', progress)
  await page.exposeFunction('labEvent', (value: unknown) => event?.(value))
  await page.goto(address)
  await page.waitForFunction(() => typeof window.runJob === 'function')
}

/** The browser's name and whole version, by its own protocol: its pages are told the first number only. */
async function versionOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const { product } = await session.send('Browser.getVersion')
  await session.detach()
  return `Chromium ${product.slice(product.indexOf('/') + 1)}`
}

/** Opens the lab's page for as long as `work` takes. The signal, a crash of the page or of the browser end it at once. */
export async function withLab<T>(options: LabOptions, work: (lab: Lab) => Promise<T>): Promise<T> {
  // loaded only now: bad input is answered before the browser's tools are
  const [{ chromium }, { CHROME_FLAGS, findChrome }, { serve }] = await Promise.all([import('playwright'), import('./chrome.ts'), import('./serve.ts')])
  const executablePath = findChrome()
  if (executablePath === undefined) throw new Error('no Chrome or Chromium was found; install one, or set CHROME_PATH to an installed one')
  const { signal, exchange, progress, upstream } = options
  const outDir = await labPage()
  signal.throwIfAborted()
  const forward = upstream === undefined ? undefined : forwardTo(upstream)
  const middleware: Connect.NextHandleFunction = (request, response, next) =>
    exchange.middleware(request, response, (error) => (forward === undefined ? next(error) : forward(request, response, next)))
  const server = await serve({ outDir, port: FIRST_PORT + (process.pid % 1000), middleware })
  // a profile of its own, on the disk: without one the browser's private file system is kept in memory, whatever a catalogue's size
  const profile = mkdtempSync(join(tmpdir(), 'rec-r1-lab-'))
  const forget = (): Promise<void> => rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  const launch = { executablePath, args: [...CHROME_FLAGS], handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }
  const context = await chromium.launchPersistentContext(profile, launch).catch(async (error: unknown) => {
    await Promise.all([forget(), server.close()])
    throw error
  })
  try {
    const page = await context.newPage()
    const version = await versionOf(page)
    const broken = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
      page.on('crash', () => reject(new Error('the browser\'s page crashed, most likely out of memory')))
      context.on('close', () => reject(new Error('the browser ended before the work did')))
    })
    broken.catch(() => undefined)
    signal.throwIfAborted()
    await Promise.race([openPage(page, server.address, options), broken])
    progress(`browser: ${version}`)
    return await Promise.race([broken, work({
      browser: version,
      choose: (paths) => page.setInputFiles(`#${CHOSEN_FILES}`, [...paths]),
      async run(job) {
        const outcome: Outcome = await Promise.race([page.evaluate((value) => window.runJob(value), job as Job), broken])
        if (outcome.ok) return outcome.value as Results[typeof job.verb]
        throw outcome.input ? new BadInput(outcome.message) : new Error(outcome.message)
      },
    })])
  } finally {
    await context.close()
    await server.close()
    await forget()
  }
}
