// Alarms: each condition is told when it begins, once, and not for one odd step; what runs that go well do raises none.
import { describe, expect, it } from 'vitest'
import { Alarms } from './alarms.ts'
import type { GrpoStep, Metrics } from './events.ts'

const CALM: GrpoStep = {
  step: 1, loss: 0, kl: 0.1, entropy: 1, clipLow: 0, clipHigh: 0, gradNorm: 1, logpGap: 1e-6, tokens: 10, skipped: 0, learningRate: 1e-3,
  reward: { mean: 0.5, std: 0.1, min: 0, max: 1 }, parts: {}, ndcg: 0.4, format: 0.99, words: 4, distinct: 0.99, newWords: 0.5, distinctOutputs: 0.9,
  completionLength: { mean: 10, max: 12, truncated: 0 }, zeroSpread: { share: 0, allGood: 0, allBad: 0 }, generatedTokens: 10,
  failed: { rollouts: 0, share: 0 }, thought: { words: 2.5, share: 1, distinct: 0.5 }, generateMs: 1, rankMs: 1, updateMs: 1, ms: 3,
}

/** Alarms by step over `calm` calm steps followed by `troubled` ones. */
function told(calm: number, troubled: number, trouble: Partial<GrpoStep>): (readonly [step: number, message: string])[] {
  const alarms = new Alarms(8)
  return Array.from({ length: calm + troubled }, (_, i): GrpoStep => ({ ...CALM, ...(i < calm ? {} : trouble), step: i + 1 }))
    .flatMap((step) => alarms.push(step).map((message) => [step.step, message] as const))
}

describe('an alarm', () => {
  it('is not raised by a calm run', () => expect(told(30, 0, {})).toEqual([]))

  it.each([
    ['a loss that is no number', { loss: Number.NaN }, 21, /^loss not finite/],
    ['an update left out', { skipped: 1 }, 21, /^a gradient not finite: 1 updates were left out; lower learningRate \(now 0.001\)/],
    ['a reward that is no number', { reward: { ...CALM.reward, mean: Number.NaN } }, 21, /^the reward is not a finite number/],
    ['sampler and trainer apart', { logpGap: 0.01 }, 21, /disagree by 1.0e-2/],
    ['a step whose rankings mostly failed', { failed: { rollouts: 6, share: 0.6, reason: 'the server answered 503' } }, 21,
      /^60 % of rollouts got no ranking, and so no reward: the server answered 503$/],
    ['a few failed rankings that go on', { failed: { rollouts: 1, share: 0.025, reason: 'the server answered 503' } }, 25, /^3 % of rollouts/],
    ['groups without spread', { zeroSpread: { share: 1, allGood: 0, allBad: 1 } }, 25, /of groups have no spread/],
    ['a falling format rate', { format: 0.5 }, 21, /^the format rate fell from 99 % to 89 %/],
    ['a policy far from its start', { kl: 9 }, 22, /nats a token away from its start/],
    ['completions that are cut', { completionLength: { mean: 48, max: 48, truncated: 0.5 } }, 23, /are cut at maxNewTokens/],
    ['a collapse of variety', { entropy: 0.05, distinctOutputs: 0.15 }, 24, /^variety collapsed: entropy fell from 1.00 to 0.24 nats a token, and 30 % of a group’s rewrites are distinct/],
    ['rewrites that grow long', { words: 14 }, 23, /^rewrites grew from 4.0 to 10.0 words; read some, and weigh rewardLength/],
    ['rewrites that repeat themselves', { distinct: 0.4 }, 22, /^rewrites repeat themselves: 75 % of their words are distinct, 99 % at the start; weigh rewardRepetition/],
    ['rewrites that leave their query', { newWords: 1 }, 24, /^90 % of the rewrites’ words are not their query’s, 50 % at the start/],
    ['thoughts that die out', { thought: { words: 0.2, share: 0.1, distinct: 1 } }, 25, /^thoughts died out: 0.2 words, 2.5 at the start; nothing rewards them/],
  ] as const)('is raised once by %s', (_, trouble, step, message) => {
    expect(told(20, 10, trouble)).toEqual([[step, expect.stringMatching(message) as string]])
  })

  it.each([
    ['a policy that grows sharper and still answers in several ways', { entropy: 0.2, distinctOutputs: 0.7 }],
    ['groups that agree while the policy stays undecided elsewhere', { entropy: 0.8, distinctOutputs: 0.125 }],
    ['rewrites of twice the words where there were few', { words: 8.5 }],
    ['thoughts that grow shorter', { thought: { words: 0.6, share: 0.4, distinct: 1 } }],
    ['a damped stutter', { distinct: 0.9 }],
    ['rewrites that say most in other words', { newWords: 0.8 }],
    ['a format rate that wavers within chance', { format: 0.93 }],
    ['a policy that leaves its start as runs do that go well', { kl: 1.2 }],
    ['steps whose rewrites were all malformed, and so have no share to tell', { newWords: Number.NaN, distinctOutputs: Number.NaN, entropy: 0.1 }],
  ])('is not raised by %s', (_, change) => {
    expect(told(20, 30, change)).toEqual([])
  })

  it('is raised again when the trouble ends and comes back', () => {
    const alarms = new Alarms(8)
    const gaps = [0, 1, 1, 0, 1].map((logpGap, i): GrpoStep => ({ ...CALM, logpGap, step: i + 1 }))
    expect(gaps.flatMap((step) => alarms.push(step).map(() => step.step))).toEqual([2, 5])
  })

  it('about format needs a rate that was better before, wherever in the run that was', () => {
    expect(told(0, 30, { format: 0.5 })).toEqual([])
    const alarms = new Alarms(8)
    const rates = [...Array<number>(10).fill(0.4), ...Array<number>(10).fill(0.98), ...Array<number>(10).fill(0.6)]
    expect(rates.flatMap((format, i) => alarms.push({ ...CALM, format, step: i + 1 }).map((message) => `${i + 1} ${message.slice(0, 41)}`))).toEqual([
      '22 the format rate fell from 98 % to 83 %; l'])
  })

  it('about a step without a single ranking is that, and not a reward that is no number', () => {
    const nothing = { reward: { mean: Number.NaN, std: 0, min: Number.NaN, max: Number.NaN }, failed: { rollouts: 48, share: 1, reason: 'refused' } }
    expect(told(20, 1, nothing)).toEqual([[21, '100 % of rollouts got no ranking, and so no reward: refused']])
  })

  it('about spread or length does not wait for ever, nor speak of a single step', () => {
    expect(told(4, 1, { kl: 9 })).toEqual([])
  })

  it('reads the first and the latest steps alone, however long the run', () => {
    const alarms = new Alarms(8)
    const read = new Set<number>()
    const watched = (at: number): GrpoStep => new Proxy({ ...CALM, step: at }, {
      get: (step, name, receiver): unknown => {
        read.add(at)
        return Reflect.get(step, name, receiver)
      },
    })
    for (let at = 1; at <= 200; at++) alarms.push(watched(at))
    read.clear()
    alarms.push(watched(201))
    expect([...read].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 197, 198, 199, 200, 201])
  })
})

describe('held-out queries', () => {
  /** Alarms by validation: each after ten steps of a training reward, with an interval of ± `half`. */
  function validated(ndcgs: readonly number[], rewardOf: (validation: number) => number, half = 0.1): (readonly [validation: number, message: string])[] {
    const alarms = new Alarms(8)
    return ndcgs.flatMap((ndcg, at) => {
      if (at > 0) for (let i = 0; i < 10; i++) alarms.push({ ...CALM, reward: { ...CALM.reward, mean: rewardOf(at) } })
      const event = { metrics: { 'ndcg@10': ndcg } as Metrics, interval: { low: ndcg - half, high: ndcg + half } }
      return alarms.validated(event).map((message) => [at, message] as const)
    })
  }
  const rising = (at: number): number => 0.3 + 0.02 * at
  const falling = (at: number): number => 0.5 - 0.02 * at

  it('that fall four times in a row while the training reward rises are told once', () => {
    expect(validated([0.3, 0.4, 0.39, 0.38, 0.37, 0.36, 0.35, 0.34], rising)).toEqual([
      [5, expect.stringMatching(/^the training reward rises while held-out queries lose: their ndcg@10 fell 4 validations in a row, from 0.400 to 0.360; /) as string]])
  })

  it('that stay below the best’s interval for three validations are told, however they got there', () => {
    expect(validated([0.3, 0.5, 0.44, 0.46, 0.45, 0.43, 0.46], rising, 0.03)).toEqual([
      [4, expect.stringMatching(/stayed below what chance explains for 3 validations, from 0.500 to 0.450/) as string]])
  })

  it('that lose against the very first validation are compared with the first steps', () => {
    expect(validated([0.5, 0.4, 0.41, 0.4], rising, 0.03)).toHaveLength(1)
    expect(validated([0.5, 0.4, 0.41, 0.4], falling, 0.03)).toEqual([])
  })

  it.each([
    ['waver as ten or forty queries do', [0.375, 0.353, 0.373, 0.416, 0.382, 0.475, 0.452, 0.443, 0.472, 0.457, 0.459, 0.468, 0.468], rising],
    ['fall together with the training reward', [0.4, 0.39, 0.38, 0.37, 0.36, 0.35], falling],
    ['could not be ranked', [0.4, 0.39, 0.38, Number.NaN, 0.37, 0.375], rising],
  ])('that %s are not told', (_, ndcgs, rewardOf) => {
    expect(validated(ndcgs, rewardOf)).toEqual([])
  })
})
