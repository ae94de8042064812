// A run on its way into the store: batches, checkpoints, and a store that fails.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunEvent } from '../../experiment/events.ts'
import { lineOf } from '../../experiment/line.ts'
import { POLICY_INFO } from '../../experiment/testing.ts'
import { createRecorder } from './recorder.ts'
import { fakeRuns } from '../runs/runsTesting.ts'

type Checkpoint = Extract<RunEvent, { type: 'checkpoint' }>

const START: RunEvent = {
  type: 'start', settings: { seed: 7, checkpointsKept: 3, policy: 'sample' }, policy: POLICY_INFO, loaded: { policy: 'sample' },
  dataset: { name: 'pots', hash: 'abc', products: 5, train: 3, validation: 1, test: 1 }, recommender: 'bm25', versions: { browser: 'Chromium 140', minisearch: '7.2.0' },
}
const STAGE: RunEvent = { type: 'stage', stage: 'grpo', steps: 9 }
const step = (at: number): RunEvent => ({ type: 'step', stage: 'sft', step: at, loss: NaN, gradNorm: 1, tokens: 1, learningRate: 1, ms: 1 })
const rollouts = (at: number, text = ''): RunEvent => ({ type: 'rollouts', step: at, rollouts: [{ queryId: 'q', text } as never] })
const checkpoint = (at: number, name: Checkpoint['name']): Checkpoint => ({ type: 'checkpoint', name, stage: 'grpo', step: at, reason: 'it is time' })
const ids = (runs: ReturnType<typeof fakeRuns>) => runs.service.list().then((all) => all.map(({ id }) => id))

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

async function begun() {
  const runs = fakeRuns()
  const appended = vi.spyOn(runs.service, 'append')
  const kept = vi.spyOn(runs.service, 'keep')
  const recorder = createRecorder(runs.service, { now: () => Date.now(), machine: { cores: '8' } })
  const recording = recorder.begin()
  await recording.take(START)
  const { id } = recording.record()!
  return { runs, appended, kept, recorder, recording, id, lines: () => runs.events(id) }
}

describe('the record', () => {
  test('stands with the start: a name that tells it from others, and what it runs on', async () => {
    const { runs, recorder, recording } = await begun()
    expect(recording.record()).toMatchObject({
      name: 'pots · sample policy · 1', status: 'running', settings: { seed: 7 }, dataset: { name: 'pots', hash: 'abc' }, recommender: 'bm25', policy: 'sample',
      environment: { browser: 'Chromium 140', seed: '7', 'data hash': 'abc', cores: '8', minisearch: '7.2.0' },
    })
    const other = recorder.begin()
    await other.take({ ...START, loaded: { policy: 'Qwen/Qwen2.5-0.5B-Instruct@main' } } as RunEvent)
    const third = recorder.begin()
    await third.take(START)
    expect((await runs.service.list()).map(({ name }) => name)).toEqual(['pots · sample policy · 2', 'pots · Qwen2.5-0.5B-Instruct · 1', 'pots · sample policy · 1'])
  })

  test('says how far the run is now and then, and at its end with the summary', async () => {
    const { recording, runs, id } = await begun()
    await recording.take(STAGE)
    await recording.take(step(4))
    await vi.advanceTimersByTimeAsync(600)
    expect(runs.record(id)).toMatchObject({ done: 0, planned: 0 })
    await vi.advanceTimersByTimeAsync(5000)
    await recording.take(step(5))
    await vi.advanceTimersByTimeAsync(600)
    expect(runs.record(id)).toMatchObject({ done: 5, planned: 9 })
    await recording.take({ type: 'done', summary: { steps: 6 } as never, ms: 2000 })
    await recording.settle('finished')
    expect(recording.record()).toMatchObject({ status: 'finished', done: 5, summary: { steps: 6, seconds: 2 } })
  })

  test('is running again with the first event after a pause', async () => {
    const { recording, runs, id } = await begun()
    await recording.settle('paused')
    expect(runs.record(id).status).toBe('paused')
    await recording.take(step(1))
    await vi.advanceTimersByTimeAsync(600)
    expect(runs.record(id).status).toBe('running')
  })

  test('of a run that never began is not made', async () => {
    const runs = fakeRuns()
    await createRecorder(runs.service).begin().settle('failed')
    expect(await ids(runs)).toEqual([])
  })

  test('of a paused run is let go of when another begins', async () => {
    const { runs, recorder, recording, id } = await begun()
    const released = vi.spyOn(runs.service, 'release')
    await recording.settle('paused')
    recorder.goOn(recording.record()!)
    expect(released).not.toHaveBeenCalled()
    recorder.begin()
    await vi.advanceTimersByTimeAsync(0)
    expect(released).toHaveBeenCalledExactlyOnceWith(id)
  })
})

describe('events', () => {
  test('are written as the lines that the command line writes, half a second of them at a time', async () => {
    const { recording, appended, runs, id } = await begun()
    const lines = [STAGE, rollouts(1), step(1)]
    appended.mockClear()
    for (const event of lines) await recording.take(event)
    expect(appended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(500)
    expect(appended).toHaveBeenCalledExactlyOnceWith(id, [
      { kind: 'plain', text: lineOf(STAGE) }, { kind: 'rollouts', step: 1, text: lineOf(rollouts(1)) }, { kind: 'plain', text: lineOf(step(1)) },
    ])
    expect(runs.events(id)).toHaveLength(4)
  })

  test('do not wait beyond a megabyte, nor for a timer that a hidden tab holds up', async () => {
    const { recording, appended } = await begun()
    appended.mockClear()
    await recording.take(rollouts(1, 'x'.repeat(1e6)))
    await vi.advanceTimersByTimeAsync(0)
    expect(appended).toHaveBeenCalledTimes(1)
    await recording.take(step(2))
    vi.setSystemTime(Date.now() + 600)
    await recording.take(step(3))
    await Promise.resolve()
    expect(appended).toHaveBeenCalledTimes(2)
  })

  test('keep the run waiting once eight megabytes of them are under way', async () => {
    const { recording, appended } = await begun()
    let answer = (): void => undefined
    appended.mockImplementation(() => new Promise((resolve) => { answer = resolve }))
    for (let at = 1; at <= 7; at++) await recording.take(rollouts(at, 'x'.repeat(1e6)))
    const behind = vi.fn<() => void>()
    const taken = recording.take(rollouts(8, 'x'.repeat(1.1e6))).then(behind)
    await vi.advanceTimersByTimeAsync(100)
    expect(behind).not.toHaveBeenCalled()
    appended.mockImplementation(() => Promise.resolve())
    answer()
    await taken
    expect(behind).toHaveBeenCalled()
  })

  test('are all written before a checkpoint, which then stands behind them', async () => {
    const { recording, runs, id, kept } = await begun()
    await recording.take(step(1))
    await recording.take(checkpoint(1, 'best'))
    expect(recording.has(checkpoint(1, 'best'))).toBe(false)
    await recording.keep(checkpoint(1, 'best'), new ArrayBuffer(4))
    expect(kept).toHaveBeenLastCalledWith(id, { stage: 'grpo', step: 1, names: ['best'] }, new ArrayBuffer(4), 3)
    expect(recording.record()?.checkpoints).toMatchObject([{ step: 1, eventsBytes: runs.record(id).events.bytes }])
    await recording.take(checkpoint(1, 'step'))
    expect(recording.has(checkpoint(1, 'step'))).toBe(true)
    await recording.keep(checkpoint(1, 'step'), undefined)
    expect(recording.record()?.checkpoints).toMatchObject([{ names: ['best', 'step'], eventsBytes: runs.record(id).events.bytes }])
  })
})

describe('a store that fails', () => {
  test('is told once, and what it missed is written at the next checkpoint, each event once', async () => {
    const { recording, runs, id, lines } = await begun()
    runs.faults.append = 'the disk is full; free some space'
    await recording.take(step(1))
    await vi.advanceTimersByTimeAsync(600)
    await expect(recording.take(step(2))).rejects.toThrow('the disk is full; free some space')
    await recording.take(step(3))
    await vi.advanceTimersByTimeAsync(60_000)
    delete runs.faults.append
    await recording.take(checkpoint(3, 'step'))
    await recording.keep(checkpoint(3, 'step'), new ArrayBuffer(4))
    expect(lines().map(({ type, ...rest }) => ('step' in rest ? `${type} ${String(rest.step)}` : type))).toEqual(['start', 'step 1', 'step 2', 'step 3', 'checkpoint 3'])
    expect(runs.record(id).status).toBe('running')
  })

  test('after it wrote, its worker ended before it could say so: nothing is written twice', async () => {
    const { recording, runs, appended, lines } = await begun()
    const store = runs.service
    appended.mockImplementationOnce(async (run, all) => {
      await store.append(run, all.slice(0, 1))
      throw new Error('runs worker stopped')
    })
    await recording.take(step(1))
    await recording.take(step(2))
    await vi.advanceTimersByTimeAsync(600)
    appended.mockRestore()
    await expect(recording.settle('paused')).resolves.toBeUndefined()
    expect(lines().map(({ type }) => type)).toEqual(['start', 'step', 'step'])
  })

  test('for sixty-four megabytes is given up: the run is kept up to there and no longer written, and training is not stopped', async () => {
    const { recording, runs, id, lines } = await begun()
    runs.faults.append = 'the disk is full'
    const told: string[] = []
    for (let at = 1; at <= 14; at++) {
      await recording.take(rollouts(at, 'x'.repeat(5e6))).catch((error: Error) => { told.push(error.message) })
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(told).toEqual(['the disk is full', expect.stringMatching(/^the browser's store has failed for too long, and the run is no longer kept/)])
    delete runs.faults.append
    await recording.keep(checkpoint(14, 'last'), new ArrayBuffer(4))
    await recording.settle('finished')
    expect(lines().map(({ type }) => type)).toEqual(['start'])
    expect(runs.record(id).checkpoints).toEqual([])
  })
})
