// Runs the command line as a person does, for the tests of lab.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ROOT } from './root.ts'
import { run } from './run.ts'

/** The folder beside the project that tests may use; absent on a fresh machine. */
export const SHARED = join(ROOT, '..', 'shared')
export const hasShared = existsSync(join(SHARED, 'golden'))

export interface Finished {
  readonly status: number | null
  /** lines of stdout, the last newline gone */
  readonly lines: readonly string[]
  /** the last line's JSON object */
  readonly last: Readonly<Record<string, unknown>>
  readonly stderr: string
}

export interface Running {
  readonly pid: number | undefined
  readonly finished: Promise<Finished>
  /** what stderr holds so far */
  stderr(): string
  kill(signal: NodeJS.Signals): void
}

/** Starts `lab` as a process of its own, with a text on stdin. */
export function startLab(words: readonly string[], stdin = ''): Running {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'lab/main.ts'), ...words], { cwd: ROOT, stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined).end(stdin)
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject).on('close', (status) => {
      const lines = stdout.replace(/\n$/, '').split('\n')
      try {
        resolve({ status, lines, last: JSON.parse(lines.at(-1) ?? '') as Finished['last'], stderr })
      } catch {
        reject(new Error(`lab ${words.join(' ')} ended with status ${status} and no JSON on its last line:\n${stdout}\n${stderr}`))
      }
    })
  })
  return { pid: child.pid, finished, stderr: () => stderr, kill: (signal) => child.kill(signal) }
}

/** Runs `lab` within this process. */
export async function lab(words: readonly string[], stdin = ''): Promise<Finished> {
  const lines: string[] = []
  let stderr = ''
  const status = await run(words, {
    input: Readable.from([stdin]), print: (line) => lines.push(line), progress: (line) => (stderr += `${line}\n`), signal: new AbortController().signal,
  })
  return { status, lines, last: JSON.parse(lines.at(-1) ?? 'null') as Finished['last'], stderr }
}
