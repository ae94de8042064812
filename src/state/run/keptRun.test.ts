// Runs that are kept: the real loop over a table for a policy, left in the middle, lost with the device, gone on with, forked and stopped.
import { expect, test, vi } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import { SETTINGS, timeless, uninterrupted, visit } from './keptRunTesting.ts'
import { fakeRuns } from '../runs/runsTesting.ts'

test('every event of a run is kept, with its checkpoints, and the record says that it finished', async () => {
  const runs = fakeRuns()
  const { run, reaches } = await visit(runs)
  run.train()
  await reaches('finished')
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  const { name, done, planned, checkpoints, summary } = runs.record('run-1')
  expect([name, done, planned, summary !== undefined]).toEqual(['table shop · sample policy · 1', 7, 7, true])
  expect(checkpoints.map(({ step }) => step)).toEqual(expect.arrayContaining([0, 2, 4, 6, 7]))
  const told = runs.events('run-1').map(({ type }) => type)
  expect([told[0], told.at(-1), told.filter((type) => type === 'step').length, told.includes('rollouts'), told.includes('answers')]).toEqual(['start', 'done', 7, true, true])
  expect(run.getState().record).toMatchObject({ id: 'run-1', status: 'finished' })
})

test('a page that is left in the middle comes back with its curves, and one call goes on to the events of an uninterrupted run', async () => {
  const runs = fakeRuns()
  const before = await visit(runs)
  await before.until(5)
  const after = await visit(runs)
  await after.run.lookForInterrupted(undefined)
  expect(after.run.getState()).toMatchObject({ phase: 'interrupted', record: { id: 'run-1' }, settings: { steps: 7 }, run: { done: 5, planned: 7 } })
  expect(after.stepsDone()).toEqual([1, 2, 3, 4, 5])
  expect(after.run.getState().run.rollouts?.step).toBe(5)
  await after.run.resume('run-1')
  await after.reaches('finished')
  expect(after.stepsDone()).toEqual([1, 2, 3, 4, 5, 6, 7])
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  expect(timeless(runs.events('run-1'))).toEqual(await uninterrupted())
})

test('the starting policy and the best so far stand in the engine again before it goes on', async () => {
  const runs = fakeRuns()
  const before = await visit(runs)
  await before.until(4)
  const after = await visit(runs)
  await after.run.resume('run-1')
  await after.reaches('finished')
  expect(after.policies.at(-1)!.calls.slice(0, 3)).toEqual(['fixReference', 'keep best', 'update'])
})

test('a lost device leaves the checkpoint to go on from, and the run goes on from the store on a fresh device', async () => {
  const runs = fakeRuns()
  const { run, reaches, lose, policies, stepsDone, until } = await visit(runs)
  await until(5)
  run.train()
  lose.at(-1)!('the driver was reset')
  await reaches('failed')
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('failed'))
  expect(run.getState().failure?.message).toBe('the GPU device was lost: the driver was reset')
  expect(run.getState().failure?.kept).toMatch(/^Kept: the curves of [56] steps, the checkpoint of step [46], to go on from, and the best policy, of step \d, which can be saved below\.$/)
  await run.resume('run-1')
  await reaches('finished')
  expect([policies.length, stepsDone()]).toEqual([2, [1, 2, 3, 4, 5, 6, 7]])
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  expect(timeless(runs.events('run-1'))).toEqual(await uninterrupted())
})

test('a run that is gone on with at once after a loss waits until its end is written, and nothing is cut back under it', async () => {
  const runs = fakeRuns()
  const { run, reaches, lose, until, stepsDone } = await visit(runs, { slow: true })
  await until(4)
  // the store is slow: lines of the fifth step are still on their way when the run goes on from before it
  const append = runs.service.append.bind(runs.service)
  runs.service.append = async (id, lines) => {
    await new Promise((resolve) => { setTimeout(resolve, 500) })
    return append(id, lines)
  }
  run.train()
  await vi.waitFor(() => expect(stepsDone()).toContain(5))
  lose.at(-1)!('the driver was reset')
  await reaches('failed')
  runs.service.append = append
  await run.resume('run-1')
  await reaches('finished')
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  expect(timeless(runs.events('run-1'))).toEqual(await uninterrupted())
})

test('a store that is full is told, training goes on, and the next checkpoint that fits takes the word back', async () => {
  const runs = fakeRuns()
  const { run, reaches, stepsDone, until } = await visit(runs)
  await until(1)
  runs.faults.keep = 'the browser gives this page 10.0 GB, and 1.2 MB more do not fit; remove a run or a data set'
  run.step()
  await vi.waitFor(() => expect(stepsDone()).toEqual([1, 2]))
  run.step()
  await vi.waitFor(() => expect(run.getState().keepingFault).toBe('the checkpoint of step 2 is not kept: the browser gives this page 10.0 GB, and 1.2 MB more do not fit; remove a run or a data set'))
  delete runs.faults.keep
  run.train()
  await reaches('finished')
  expect(run.getState().keepingFault).toBeUndefined()
  expect(runs.record('run-1').checkpoints.map(({ step }) => step)).not.toContain(2)
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  expect(timeless(runs.events('run-1'))).toEqual(await uninterrupted())
})

test('a store that cannot be written at all never ends a run; what it missed is written once it answers', async () => {
  const runs = fakeRuns()
  runs.faults.create = 'runs worker stopped: out of memory; start again to open a new one'
  const { run, reaches } = await visit(runs)
  run.step()
  await reaches('paused')
  expect(run.getState().keepingFault).toContain('out of memory')
  delete runs.faults.create
  run.train()
  await reaches('finished')
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  expect(timeless(runs.events('run-1'))).toEqual(await uninterrupted())
})

test('Stop ends training early and measures what was reached', async () => {
  const runs = fakeRuns()
  const { run, reaches, stepsDone, until } = await visit(runs)
  await until(3)
  run.stop()
  expect(run.getState().phase).toBe('stopping')
  await reaches('finished')
  expect([stepsDone(), run.getState().run.summary?.steps]).toEqual([[1, 2, 3], 3])
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  expect(runs.events('run-1').map(({ type }) => type)).toContain('stopped')
})

test('Stop in the middle of a step waits for the step, and nothing more is trained', async () => {
  const runs = fakeRuns()
  const { run, reaches, stepsDone } = await visit(runs, { slow: true })
  run.train()
  await vi.waitFor(() => expect(stepsDone().length).toBeGreaterThan(0))
  const seen = stepsDone().length
  run.stop()
  await reaches('finished')
  // what the page has not seen yet may be one step, and the one under way another
  expect(stepsDone().length).toBeLessThanOrEqual(seen + 2)
  expect(stepsDone().length).toBeLessThan(7)
  expect(run.getState().run.summary?.steps).toBe(stepsDone().length)
})

test('Reset gives the run up, and it stays kept as stopped', async () => {
  const runs = fakeRuns()
  const { run, until } = await visit(runs)
  await until(2)
  run.reset()
  expect(run.getState()).toMatchObject({ phase: 'idle', record: undefined })
  await vi.waitFor(() => expect(runs.record('run-1')).toMatchObject({ status: 'stopped', done: 2 }))
})

test('a run goes on from an earlier checkpoint when it is named, and what came after it is gone', async () => {
  const runs = fakeRuns()
  const { run, reaches, stepsDone, until } = await visit(runs)
  await until(5)
  await run.resume('run-1', { stage: 'grpo', step: 2 })
  await reaches('finished')
  expect(stepsDone()).toEqual([1, 2, 3, 4, 5, 6, 7])
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('finished'))
  expect(timeless(runs.events('run-1'))).toEqual(await uninterrupted())
})

test('a fork begins a new run at the checkpoint with other settings; the run that it comes from stays as it is', async () => {
  const runs = fakeRuns()
  const { run, reaches, stepsDone, until } = await visit(runs)
  await until(5)
  const before = runs.events('run-1')
  await run.fork('run-1', 'grpo', 4)
  expect(run.getState()).toMatchObject({ phase: 'idle', fork: { stage: 'grpo', step: 4, record: { id: 'run-1' } }, settings: { steps: 7 } })
  run.changeAll({ learningRate: 0.01, steps: 9 })
  run.train()
  await reaches('finished')
  expect([stepsDone().length, run.getState().record?.id, run.getState().fork]).toEqual([9, 'run-2', undefined])
  expect(runs.record('run-2')).toMatchObject({ name: 'table shop · sample policy · 1, from step 4', parent: { id: 'run-1', step: 4 }, settings: { learningRate: 0.01, steps: 9 } })
  expect(runs.events('run-1')).toEqual(before)
  const told = runs.events('run-2').map(({ type }) => type)
  expect([told.includes('fork'), told.includes('settings')]).toEqual([true, true])
})

test('a fork with settings that its weights cannot take is refused in words, and nothing is begun', async () => {
  const runs = fakeRuns()
  const { run, until } = await visit(runs)
  await until(3)
  await run.fork('run-1', 'grpo', 2)
  run.changeAll({ seed: 5, steps: 1 })
  run.train()
  expect(run.getState().failure).toEqual({
    message: 'setting seed was 1 and would be 5, but queries that were trained on could come to be measured on; keep 1, or start a new run; '
      + 'setting steps is 1, but the checkpoint stands after step 2; give at least 2',
    kept: 'Nothing was begun.',
  })
  expect(run.getState().phase).toBe('idle')
})

test('a run whose data set is not kept here says which one is needed', async () => {
  const runs = fakeRuns()
  const before = await visit(runs)
  await before.until(2)
  runs.mark('run-1', { dataset: { name: 'esci us', hash: 'abcdef0123456789' } })
  const after = await visit(runs)
  await after.run.resume('run-1')
  await after.reaches('failed')
  expect(after.run.getState().failure?.message).toBe('run table shop · sample policy · 1 was trained on esci us (hash abcdef012345…), which this browser does not keep; add the same files, then go on')
  expect(runs.record('run-1').done).toBe(2)
})

test('a run is not brought back when another tab drives it, a newer one was begun, or it was given up', async () => {
  const runs = fakeRuns()
  const before = await visit(runs)
  await before.until(2)
  const look = async (): Promise<string> => {
    const { run } = await visit(runs)
    await run.lookForInterrupted(undefined)
    return run.getState().phase
  }
  expect(await look()).toBe('interrupted')
  runs.mark('run-1', { writer: 'elsewhere' })
  expect(await look()).toBe('idle')
  const { run } = await visit(runs)
  await run.resume('run-1')
  expect(run.getState().failure?.message).toContain('is under way in another tab')
  runs.mark('run-1', { writer: undefined as never })
  expect(await look()).toBe('interrupted')
  const again = await visit(runs)
  await again.run.lookForInterrupted(undefined)
  again.run.reset()
  await vi.waitFor(() => expect(runs.record('run-1').status).toBe('stopped'))
  expect(await look()).toBe('idle')
})

test('an address that asks for other settings keeps them: the interrupted run is told of and not shown', async () => {
  const runs = fakeRuns()
  const before = await visit(runs)
  await before.until(2)
  const { run } = await visit(runs)
  await run.lookForInterrupted(settingsOf('sample', { seed: 3 }))
  expect([run.getState().phase, run.getState().left?.id, run.getState().run.steps]).toEqual(['idle', 'run-1', []])
  await run.lookForInterrupted(settingsOf('sample', SETTINGS))
  expect(run.getState().phase).toBe('interrupted')
})
