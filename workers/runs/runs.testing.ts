// A run for tests of the store: what it is, a few of its lines, and its files as they lie in the private file system.
import type { NewRun, RunLine } from '../../src/protocol/runs.ts'

export const NEW: NewRun = {
  name: 'sample · copy', status: 'running', createdAt: 1_700_000_000_000, done: 0, planned: 10, settings: { seed: 1, preset: 'sample' },
  dataset: { name: 'sample', hash: 'h' }, recommender: 'bm25', policy: 'sample', environment: { cores: '2' },
}

export const plain = (event: object): RunLine => ({ kind: 'plain', text: JSON.stringify(event) })
export const step = (at: number): RunLine => plain({ type: 'step', stage: 'grpo', step: at, note: 'é鍋🍲' })
export const rollouts = (at: number, ...queries: string[]): RunLine => ({
  kind: 'rollouts', step: at, text: JSON.stringify({ type: 'rollouts', step: at, rollouts: queries.map((queryId) => ({ queryId, text: `say "${queryId}"` })) }),
})
export const texts = (...lines: RunLine[]): string[] => lines.map(({ text }) => text)
export const bytesOf = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer

const root = (): Promise<FileSystemDirectoryHandle> => navigator.storage.getDirectory()

export async function clearRuns(): Promise<void> {
  for (const name of ['runs', 'exports']) await (await root()).removeEntry(name, { recursive: true }).catch(() => undefined)
}

export async function runFile(id: string, path: string): Promise<FileSystemFileHandle> {
  let folder = await (await (await root()).getDirectoryHandle('runs')).getDirectoryHandle(id)
  const [name, ...folders] = path.split('/').reverse() as [string, ...string[]]
  for (const part of folders) folder = await folder.getDirectoryHandle(part)
  return folder.getFileHandle(name)
}

/** Overwrites a file's bytes from `at` on (from its end where that is Infinity or negative) as a failing disk would; without a text they are cut off. */
export async function spoil(id: string, path: string, at: number, text?: string): Promise<void> {
  const file = await runFile(id, path)
  const { size } = await file.getFile()
  const position = at === Infinity ? size : at < 0 ? size + at : at
  const stream = await file.createWritable({ keepExistingData: true })
  if (text === undefined) await stream.truncate(position)
  else await stream.write({ type: 'write', position, data: text })
  await stream.close()
}
