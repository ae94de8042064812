// Runs as archives, in Chromium's private file system: out to the byte and in again, and nothing of an archive believed that was not checked.
import { BlobReader, BlobWriter, TextReader, TextWriter, ZipReader, ZipWriter, type FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/client/connection.ts'
import type { RunRecord, RunsService } from '../../src/client/runs.ts'
import { digestOf } from '../store/blocks.ts'
import { bytesOf, clearRuns, NEW, plain, rollouts, runFile, step } from './runs.testing.ts'

function tab(): RunsService {
  const worker = new Worker(new URL('../runs.worker.ts', import.meta.url), { type: 'module' })
  const { service, close } = connect<RunsService>(worker, 'runs')
  onTestFinished(close)
  return service
}

const eventsText = async (id: string): Promise<string> => (await (await runFile(id, 'events.jsonl')).getFile()).text()

async function finished(store: RunsService): Promise<RunRecord> {
  const { id } = await store.create(NEW)
  await store.append(id, [plain({ type: 'start' }), rollouts(1, 'q'), step(1)])
  await store.keep(id, { stage: 'grpo', step: 1, names: ['best', 'last'] }, bytesOf(1, 2, 3), 5)
  await store.append(id, [plain({ type: 'done' })])
  return store.change(id, { status: 'finished', done: 1, notes: { q: 'why?' }, summary: { steps: 1 } })
}

/** Takes the run away for good, as a fresh profile has none. */
async function forget(store: RunsService, id: string): Promise<void> {
  await store.remove(id)
  await store.purge()
}

/** An archive's files as texts and bytes; the archive of such files. */
type Files = Record<string, string | Uint8Array>

async function unzip(archive: Blob): Promise<Files> {
  const reader = new ZipReader(new BlobReader(archive), { useWebWorkers: false })
  const entries = await reader.getEntries() as FileEntry[]
  const files: Files = {}
  for (const entry of entries) {
    files[entry.filename] = entry.filename.endsWith('.bin') ? new Uint8Array(await (await entry.getData(new BlobWriter())).arrayBuffer()) : await entry.getData(new TextWriter())
  }
  return files
}

async function zip(files: Iterable<readonly [string, string | Uint8Array]>, password?: string): Promise<File> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false })
  for (const [name, content] of files) {
    const reader = typeof content === 'string' ? new TextReader(content) : new BlobReader(new Blob([content as Uint8Array<ArrayBuffer>]))
    await writer.add(name, reader, password === undefined ? {} : { password })
  }
  return new File([await writer.close()], 'run.zip')
}

beforeEach(clearRuns)
afterEach(clearRuns)

describe('an exported run', () => {
  test('comes back to the byte: its record, its events, its checkpoints', async () => {
    const store = tab()
    const run = await finished(store)
    const events = await eventsText(run.id)
    const shares: number[] = []
    const archive = await store.export(run.id, (share) => { shares.push(share) })
    expect(archive.type).toBe('application/zip')
    expect(shares.at(-1)).toBe(1)
    await forget(store, run.id)
    const { changedAt: _, ...taken } = await store.import(archive)
    const { changedAt: __, ...before } = run
    expect(taken).toEqual(before)
    expect(await eventsText(run.id)).toBe(events)
    expect(await store.lines(run.id, 'rollouts', { queryId: 'q' })).toHaveLength(1)
    expect(await store.checkpoint(run.id, 'grpo', 1)).toEqual(bytesOf(1, 2, 3))
    expect(await store.rewind(run.id, 'grpo', 1)).toMatchObject({ status: 'paused', events: { count: 3 } })
  })

  test('is taken as it stands while it is trained on, and comes back paused', async () => {
    const store = tab()
    const { id } = await store.create(NEW)
    await store.append(id, [plain({ type: 'start' }), step(1)])
    const writing = (async () => {
      for (let at = 2; at < 30; at++) await store.append(id, [rollouts(at, 'q'), step(at)])
    })()
    const archive = await store.export(id)
    await writing
    const all = await eventsText(id)
    await store.release(id)
    await forget(store, id)
    expect((await store.import(archive)).status).toBe('paused')
    const taken = await eventsText(id)
    expect(taken.length).toBeLessThan(all.length)
    expect(all.slice(0, taken.length)).toBe(taken)
  })

  test('that is here already is refused, and beside a removed one too; with other contents it comes under another id', async () => {
    const store = tab()
    const run = await finished(store)
    const archive = await store.export(run.id)
    await store.change(run.id, { name: 'mine' })
    await expect(store.import(archive)).rejects.toThrow('run sample · copy is here already, as mine; nothing was taken')
    await store.rewind(run.id, 'grpo', 1)
    await store.release(run.id)
    const taken = await store.import(archive)
    expect(taken).toMatchObject({ name: 'sample · copy (imported)', events: { count: 4 } })
    expect(taken.id).not.toBe(run.id)
    expect(await store.list()).toHaveLength(2)
    await store.remove(run.id)
    await expect(store.import(archive)).rejects.toThrow('run sample · copy was removed a moment ago and can be brought back; undo that')
  })

  test('that is too large for memory is a file until the page is opened anew; lines cross every part that is read at a time', async () => {
    const store = tab()
    const { id } = await store.create(NEW)
    const text = (at: number): string => `${at} trail running shoes `.repeat(3000)
    for (let at = 0; at < 250; at += 50) await store.append(id, Array.from({ length: 50 }, (_, more) => rollouts(at + more, text(at + more))))
    const { events: { bytes } } = await store.change(id, { status: 'finished' })
    expect(bytes).toBeGreaterThan(2 ** 24)
    const sha = async (): Promise<string> => digestOf(new Uint8Array(await (await (await runFile(id, 'events.jsonl')).getFile()).arrayBuffer()))
    const before = await sha()
    const archive = await store.export(id)
    expect(archive.size).toBeLessThan(bytes / 2)
    await forget(store, id)
    expect((await store.import(archive)).events).toEqual({ count: 250, bytes })
    expect(await sha()).toBe(before)
    expect(await store.lines(id, 'rollouts', { step: 249 })).toHaveLength(1)
  })
})

describe('a file that is no exported run', () => {
  const change = (files: Files, work: (record: Record<string, unknown>) => object): Files => {
    const packed = JSON.parse(files['run.json'] as string) as { record: Record<string, unknown> }
    return { ...files, 'run.json': JSON.stringify({ ...packed, record: { ...packed.record, ...work(packed.record) } }) }
  }
  const checkpoint = ({ checkpoints }: Record<string, unknown>): object => (checkpoints as object[])[0]!
  const again = 'export the run again, and choose that file'
  const ours = 'choose a file that this page exported'

  test('is refused by a sentence that says what is wrong, and nothing of it stays', async () => {
    const store = tab()
    const run = await finished(store)
    const good = await store.export(run.id)
    const files = await unzip(good)
    await forget(store, run.id)
    const events = files['events.jsonl'] as string
    const { 'run.json': record, ...unnamed } = files
    const { 'checkpoints/grpo-1.bin': weights, ...lacking } = files
    const of = (all: Files): Promise<File> => zip(Object.entries(all))
    const spoilt = new Uint8Array(await good.arrayBuffer())
    spoilt[60]! ^= 255
    const cases: readonly (readonly [Blob, string])[] = [
      [new File(['hello'], 'run.zip'), 'run.zip is not a whole zip archive'],
      [new File([good.slice(0, good.size - 30)], 'run.zip'), 'run.zip is not a whole zip archive'],
      [new File([good.slice(100)], 'run.zip'), 'run.zip'],
      [new File([spoilt], 'run.zip'), `events.jsonl of run.zip is not as it was exported: `],
      [await of({ ...files, '../../evil': 'x' }), `run.zip holds "../../evil", which is no part of a run; ${ours}`],
      [await of({ ...files, '/etc/passwd': 'x' }), 'run.zip holds "/etc/passwd", which is no part of a run'],
      [await of({ ...files, 'checkpoints/../grpo-1.bin': 'x' }), 'which is no part of a run'],
      [await of({ ...files, 'checkpoints/grpo-9.bin': 'x' }), `run.zip holds checkpoints/grpo-9.bin, which its run.json does not name; ${again}`],
      [await zip(Object.entries(files), 'secret'), 'run.zip holds "events.jsonl", which is encrypted'],
      [await of(unnamed), `run.zip holds no run.json, so it is not an exported run; ${ours}`],
      [await of({ 'run.json': record as string }), 'run.zip holds no events.jsonl'],
      [await of(lacking), `checkpoints/grpo-1.bin of run.zip is missing, where its run.json says 3; ${again}`],
      [await of({ ...files, 'checkpoints/grpo-1.bin': new Uint8Array([1, 2, 4]) }), 'checkpoints/grpo-1.bin of run.zip is not as it was exported: its SHA-256 is'],
      [await of({ ...files, 'run.json': '{' }), 'run.json of run.zip cannot be read: '],
      [await of({ ...files, 'run.json': '{"format":"something"}' }), 'it is not the record of a run'],
      [await of({ ...files, 'run.json': (record as string).replace('"version": 1', '"version": 2') }), 'it was exported by another version of this page (2 instead of 1)'],
      [await of({ ...files, 'run.json': ' '.repeat(65 * 2 ** 20) }), 'run.json of run.zip is of 68157440 bytes, more than the 67108864'],
      [await of(change(files, () => ({ id: '../evil' }))), 'its id is "../evil", not a run\'s id'],
      [await of(change(files, () => ({ status: 'great' }))), 'its status is "great", not one of running, paused'],
      [await of(change(files, () => ({ notes: { q: 1 } }))), 'its notes is {"q":1}, not texts by query'],
      [await of(change(files, (all) => ({ checkpoints: [checkpoint(all), checkpoint(all)] }))), 'two of its checkpoints have one stage and step'],
      [await of(change(files, (all) => ({ checkpoints: [{ ...checkpoint(all), eventsBytes: 5 }] }))), 'no line ends where one of its checkpoints stands'],
      [await of(change(files, (all) => ({ checkpoints: [{ ...checkpoint(all), eventsBytes: 1e6 }] }))), 'stands at byte 1000000 of events that have'],
      [await of({ ...files, 'events.jsonl': `${events}{}\n` }), `events.jsonl of run.zip has ${new TextEncoder().encode(events).length + 3} bytes, where its run.json says`],
      [await of({ ...files, 'events.jsonl': events.replace('start', 'trick') }), 'events.jsonl of run.zip is not as it was exported: its SHA-256 is'],
    ]
    for (const [file, sentence] of cases) await expect(store.import(file), sentence).rejects.toThrow(sentence)
    expect(await store.list()).toEqual([])
    expect(weights).toEqual(new Uint8Array([1, 2, 3]))
    expect(await store.import(await of(files))).toMatchObject({ id: run.id })
  })

  test('whose events are no JSON, though their hash is right, is refused with the line', async () => {
    const store = tab()
    const run = await finished(store)
    const files = await unzip(await store.export(run.id))
    await forget(store, run.id)
    const events = (files['events.jsonl'] as string).replace('{"type":"step"', '{"type" "step"')
    const eventsSha256 = await digestOf(new TextEncoder().encode(events))
    const packed = JSON.parse(files['run.json'] as string) as { record: RunRecord }
    const record = { ...packed.record, events: { count: 4, bytes: new TextEncoder().encode(events).length }, checkpoints: [] }
    const file = await zip([['events.jsonl', events], ['run.json', JSON.stringify({ ...packed, eventsSha256, record })]])
    await expect(store.import(file)).rejects.toThrow('events.jsonl of run.zip is not as it was exported: line 3 of events.jsonl is not JSON')
    expect(await store.list()).toEqual([])
  })

  test('that states few bytes and unpacks to many is stopped there', async () => {
    const store = tab()
    const run = await finished(store)
    const files = await unzip(await store.export(run.id))
    await forget(store, run.id)
    const whole = await zip(Object.entries({ ...files, 'checkpoints/grpo-1.bin': new Uint8Array(40e6) }))
    // the stated length of the bomb, in the list of files and before its bytes
    const bytes = new Uint8Array(await whole.arrayBuffer())
    const view = new DataView(bytes.buffer)
    for (let at = 0; at + 4 <= bytes.length; at++) if (view.getUint32(at, true) === 40e6) view.setUint32(at, 3, true)
    await expect(store.import(new File([bytes], 'bomb.zip'))).rejects.toThrow('checkpoints/grpo-1.bin of bomb.zip is not as it was exported')
    expect(await store.list()).toEqual([])
  })
})
