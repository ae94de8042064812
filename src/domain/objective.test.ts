// The loss against numbers that TRL and verl compute, its gradient against finite differences in float64, and its invariances.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { policyLoss, releasedMicroBatches, tokenScales, type LossOptions, type LossSequence } from './objective.ts'

const OPTIONS: LossOptions = {
  aggregation: 'grpo', importance: 'token', clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0, entropyCoefficient: 0,
  maxCompletionLength: 8, microBatchSequences: 12,
}
// the published case masks the last token of the second completion: here it simply isn't there
const SEQUENCES: LossSequence[] = [
  { logps: [-1, -2, -0.5], oldLogps: [-1.3, -1.5, -0.5], refLogps: [-1.2, -1.9, -0.4], advantage: 1 },
  { logps: [-1, -1.5], oldLogps: [-0.6, -1.5], refLogps: [-0.3, -1], advantage: -0.5 },
]
const lossOf = (options: Partial<LossOptions>) => policyLoss(SEQUENCES, { ...OPTIONS, ...options })

describe('the policy loss', () => {
  it('has the token losses of the clipped surrogate', () => {
    const [first, second] = lossOf({}).tokenLosses
    expect([...first!].map((x) => x.toFixed(9))).toEqual(['-1.200000000', '-0.606530660', '-1.000000000'])
    expect([...second!].map((x) => x.toFixed(9))).toEqual(['0.400000000', '0.500000000'])
  })

  it.each([
    ['grpo', {}, -0.24275511],
    ['bnpo', {}, -0.381306132],
    ['dr_grpo', {}, -0.119158166],
    ['grpo', { clipHigh: 0.28 }, -0.256088443],
    ['bnpo', { clipHigh: 0.28 }, -0.397306132],
    ['grpo', { klCoefficient: 0.04 }, -0.237936553],
    ['bnpo', { klCoefficient: 0.04 }, -0.377373759],
    ['dr_grpo', { klCoefficient: 0.04 }, -0.1179293],
  ] as const)('aggregated as %s with %j is %d', (aggregation, options, expected) => {
    expect(lossOf({ aggregation, ...options }).loss).toBeCloseTo(expected, 9)
  })

  it('counts clipped tokens and the k3 divergence as TRL and verl do', () => {
    const { clipLow, clipHigh, kl } = lossOf({})
    expect([clipLow, clipHigh]).toEqual([0.2, 0.2])
    expect(kl).toBeCloseTo(0.098309313, 9)
  })

  it('uses one ratio per completion under sequence importance', () => {
    const ratios = lossOf({ importance: 'sequence', clipLow: 1, clipHigh: 10 }).tokenLosses
    expect(ratios[0]![0]).toBeCloseTo(-0.935506985, 9)
    expect(ratios[0]![2]).toBe(ratios[0]![0])
    expect(ratios[1]![0]).toBeCloseTo(0.818730753 * 0.5, 9)
  })

  it('is its advantage-weighted negative at ratio 1, whatever the clip', () => {
    const onPolicy = SEQUENCES.map((sequence) => ({ ...sequence, oldLogps: sequence.logps }))
    expect(policyLoss(onPolicy, { ...OPTIONS, clipLow: 0, clipHigh: 0 }).loss).toBeCloseTo(-(1 - 0.5) / 2, 12)
  })

  it('rewards leaving the reference when the KL weight is negative, as released', () => {
    const away: LossSequence = { logps: [-1], oldLogps: [-1], refLogps: [-2], advantage: 0 }
    const gradient = (klCoefficient: number) => policyLoss([away], { ...OPTIONS, klCoefficient }).gradients[0]![0]!
    expect(gradient(0.001)).toBeGreaterThan(0)
    expect(gradient(-0.001)).toBe(-gradient(0.001))
  })

  it('subtracts entropy by the same scales', () => {
    const withEntropy = SEQUENCES.map((sequence) => ({ ...sequence, entropies: sequence.logps.map((_, t) => t + 1) }))
    const plain = policyLoss(withEntropy, OPTIONS)
    expect(policyLoss(withEntropy, { ...OPTIONS, entropyCoefficient: 0.1 }).loss).toBeCloseTo(plain.loss - 0.1 * (2 + 1.5) / 2, 12)
    expect(plain.entropy).toBeCloseTo((1 + 2 + 3 + 1 + 2) / 5, 12)
  })

  it('has the gradient that finite differences find, in every aggregation and both ratios', () => {
    const sequence = fc.integer({ min: 1, max: 4 }).chain((length) => {
      const logps = fc.array(fc.double({ min: -3, max: -0.05, noNaN: true }), { minLength: length, maxLength: length })
      return fc.record({ logps, oldLogps: logps, refLogps: logps, advantage: fc.double({ min: -2, max: 2, noNaN: true }) })
    })
    const options = fc.record({
      aggregation: fc.constantFrom('grpo', 'bnpo', 'dr_grpo', 'micro_batch_token_mean'), importance: fc.constantFrom('token', 'sequence'),
    })
    fc.assert(fc.property(fc.array(sequence, { minLength: 1, maxLength: 4 }), options, (sequences, chosen) => {
      const all: LossOptions = { ...OPTIONS, ...chosen, klCoefficient: 0.1, microBatchSequences: 2 }
      const { gradients } = policyLoss(sequences, all)
      const step = 1e-6
      for (const [i, { logps, oldLogps }] of sequences.entries()) {
        const means = logps.map((logp, t) => logp - oldLogps[t]!)
        const ratios = chosen.importance === 'token' ? means : [means.reduce((sum, x) => sum + x, 0) / means.length]
        // the loss has a kink where the clip begins: no difference quotient there
        if (ratios.some((log) => Math.min(Math.abs(Math.exp(log) - 0.8), Math.abs(Math.exp(log) - 1.2)) < 1e-4)) continue
        for (const t of logps.keys()) {
          const moved = (by: number) => policyLoss(sequences.map((other, j) =>
            (j === i ? { ...other, logps: other.logps.map((logp, s) => (s === t ? logp + by : logp)) } : other)), all).loss
          expect(gradients[i]![t]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 5)
        }
      }
    }))
  })
})

describe('token scales', () => {
  const sizes = { maxCompletionLength: 8, microBatchSequences: 2 }

  it('add up to one wherever the aggregation is a mean', () => {
    for (const aggregation of ['grpo', 'bnpo', 'micro_batch_token_mean'] as const) {
      const sum = tokenScales(aggregation, [3, 1, 7, 2], sizes).flatMap((scale) => [...scale]).reduce((total, x) => total + x, 0)
      expect(sum, aggregation).toBeCloseTo(1, 12)
    }
  })

  it('count an empty completion in the number of completions and nowhere else', () => {
    expect(tokenScales('grpo', [2, 0], sizes).map((scale) => [...scale])).toEqual([[0.25, 0.25], []])
    expect(tokenScales('bnpo', [2, 0], sizes)[0]).toEqual(new Float64Array([0.5, 0.5]))
  })

  it('of the released micro-batches weigh every micro-batch the same, and mix groups', () => {
    const lengths = [9, 1, 8, 2, 7, 3, 6, 4]
    const batches = releasedMicroBatches(lengths, 2)
    expect(batches.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const scales = tokenScales('micro_batch_token_mean', lengths, sizes)
    for (const batch of batches) expect(batch.reduce((sum, i) => sum + scales[i]![0]! * lengths[i]!, 0)).toBeCloseTo(1 / batches.length, 12)
    const tokens = [batches.slice(0, 2), batches.slice(2)].map((half) => half.flat().reduce((sum, i) => sum + lengths[i]!, 0))
    expect(Math.abs(tokens[0]! - tokens[1]!)).toBeLessThanOrEqual(2)
    const group = Array.from({ length: 12 }, (_, i) => [i, 40 - i]).flat()
    expect(releasedMicroBatches(group, 12).every((batch) => new Set(batch.map((i) => Math.floor(i / 12))).size === 2)).toBe(true)
  })

  it('refuse a constant length that is none', () => {
    expect(() => tokenScales('dr_grpo', [1], { ...sizes, maxCompletionLength: 0 })).toThrow('dr_grpo: maxCompletionLength is 0')
  })
})
