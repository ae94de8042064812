// The objective's reference: its gradient, published numbers, and agreement with the domain's definition of the same loss.
import { describe, expect, test } from 'vitest'
import { policyLoss, tokenScales } from '../../../src/domain/objective.ts'
import type { LossOptions } from '../../../src/domain/objective.ts'
import { relativeError } from '../../gpu/testing.ts'
import { Numbers, projectionError } from '../testing.ts'
import { objective, objectiveBackward } from './objective.reference.ts'
import type { PackedTokens } from './objective.reference.ts'
import type { ObjectiveShape } from './objective.ts'

const PLAIN: Omit<ObjectiveShape, 'sequences'> = { importance: 'token', withReference: false, clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0, entropyCoefficient: 0 }
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0)

/** Random tokens of ragged sequences; `scales` are equal within a sequence. */
function randomTokens(name: string, lengths: readonly number[]): PackedTokens {
  const numbers = new Numbers(name)
  const starts = lengths.reduce<number[]>((all, length) => [...all, all.at(-1)! + length], [0])
  const count = starts.at(-1)!
  const logps = numbers.doubles(count).map((value) => -Math.abs(value))
  const near = (): Float64Array => numbers.doubles(count, 0.3).map((value, t) => value + logps[t]!)
  return {
    starts, advantages: numbers.doubles(lengths.length), logps, entropies: numbers.doubles(count).map(Math.abs), olds: near(), references: near(),
    scales: lengths.flatMap((length) => Array.from({ length }, () => 1 / (lengths.length * length))),
  }
}

test.each([
  ['token', [1]], ['token', [3, 1, 7, 0, 2]], ['sequence', [1, 5]], ['sequence', [4, 0, 2, 9]],
] as const)('the gradient by %s over sequences of %j tokens is right', (importance, lengths) => {
  const tokens = randomTokens(`objective ${importance} ${lengths.length}`, lengths)
  const shape: ObjectiveShape = { importance, sequences: lengths.length, withReference: true, clipLow: 0.2, clipHigh: 0.28, klCoefficient: 0.3, entropyCoefficient: 0.1 }
  const error = projectionError(
    'objective', [Float64Array.from(tokens.logps), Float64Array.from(tokens.entropies)],
    ([logps, entropies]) => [Float64Array.of(sum(objective({ ...tokens, logps: logps!, entropies: entropies! }, shape).losses))],
    ([logps, entropies], [dloss], [dlogps, dentropies]) => {
      // the loss is one number, so its gradient scales with dloss; the projection check wants it added to what is there
      const [a, b] = [new Float64Array(dlogps!.length), new Float64Array(dentropies!.length)]
      objectiveBackward({ ...tokens, logps: logps!, entropies: entropies! }, shape, a, b)
      a.forEach((value, t) => { dlogps![t]! += value * dloss![0]! })
      b.forEach((value, t) => { dentropies![t]! += value * dloss![0]! })
    },
  )
  expect(error).toBeLessThan(1e-7)
})

describe('numbers made with TRL and verl in float64', () => {
  const LENGTHS = [3, 2]
  const tokens: PackedTokens = {
    starts: [0, 3, 5], advantages: [1, -0.5], logps: [-1, -2, -0.5, -1, -1.5], olds: [-1.3, -1.5, -0.5, -0.6, -1.5],
    references: [-1.2, -1.9, -0.4, -0.3, -1], entropies: [0, 0, 0, 0, 0], scales: [1, 1, 1, 1, 1],
  }
  const total = (aggregation: LossOptions['aggregation'], settings: Partial<ObjectiveShape>): number => {
    const scales = tokenScales(aggregation, LENGTHS, { maxCompletionLength: 8, microBatchSequences: 2 }).flatMap((values) => [...values])
    return sum(objective({ ...tokens, scales }, { ...PLAIN, sequences: 2, ...settings }).losses)
  }

  test('the token losses and their plain sum per sequence', () => {
    const { losses } = objective(tokens, { ...PLAIN, sequences: 2 })
    ;[-1.2, -0.60653066, -1, 0.4, 0.5].forEach((value, t) => expect(losses[t], `token ${t}`).toBeCloseTo(value, 8))
    expect(sum(losses) / 2).toBeCloseTo(-0.95326533, 8)
  })

  test.each([
    ['grpo', {}, -0.24275511], ['bnpo', {}, -0.381306132], ['dr_grpo', {}, -0.119158166],
    ['grpo', { clipHigh: 0.28 }, -0.256088443], ['bnpo', { clipHigh: 0.28 }, -0.397306132],
    ['grpo', { withReference: true, klCoefficient: 0.04 }, -0.237936553], ['bnpo', { withReference: true, klCoefficient: 0.04 }, -0.377373759], ['dr_grpo', { withReference: true, klCoefficient: 0.04 }, -0.1179293],
  ] as const)('%s with %j is %d', (aggregation, settings, expected) => {
    expect(total(aggregation, settings)).toBeCloseTo(expected, 8)
  })

  test('a fifth of the tokens is clipped low, a fifth high, and the mean k3 is 0.098309313', () => {
    const { clipped, kls } = objective(tokens, { ...PLAIN, sequences: 2, withReference: true })
    expect([...clipped]).toEqual([1, 0, 0, -1, 0])
    expect(sum(kls) / 5).toBeCloseTo(0.098309313, 8)
  })

  test('the ratios by sequence are 0.935506985 and 0.818730753', () => {
    const wide = { ...PLAIN, sequences: 2, importance: 'sequence', clipLow: 0.9, clipHigh: 9 } as const
    const { losses } = objective(tokens, wide)
    expect([...losses].map((loss, t) => (-loss / [1, -0.5][t < 3 ? 0 : 1]!).toFixed(9))).toEqual(['0.935506985', '0.935506985', '0.935506985', '0.818730753', '0.818730753'])
  })
})

test.each(['token', 'sequence'] as const)('agrees with the loss of the domain by %s', (importance) => {
  const lengths = [3, 1, 6, 2]
  const tokens = randomTokens('domain', lengths)
  const options = { aggregation: 'grpo', importance, clipLow: 0.1, clipHigh: 0.2, klCoefficient: 0.05, entropyCoefficient: 0.01, maxCompletionLength: 8, microBatchSequences: 2 } as const
  const cut = (values: ArrayLike<number>, s: number): number[] => Array.from(values).slice(tokens.starts[s]!, tokens.starts[s + 1]!)
  const loss = policyLoss(lengths.map((_, s) => ({ logps: cut(tokens.logps, s), oldLogps: cut(tokens.olds, s), refLogps: cut(tokens.references, s), entropies: cut(tokens.entropies, s), advantage: tokens.advantages[s]! })), options)
  const shape = { ...options, sequences: 4, withReference: true }
  expect(sum(objective(tokens, shape).losses)).toBeCloseTo(loss.loss, 12)
  const dlogps = new Float64Array(tokens.logps.length)
  objectiveBackward(tokens, shape, dlogps, new Float64Array(dlogps.length))
  expect(relativeError(dlogps, loss.gradients.flatMap((values) => [...values]))).toBeLessThan(1e-12)
})

test('on policy the ratio is 1: the gradient is −A·scale, nothing is clipped and the KL to oneself is 0', () => {
  const tokens = randomTokens('on policy', [4, 2])
  const own = { ...tokens, olds: tokens.logps, references: tokens.logps }
  const shape = { ...PLAIN, sequences: 2, withReference: true, klCoefficient: 1 }
  const dlogps = new Float64Array(6)
  objectiveBackward(own, shape, dlogps, new Float64Array(6))
  dlogps.forEach((value, t) => expect(value).toBeCloseTo(-tokens.advantages[t < 4 ? 0 : 1]! * tokens.scales[t]!, 12))
  const { kls, clipped } = objective(own, shape)
  expect([...kls, ...clipped].every((value) => value === 0)).toBe(true)
})
