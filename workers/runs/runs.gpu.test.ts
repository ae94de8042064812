// Kept runs in Chromium's private file system, through the page's own client and worker; a second worker is another tab.
import { wrap, type Remote } from 'comlink'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createRunStore, type NewRun, type RunLine, type RunsService } from '../../src/client/runs.ts'

const NEW: NewRun = {
  name: 'sample · copy #1', status: 'running', createdAt: 1_700_000_000_000, done: 0, planned: 10, settings: { seed: 1, preset: 'sample' },
  dataset: { name: 'sample', hash: 'h' }, recommender: 'bm25', policy: 'sample', environment: { cores: '2' },
}
const plain = (event: object): RunLine => ({ kind: 'plain', text: JSON.stringify(event) })
const step = (at: number): RunLine => plain({ type: 'step', stage: 'grpo', step: at, note: 'é鍋🍲' })
const rollouts = (at: number, ...queries: string[]): RunLine => (
  { kind: 'rollouts', step: at, text: JSON.stringify({ type: 'rollouts', step: at, rollouts: queries.map((queryId) => ({ queryId, text: `say "${queryId}"` })) }) })
const bytesOf = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer

const root = (): Promise<FileSystemDirectoryHandle> => navigator.storage.getDirectory()
async function clear(): Promise<void> {
  await (await root()).removeEntry('runs', { recursive: true }).catch(() => undefined)
}

interface Tab {
  readonly store: RunsService
  /** Ends it as a crash would. */
  readonly crash: () => void
}

/** Another tab: a worker of its own, which holds its own locks. */
function tab(): Tab {
  const worker = new Worker(new URL('../runs.worker.ts', import.meta.url), { type: 'module' })
  onTestFinished(() => worker.terminate())
  const remote: Remote<RunsService> = wrap(worker)
  return { store: remote as unknown as RunsService, crash: () => worker.terminate() }
}

async function eventsOf(store: RunsService, id: string): Promise<string[]> {
  const lines: string[] = []
  const channel = new MessageChannel()
  channel.port1.close()
  await store.events(id, (part) => { lines.push(...part) })
  return lines
}

beforeEach(clear)
afterEach(clear)

describe('a run', () => {
  test('is created, told and read again to the byte, rollouts apart from the rest', async () => {
    const store = createRunStore()
    const { id } = await store.create(NEW)
    await store.append(id, [plain({ type: 'start' }), rollouts(1, 'q1', 'q2'), step(1)])
    await store.append(id, [rollouts(2, 'q2'), step(2)])
    expect(await eventsOf(store, id)).toEqual([plain({ type: 'start' }), step(1), step(2)].map(({ text }) => text))
    expect(await store.lines(id, 'rollouts', { step: 2 })).toEqual([rollouts(2, 'q2').text])
    expect((await store.lines(id, 'rollouts', { queryId: 'q1' })).map((line) => JSON.parse(line) as unknown)).toEqual([JSON.parse(rollouts(1, 'q1').text)])
    expect(await store.steps(id, 'rollouts')).toEqual([1, 2])
    const kept = await store.keep(id, { stage: 'grpo', step: 2, names: ['best'] }, bytesOf(1, 2, 3), 5)
    expect(kept.checkpoints).toMatchObject([{ stage: 'grpo', step: 2, names: ['best'], bytes: 3, eventsBytes: kept.events.bytes }])
    expect(await store.checkpoint(id, 'grpo', 2)).toEqual(bytesOf(1, 2, 3))
    expect(await store.list()).toMatchObject([{ id, writer: 'here', status: 'running', events: { count: 5 } }])
  })
})

describe('several tabs', () => {
  test('a run that one writes is running elsewhere for the other; when its writer is gone it is paused and interrupted', async () => {
    const [one, two] = [tab(), tab()]
    const { id, name } = await one.store.create(NEW)
    await one.store.append(id, [step(1)])
    expect(await two.store.list()).toMatchObject([{ id, status: 'running', writer: 'elsewhere', events: { count: 1 } }])
    await expect(two.store.append(id, [step(2)])).rejects.toThrow(`run ${id} is open in another tab of this page; change it there, or close that tab`)
    expect(name).toBe(NEW.name)
    one.crash()
    await expect.poll(() => two.store.list()).toMatchObject([{ id, status: 'paused', interrupted: true }])
  })
})
