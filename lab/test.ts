// `npm test`: types beside lint, unit beside GPU tests, then whole commands, then the page end to end; the last line adds them all up, and any failure fails the command.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './root.ts'
import { ensureChrome } from './install-chrome.ts'
import { add, check, lastLine, NOTHING, tallyPlaywright, tallyVitest, trust, type PlaywrightReport, type Tally, type VitestReport } from './tally.ts'

const folder = mkdtempSync(join(tmpdir(), 'rec-r1-workbench-test-'))

/** A tool's run: its exit status, null when it was killed. What it says goes to `say`, whole lines or not. */
type Tool = (script: string, args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<number | null>

/** Runs the project's own tools by Node. Of two that run at once the second keeps what it says until the first has ended. */
function toolsThat(say: (text: string) => void): Tool {
  return (script, args, env = {}) => new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', say)
    child.once('error', (error) => {
      say(`${error.message}\n`)
      resolve(null)
    }).once('close', resolve)
  })
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

async function types(tool: Tool): Promise<Tally> {
  let right = true
  for (const room of ['src', 'workers', 'e2e', 'lab']) right = await tool('typescript/bin/tsc', ['-p', room]) === 0 && right
  return check('types', right)
}

async function lint(tool: Tool): Promise<Tally> {
  return check('lint', await tool('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings']) === 0)
}

async function vitest(tool: Tool, project: string, env: Readonly<Record<string, string>>): Promise<Tally> {
  const path = join(folder, `${project}.json`)
  const status = await tool('vitest/vitest.mjs', ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${path}`], env)
  const found = report<VitestReport>(path)
  return trust(project, found === undefined ? NOTHING : tallyVitest(found), status)
}

async function endToEnd(tool: Tool, project: 'timed' | 'pages', env: Readonly<Record<string, string>>): Promise<Tally> {
  const path = join(folder, `e2e-${project}.json`)
  const status = await tool('@playwright/test/cli.js', ['test', '--config', 'e2e/playwright.config.ts', '--project', project, '--reporter=list,json'], { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: path })
  const found = report<PlaywrightReport>(path)
  return trust(`e2e ${project}`, found === undefined ? NOTHING : tallyPlaywright(found), status)
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

interface Stage {
  readonly name: string
  readonly work: (tool: Tool) => Promise<Tally>
}

async function main(): Promise<number> {
  let total = NOTHING
  const lines: string[] = []
  /** Runs stages at once: the first speaks as it goes, the others when they and those before them have ended. */
  const run = async (...stages: readonly Stage[]): Promise<void> => {
    const running = stages.map(async ({ name, work }, at) => {
      const kept: string[] = []
      const started = performance.now()
      if (at === 0) heading(name)
      const tally = await work(toolsThat(at === 0 ? (text) => void process.stdout.write(text) : (text) => void kept.push(text)))
      return { name, tally, kept, seconds: (performance.now() - started) / 1000 }
    })
    for (const [at, one] of running.entries()) {
      const { name, tally, kept, seconds } = await one
      if (at > 0) {
        heading(name)
        process.stdout.write(kept.join(''))
      }
      total = add(total, tally)
      lines.push(`${name.padEnd(12)} ${lastLine(tally)} (${seconds.toFixed(0)} s${stages.length > 1 ? ', side by side' : ''})`)
    }
  }
  const failing = (name: string, error: unknown) => check(`${name}: ${error instanceof Error ? error.message : String(error)}`, false)

  await run({ name: 'types', work: types }, { name: 'lint', work: lint })
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
  /** A stage that needs the browser. */
  const browsing = (name: string, work: (tool: Tool) => Promise<Tally>): Stage => ({ name, work: chrome === undefined ? async () => failing(name, reason) : work })
  await run(browsing('gpu', (tool) => vitest(tool, 'gpu', env)), { name: 'unit', work: (tool) => vitest(tool, 'unit', env) })
  await run(browsing('command line', (tool) => vitest(tool, 'lab', env)))
  for (const project of ['timed', 'pages'] as const) await run(browsing(`e2e ${project}`, (tool) => endToEnd(tool, project, env)))

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
