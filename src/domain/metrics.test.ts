// Measures against the published fixtures of pytrec_eval, ir_measures and trec_eval, and the released code's own numbers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ndcg, recall, targetsOf, targetsOfGains, trecOrder } from './metrics.ts'

type Numbers = Readonly<Record<string, number>>
const cut = (run: Numbers, qrels: Numbers, k: number) => ndcg(trecOrder(Object.entries(run)), targetsOfGains(Object.entries(qrels)), k)
const exponential = (qrels: Numbers): Numbers => Object.fromEntries(Object.entries(qrels).map(([id, grade]) => [id, 2 ** grade - 1]))

describe('NDCG', () => {
  it('agrees with pytrec_eval on one relevant product', () => {
    const qrels = { d1: 0, d2: 1, d3: 0 }
    const run = { d1: 1, d2: 0, d3: 1.5 }
    expect([1, 2, 3, 1000].map((k) => cut(run, qrels, k))).toEqual([0, 0, 0.5, 0.5])
    expect(cut({ d1: 4, d2: 2, d3: 1.5 }, qrels, 10)).toBeCloseTo(0.6309297535714575, 15)
  })

  const run0 = { D0: 0.8, D2: 0.7, D1: 0.3, D3: 0.4, D4: 0.1 }

  it('agrees with ir_measures where grades are negative, missing or mapped to other gains', () => {
    const run1 = { D1: 0.8, D4: 0.7, D3: 0.3, D2: 0.4 }
    const [q0, q1] = [{ D0: 1, D1: -1, D2: 0, D3: 2, D4: 0 }, { D0: 1, D3: 2, D4: -1, D5: 0 }]
    expect(cut(run0, q0, 1000)).toBeCloseTo(0.76018, 4)
    expect(cut(run1, q1, 1000)).toBeCloseTo(0.32739, 4)
    expect(cut(run0, q0, 3)).toBeCloseTo(0.76018, 4)
    expect(cut(run1, q1, 3)).toBe(0)
    const mapped = (qrels: Numbers) => Object.fromEntries(Object.entries(qrels).map(([id, grade]) => [id, grade === 0 ? 1 : grade === 1 ? 4 : grade]))
    expect(cut(run0, mapped(q0), 1000)).toBeCloseTo(0.97177, 4)
    expect(cut(run1, mapped(q1), 1000)).toBeCloseTo(0.14949, 4)
  })

  it('agrees with gdeval on exponential gains', () => {
    const run1 = { D1: 0.8, D3: 0.7, D4: 0.3, D2: 0.4 }
    const [q0, q1] = [exponential({ D0: 0, D1: 1, D2: 1, D3: 2, D4: 0 }), exponential({ D0: 1, D3: 2, D5: 2 })]
    expect(cut(run0, q0, 20)).toBeCloseTo(0.6201, 4)
    expect(cut(run1, q1, 20)).toBeCloseTo(0.35099, 4)
    expect(cut(run0, q0, 2)).toBeCloseTo(0.17377, 4)
    expect(cut(run1, q1, 2)).toBeCloseTo(0.38685, 4)
  })

  it('agrees with trec_eval on ties, which it breaks by falling id', () => {
    const qrels = { d2: 3, d4: 2, d5: 1, d9: 1, d7: 0 }
    const run = { d1: 5, d2: 4, d3: 4, d4: 3, d5: 2 }
    expect(cut(run, qrels, 3)).toBeCloseTo(0.315, 4)
    expect(cut(run, qrels, 5)).toBeCloseTo(0.5293, 4)
    expect(cut(run, exponential(qrels), 3)).toBeCloseTo(0.372626, 6)
    expect(cut(run, exponential(qrels), 5)).toBeCloseTo(0.527195, 6)
    expect(recall(trecOrder(Object.entries(run)), targetsOfGains(Object.entries(qrels)), 3)).toBe(0.25)
    expect(cut({ b: 1, c: 1, a: 1 }, { a: 1, b: 1 }, 10)).toBeCloseTo(0.6934, 4)
  })

  it('ties what single precision cannot tell apart, as trec_eval does, and orders infinite scores', () => {
    expect(trecOrder([['a', 12.34567894], ['b', 12.34567893]])).toEqual(['b', 'a'])
    expect(trecOrder([['a', -Infinity], ['b', Infinity], ['c', 0], ['d', Infinity]])).toEqual(['d', 'b', 'c', 'a'])
  })

  it('pays a single target by the rank at which the released code found it', () => {
    const ids = Array.from({ length: 500 }, (_, i) => (i === 400 ? 'hit' : `p${i}`))
    expect(ndcg(ids, targetsOfGains([['hit', 1]]), 1000)).toBeCloseTo(0.115593, 6)
    expect(ndcg(ids, targetsOfGains([['hit', 1]]), 400)).toBe(0)
  })

  it('is 1 for a perfect ranking, unless duplicate targets are kept as released', () => {
    const judgements = [{ productId: 'a', label: 'E' }, { productId: 'a', label: 'E' }, { productId: 'b', label: 'E' }] as const
    expect(ndcg(['a', 'b'], targetsOf(judgements, { gains: 'exact', duplicateTargets: 'distinct' }), 100)).toBe(1)
    expect(ndcg(['a', 'b'], targetsOf(judgements, { gains: 'exact', duplicateTargets: 'keep' }), 100)).toBeCloseTo(0.7654, 4)
  })

  it('lies in [0, 1], and counts a product that a ranking repeats where it first stands', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    fc.assert(fc.property(fc.array(id), fc.array(fc.tuple(id, fc.integer({ min: -1, max: 3 }))), fc.integer({ min: 1, max: 8 }), (ids, judged, k) => {
      const targets = targetsOfGains(judged)
      const value = ndcg(ids, targets, k)
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThanOrEqual(1 + 1e-12)
      expect(recall(ids, targets, k)).toBeLessThanOrEqual(1)
    }))
    expect(ndcg(['a', 'a', 'b'], targetsOfGains([['a', 1], ['b', 1]]), 3)).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3)), 12)
  })

  it('is 0, not NaN, where nothing is relevant', () => {
    expect(ndcg(['a'], targetsOfGains([['a', 0]]), 10)).toBe(0)
    expect(recall(['a'], targetsOfGains([]), 10)).toBe(0)
  })

  it('gives a substitute a tenth of an exact product only when gains are graded', () => {
    const judgements = ([['a', 'E'], ['s', 'S'], ['c', 'C'], ['i', 'I']] as const).map(([productId, label]) => ({ productId, label }))
    const graded = targetsOf(judgements, { gains: 'graded', duplicateTargets: 'distinct' })
    expect([...graded.gain]).toEqual([['a', 1], ['s', 0.1], ['c', 0.01]])
    expect(targetsOf(judgements, { gains: 'exact', duplicateTargets: 'distinct' }).ideal).toEqual([1])
  })
})
