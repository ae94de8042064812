// Comparisons of two systems against SciPy's and ranx's numbers.
import { describe, expect, it } from 'vitest'
import { compareRankings } from './compare.ts'
import type { QueryValues } from './evaluation.ts'

const A = [0.1, 0.5, 0.3, 0.8, 0, 0.62, 0.45, 0.9, 0.2, 0.33]
const B = [0.2, 0.55, 0.3, 0.85, 0.1, 0.6, 0.65, 0.95, 0.25, 0.53]
const domainOf = (i: number): { readonly domain?: string } => (i < 4 ? { domain: 'Toys' } : i < 9 ? { domain: 'Books' } : {})
const system = (values: readonly number[]): QueryValues[] => (
  values.map((value, i) => ({ id: `q${i}`, ...domainOf(i), ranked: true, values: { 'ndcg@10': value } })))

describe('a comparison', () => {
  const compared = compareRankings(system(A), system(B), 'ndcg@10', 1)

  it('has the means, wins, ties and losses of the second system', () => {
    expect(compared.before).toBeCloseTo(0.42, 12)
    expect(compared.after).toBeCloseTo(0.498, 12)
    expect(compared.delta).toBeCloseTo(0.078, 12)
    expect([compared.queries, compared.wins, compared.ties, compared.losses]).toEqual([10, 8, 1, 1])
  })

  it('has SciPy’s paired t test and the exact randomisation test', () => {
    expect(compared.t!.t).toBeCloseTo(3.3239173, 7)
    expect(compared.t!.p).toBeCloseTo(0.0088847128, 10)
    expect([compared.t!.df, compared.p]).toEqual([9, 0.0078125])
    expect(compared.t!.low).toBeCloseTo(0.0249156, 7)
    expect(compared.t!.high).toBeCloseTo(0.1310844, 7)
  })

  it('has a bootstrap interval around the difference that excludes 0 here, and depends on the seed alone', () => {
    expect(compared.low).toBeGreaterThan(0)
    expect(compared.low).toBeLessThan(compared.delta)
    expect(compared.high).toBeGreaterThan(compared.delta)
    expect(compareRankings(system(A), system(B), 'ndcg@10', 1)).toEqual(compared)
  })

  it('says the same by domain, and leaves queries without one out there', () => {
    const counts = compared.domains.map(({ domain, queries, wins, ties, losses }) => [domain, queries, wins, ties, losses])
    expect(counts).toEqual([['Toys', 4, 3, 1, 0], ['Books', 5, 4, 0, 1]])
    expect(compared.domains[0]!.before).toBeCloseTo(0.425, 12)
    expect(compared.domains[0]!.delta).toBeCloseTo(0.05, 12)
  })

  it('gives every query its two values', () => {
    expect(compared.perQuery).toHaveLength(10)
    expect(compared.perQuery[5]).toMatchObject({ id: 'q5', domain: 'Books', before: 0.62, after: 0.6 })
    expect(compared.perQuery[5]!.delta).toBeCloseTo(-0.02, 12)
  })

  it('pairs by query whatever the order, and leaves out what only one system has', () => {
    const extra = { id: 'extra', ranked: true, values: { 'ndcg@10': 1 } }
    const { queries, unpaired, p } = compareRankings([...system(A), extra], system(B).reverse(), 'ndcg@10', 1)
    expect([queries, unpaired, p]).toEqual([10, 1, 0.0078125])
  })

  it('of one query has no t test, and of equal systems no difference', () => {
    expect(compareRankings(system([0.5]), system([0.7]), 'ndcg@10', 1)).not.toHaveProperty('t')
    expect(compareRankings(system(A), system(A), 'ndcg@10', 1)).toMatchObject({ delta: 0, p: 1, low: 0, high: 0, wins: 0, ties: 10, losses: 0 })
  })

  it('of systems without a common query is refused', () => {
    expect(() => compareRankings(system(A), [], 'ndcg@10', 1)).toThrow('no query has ndcg@10 under both systems (10 against 0); measure both')
    expect(() => compareRankings(system(A), system(B), 'map', 1)).toThrow('no query has map under both systems')
  })
})
