// The loop on fakes: it learns, repeats itself, keeps test queries apart and chooses the best checkpoint. When something is wrong: trouble.test.ts; from checkpoints on: resume.test.ts.
import { describe, expect, it } from 'vitest'
import { parseSettings } from '../domain/config.ts'
import type { GrpoStep, RunEvent } from './events.ts'
import { of, runOn, SHOP, stepsOf, summary, TABLE, withUpdate } from './runTesting.ts'
import { POLICY_INFO, tablePorts } from './testing.ts'
import { train } from './train.ts'

const withoutTimes = (events: readonly RunEvent[]): string =>
  JSON.stringify(events, (name, value: unknown) => (name === 'ms' || name.endsWith('Ms') ? undefined : value))

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

describe('stages', () => {
  it('sft and then grpo: the test frames the last stage, whose reference is what sft made', async () => {
    const ports = tablePorts(SHOP)
    const events = await runOn(ports, ['stages=sft,grpo', 'steps=10', 'sftSteps=40', 'sftLearningRate=0.2'])
    const order = events.flatMap((event) => (event.type === 'stage' ? [event.stage] : event.type === 'evaluation' ? [event.policy] : []))
    expect(order).toEqual([
      'prompted', 'sft', ...Array.from({ length: 9 }, () => 'current'), 'original', 'before', 'grpo', 'current', 'current', 'current', 'after'])
    expect(ports.policy.calls.slice(0, ports.policy.calls.indexOf('fixReference')).filter((call) => call === 'supervise')).toHaveLength(40)
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
    expect(summary(events)).toMatchObject({ steps: 30, maxLogpGap: 0, best: { reason: expect.stringContaining('highest validation reward of 7') as string }, train: { first20: 0 } })
  })

  it('sft imitates given answers instead, where it is told to', async () => {
    const ports = tablePorts(SHOP)
    const imitate = SHOP.queries.filter(({ split }) => split === 'train').map(({ text }) => ({ query: text, answer: text.replaceAll('w0', 'w2') }))
    const settings = parseSettings([...TABLE, 'stages=sft', 'sftFrom=file', 'sftSteps=60', 'sftLearningRate=0.2'])
    const events: RunEvent[] = []
    for await (const event of train(ports, { dataset: SHOP, settings, policy: POLICY_INFO, versions: {}, imitate })) events.push(event)
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
