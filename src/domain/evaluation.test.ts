// Which queries count, what their means are, and how a run is ordered.
import { describe, expect, it } from 'vitest'
import { evaluateRankings, rankingsOfRun, type EvaluatedQuery } from './evaluation.ts'
import { parseMeasures } from './measures.ts'
import { parseQrels, parseRun } from './trec.ts'

const query = (id: string, relevant: readonly string[], domain?: string): EvaluatedQuery => (
  { id, ...(domain === undefined ? {} : { domain }), judgements: relevant.map((productId) => ({ productId, label: 'E' })) })
const options = { gains: 'exact', duplicateTargets: 'distinct', measures: parseMeasures('ndcg@10,hit@1'), missing: 'zero' } as const

const QUERIES = [query('1', ['a'], 'Toys'), query('2', ['b'], 'Books'), query('3', ['c'], 'Toys'), query('4', ['d'])]
const RANKINGS = new Map([['1', ['a']], ['2', ['x', 'b']], ['4', []], ['9', ['z']]])

describe('an evaluation', () => {
  it('gives every query its values and counts a query without a ranking as 0', () => {
    const { queries, means, missing, unknown, withoutRelevant } = evaluateRankings(QUERIES, RANKINGS, options)
    expect(queries.map(({ id, ranked, values }) => [id, ranked, values['ndcg@10'], values['hit@1']])).toEqual(
      [['1', true, 1, 1], ['2', true, 1 / Math.log2(3), 0], ['3', false, 0, 0], ['4', true, 0, 0]])
    expect(means['ndcg@10']).toBeCloseTo((1 + 1 / Math.log2(3)) / 4, 15)
    expect(means['hit@1']).toBe(0.25)
    expect({ missing, unknown, withoutRelevant }).toEqual({ missing: 1, unknown: 1, withoutRelevant: 0 })
  })

  it('leaves queries without a ranking out where asked to, as trec_eval does without -c', () => {
    const { queries, means, missing } = evaluateRankings(QUERIES, RANKINGS, { ...options, missing: 'skip' })
    expect(queries.map(({ id }) => id)).toEqual(['1', '2', '4'])
    expect(means['hit@1']).toBe(1 / 3)
    expect(missing).toBe(1)
  })

  it('averages by domain, each query counting once, and over all', () => {
    const { domains, means } = evaluateRankings(QUERIES, RANKINGS, options)
    expect(domains).toEqual([
      { domain: 'Toys', queries: 2, means: { 'ndcg@10': 0.5, 'hit@1': 0.5 } },
      { domain: 'Books', queries: 1, means: { 'ndcg@10': 1 / Math.log2(3), 'hit@1': 0 } },
    ])
    expect(means['hit@1']).toBe(0.25)
  })

  it('counts a query with nothing relevant as 0, and says how many there are', () => {
    const unanswerable: EvaluatedQuery = { id: '5', judgements: [{ productId: 'a', label: 'S' }] }
    const { means, withoutRelevant } = evaluateRankings([QUERIES[0]!, unanswerable], new Map([['1', ['a']], ['5', ['a']]]), options)
    expect(means['hit@1']).toBe(0.5)
    expect(withoutRelevant).toBe(1)
  })

  it('keeps duplicate targets in the ideal ranking only where told to', () => {
    const twice = [query('1', ['a', 'a', 'b'])]
    const found = new Map([['1', ['a', 'b']]])
    expect(evaluateRankings(twice, found, options).means['ndcg@10']).toBe(1)
    expect(evaluateRankings(twice, found, { ...options, duplicateTargets: 'keep' }).means['ndcg@10']).toBeCloseTo(0.7654, 4)
  })

  it('refuses two queries of one id', () => {
    expect(() => evaluateRankings([QUERIES[0]!, QUERIES[0]!], RANKINGS, options)).toThrow('query 1 stands twice among the judged queries')
  })
})

describe('a run', () => {
  const run = parseRun('q Q0 d1 1 5 t\nq Q0 d2 2 4 t\nq Q0 d3 3 4 t\nq Q0 d4 9 3 t\nq Q0 d5 5 2 t\n', 'r')
  const qrels = parseQrels('q 0 d2 3\nq 0 d4 2\nq 0 d5 1\nq 0 d9 1\nq 0 d7 0\n', 'f')
  const queries = [...qrels].map(([id, judged]) => (
    { id, judgements: judged.map(([productId, grade]) => ({ productId, grade, label: grade >= 1 ? 'E' : 'I' } as const)) }))
  const graded = { gains: 'graded', duplicateTargets: 'distinct', missing: 'zero', measures: parseMeasures('ndcg@5,map') } as const

  it('is ordered as trec_eval does, ties by falling id, or as the file has it', () => {
    expect(rankingsOfRun(run, 'trec').get('q')).toEqual(['d1', 'd3', 'd2', 'd4', 'd5'])
    expect(rankingsOfRun(run, 'ranked').get('q')).toEqual(['d1', 'd2', 'd3', 'd4', 'd5'])
  })

  it('has trec_eval’s values on graded judgements, and others where ties stand as ranked', () => {
    const trec = evaluateRankings(queries, rankingsOfRun(run, 'trec'), graded).means
    expect(trec['ndcg@5']).toBeCloseTo(0.5293, 4)
    expect(trec['map']).toBeCloseTo(0.3583, 4)
    expect(evaluateRankings(queries, rankingsOfRun(run, 'ranked'), graded).means['ndcg@5']).toBeCloseTo(0.604906, 6)
  })

  it('with exact gains pays every grade from 1 up alike', () => {
    const { means } = evaluateRankings(queries, rankingsOfRun(run, 'trec'), { ...graded, gains: 'exact' })
    const sum = (ranks: readonly number[]): number => ranks.reduce((total, rank) => total + 1 / Math.log2(rank + 1), 0)
    expect(means['ndcg@5']).toBeCloseTo(sum([3, 4, 5]) / sum([1, 2, 3, 4]), 15)
  })
})
