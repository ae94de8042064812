// Stages and tasks together: what a run of each list of stages tells, on queries and on histories; the same seed, the same story.
import { describe, expect, it } from 'vitest'
import { parseSettings } from '../domain/config.ts'
import type { RunEvent } from './events.ts'
import { emptyRun, reduceAll } from './reduce.ts'
import { of, runOn, SHOP, stepsOf, summary } from './runTesting.ts'
import { historyShop, POLICY_INFO, tablePorts } from './testing.ts'
import { train } from './train.ts'

const PEOPLE = historyShop()
const HISTORIES = ['task=sequential', 'promptsPerStep=8', 'seenItems=removed']
const timeless = (events: readonly RunEvent[]): string => JSON.stringify(events, (name, value: unknown) => (name === 'ms' || name.endsWith('Ms') ? undefined : value))
const told = (events: readonly RunEvent[]): string[] => events.flatMap((event) => (
  event.type === 'stage' ? [`stage ${event.stage}`] : event.type === 'evaluation' ? [`${event.split} ${event.policy}${event.stage === undefined ? '' : ` in ${event.stage}`} ${event.step}`] : []))

describe('prompting alone', () => {
  it('measures the policy as it is, trains nothing, and has a whole summary', async () => {
    const ports = tablePorts(SHOP)
    const events = await runOn(ports, ['stages=prompt'])
    expect(events.map(({ type }) => type)).toEqual(['start', 'evaluation', 'answers', 'evaluation', 'answers', 'evaluation', 'answers', 'paired', 'done'])
    expect(told(events)).toEqual(['test original 0', 'test before 0', 'test after 0'])
    expect(ports.policy.calls).toEqual(['fixReference'])
    const { steps, test, gain, best, train: { paired } } = summary(events)
    expect([steps, best.step, best.reason]).toEqual([0, 0, 'nothing was trained: this is the policy as it was loaded'])
    expect(test.after).toEqual(test.before)
    expect(gain.before).toEqual({ delta: 0, low: 0, high: 0, p: 1 })
    expect(gain.original.delta).toBeCloseTo(test.after['ndcg@10'] - test.original['ndcg@10'], 12)
    expect(paired).toMatchObject({ p: 1 })
    expect(paired.after).toBe(paired.before)
    expect(reduceAll(emptyRun, events)).toMatchObject({ stage: undefined, planned: 0, steps: [] })
  })
})

describe('sft and then grpo', () => {
  it('is compared with the policy that was prompted, before anything imitated', async () => {
    const events = await runOn(tablePorts(SHOP), ['stages=sft,grpo', 'steps=20', 'sftSteps=10', 'sftLearningRate=0.2', 'validationEvery=10'])
    expect(told(events)).toEqual([
      'test prompted 0', 'stage sft', 'validation current in sft 0', 'validation current in sft 10', 'test original 0', 'test before 0', 'stage grpo',
      'validation current 0', 'validation current 10', 'validation current 20', `test after ${summary(events).best.step}`])
    const { test, gain } = summary(events)
    expect(gain.prompted!.delta).toBeCloseTo(test.after['ndcg@10'] - test.prompted!['ndcg@10'], 12)
    expect(test.prompted).not.toEqual(test.before)
    expect(gain.prompted!.p).toBeLessThan(0.01)
  })

  it('starts grpo from the best that sft validated, not from its last', async () => {
    const ports = tablePorts(SHOP)
    const supervise = ports.policy.supervise.bind(ports.policy)
    let count = 0
    ports.policy.supervise = async (request) => {
      const report = await supervise(request)
      // from step 6 on the policy forgets to close its answers
      if (++count > 5) ports.policy.state.logits.fill(9, 12 * 4 + 1, 13 * 4)
      return report
    }
    const events = await runOn(ports, ['stages=sft,grpo', 'steps=1', 'sftSteps=10', 'sftLearningRate=0.2', 'validationEvery=5'])
    expect(ports.policy.calls.filter((call) => !['supervise', 'update'].includes(call)).slice(0, 4)).toEqual(['keep best', 'keep best', 'restore best', 'fixReference'])
    expect(summary(events).test.before.format).toBe(1)
    const last = of(events, 'evaluation').findLast(({ stage }) => stage === 'sft')!
    expect([last.step, last.metrics.format]).toEqual([10, 0])
  })
})

describe('a task over histories', () => {
  it('learns from rewards what people buy next, tells it from what they have, and beats its start and the history’s titles on unseen people', async () => {
    const events = await runOn(tablePorts(PEOPLE), [...HISTORIES, 'steps=40'], PEOPLE)
    expect(of(events, 'start')[0]).toMatchObject({ dataset: { train: 32, validation: 8, test: 20 }, task: { name: 'sequential', version: 1 } })
    const { test, gain } = summary(events)
    expect(test.after['ndcg@10']).toBeGreaterThan(0.9)
    expect(gain.before.delta).toBeGreaterThan(0.2)
    expect(gain.before.p).toBeLessThan(0.01)
    expect(gain.original.p).toBeLessThan(0.01)
    expect(test.after.lcs).toBeGreaterThan(test.before.lcs!)
    const { answers } = of(events, 'answers').at(-1)!
    expect(answers[0]).toMatchObject({ query: expect.stringMatching(/^[a-l]w[01] [a-l]w[01]$/) as string, metrics: { lcs: expect.any(Number) as number } })
  })

  it.each(['prompt', 'sft', 'grpo', 'sft,grpo'])('tells the same story twice with the stages %s, and another with another seed', async (stages) => {
    const story = async (tick: number, seed: number) => timeless(await runOn(tablePorts(PEOPLE, tick), [
      ...HISTORIES, `stages=${stages}`, 'sftFrom=rejection', 'rejectionSamples=3', 'sftSteps=4', 'steps=3', 'validationEvery=2', 'evaluationQueries=8', `seed=${seed}`], PEOPLE))
    const first = await story(1, 1)
    expect(await story(7, 1)).toBe(first)
    expect(await story(1, 2)).not.toBe(first)
  })
})

describe('a reward of many parts', () => {
  const PARTS = ['rewardNovelty=0.2', 'rewardCoverage=0.3', 'rewardBusiness=0.1', 'businessColumn=price', 'rewardDiversity=0.1', 'diversityBy=text', 'rewardK=3']

  it('reads the catalogue, the training rows and the other rollouts of its step', async () => {
    const events = await runOn(tablePorts(PEOPLE), [...HISTORIES, ...PARTS, 'steps=2'], PEOPLE)
    const { rollouts } = of(events, 'rollouts')[0]!
    const found = rollouts.filter(({ parts }) => parts['ndcg']! > 0)
    expect(found.length).toBeGreaterThan(0)
    for (const name of ['novelty', 'coverage', 'business', 'diversity']) {
      const values = found.map(({ parts }) => parts[name]!)
      expect(Math.max(...values), name).toBeGreaterThan(0)
      expect(Math.max(...values), name).toBeLessThanOrEqual(1)
    }
    const parts = stepsOf(events)[0]!.parts
    expect(Object.keys(parts)).toEqual(['ndcg', 'format', 'malformed', 'repetition', 'length', 'overlong', 'diversity', 'novelty', 'coverage', 'business'])
  })

  it('is the same for an evaluation in parts of any size, though coverage looks at all outputs', async () => {
    const rewards = async (size: number) => of(await runOn(tablePorts(PEOPLE), [...HISTORIES, ...PARTS, 'stages=prompt', `evaluationBatch=${size}`], PEOPLE), 'evaluation').map(({ reward }) => reward)
    expect(await rewards(3)).toEqual(await rewards(1000))
  })

  it('names the columns that there are where it reads one that is not', async () => {
    await expect(runOn(tablePorts(PEOPLE), [...HISTORIES, 'rewardBusiness=1', 'businessColumn=margin', 'steps=1'], PEOPLE)).rejects.toThrow(
      'the reward reads column "margin", but the catalogue has the numeric columns price; name one of its columns, or set the part\'s weight to 0')
  })

  it('may be compared part by part: advantages are then those of the parts, normalised by themselves', async () => {
    const events = await runOn(tablePorts(SHOP), ['rewardCombination=normalise-then-sum', 'advantageEpsilon=0', 'steps=30'])
    const { rollouts } = of(events, 'rollouts')[0]!
    const values = rollouts.map(({ advantage }) => advantage)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean).toBeCloseTo(0, 12)
    expect(values.reduce((sum, value) => sum + value * value, 0) / (values.length - 1)).toBeCloseTo(1, 12)
    const summed = of(await runOn(tablePorts(SHOP), ['advantageEpsilon=0', 'steps=1']), 'rollouts')[0]!.rollouts
    expect(rollouts.map(({ text }) => text)).toEqual(summed.map(({ text }) => text))
    expect(values).not.toEqual(summed.map(({ advantage }) => advantage))
    expect(summary(events).gain.before.p).toBeLessThan(0.01)
  })
})

describe('thoughts', () => {
  it('are counted by step and evaluation where the prompt asks for them', async () => {
    const events = await runOn(tablePorts(SHOP), ['steps=1'])
    expect(stepsOf(events)[0]!.thought).toEqual({ words: 2, share: 1, distinct: expect.any(Number) as number })
    expect(summary(events).test.before).toMatchObject({ thoughtWords: 2, thoughtShare: 1 })
    expect(summary(events).test.original).not.toHaveProperty('thoughtWords')
    expect(stepsOf(await runOn(tablePorts(SHOP), ['steps=1', 'thinking=false']))[0]).not.toHaveProperty('thought')
  })
})

it('prompts of another version than a run was made with are refused', async () => {
  const events = await runOn(tablePorts(SHOP), ['steps=2'])
  const at = events.findIndex((event) => event.type === 'checkpoint')
  const resume = events.slice(0, at + 1).map((event) => (event.type === 'start' ? { ...event, task: { name: 'product-search', version: 0 } } : event))
  const input = { dataset: SHOP, settings: parseSettings(['steps=2']), policy: POLICY_INFO, versions: {}, resume }
  await expect(train(tablePorts(SHOP), input).next()).rejects.toThrow('this run\'s prompts are version 0 of task product-search, and this page writes version')
})
