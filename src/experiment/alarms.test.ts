// Alarms: each condition is told when it begins, once, and not for one odd step.
import { describe, expect, it } from 'vitest'
import { newAlarms } from './alarms.ts'
import type { GrpoStep } from './events.ts'

const CALM: GrpoStep = {
  step: 1, loss: 0, kl: 0.1, entropy: 1, clipLow: 0, clipHigh: 0, gradNorm: 1, logpGap: 1e-6, tokens: 10, skipped: 0, learningRate: 1e-3,
  reward: { mean: 0.5, std: 0.1, min: 0, max: 1 }, parts: {}, ndcg: 0.4, format: 0.99, words: 4, distinct: 1,
  completionLength: { mean: 10, max: 12, truncated: 0 }, zeroSpread: { share: 0, allGood: 0, allBad: 0 }, generatedTokens: 10,
  failed: { rollouts: 0, share: 0 }, generateMs: 1, rankMs: 1, updateMs: 1, ms: 3,
}

/** Alarms by step over `calm` calm steps followed by `troubled` ones. */
function told(calm: number, troubled: number, trouble: Partial<GrpoStep>): (readonly [step: number, message: string])[] {
  const history = Array.from({ length: calm + troubled }, (_, i): GrpoStep => ({ ...CALM, ...(i < calm ? {} : trouble), step: i + 1 }))
  return history.flatMap(({ step }) => newAlarms(history.slice(0, step)).map((message) => [step, message] as const))
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
  ] as const)('is raised once by %s', (_, trouble, step, message) => {
    expect(told(20, 10, trouble)).toEqual([[step, expect.stringMatching(message) as string]])
  })

  it('is raised again when the trouble ends and comes back', () => {
    const gaps = [0, 1, 1, 0, 1].map((logpGap, i): GrpoStep => ({ ...CALM, logpGap, step: i + 1 }))
    expect(gaps.flatMap(({ step }) => newAlarms(gaps.slice(0, step)).map(() => step))).toEqual([2, 5])
  })

  it('about format needs a rate that was better before', () => {
    expect(told(0, 30, { format: 0.5 })).toEqual([])
  })

  it('about a step without a single ranking is that, and not a reward that is no number', () => {
    const nothing = { reward: { mean: Number.NaN, std: 0, min: Number.NaN, max: Number.NaN }, failed: { rollouts: 48, share: 1, reason: 'refused' } }
    expect(told(20, 1, nothing)).toEqual([[21, '100 % of rollouts got no ranking, and so no reward: refused']])
  })

  it('about spread or length does not wait for ever, nor speak of a single step', () => {
    expect(told(4, 1, { kl: 9 })).toEqual([])
  })
})
