// What a run does when something fails: rankings, gradients, ports, data.
import { describe, expect, it } from 'vitest'
import { failingOn, of, runOn, SHOP, stepsOf, summary, withUpdate, type Table } from './runTesting.ts'
import { tablePorts } from './testing.ts'

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

  it('says which answers could not be ranked, and why', async () => {
    const events = await runOn(failingOn(tablePorts(SHOP), (query) => query.startsWith('a')), ['steps=1'])
    const { answers } = of(events, 'answers')[0]!
    const failed = answers.filter((answer) => answer.failed !== undefined)
    expect(failed.length).toBeGreaterThan(0)
    for (const answer of failed) expect(answer).toMatchObject({ failed: 'the server answered 503', query: expect.stringMatching(/^a/) as string })
    for (const answer of answers) expect(answer.metrics === undefined).toBe(answer.failed !== undefined)
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
