// `bench --dawn`: the bundle of benches, made anew, in a Node of its own with the library that was named.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileAt } from '../folders.ts'
import type { Terminal } from '../verbs/command.ts'
import { buildForDawn } from './build.ts'

/** Runs benches by name under Dawn; `library` is the path of a dawn.node (npm package `webgpu`). Throws what the benches say of their failure. */
export async function benchUnderDawn(library: string, names: readonly string[], { progress, signal }: Terminal): Promise<{ benches: unknown[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'rec-r1-dawn-'))
  try {
    const bundle = join(folder, 'bench.mjs')
    await buildForDawn(bundle)
    const child = spawn(process.execPath, [bundle, fileAt(library), ...names], { stdio: ['ignore', 'pipe', 'pipe'], signal })
    let [out, rest] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') progress(line)
    })
    const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
    const last = out.trim().split('\n').at(-1) ?? ''
    const answer = last.startsWith('{') ? JSON.parse(last) as { benches?: unknown[]; error?: string } : {}
    if (answer.benches === undefined) throw new Error(answer.error ?? `Dawn ended with status ${status ?? 'none'} and no result`)
    return { benches: answer.benches }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
