// What a page makes of a run's events.
import { describe, expect, it } from 'vitest'
import { parseSettings } from '../domain/config.ts'
import type { RunEvent } from './events.ts'
import { emptyRun, reduce, reduceAll } from './reduce.ts'
import { POLICY_INFO, tablePorts, tableShop } from './testing.ts'
import { train } from './train.ts'

async function record(changes: readonly string[]): Promise<RunEvent[]> {
  const dataset = tableShop()
  const events: RunEvent[] = []
  const settings = parseSettings(['learningRate=0.1', 'promptsPerStep=4', 'groupSize=4', 'validationEvery=2', 'steps=6', ...changes])
  for await (const event of train(tablePorts(dataset), { dataset, settings, policy: POLICY_INFO, versions: {} })) events.push(event)
  return events
}

describe('the state of a run', () => {
  it('gathers every series, the last rollouts, the evaluations and the summary', async () => {
    const events = await record(['stages=sft,grpo', 'sftSteps=3', 'rolloutsKept=2'])
    const state = events.reduce(reduce, emptyRun)
    expect(state.start?.dataset.name).toBe('table shop')
    expect([state.stage, state.done, state.planned]).toEqual(['grpo', 6, 6])
    expect(state.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
    expect(state.sft.map(({ step }) => step)).toEqual([1, 2, 3])
    expect(state.validations.map(({ step }) => step)).toEqual([0, 2, 4, 6])
    expect(Object.keys(state.tests).sort()).toEqual(['after', 'before', 'original', 'prompted'])
    expect(state.sftValidations.map(({ step }) => step)).toEqual([0, 2, 3])
    expect(state.imitating).toMatchObject({ texts: 45, imitated: { from: 'copy' } })
    expect(state.rollouts?.step).toBe(6)
    expect(state.rolloutHistory.map(({ step }) => step)).toEqual([5, 6])
    expect(state.checkpoints.at(-1)?.name).toBe('last')
    expect(state.best?.step).toBe(state.summary?.best.step)
    expect(state.paired?.after).toBe(state.summary?.train.paired.after)
    expect(state.summary?.seconds).toBeGreaterThan(0)
  })

  it('is new after a start, and never changed in place', async () => {
    const events = await record([])
    const frozen = (state: typeof emptyRun) => {
      for (const value of Object.values(state)) Object.freeze(value)
      return Object.freeze(state)
    }
    const once = events.reduce((state, event) => frozen(reduce(state, event)), frozen({ ...emptyRun }))
    expect(events.reduce(reduce, once)).toEqual(once)
    expect(reduce(once, events[0]!).steps).toEqual([])
  })

  it('is the same whether events come one by one or many at a time, and copies a list once for all of them', async () => {
    const events = await record(['stages=sft,grpo', 'sftSteps=3', 'rolloutsKept=2'])
    const one = events.reduce(reduce, emptyRun)
    const middle = reduceAll(emptyRun, events.slice(0, 20))
    const before = structuredClone(middle)
    expect(reduceAll(middle, events.slice(20))).toEqual(one)
    expect(middle).toEqual(before)
    const step = one.steps.at(-1)!
    const many = Array.from({ length: 10_000 }, (_, i): RunEvent => ({ type: 'step', stage: 'grpo', ...step, step: i + 1 }))
    const long = reduceAll(emptyRun, many)
    expect(long.steps).toHaveLength(10_000)
    expect(reduceAll(long, [{ type: 'alarm', step: 1, message: 'look' }]).steps).toBe(long.steps)
  })

  it('adds up the rollouts without a ranking, keeps the latest reason, and is the same object while none are added', async () => {
    const step = (await record([])).reduce(reduce, emptyRun).steps[0]!
    const stepOf = (failed: typeof step.failed): RunEvent => ({ type: 'step', stage: 'grpo', ...step, failed })
    const state = reduceAll(emptyRun, [stepOf({ rollouts: 2, share: 0.5, reason: 'early' }), stepOf({ rollouts: 1, share: 0.25, reason: 'late' })])
    expect(state.unranked).toEqual({ rollouts: 3, reason: 'late' })
    expect(reduce(state, stepOf({ rollouts: 0, share: 0 })).unranked).toBe(state.unranked)
  })

  it('marks where a run was forked and how its settings changed, and takes those as the ones in force; a stop before a fork is over', async () => {
    const stopped = reduceAll(emptyRun, [...(await record(['stages=grpo'])).slice(0, 12), { type: 'stopped', step: 3 }])
    expect(stopped.stopped).toEqual({ type: 'stopped', step: 3 })
    const forked = reduceAll(stopped, [{ type: 'fork', run: 'one', step: 3 }, { type: 'settings', step: 3, changed: { steps: 9, learningRate: 0.2 } }])
    expect(forked.forkedAt.map(({ run, step }) => [run, step])).toEqual([['one', 3]])
    expect(forked.changes).toHaveLength(1)
    expect(forked).toMatchObject({ stopped: undefined, planned: 9, start: { settings: { steps: 9, learningRate: 0.2, groupSize: 4 } } })
    expect(stopped.start?.settings['steps']).toBe(6)
  })

  it('of imitation alone has its validations as the run’s and as the stage’s; a stage’s best is not the next one’s', async () => {
    const alone = (await record(['stages=sft', 'sftSteps=4'])).reduce(reduce, emptyRun)
    expect(alone.sftValidations.map(({ step }) => step)).toEqual([0, 2, 4])
    expect(alone.validations).toEqual(alone.sftValidations)
    expect(alone.best?.stage).toBe('sft')
    const events = await record(['stages=sft,grpo', 'sftSteps=3'])
    const begun = reduceAll(emptyRun, events.slice(0, 1 + events.findIndex((event) => event.type === 'stage' && event.stage === 'grpo')))
    expect([begun.best, begun.done, begun.sftValidations.length]).toEqual([undefined, 0, 3])
  })

  it('keeps alarms with their steps', () => {
    const state = reduce(emptyRun, { type: 'alarm', step: 4, message: 'look' })
    expect(state.alarms).toEqual([{ step: 4, message: 'look' }])
  })
})
