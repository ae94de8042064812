// The loop on fakes: it learns, repeats itself, keeps test queries apart, chooses the best checkpoint and says when something is wrong.
import { describe, expect, it } from 'vitest'
import { parseSettings } from '../domain/config.ts'
import type { Dataset } from '../domain/dataset.ts'
import type { UpdateRequest } from '../protocol/policy.ts'
import { summaryOf, type GrpoStep, type RunEvent, type Summary } from './events.ts'
import type { Ports } from './ports.ts'
import { POLICY_INFO, tablePorts, tableShop } from './testing.ts'
import { train } from './train.ts'

const SHOP = tableShop()
const TABLE = ['learningRate=0.1', 'klCoefficient=0.001', 'promptsPerStep=8', 'groupSize=6', 'validationEvery=5', 'validationShare=0.2']

type Table = ReturnType<typeof tablePorts>

async function runOn(ports: Ports, changes: readonly string[] = [], dataset: Dataset = SHOP): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  const settings = parseSettings([...TABLE, ...changes])
  for await (const event of train(ports, { dataset, settings, policy: POLICY_INFO, versions: {} })) events.push(event)
  return events
}

const of = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) =>
  events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type)
const stepsOf = (events: readonly RunEvent[]) => of(events, 'step').flatMap((event) => (event.stage === 'grpo' ? [event] : []))
const summary = (events: readonly RunEvent[]): Summary => summaryOf(of(events, 'done')[0]!)
const withoutTimes = (events: readonly RunEvent[]): string =>
  JSON.stringify(events, (name, value: unknown) => (name === 'ms' || name.endsWith('Ms') ? undefined : value))

/** The same ports with a policy whose update is changed. */
function withUpdate(ports: Table, change: (request: UpdateRequest, count: number) => ReturnType<Table['policy']['update']>): Table {
  let count = 0
  const policy = Object.create(ports.policy) as Table['policy']
  policy.update = (request) => change(request, ++count)
  return { ...ports, policy }
}

describe('a GRPO run', () => {
  it('learns the catalogue’s words from rewards alone, and beats its start and the original query on unseen queries', async () => {
    const { test, gain, train: training, best, steps } = summary(await runOn(tablePorts(SHOP), ['steps=40']))
    expect(steps).toBe(40)
    expect(test.after['ndcg@10']).toBeGreaterThan(0.95)
    expect(test.after['ndcg@10'] - test.before['ndcg@10']).toBeCloseTo(gain.before.delta, 12)
    for (const { delta, low, high, p } of [gain.before, gain.original]) {
      expect(delta).toBeGreaterThan(0.2)
      expect(low).toBeGreaterThan(0)
      expect(low).toBeLessThanOrEqual(delta)
      expect(high).toBeGreaterThanOrEqual(delta)
      expect(p).toBeLessThan(0.01)
    }
    expect(training.last20).toBeGreaterThan(training.first20 + 0.1)
    expect(training.paired.after).toBeGreaterThan(training.paired.before)
    expect(training.paired.p).toBeLessThan(0.01)
    expect(test.after.distinct).toBe(1)
    expect(best.step).toBeGreaterThan(0)
  })

  it('starts on-policy and at its reference, and leaves both as it learns', async () => {
    const steps = stepsOf(await runOn(tablePorts(SHOP), ['steps=8', 'iterations=2']))
    expect(steps[0]).toMatchObject({ kl: 0, logpGap: 0, tokens: 8 * 6 * 4, generatedTokens: 8 * 6 * 4 })
    expect(steps[7]!.kl).toBeGreaterThan(0)
    expect(Math.max(...steps.map(({ logpGap }) => logpGap))).toBe(0)
  })

  it('warms the learning rate up and then holds it, or lets it fall to reach zero after the last step', async () => {
    const rates = async (schedule: string) => stepsOf(await runOn(tablePorts(SHOP), ['steps=4', 'warmupSteps=2', 'learningRate=0.2', `schedule=${schedule}`])).map(({ learningRate }) => learningRate)
    expect(await rates('constant')).toEqual([0.1, 0.2, 0.2, 0.2])
    for (const [i, rate] of (await rates('linear')).entries()) expect(rate).toBeCloseTo([0.1, 0.15, 0.1, 0.05][i] ?? NaN, 12)
  })

  it('tells the same story twice but for times, and another with another seed', async () => {
    const story = async (tick: number, seed: number) => withoutTimes(await runOn(tablePorts(SHOP, tick), ['steps=6', `seed=${seed}`]))
    const first = await story(1, 1)
    expect(await story(7, 1)).toBe(first)
    expect(await story(1, 2)).not.toBe(first)
  })

  it('records which policy was loaded, and the adapter that it continues', async () => {
    const loaded = { policy: 'mine', adapter: { name: 'before', rank: 4, alpha: 6 } }
    const { value } = await train(tablePorts(SHOP), { dataset: SHOP, settings: parseSettings([...TABLE]), policy: POLICY_INFO, loaded, versions: {} }).next()
    expect(value).toMatchObject({ type: 'start', loaded })
  })

  it('shows every rollout with what its reward is made of, before its step', async () => {
    const events = await runOn(tablePorts(SHOP), ['steps=1'])
    const at = events.findIndex(({ type }) => type === 'rollouts')
    expect(events[at + 1]).toMatchObject({ type: 'step', step: 1 })
    const { rollouts } = of(events, 'rollouts')[0]!
    const step = stepsOf(events)[0]!
    expect(rollouts).toHaveLength(48)
    for (const { parts, reward, rewrite, text } of rollouts) {
      expect(reward).toBeCloseTo(parts['ndcg']! + 0.1 * parts['format']! - 2 * parts['malformed']! - 0.5 * parts['repetition']!, 12)
      expect(rewrite === undefined).toBe(!text.includes('</answer>'))
    }
    for (let group = 0; group < 48; group += 6) {
      expect(rollouts.slice(group, group + 6).reduce((sum, { advantage }) => sum + advantage, 0)).toBeCloseTo(0, 9)
    }
    expect(step.reward.mean).toBeCloseTo(rollouts.reduce((sum, { reward }) => sum + reward!, 0) / 48, 12)
    expect(step.format).toBe(rollouts.filter(({ rewrite }) => rewrite !== undefined).length / 48)
    expect(step.parts['malformed']).toBeCloseTo(1 - step.format, 12)
  })

  it('counts the words that a rewrite adds to its query, and how many of a group’s rewrites are distinct', async () => {
    const events = await runOn(tablePorts(SHOP), ['steps=2'])
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    for (const [at, { rollouts }] of of(events, 'rollouts').entries()) {
      const written = rollouts.flatMap(({ queryId, query, rewrite }) => (rewrite === undefined ? [] : [{ queryId, query, rewrite }]))
      const added = written.map(({ query, rewrite }) => {
        const words = [...new Set(rewrite.split(' '))]
        return words.filter((word) => !query.split(' ').includes(word)).length / words.length
      })
      const queries = [...new Set(written.map(({ queryId }) => queryId))]
      const distinct = queries.map((id) => {
        const group = written.filter(({ queryId }) => queryId === id)
        return new Set(group.map(({ rewrite }) => rewrite)).size / group.length
      })
      expect(stepsOf(events)[at]!.newWords).toBeCloseTo(mean(added), 12)
      expect(stepsOf(events)[at]!.distinctOutputs).toBeCloseTo(mean(distinct), 12)
      expect(mean(added)).toBeGreaterThan(0)
      expect(mean(distinct)).toBeLessThan(1)
    }
  })

  it('has no words to tell of where every output is broken', async () => {
    const ports = tablePorts(SHOP)
    ports.policy.state.logits.fill(50, 12 * 4 + 1, 13 * 4)
    expect(stepsOf(await runOn(ports, ['steps=1']))[0]).toMatchObject({ format: 0, newWords: Number.NaN, distinctOutputs: Number.NaN })
  })

  it('does no work while nobody pulls the next event', async () => {
    const ports = tablePorts(SHOP)
    const events = train(ports, { dataset: SHOP, settings: parseSettings(TABLE), policy: POLICY_INFO, versions: {} })
    for (let step = 0; step < 2;) {
      const { value } = await events.next()
      if (value?.type === 'step') step++
    }
    const before = ports.policy.requests.length
    await new Promise((resolve) => { setTimeout(resolve, 20) })
    expect(ports.policy.requests).toHaveLength(before)
    await events.return()
  })
})

describe('test queries', () => {
  it('are touched only before the first and after the last step', async () => {
    const ports = tablePorts(SHOP)
    const settings = parseSettings([...TABLE, 'steps=10'])
    const testTexts = new Set(SHOP.queries.filter(({ split }) => split === 'test').map(({ text }) => text))
    const testKeys = new Set(SHOP.queries.flatMap(({ split }, key) => (split === 'test' ? [key] : [])))
    const touched: boolean[] = []
    let training = false
    for await (const event of train(ports, { dataset: SHOP, settings, policy: POLICY_INFO, versions: {} })) {
      if (event.type === 'checkpoint' && event.name === 'last') training = false
      const keys = ports.policy.requests.splice(0).flatMap(({ prompts }) => prompts.map(({ key }) => key))
      const asked = ports.recommender.asked.splice(0)
      if (training) touched.push(keys.some((key) => testKeys.has(key)) || asked.some((text) => testTexts.has(text)))
      if (event.type === 'stage') training = true
    }
    expect(touched.length).toBeGreaterThan(20)
    expect(touched).not.toContain(true)
  })

  it('and validation queries are never trained on', async () => {
    const events = await runOn(tablePorts(SHOP), ['steps=20'])
    const { dataset } = of(events, 'start')[0]!
    expect(dataset).toMatchObject({ train: 40, validation: 10, test: 30 })
    expect(new Set(of(events, 'rollouts').flatMap(({ rollouts }) => rollouts.map(({ queryId }) => queryId))).size).toBe(40)
  })

  it('are as many as evaluationQueries asks for in every evaluation, the same ones each time, while training goes on with all', async () => {
    const table = tablePorts(SHOP)
    const greedy: string[] = []
    const generate = table.policy.generate.bind(table.policy)
    table.policy.generate = (request) => {
      if (request.step === 0) greedy.push(`${request.version} ${request.prompts.map(({ key }) => key).join()}`)
      return generate(request)
    }
    const events = await runOn(table, ['steps=20', 'validationEvery=10', 'evaluationQueries=6'])
    expect(of(events, 'start')[0]!.dataset).toMatchObject({ train: 40, validation: 6, test: 6 })
    expect(new Set(of(events, 'rollouts').flatMap(({ rollouts }) => rollouts.map(({ queryId }) => queryId))).size).toBe(40)
    expect(greedy.map((asked) => asked.split(',').length)).toEqual([6, 6, 6, 6, 6, 6, 6]) // before, three validations, after, paired twice
    expect(greedy[4]).toBe(greedy[0])
  })
})

describe('the checkpoint that is measured', () => {
  it('is the one of the highest validation reward, and the choice is recorded', async () => {
    const table = tablePorts(SHOP)
    const ports = withUpdate(table, async (request, count) => {
      const report = await table.policy.update(request)
      // from step 21 on the policy forgets to close its answers
      if (count > 20) table.policy.state.logits.fill(9, 12 * 4 + 1, 13 * 4)
      return report
    })
    const events = await runOn(ports, ['steps=30'])
    const validations = of(events, 'evaluation').filter(({ split }) => split === 'validation')
    expect(validations.map(({ step }) => step)).toEqual([0, 5, 10, 15, 20, 25, 30])
    const highest = validations.reduce((best, one) => (one.reward! > best.reward! ? one : best))
    const { best, test } = summary(events)
    expect(best.step).toBe(highest.step)
    expect(best.step).toBeLessThanOrEqual(20)
    expect(best.reason).toBe(`highest validation reward of 7: ${highest.reward!.toFixed(4)}`)
    expect(table.policy.calls.slice(-2)).toEqual(['keep last', 'restore best'])
    expect(test.after.format).toBe(1)
    expect(validations.at(-1)!.metrics.format).toBe(0)
    expect(of(events, 'checkpoint').findLast(({ name }) => name === 'best')).toMatchObject({ step: best.step })
  })

  it('is the last one without validation', async () => {
    for (const off of ['validationShare=0', 'validationEvery=0']) {
      const ports = tablePorts(SHOP)
      const events = await runOn(ports, ['steps=3', off])
      expect(summary(events).best).toMatchObject({ step: 3, reason: expect.stringContaining('no validation') as string })
      expect(ports.policy.calls).not.toContain('restore best')
    }
  })
})

/** The table's recommender, which fails on the queries that `failing` names. */
function failingOn(ports: Table, failing: (query: string, call: number) => boolean): Table {
  let call = 0
  const recommender = Object.create(ports.recommender) as Table['recommender']
  recommender.rank = async (queries, k) => {
    call++
    const rankings = await ports.recommender.rank(queries, k)
    return rankings.map((ranking, at) => (failing(queries[at]!, call) ? { ids: [], scores: [], failed: 'the server answered 503' } : ranking))
  }
  return { ...ports, recommender }
}

describe('a ranking that failed', () => {
  const broken = (query: string): boolean => query.includes('aw1')

  it('gives its rollout no reward, no part in its group’s statistics and no pull, and is counted', async () => {
    const events = await runOn(failingOn(tablePorts(SHOP), broken), ['steps=4'])
    for (const [at, { rollouts }] of of(events, 'rollouts').entries()) {
      const failed = rollouts.filter((rollout) => rollout.failed !== undefined)
      for (const rollout of failed) {
        expect(rollout).toMatchObject({ failed: 'the server answered 503', advantage: 0, parts: {} })
        expect(rollout).not.toHaveProperty('reward')
      }
      const step = stepsOf(events)[at]!
      const rewards = rollouts.flatMap(({ reward }) => reward ?? [])
      expect(step.failed).toMatchObject({ rollouts: failed.length, share: failed.length / 48 })
      expect(step.reward.mean).toBeCloseTo(rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length, 12)
      expect(step.ndcg).toBeCloseTo(rollouts.reduce((sum, { parts }) => sum + (parts['ndcg'] ?? 0), 0) / rewards.length, 12)
      for (let group = 0; group < 48; group += 6) {
        expect(rollouts.slice(group, group + 6).reduce((sum, { advantage }) => sum + advantage, 0)).toBeCloseTo(0, 9)
      }
    }
    const counted = stepsOf(events).reduce((sum, { failed }) => sum + failed.rollouts, 0)
    expect(counted).toBeGreaterThan(0)
    expect(summary(events).failed).toBe(counted)
  })

  it('does not teach a policy to avoid what the server fails on: it learns as well where nothing is measured', async () => {
    // every query about concept a fails in training whatever it says, as if one shard of the server were down
    const down = (query: string): boolean => /\ba/.test(query)
    const { test } = summary(await runOn(failingOn(tablePorts(SHOP), down), ['steps=40']))
    expect(test.after['ndcg@10']).toBeGreaterThan(0.9)
    expect(test.after.failed).toBeGreaterThan(0)
  })

  it('is left out of an evaluation’s means, which says so', async () => {
    const events = await runOn(failingOn(tablePorts(SHOP), (query) => query.startsWith('a')), ['steps=1'])
    const original = of(events, 'evaluation').find(({ policy }) => policy === 'original')!
    const queries = SHOP.queries.filter(({ split }) => split === 'test')
    const away = queries.filter(({ text }) => text.startsWith('a')).length
    expect(original.metrics.failed).toBe(away)
    const rest = { ...SHOP, queries: SHOP.queries.filter(({ split, text }) => split === 'train' || !text.startsWith('a')) }
    const same = of(await runOn(tablePorts(SHOP), ['steps=1'], rest), 'evaluation').find(({ policy }) => policy === 'original')!
    expect({ ...original.metrics, words: 0, distinct: 0, failed: undefined }).toEqual({ ...same.metrics, words: 0, distinct: 0 })
    expect(original.interval).toEqual(same.interval)
    const message = `${away} of 30 rankings of the test queries failed and are left out of its means: the server answered 503`
    expect(of(events, 'alarm')[0]).toEqual({ type: 'alarm', step: 0, message })
  })

  it('of every test query ends the run before it begins, with the reason', async () => {
    await expect(runOn(failingOn(tablePorts(SHOP), () => true))).rejects.toThrow(
      'none of 30 test queries could be ranked, so there is nothing to train against: the server answered 503')
  })

  it('of every rollout moves no weight, raises an alarm, and ends training after three such steps in a row', async () => {
    const table = tablePorts(SHOP)
    // the two tests before are answered, and what comes after three steps
    const ports = failingOn(table, (_, call) => call > 2 && call < 6)
    table.policy.state.logits[12 * 4] = 50
    const start = table.policy.state.logits.slice()
    let moved: boolean | undefined
    const watched = withUpdate(ports, async (request) => {
      const report = await table.policy.update(request)
      moved = table.policy.state.logits.some((logit, at) => logit !== start[at])
      return report
    })
    const events = await runOn({ ...watched, recommender: ports.recommender }, ['steps=10', 'validationEvery=0'])
    expect(moved).toBe(false)
    expect(stepsOf(events)).toHaveLength(3)
    const step = stepsOf(events)[0]!
    expect(step.failed).toEqual({ rollouts: 48, share: 1, reason: 'the server answered 503' })
    expect(step).toMatchObject({ reward: { mean: Number.NaN }, ndcg: Number.NaN, learningRate: 0 })
    expect(JSON.parse(JSON.stringify(step))).toMatchObject({ reward: { mean: null }, ndcg: null })
    expect(of(events, 'alarm').map(({ message }) => message)).toEqual([
      '100 % of rollouts got no ranking, and so no reward: the server answered 503', 'training ends: 3 updates in a row had no ranking to learn from'])
    expect(summary(events).failed).toBe(3 * 48)
    expect(summary(events).test.after['ndcg@10']).toBe(summary(events).test.before['ndcg@10'])
  })

  it('of every query ends training too where broken formats have their rewards', async () => {
    const table = tablePorts(SHOP)
    const events = await runOn(failingOn(table, (_, call) => call > 2 && call < 6), ['steps=10', 'validationEvery=0'])
    expect(stepsOf(events).map(({ learningRate, failed }) => [learningRate, failed.share < 1])).toEqual([[0, true], [0, true], [0, true]])
  })

  it('never chooses a checkpoint by a validation that measured nothing', async () => {
    // the third call is the first validation
    const events = await runOn(failingOn(tablePorts(SHOP), (_, call) => call === 3), ['steps=5'])
    const validations = of(events, 'evaluation').filter(({ split }) => split === 'validation')
    expect(validations.map(({ reward }) => reward === undefined)).toEqual([true, false])
    expect(summary(events).best.step).toBe(5)
  })
})

describe('trouble', () => {
  it('of groups without spread is counted, gives no advantage and raises one alarm', async () => {
    const ports = tablePorts(SHOP)
    const deaf = { name: 'deaf', rank: (queries: readonly string[]) => Promise.resolve(queries.map(() => ({ ids: [], scores: [] }))) }
    ports.policy.state.logits[12 * 4] = 50
    const events = await runOn({ ...ports, recommender: deaf }, ['steps=8', 'rewardRepetition=0'])
    expect(stepsOf(events)[0]!.zeroSpread).toEqual({ share: 1, allGood: 0, allBad: 1 })
    expect(of(events, 'rollouts')[0]!.rollouts.every(({ advantage }) => advantage === 0)).toBe(true)
    expect(of(events, 'alarm')).toEqual([{ type: 'alarm', step: 5, message: expect.stringContaining('100 % of groups have no spread') as string }])
  })

  it('of gradients that are not finite raises an alarm, ends training after three in a row, and what was learned is still measured', async () => {
    const table = tablePorts(SHOP)
    const ports = withUpdate(table, async (request, count) => {
      const report = await table.policy.update(request)
      return count >= 12 ? { ...report, gradNorm: Number.NaN, skipped: 1 } : report
    })
    const events = await runOn(ports, ['steps=40'])
    expect(stepsOf(events)).toHaveLength(14)
    expect(of(events, 'alarm').map(({ step, message }) => [step, message.slice(0, 35)])).toEqual([
      [12, 'gradNorm not finite: 1 updates were'], [14, 'training ends: 3 updates in a row w']])
    expect(summary(events).steps).toBe(14)
    expect(summary(events).best.step).toBeLessThanOrEqual(10)
  })

  it('of a port that fails ends the run with its words', async () => {
    const ports = withUpdate(tablePorts(SHOP), () => Promise.reject(new Error('the device was lost')))
    await expect(runOn(ports)).rejects.toThrow('the device was lost')
  })

  it('of a sampler that leaves rollouts out is named', async () => {
    const table = tablePorts(SHOP)
    const policy = Object.create(table.policy) as Table['policy']
    policy.generate = async (request) => (await table.policy.generate(request)).slice(1)
    await expect(runOn({ ...table, policy })).rejects.toThrow('generate returned 29 rollouts for 30 prompts; 1 of each were asked for')
  })

  it('of a dataset without judged test queries is named before anything runs', async () => {
    const ports = tablePorts(SHOP)
    const untested = { ...SHOP, queries: SHOP.queries.filter(({ split }) => split === 'train') }
    await expect(runOn(ports, [], untested)).rejects.toThrow('table shop holds 0 test queries and 0 of them with a relevant product')
    expect(ports.policy.requests).toHaveLength(0)
  })
})

describe('stages', () => {
  it('sft and then grpo: the test frames the last stage, whose reference is what sft made', async () => {
    const ports = tablePorts(SHOP)
    const events = await runOn(ports, ['stages=sft,grpo', 'steps=10', 'sftSteps=40', 'sftLearningRate=0.2'])
    const order = events.flatMap((event) => (event.type === 'stage' ? [event.stage] : event.type === 'evaluation' ? [event.policy] : []))
    expect(order).toEqual(['sft', 'original', 'before', 'grpo', 'current', 'current', 'current', 'after'])
    expect(ports.policy.calls.indexOf('fixReference')).toBe(40)
    expect(stepsOf(events)[0]!.kl).toBe(0)
    const { test } = summary(events)
    // copying has taught the format, and to say the three words of a query once each
    expect(test.before).toMatchObject({ format: 1, words: 3, distinct: 1 })
    expect(test.after['ndcg@10']).toBeGreaterThanOrEqual(test.before['ndcg@10'])
  })

  it('sft alone lowers its loss, falls to a rate of zero, and is measured as it ends', async () => {
    const events = await runOn(tablePorts(SHOP), ['stages=sft', 'sftSteps=30', 'sftLearningRate=0.2'])
    const steps = of(events, 'step').filter(({ stage }) => stage === 'sft')
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss / 2)
    expect(steps.at(-1)!.learningRate).toBeCloseTo(0.2 / 30, 12)
    expect(summary(events)).toMatchObject({ steps: 30, maxLogpGap: 0, best: { step: 30 }, train: { first20: 0 } })
  })

  it('sft imitates given pairs instead, where there are some', async () => {
    const ports = tablePorts(SHOP)
    const sftPairs = SHOP.queries.filter(({ split }) => split === 'train').map(({ text }) => ({ query: text, rewrite: text.replaceAll('w0', 'w2') }))
    const settings = parseSettings([...TABLE, 'stages=sft', 'sftSteps=60', 'sftLearningRate=0.2'])
    const events: RunEvent[] = []
    for await (const event of train(ports, { dataset: SHOP, settings, policy: POLICY_INFO, versions: {}, sftPairs })) events.push(event)
    expect(summary(events).test.after['ndcg@10']).toBeGreaterThan(0.9)
  })
})

describe('evaluation', () => {
  it('tells the answers behind each of its numbers, right after it', async () => {
    const events = await runOn(tablePorts(SHOP), ['steps=5'])
    const evaluations = events.flatMap((event, at) => (event.type === 'evaluation' ? [[event, events[at + 1]!] as const] : []))
    expect(evaluations.map(([{ policy, step }]) => `${policy} ${step}`)).toEqual(['original 0', 'before 0', 'current 0', 'current 5', `after ${summary(events).best.step}`])
    for (const [{ split, policy, step, metrics }, told] of evaluations) {
      if (told.type !== 'answers') throw new Error(`${told.type} follows an evaluation`)
      expect(told).toMatchObject({ split, policy, step })
      expect(told.answers).toHaveLength(split === 'test' ? 30 : 10)
      const mean = (name: 'ndcg@10' | 'ndcg@100' | 'recall@10') => told.answers.reduce((sum, answer) => sum + answer.metrics![name], 0) / told.answers.length
      for (const name of ['ndcg@10', 'ndcg@100', 'recall@10'] as const) expect(mean(name)).toBeCloseTo(metrics[name], 12)
      expect(told.answers.filter(({ format }) => format).length / told.answers.length).toBe(metrics.format)
      for (const { query, rewrite, text } of told.answers) {
        if (policy === 'original') expect([rewrite, text]).toEqual([query, undefined])
        else expect(text).toContain(rewrite)
      }
    }
  })

  it('says which answers could not be ranked, and why', async () => {
    const events = await runOn(failingOn(tablePorts(SHOP), (query) => query.startsWith('a')), ['steps=1'])
    const { answers } = of(events, 'answers')[0]!
    const failed = answers.filter((answer) => answer.failed !== undefined)
    expect(failed.length).toBeGreaterThan(0)
    for (const answer of failed) expect(answer).toMatchObject({ failed: 'the server answered 503', query: expect.stringMatching(/^a/) as string })
    for (const answer of answers) expect(answer.metrics === undefined).toBe(answer.failed !== undefined)
  })

  it('asks for at most evaluationBatch prompts at once, and its size changes no result', async () => {
    const small = tablePorts(SHOP)
    const results = await Promise.all([runOn(small, ['steps=2', 'evaluationBatch=7']), runOn(tablePorts(SHOP), ['steps=2', 'evaluationBatch=1000'])])
    expect(summary(results[0]).test).toEqual(summary(results[1]).test)
    expect(summary(results[0]).train.paired).toEqual(summary(results[1]).train.paired)
    expect(Math.max(...small.policy.requests.filter(({ groupSize }) => groupSize < 6).map(({ prompts }) => prompts.length))).toBe(7)
  })

  it('of the original query as released misses its first word', async () => {
    const ports = tablePorts(SHOP)
    const [corrected, released] = await Promise.all([runOn(tablePorts(SHOP), ['steps=1']), runOn(ports, ['steps=1', 'mode=as-released'])])
    expect(ports.recommender.asked[0]).toBe(SHOP.queries.find(({ split }) => split === 'test')!.text.split(' ').slice(1).join(' '))
    expect(summary(released).test.original['ndcg@10']).toBeLessThan(summary(corrected).test.original['ndcg@10'])
  })
})

it('the summary averages the first and the last twenty steps', async () => {
  const events = await runOn(tablePorts(SHOP), ['steps=25'])
  const mean = (steps: readonly GrpoStep[]) => steps.reduce((sum, { reward }) => sum + reward.mean, 0) / steps.length
  const { train: { first20, last20 } } = summary(events)
  expect(first20).toBeCloseTo(mean(stepsOf(events).slice(0, 20)), 12)
  expect(last20).toBeCloseTo(mean(stepsOf(events).slice(5)), 12)
})
