// `npm start`: builds the page when needed and serves it on localhost. `-- --open` opens it in Chrome with the flags WebGPU needs;
// `-- --proxy URL` forwards to one search server that browsers would keep from a page.
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt, hashSources } from './build.ts'
import { findChrome, WEBGPU_FLAGS } from './chrome.ts'
import { forwardTo, PROXY_PATH, proxyOrigin } from './proxy.ts'
import { ROOT } from './root.ts'
import { serve } from './serve.ts'

const DEFAULT_PORT = 4173

/** The port to try first: `PORT`, else 4173. Throws a sentence when `PORT` is no port. */
function wantedPort(text = process.env['PORT']): number {
  if (text === undefined || text === '') return DEFAULT_PORT
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`PORT is ${JSON.stringify(text)}; give a whole number from 1 to 65535`)
  return port
}

function openBrowser(address: string): void {
  const chrome = findChrome()
  if (chrome === undefined) {
    console.error(`no Chrome or Chromium found to open; set CHROME_PATH, or open ${address} by hand`)
    return
  }
  const profile = mkdtempSync(join(tmpdir(), 'rec-r1-workbench-'))
  const rootFlags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(chrome, [...WEBGPU_FLAGS, ...rootFlags, '--no-first-run', '--no-default-browser-check', `--user-data-dir=${profile}`, address], { stdio: 'ignore' })
  child.on('error', (error) => console.error(`${chrome} did not start: ${error.message}; open ${address} by hand`))
  child.unref()
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { open: { type: 'boolean', default: false }, proxy: { type: 'string' } } })
  const port = wantedPort()
  const origin = values.proxy === undefined ? undefined : proxyOrigin(values.proxy)
  const outDir = join(ROOT, 'dist')
  const started = performance.now()
  const built = await ensureBuilt(outDir, { root: ROOT }, hashSources())
  if (built) console.log(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  const { address } = await serve({ outDir, port, ...(origin === undefined ? {} : { middleware: forwardTo(origin) }) })
  if (origin !== undefined) console.log(`requests of the page to ${origin} go through ${address}${PROXY_PATH.slice(1)}`)
  console.log(`Rec-R1 Workbench is at ${address} (Ctrl-C stops it)`)
  if (values.open) openBrowser(address)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
