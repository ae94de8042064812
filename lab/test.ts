// `npm test`: types, lint, unit, GPU, command-line and end-to-end tests in turn; the last line adds them all up, and any failure fails the command.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './root.ts'
import { ensureChrome } from './install-chrome.ts'
import { add, check, lastLine, NOTHING, tallyPlaywright, tallyVitest, trust, type PlaywrightReport, type Tally, type VitestReport } from './tally.ts'

const folder = mkdtempSync(join(tmpdir(), 'rec-r1-workbench-test-'))

/** Runs one of the project's own tools by Node; its output goes to the terminal. Returns the exit status. */
function tool(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): number | null {
  return spawnSync(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } }).status
}

function heading(text: string): void {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 76 - text.length))}\n`)
}

/** The report that a tool wrote, or undefined when it died before it wrote one. */
function report<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}

function types(): Tally {
  const rooms = ['src', 'workers', 'e2e', 'lab'] as const
  return check('types', rooms.map((room) => tool('typescript/bin/tsc', ['-p', room])).every((status) => status === 0))
}

function lint(): Tally {
  return check('lint', tool('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings']) === 0)
}

function vitest(project: string, env: Readonly<Record<string, string>>): Tally {
  const path = join(folder, `${project}.json`)
  const status = tool('vitest/vitest.mjs', ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${path}`], env)
  const found = report<VitestReport>(path)
  return trust(project, found === undefined ? NOTHING : tallyVitest(found), status)
}

function endToEnd(env: Readonly<Record<string, string>>): Tally {
  const path = join(folder, 'e2e.json')
  const status = tool('@playwright/test/cli.js', ['test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'], { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: path })
  const found = report<PlaywrightReport>(path)
  return trust('e2e', found === undefined ? NOTHING : tallyPlaywright(found), status)
}

/** A port that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address === null || typeof address === 'string' ? reject(new Error('no free port')) : resolve(address.port)))
    })
  })
}

async function main(): Promise<number> {
  let total = NOTHING
  const lines: string[] = []
  const run = (name: string, work: () => Tally): void => {
    heading(name)
    const started = performance.now()
    const tally = work()
    total = add(total, tally)
    lines.push(`${name.padEnd(12)} ${lastLine(tally)} (${((performance.now() - started) / 1000).toFixed(0)} s)`)
  }
  const failing = (name: string, error: unknown) => check(`${name}: ${error instanceof Error ? error.message : String(error)}`, false)

  run('types', types)
  run('lint', lint)
  heading('browser')
  let chrome: string | undefined
  let reason: unknown
  try {
    chrome = ensureChrome()
    console.log(chrome)
  } catch (error) {
    reason = error
    console.error(error instanceof Error ? error.message : error)
  }
  const env = { ...(chrome === undefined ? {} : { CHROME_PATH: chrome }), E2E_PORT: String(await freePort()) }
  run('unit', () => vitest('unit', env))
  run('gpu', () => (chrome === undefined ? failing('gpu', reason) : vitest('gpu', env)))
  run('command line', () => (chrome === undefined ? failing('command line', reason) : vitest('lab', env)))
  run('end to end', () => (chrome === undefined ? failing('end to end', reason) : endToEnd(env)))

  heading('summary')
  if (total.leftOut.length > 0) console.log(`left out (they need ../shared, which is not part of the project):\n${total.leftOut.map((name) => `  ${name}`).join('\n')}\n`)
  if (total.failures.length > 0) console.log(`failed:\n${total.failures.map((name) => `  ${name}`).join('\n')}\n`)
  console.log(`${lines.join('\n')}\n`)
  console.log(lastLine(total))
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}

try {
  process.exitCode = await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
