// The released code's measures: its formulas on hand-made rankings.
import { describe, expect, it } from 'vitest'
import { recomputeResults, releasedNdcg } from './results.ts'

describe('the released NDCG', () => {
  const ids = Array.from({ length: 500 }, (_, i) => (i === 400 ? 'hit' : `p${i}`))

  it('pays a single target by its rank', () => {
    expect(releasedNdcg(ids, ['hit'], 401)).toBeCloseTo(0.115593, 6)
    expect(releasedNdcg(ids, ['hit'], 400)).toBe(0)
  })

  it('keeps duplicate targets in the ideal ranking, and pays a product as often as it was retrieved', () => {
    expect(releasedNdcg(['a', 'b'], ['a', 'a', 'b'], 100)).toBeCloseTo(0.7654, 4)
    expect(releasedNdcg(['a', 'a', 'x'], ['a', 'b'], 100)).toBe(1)
    expect(releasedNdcg(['a'], ['a', 'a', 'b'], 1)).toBe(1)
  })

  it('is 0 where there is nothing to find or nothing found', () => {
    expect(releasedNdcg(ids, [], 10)).toBe(0)
    expect(releasedNdcg([], ['a'], 10)).toBe(0)
  })
})

describe('stored results', () => {
  const found = { queryId: '0', ids: ['x', 'a'], targets: ['a'], measures: { 'ndcg@10': 1 / Math.log2(3), 'recall@1': 0, 'recall@10': 1 } }

  it('are recomputed, and compared with what is stored by query', () => {
    const wrong = { queryId: '1', ids: ['a', 'b'], targets: ['a', 'a', 'b'], measures: { 'ndcg@10': 1, 'recall@10': 1 } }
    const { queries, metrics } = recomputeResults([found, wrong])
    expect(queries).toBe(2)
    expect(metrics['ndcg@10']!.equal).toBe(0.5)
    expect(metrics['ndcg@10']!.stored).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 15)
    expect(metrics['ndcg@10']!.mean).toBeCloseTo((0.7654 + 1 / Math.log2(3)) / 2, 4)
    expect(metrics['recall@10']).toEqual({ mean: 1, stored: 1, equal: 1, queries: 2 })
    expect(metrics['recall@1']).toEqual({ mean: 0, stored: 0, equal: 1, queries: 1 })
  })

  it('are equal within 1e-9, and not beyond', () => {
    const off = (by: number) => recomputeResults([{ ...found, measures: { 'recall@10': 1 - by } }]).metrics['recall@10']!.equal
    expect([off(0), off(5e-10), off(2e-9)]).toEqual([1, 1, 0])
  })

  it('may hold entries and measures that are left out, which is told', () => {
    const { leftOut, unknown } = recomputeResults([found, { queryId: '2', ids: ['a'] }, { ...found, measures: { beauty: 3 } }])
    expect([leftOut, unknown]).toEqual([1, ['beauty']])
  })

  it('without anything to recompute are refused', () => {
    expect(() => recomputeResults([{ queryId: '0', ids: ['a'] }])).toThrow('none of 1 entries has targets and a measure; give a result file')
    expect(() => recomputeResults([{ ...found, measures: { beauty: 3 } }])).toThrow('none of the measures beauty is known')
  })
})
