// Taking a kept run up while something else is asked for, and where it cannot be: one writer, and nothing is lost.
import { expect, test, vi } from 'vitest'
import { timeless, uninterrupted, visit } from './keptRunTesting.ts'
import { fakeRuns } from '../runs/runsTesting.ts'

test('a second click on Go on, and Train or Step beside it, begin nothing more: the run has one writer and one end', async () => {
  const runs = fakeRuns()
  const before = await visit(runs)
  await before.until(5)
  const { run, reaches } = await visit(runs)
  const first = run.resume('run-1')
  const second = run.resume('run-1')
  run.train()
  run.step()
  await run.fork('run-1', 'grpo', 2)
  await Promise.all([first, second])
  await reaches('finished')
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  expect(timeless(runs.events('run-1'))).toEqual(await uninterrupted())
  expect((await runs.service.list()).map(({ id }) => id)).toEqual(['run-1'])
})

test('Train while a fork is read leaves the fork to be begun, and Reset gives up what is read', async () => {
  const runs = fakeRuns()
  const { run, reaches, until } = await visit(runs)
  await until(3)
  const forked = run.fork('run-1', 'grpo', 2)
  run.train()
  await forked
  expect(run.getState()).toMatchObject({ phase: 'idle', fork: { record: { id: 'run-1' } } })
  const resumed = run.resume('run-1')
  run.reset()
  await resumed
  expect(run.getState()).toMatchObject({ phase: 'idle', record: undefined })
  run.train()
  await reaches('finished')
  expect((await runs.service.list()).map(({ id, done }) => `${id} ${done}`)).toEqual(['run-2 7', 'run-1 3'])
})

test('a run that cannot be read leaves the paused one paused, to go on with', async () => {
  const runs = fakeRuns()
  const { run, reaches, until, stepsDone } = await visit(runs)
  await until(3)
  await run.resume('run-9')
  expect(run.getState()).toMatchObject({ phase: 'paused', failure: { kept: 'Nothing was changed.' } })
  run.train()
  await reaches('finished')
  expect([stepsDone(), (await runs.service.list()).length]).toEqual([[1, 2, 3, 4, 5, 6, 7], 1])
})

test.each<[string, (runs: ReturnType<typeof fakeRuns>) => void, string]>([
  ['its checkpoint is damaged', (runs) => { runs.faults.checkpoint = 'run 1 is damaged: its checkpoint is not what was written' }, 'is damaged'],
  [
    'its settings do not fit its events', (runs) => runs.mark('run-1', { settings: { ...runs.record('run-1').settings, seed: 9 } }),
    'setting seed was 1 and would be 9',
  ],
])('a run that cannot go on since %s loses nothing of what was kept', async (_, spoil, message) => {
  const runs = fakeRuns()
  const before = await visit(runs)
  await before.until(5)
  const kept = [runs.events('run-1'), runs.record('run-1').checkpoints]
  spoil(runs)
  const { run, reaches } = await visit(runs)
  await run.resume('run-1')
  await reaches('failed')
  expect(run.getState().failure?.message).toContain(message)
  expect([runs.events('run-1'), runs.record('run-1').checkpoints]).toEqual(kept)
})

test('how a reset run ended, told late, is nothing of the run that began after it', async () => {
  const runs = fakeRuns()
  const change = runs.service.change.bind(runs.service)
  let tell = (): void => undefined
  runs.service.change = async (id, changed) => {
    const record = await change(id, changed)
    if (changed.status === 'stopped') await new Promise<void>((resolve) => { tell = resolve })
    return record
  }
  const { run, reaches, until, library } = await visit(runs)
  await until(2)
  run.reset()
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('stopped'))
  // the next run waits for its shop, and has no record of its own yet
  const settled = library.settled.bind(library)
  let open: (() => void) | undefined
  library.settled = async () => {
    await new Promise<void>((resolve) => { open = resolve })
    return settled()
  }
  run.train()
  await vi.waitFor(() => expect(open).toBeDefined())
  tell()
  await new Promise((resolve) => { setTimeout(resolve, 20) })
  expect(run.getState().record).toBeUndefined()
  open?.()
  await reaches('finished')
  expect(run.getState().record).toMatchObject({ id: 'run-2', status: 'finished' })
})
