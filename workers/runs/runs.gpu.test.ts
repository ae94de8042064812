// Kept runs in Chromium's private file system, through the page's own client and worker; a second worker is another tab.
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { cdp } from 'vitest/browser'
import { connect } from '../../src/client/connection.ts'
import type { RunsService } from '../../src/client/runs.ts'
import { digestOf } from '../store/blocks.ts'
import { bytesOf, clearRuns, NEW, plain, rollouts, runFile, spoil, step, texts } from './runs.testing.ts'

interface Tab {
  readonly store: RunsService
  /** Ends it as a crash would. */
  readonly close: () => void
}

/** A tab: a worker of its own, which holds its own locks. */
function tab(): Tab {
  const worker = new Worker(new URL('../runs.worker.ts', import.meta.url), { type: 'module' })
  const { service, close } = connect<RunsService>(worker, 'runs')
  onTestFinished(close)
  return { store: service, close }
}

async function eventsOf(store: RunsService, id: string): Promise<string[]> {
  const lines: string[] = []
  await store.events(id, (part) => { lines.push(...part) })
  return lines
}

beforeEach(clearRuns)
afterEach(clearRuns)

describe('a run', () => {
  test('is created, told and read again to the byte, rollouts apart from the rest', async () => {
    const { store } = tab()
    const { id } = await store.create(NEW)
    await store.append(id, [plain({ type: 'start' }), rollouts(1, 'q1', 'q2'), step(1)])
    await store.append(id, [rollouts(2, 'q2'), step(2)])
    expect(await eventsOf(store, id)).toEqual(texts(plain({ type: 'start' }), step(1), step(2)))
    expect(await store.lines(id, 'rollouts', { step: 2 })).toEqual(texts(rollouts(2, 'q2')))
    expect(await store.lines(id, 'rollouts', { queryId: 'q1' })).toEqual(texts(rollouts(1, 'q1')))
    expect(await store.lines(id, 'answers', { queryId: 'q1' })).toEqual([])
    expect(await store.steps(id, 'rollouts')).toEqual([1, 2])
    const file = await (await runFile(id, 'events.jsonl')).getFile()
    expect(await file.text()).toBe(texts(plain({ type: 'start' }), rollouts(1, 'q1', 'q2'), step(1), rollouts(2, 'q2'), step(2)).map((line) => `${line}\n`).join(''))
    expect(await store.list()).toMatchObject([{ id, writer: 'here', status: 'running', events: { count: 5, bytes: file.size } }])
  })

  test('is changed in what a person says of it and in how it stands; when it has ended any tab may change it', async () => {
    const [one, two] = [tab().store, tab().store]
    const { id } = await one.create(NEW)
    await one.change(id, { done: 4, notes: { q1: 'too long' } })
    await one.change(id, { status: 'finished', summary: { steps: 4 } })
    expect(await two.change(id, { name: 'best so far', tags: ['paper'] })).toMatchObject({ name: 'best so far', tags: ['paper'], status: 'finished', done: 4, notes: { q1: 'too long' }, summary: { steps: 4 } })
    expect((await one.record(id)).writer).toBeUndefined()
  })

  test('an event with a line feed in its line is refused, and nothing of its batch is kept', async () => {
    const { store } = tab()
    const { id } = await store.create(NEW)
    await store.append(id, [step(1)])
    await expect(store.append(id, [step(2), { kind: 'plain', text: '{"type":\n"a"}' }])).rejects.toThrow('an event\'s line holds a line feed; JSON on one line has none')
    expect(await eventsOf(store, id)).toEqual(texts(step(1)))
  })
})

describe('after a crash', () => {
  test('in the middle of a line, that line is dropped and said; what was whole is read, and the run goes on behind it', async () => {
    const one = tab()
    const { id } = await one.store.create(NEW)
    await one.store.append(id, [rollouts(1, 'q'), step(1)])
    one.close()
    await spoil(id, 'events.jsonl', Infinity, '{"type":"step","st')
    const { store } = tab()
    await expect.poll(() => store.list()).toMatchObject([{
      status: 'paused', interrupted: true, events: { count: 2 },
      repaired: 'the last line of its events had been cut off as the tab or the browser ended; 18 bytes of it were dropped',
    }])
    await store.append(id, [step(2)])
    expect(await eventsOf(store, id)).toEqual(texts(step(1), step(2)))
  })

  test('lines whose index was not written yet, or is gone, are found in the events', async () => {
    const one = tab()
    const { id } = await one.store.create(NEW)
    await one.store.append(id, [rollouts(1, 'q'), step(1), rollouts(2, 'p'), step(2)])
    one.close()
    for (const entries of [3, 0.5, 0]) {
      const index = await (await runFile(id, 'events.index')).createWritable({ keepExistingData: true })
      await index.truncate(entries * 48)
      await index.close()
      const { store, close } = tab()
      expect(await store.lines(id, 'rollouts', { queryId: 'p' })).toEqual(texts(rollouts(2, 'p')))
      expect(await eventsOf(store, id)).toEqual(texts(step(1), step(2)))
      expect(await store.list()).toMatchObject([{ events: { count: 4 } }])
      expect((await (await runFile(id, 'events.index')).getFile()).size).toBe(4 * 48)
      close()
    }
  })

  test.each([
    ['a line in the middle', 'events.jsonl', 5, '\n', 'line 1 of events.jsonl is not JSON ("{\\"typ")'],
    ['the end of the events', 'events.jsonl', -40, undefined, /its events have \d+ whole bytes, of \d+ that were written/],
    ['the record', 'run.json', 100, 'x', 'its run.json was changed or cut off'],
  ])('a run that lost %s is listed with the reason, beside the others, and can be removed', async (_, name, at, text, reason) => {
    const one = tab()
    const { id } = await one.store.create(NEW)
    await one.store.append(id, [step(1), rollouts(1, 'q'), step(2)])
    await one.store.change(id, { status: 'paused' })
    const { id: other } = await one.store.create({ ...NEW, createdAt: NEW.createdAt + 1 })
    one.close()
    await spoil(id, name, at, text)
    await (await runFile(id, 'events.index')).createWritable().then((stream) => stream.close())
    const { store } = tab()
    const [sound, damaged] = await store.list()
    expect(sound).toMatchObject({ id: other, status: 'paused' })
    expect(damaged?.damage).toMatch(reason)
    expect(damaged?.damage).toMatch(/remove it, or import it again from an export$/)
    await expect(eventsOf(store, id)).rejects.toThrow(reason)
    await store.remove(id)
    expect(await store.list()).toHaveLength(1)
  })
})

describe('checkpoints', () => {
  test('of one step share a file, whatever they are kept for, and stand where the events stood', async () => {
    const { store } = tab()
    const { id } = await store.create(NEW)
    await store.append(id, [step(1)])
    await store.keep(id, { stage: 'grpo', step: 1, names: ['best'] }, bytesOf(1, 2, 3), 5)
    await store.append(id, [step(2)])
    const { checkpoints, events } = await store.keep(id, { stage: 'grpo', step: 1, names: ['step'] }, undefined, 5)
    const sha256 = '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81'
    expect(checkpoints).toEqual([{ stage: 'grpo', step: 1, names: ['best', 'step'], bytes: 3, sha256, eventsBytes: events.bytes }])
    expect(await store.checkpoint(id, 'grpo', 1)).toEqual(bytesOf(1, 2, 3))
    await expect(store.checkpoint(id, 'sft', 1)).rejects.toThrow('run sample · copy keeps no checkpoint of sft step 1; it keeps grpo step 1')
  })

  test('beyond the latest few the oldest go, their files too; the start, the best and the last stay', async () => {
    const { store } = tab()
    const { id } = await store.create(NEW)
    const names = (at: number): string[] => (at === 0 ? ['start'] : at === 2 ? ['best', 'step'] : at === 6 ? ['step', 'last'] : ['step'])
    for (let at = 0; at <= 6; at++) {
      await store.append(id, [step(at)])
      await store.keep(id, { stage: 'grpo', step: at, names: names(at) }, bytesOf(at), 2)
    }
    expect((await store.record(id)).checkpoints.map((one) => one.step)).toEqual([0, 2, 4, 5, 6])
    await expect(runFile(id, 'checkpoints/grpo-3.bin')).rejects.toThrow()
  })

  test('bytes that are no longer what was kept are not handed out', async () => {
    const { store } = tab()
    const { id } = await store.create(NEW)
    await store.keep(id, { stage: 'sft', step: 3, names: ['step'] }, bytesOf(1, 2, 3), 5)
    await spoil(id, 'checkpoints/sft-3.bin', 1, 'x')
    await expect(store.checkpoint(id, 'sft', 3)).rejects.toThrow('run sample · copy is damaged: its checkpoint of sft step 3 has the SHA-256')
  })
})

describe('going back', () => {
  /** Two steps of copying, then three of training, each with a checkpoint. */
  async function trained(store: RunsService): Promise<string> {
    const { id } = await store.create(NEW)
    await store.append(id, [plain({ type: 'stage', stage: 'sft', steps: 2 }), step(1), step(2)])
    await store.keep(id, { stage: 'sft', step: 2, names: ['last'] }, bytesOf(2), 9)
    await store.append(id, [plain({ type: 'stage', stage: 'grpo', steps: 30 })])
    for (const at of [1, 2, 3]) {
      await store.append(id, [rollouts(at, 'q'), step(at)])
      await store.keep(id, { stage: 'grpo', step: at, names: ['step'] }, bytesOf(10 + at), 9)
    }
    await store.change(id, { status: 'finished', done: 3, planned: 30, summary: { steps: 3 } })
    return id
  }

  test('a run is cut back to a checkpoint and goes on from there, written by this tab', async () => {
    const { store } = tab()
    const id = await trained(store)
    const cut = await store.rewind(id, 'grpo', 1)
    expect(cut).toMatchObject({ status: 'paused', done: 1, planned: 30, writer: 'here', checkpoints: [{ stage: 'sft' }, { stage: 'grpo', step: 1 }] })
    expect(cut.summary).toBeUndefined()
    expect(await store.steps(id, 'rollouts')).toEqual([1])
    await store.append(id, [step(77)])
    expect((await eventsOf(store, id)).slice(-2)).toEqual(texts(step(1), step(77)))
    expect(await store.rewind(id, 'sft', 2)).toMatchObject({ done: 2, planned: 2 })
    await expect(store.rewind(id, 'grpo', 1)).rejects.toThrow('keeps no checkpoint of grpo step 1; it keeps sft step 2')
  })

  test('a cut that a crash interrupted is finished by whoever opens the run next', async () => {
    const one = tab()
    const id = await trained(one.store)
    const before = await one.store.record(id)
    one.close()
    const handle = await runFile(id, 'run.json')
    const [, body] = (await (await handle.getFile()).text()).split('\n') as [string, string]
    const { eventsBytes } = before.checkpoints[1]!
    const marked = JSON.stringify({ ...JSON.parse(body) as object, cutTo: eventsBytes, checkpoints: before.checkpoints.slice(0, 2), events: { count: 6, bytes: eventsBytes } })
    const stream = await handle.createWritable()
    await stream.write(`${await digestOf(new TextEncoder().encode(marked))}\n${marked}`)
    await stream.close()
    const { store } = tab()
    expect((await eventsOf(store, id)).at(-1)).toBe(step(1).text)
    const [listed] = await store.list()
    expect(listed).toMatchObject({ events: { count: 6, bytes: eventsBytes } })
    expect(listed?.repaired).toBeUndefined()
    expect((await (await runFile(id, 'events.jsonl')).getFile()).size).toBe(eventsBytes)
  })

  test('a fork begins with the events and checkpoints up to there and says where it comes from; the run that it comes from is untouched', async () => {
    const { store } = tab()
    const id = await trained(store)
    const fork = await store.fork(id, 'grpo', 2, 'with less KL')
    expect(fork).toMatchObject({ name: 'with less KL', status: 'paused', done: 2, planned: 30, parent: { id, name: NEW.name, step: 2 }, checkpoints: [{ step: 2 }, { step: 1 }, { step: 2 }] })
    expect(fork.writer).toBeUndefined()
    expect((await eventsOf(store, fork.id)).slice(-2)).toEqual([step(2).text, JSON.stringify({ type: 'fork', run: id, step: 2 })])
    expect(await store.checkpoint(fork.id, 'grpo', 2)).toEqual(bytesOf(12))
    await store.rewind(fork.id, 'grpo', 2)
    expect((await eventsOf(store, fork.id)).at(-1)).toBe(JSON.stringify({ type: 'fork', run: id, step: 2 }))
    expect((await store.record(id)).checkpoints).toHaveLength(4)
    expect(await store.list()).toHaveLength(2)
  })
})

describe('removing', () => {
  test('can be undone; purged, the run is gone and says so', async () => {
    const { store } = tab()
    const { id } = await store.create(NEW)
    await store.append(id, [step(1)])
    await expect(store.remove(id)).rejects.toThrow('this run is being trained in this tab; stop or pause it, then remove it')
    await store.change(id, { status: 'paused' })
    await store.remove(id)
    expect(await store.list()).toEqual([])
    await expect(eventsOf(store, id)).rejects.toThrow(`run ${id} is not kept in this browser; it was removed, here or in another tab`)
    await store.undo(id)
    expect(await eventsOf(store, id)).toEqual(texts(step(1)))
    await store.remove(id)
    await store.purge()
    await expect(store.undo(id)).rejects.toThrow('this run cannot be brought back: what it took was freed already')
  })

  test('stays undoable while the tab that did it is open, and is final at the next start after it', async () => {
    const one = tab()
    const { id } = await one.store.create(NEW)
    await one.store.change(id, { status: 'failed' })
    await one.store.remove(id)
    expect(await tab().store.list()).toEqual([])
    await one.store.undo(id)
    await one.store.remove(id)
    one.close()
    await expect.poll(async () => {
      await tab().store.list()
      return runFile(id, 'run.json').then(() => 'there', () => 'gone')
    }).toBe('gone')
  })
})

describe('several tabs', () => {
  test('a run that one writes is running elsewhere for the other, who reads but cannot change it; when its writer is gone it is paused and interrupted', async () => {
    const [one, { store: two }] = [tab(), tab()]
    const { id } = await one.store.create(NEW)
    await one.store.append(id, [step(1)])
    expect(await two.list()).toMatchObject([{ id, status: 'running', writer: 'elsewhere', events: { count: 1 } }])
    let written = 1
    const writing = (async () => {
      for (let at = 2; at < 40; at++) {
        await one.store.append(id, [rollouts(at, 'q'), step(at)])
        await one.store.change(id, { done: at })
        written = at
      }
    })()
    let reads = 0
    for (; written < 39; reads++) {
      const lines = await eventsOf(two, id)
      expect(lines).toEqual(texts(...lines.map((_, at) => step(at + 1))))
      expect(await two.list()).toMatchObject([{ id, status: 'running', writer: 'elsewhere' }])
    }
    expect(reads).toBeGreaterThan(2)
    await writing
    const refused = `run ${id} is open in another tab of this page; change it there, or close that tab`
    await expect(two.append(id, [step(40)])).rejects.toThrow(refused)
    await expect(two.change(id, { name: 'mine' })).rejects.toThrow(refused)
    one.close()
    await expect.poll(() => two.list()).toMatchObject([{ id, status: 'paused', interrupted: true }])
    await two.append(id, [step(40)])
    expect(await two.record(id)).toMatchObject({ writer: 'here', status: 'running', done: 39, events: { count: 78 } })
  })
})

describe('a full store', () => {
  test('refuses what does not fit by a sentence with the remedy, and keeps what was there whole', async () => {
    const { store } = tab()
    const { id } = await store.create(NEW)
    await store.append(id, [step(1)])
    const kept = await store.keep(id, { stage: 'grpo', step: 1, names: ['step'] }, bytesOf(1), 5)
    const { usage = 0 } = await navigator.storage.estimate()
    const session = cdp() as unknown as { send(method: string, params: object): Promise<void> }
    const quota = (bytes: object): Promise<void> => session.send('Storage.overrideQuotaForOrigin', { origin: location.origin, ...bytes })
    await quota({ quotaSize: usage + 2e6 })
    onTestFinished(() => quota({}))
    const remedy = /needs \d+\.\d MB in the browser's store, which has \d(\.\d)? MB free; remove runs, data sets or policies/
    await expect(store.append(id, [step(2), { ...rollouts(2, 'x'.repeat(6e6)) }])).rejects.toThrow(remedy)
    await expect(store.keep(id, { stage: 'grpo', step: 2, names: ['best'] }, new ArrayBuffer(8e6), 5)).rejects.toThrow(/^the checkpoint of grpo step 2 of run sample · copy needs 7\.6 MB/)
    expect(await eventsOf(store, id)).toEqual(texts(step(1)))
    expect((await store.record(id)).checkpoints).toEqual(kept.checkpoints)
    await expect(runFile(id, 'checkpoints/grpo-2.bin')).rejects.toThrow()
    const { id: large } = await store.create({ ...NEW, name: 'large' })
    await store.keep(large, { stage: 'grpo', step: 1, names: ['step'] }, new ArrayBuffer(1.7e6), 5)
    await expect(store.keep(id, { stage: 'grpo', step: 2, names: ['best'] }, new ArrayBuffer(1.5e6), 5)).rejects.toThrow(remedy)
    // the remedy that it names is one
    await store.change(large, { status: 'stopped' })
    await store.remove(large)
    await store.purge()
    await store.keep(id, { stage: 'grpo', step: 2, names: ['best'] }, new ArrayBuffer(1.5e6), 5)
    expect((await store.record(id)).checkpoints).toHaveLength(2)
  })
})
