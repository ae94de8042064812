// Checks the store of kept runs over a store in memory: what is changed is seen at once, what is deleted comes back, what fails is said.
import { beforeEach, describe, expect, test } from 'vitest'
import type { NewRun, RunsService } from '../../client/runs.ts'
import { settingsOf, settingsRecord } from '../../domain/config.ts'
import { addressOf, readAddress } from '../address.ts'
import { createRuns, type Runs } from './runs.ts'
import { fileNameOf } from './runStore.ts'
import { fakeRuns } from './runsTesting.ts'

const newRun = (name: string): NewRun => ({
  name, status: 'running', createdAt: Date.UTC(2026, 10, 21, 20), done: 0, planned: 3, settings: settingsRecord(settingsOf('sample')),
  dataset: { name: 'shop', hash: 'aa' }, recommender: 'bm25', policy: 'sample', environment: {},
})

/** The fake, with a bin: what is removed is kept until it is purged. */
function withBin(fake: ReturnType<typeof fakeRuns>) {
  const removed = new Set<string>()
  const purged: string[] = []
  const service: RunsService = {
    ...fake.service,
    list: async () => (await fake.service.list()).filter(({ id }) => !removed.has(id)),
    remove: (id) => {
      removed.add(id)
      return Promise.resolve()
    },
    undo: (id) => {
      if (!removed.delete(id)) return Promise.reject(new Error(`run ${id} is gone`))
      return Promise.resolve(fake.record(id))
    },
    purge: () => {
      purged.push(...removed)
      removed.clear()
      return Promise.resolve()
    },
    export: () => Promise.resolve(new Blob(['archive'])),
  }
  return { service, purged }
}

const nobody = { gain: () => Promise.reject(new Error('not asked')), interval: () => Promise.reject(new Error('not asked')) }
let fake: ReturnType<typeof fakeRuns>
let bin: ReturnType<typeof withBin>
let runs: Runs
const names = (): string[] => runs.getState().records.map(({ name }) => name)

beforeEach(() => {
  fake = fakeRuns()
  bin = withBin(fake)
  runs = createRuns(bin.service, nobody)
})

describe('the list', () => {
  test('has a run as soon as it is created, and follows what changes it', async () => {
    const { id } = await runs.service.create(newRun('first'))
    await runs.service.create(newRun('second'))
    expect(names()).toEqual(['second', 'first'])
    await runs.service.change(id, { done: 2, status: 'finished' })
    expect(runs.getState().records.find((run) => run.id === id)).toMatchObject({ done: 2, status: 'finished' })
  })

  test('is read again without what another tab deleted, which is then chosen no longer, and another is shown', async () => {
    const { id } = await runs.service.create(newRun('first'))
    runs.choose([id], true)
    runs.show(id)
    await bin.service.remove(id)
    const other = await runs.service.create(newRun('second'))
    await runs.look()
    expect([names(), runs.getState().chosen, runs.getState().shown]).toEqual([['second'], [], other.id])
  })

  test('a run is renamed without its outer spaces, and never to nothing', async () => {
    const { id } = await runs.service.create(newRun('first'))
    await runs.rename(id, '  better  ')
    await runs.rename(id, '   ')
    expect(names()).toEqual(['better'])
  })

  test('tags stand once each and are never empty; a note on the run leaves those on queries alone', async () => {
    const { id } = await runs.service.create(newRun('first'))
    await runs.tag(id, ['paper', ' paper ', '', 'bm25'])
    await runs.service.change(id, { notes: { q7: 'odd' } })
    await runs.note(id, ' worth a look ')
    expect(runs.getState().records[0]).toMatchObject({ tags: ['paper', 'bm25'], notes: { 'q7': 'odd', '': 'worth a look' } })
    await runs.note(id, '')
    expect(runs.getState().records[0]!.notes).toEqual({ q7: 'odd' })
  })

  test('what another tab noted and tagged meanwhile stays, and so does what was typed just before', async () => {
    const { id } = await runs.service.create(newRun('first'))
    await fake.service.change(id, { notes: { q1: 'written in another tab' }, tags: ['theirs', 'old'] })
    await Promise.all([runs.note(id, 'mine'), runs.tag(id, ['typed']), runs.tag(id, [], ['old'])])
    expect(fake.record(id)).toMatchObject({ notes: { 'q1': 'written in another tab', '': 'mine' }, tags: ['theirs', 'typed'] })
  })

  test('what cannot be done is a sentence that names the run', async () => {
    const { id } = await runs.service.create(newRun('first'))
    fake.faults.change = 'the disk is full; free some room'
    await runs.rename(id, 'other')
    expect(runs.getState().failure).toBe('run first could not be renamed: the disk is full; free some room')
    expect(names()).toEqual(['first'])
  })
})

describe('deleting', () => {
  test('takes a run out of the list and the comparison, and Undo brings it back and shows it', async () => {
    const { id } = await runs.service.create(newRun('first'))
    runs.choose([id], true)
    await runs.remove(id)
    expect(names()).toEqual([])
    expect(runs.getState().chosen).toEqual([])
    expect(runs.getState().notice).toEqual({ message: 'Run first was deleted.', undo: id })
    await runs.undo()
    expect(names()).toEqual(['first'])
    expect(runs.getState()).toMatchObject({ shown: id, notice: { message: 'Run first is back.' } })
    expect(bin.purged).toEqual([])
  })

  test('room is made when the notice is dismissed, or when the next run is deleted, and not before', async () => {
    const [one, two] = [await runs.service.create(newRun('one')), await runs.service.create(newRun('two'))]
    await runs.remove(one.id)
    runs.say('Copied the table.')
    expect(runs.getState().notice).toEqual({ message: 'Copied the table. Undo brings the deleted run back.', undo: one.id })
    expect(bin.purged).toEqual([])
    await runs.remove(two.id)
    expect(bin.purged).toEqual([one.id])
    runs.dismiss()
    await expect.poll(() => bin.purged).toEqual([one.id, two.id])
  })
})

describe('the comparison', () => {
  test('keeps the order in which runs came, so that colours stay', () => {
    runs.choose(['a'], true)
    runs.choose(['c', 'b', 'a'], true)
    expect(runs.getState().chosen).toEqual(['a', 'c', 'b'])
    runs.choose(['c'], false)
    expect(runs.getState().chosen).toEqual(['a', 'b'])
  })
})

test('an address’s choice waits for the list, and loses what is not kept here', async () => {
  const { id } = await runs.service.create(newRun('first'))
  runs.compare(['elsewhere', id, id])
  expect(runs.getState().chosen).toEqual(['elsewhere', id])
  await runs.look()
  expect(runs.getState().chosen).toEqual([id])
  expect(addressOf({ settings: settingsOf(), place: 'runs', runs: runs.getState().chosen })).toBe(`preset=sample&view=runs&runs=${id}`)
  expect(readAddress('#preset=sample&view=runs&runs=a.b')).toMatchObject({ place: 'runs', runs: ['a', 'b'] })
})

describe('events', () => {
  const step = (at: number): string => JSON.stringify({ type: 'step', stage: 'grpo', step: at })
  const start = JSON.stringify({ type: 'start', settings: { rolloutsKept: 2 }, policy: { adapter: {} } })

  test('are read when a run is opened, once until it grows', async () => {
    const { id } = await runs.service.create(newRun('first'))
    let reads = 0
    const counted = createRuns({ ...bin.service, events: (run, onPart) => { reads++; return bin.service.events(run, onPart) } }, nobody)
    await counted.service.append(id, [{ kind: 'plain', text: start }, { kind: 'plain', text: step(1) }])
    await counted.look()
    expect((await counted.open(id))?.state.steps).toHaveLength(1)
    await counted.open(id)
    expect(reads).toBe(1)
    await counted.service.append(id, [{ kind: 'plain', text: step(2) }])
    await counted.service.change(id, { done: 2 })
    expect((await counted.open(id))?.state.steps.map((one) => one.step)).toEqual([1, 2])
    expect(reads).toBe(2)
  })

  test('a line that is no JSON is told with its number, and the run stays unopened', async () => {
    const { id } = await runs.service.create(newRun('first'))
    await runs.service.append(id, [{ kind: 'plain', text: start }, { kind: 'plain', text: '{"type":' }])
    expect(await runs.open(id)).toBeUndefined()
    expect(runs.getState().failure).toMatch(/^run first could not be opened: .*line 2/)
    expect(runs.getState().opening.size).toBe(0)
  })

  test('test answers are found among those of validations, the later of one policy standing', async () => {
    const { id } = await runs.service.create(newRun('first'))
    const answers = (split: string, policy: string, at: number, rewrite: string): { kind: 'answers'; step: number; text: string } => ({
      kind: 'answers', step: at, text: JSON.stringify({ type: 'answers', split, policy, step: at, answers: [{ queryId: 'q1', query: 'q', rewrite, format: true }] }),
    })
    await runs.service.append(id, [
      answers('test', 'original', 0, 'q'), answers('test', 'before', 0, 'start'), answers('validation', 'current', 0, 'v'), answers('validation', 'current', 2, 'v'),
      answers('test', 'after', 2, 'early'), answers('test', 'after', 3, 'late'),
    ])
    await runs.look()
    expect((await runs.answers(id)).map(({ policy, answers: [first] }) => `${policy} ${first?.rewrite}`)).toEqual(['original q', 'before start', 'after late'])
  })

  test('test answers of a run that grows are read once: what is written meanwhile costs its own steps, and its end is looked for anew', async () => {
    const { id } = await runs.service.create(newRun('first'))
    const read: number[] = []
    const counted = createRuns({ ...bin.service, lines: (run, kind, wanted) => {
      if ('step' in wanted) read.push(wanted.step)
      return bin.service.lines(run, kind, wanted)
    } }, nobody)
    const answers = (split: string, policy: string, at: number): { kind: 'answers'; step: number; text: string } => (
      { kind: 'answers', step: at, text: JSON.stringify({ type: 'answers', split, policy, step: at, answers: [] }) })
    await counted.look()
    await counted.service.append(id, [answers('test', 'original', 0), answers('test', 'before', 0), answers('validation', 'current', 0)])
    await counted.service.change(id, { done: 1 })
    const first = await counted.answers(id)
    await counted.answers(id)
    expect(read).toEqual([0])
    await counted.service.append(id, [answers('validation', 'current', 2)])
    await counted.service.change(id, { done: 2 })
    const second = await counted.answers(id)
    expect(read).toEqual([0, 2])
    // the same objects, so that nothing is resampled
    expect(second[0]).toBe(first[0])
    await counted.service.append(id, [answers('test', 'after', 2)])
    await counted.service.change(id, { status: 'finished' })
    expect((await counted.answers(id)).map(({ policy }) => policy)).toEqual(['original', 'before', 'after'])
    await counted.remove(id)
    read.length = 0
    await counted.undo()
    await counted.answers(id)
    expect(read).toEqual([0, 2])
  })
})

describe('files', () => {
  test('a run is packed under a name that every system takes', async () => {
    const { id } = await runs.service.create(newRun('Läufe: 1/2 "best"'))
    expect((await runs.pack(id))?.name).toBe('run-La-ufe-1-2-best-2026-11-21.zip')
    expect(fileNameOf({ name: '../..', createdAt: 0 })).toBe('run-unnamed-1970-01-01.zip')
  })

  test('files that are no runs are refused by their names, together, with the store’s reason', async () => {
    await runs.take([new File(['x'], 'one.zip'), new File(['x'], 'two.zip')])
    expect(runs.getState()).toMatchObject({ failure: 'one.zip was not imported: not here\ntwo.zip was not imported: not here', doing: undefined, notice: undefined })
  })

  test('a run that is taken in takes no way back from one that was deleted', async () => {
    const [gone, { id }] = [await runs.service.create(newRun('gone')), await runs.service.create(newRun('carried'))]
    const taking = createRuns({ ...bin.service, import: () => Promise.resolve(fake.record(id)) }, nobody)
    await taking.look()
    await taking.remove(gone.id)
    await taking.take([new File(['good'], 'good.zip')])
    expect(taking.getState().notice).toEqual({ message: 'Run carried was imported, bit for bit. Undo brings the deleted run back.', undo: gone.id })
    await taking.undo()
    expect(taking.getState().records.map(({ name }) => name)).toContain('gone')
  })

  test('a refused file does not keep the others out, and is still told', async () => {
    const { id } = await runs.service.create(newRun('carried'))
    const taking = createRuns({ ...bin.service, import: (file) => (file.size === 1 ? Promise.reject(new Error('it is no archive')) : Promise.resolve(fake.record(id))) }, nobody)
    await taking.take([new File(['x'], 'bad.zip'), new File(['good'], 'good.zip')])
    expect(taking.getState()).toMatchObject({ shown: id, notice: { message: 'Run carried was imported, bit for bit.' }, failure: 'bad.zip was not imported: it is no archive' })
  })
})
