// Every measure against published fixtures (pytrec_eval, ir_measures, ranx, trec_eval) and against plain definitions.
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Judgement } from './dataset.ts'
import { judgedOf, measure, MEASURES, parseMeasure, parseMeasures, type MeasureName } from './measures.ts'
import { trecOrder } from './metrics.ts'

type Numbers = Readonly<Record<string, number>>
const judgements = (qrels: Numbers): Judgement[] => (
  Object.entries(qrels).map(([productId, grade]) => ({ productId, grade, label: grade >= 1 ? 'E' : 'I' })))
const TREC = { gains: 'graded', duplicateTargets: 'distinct' } as const
/** A measure of a scored run as trec_eval orders it, by its name. */
const of = (name: string, run: Numbers, qrels: Numbers): number => (
  measure(parseMeasure(name), trecOrder(Object.entries(run)), judgedOf(judgements(qrels), TREC)))

describe('graded judgements', () => {
  it('have pytrec_eval’s NDCG at every cut-off', () => {
    const qrels = { d1: 0, d2: 1, d3: 0 }
    const run = { d1: 1, d2: 0, d3: 1.5 }
    expect(['ndcg', 'ndcg_cut_3', 'ndcg@2', 'ndcg@1', 'ndcg@1000'].map((name) => of(name, run, qrels))).toEqual([0.5, 0.5, 0, 0, 0.5])
    expect(of('ndcg', { d1: 4, d2: 2, d3: 1.5 }, qrels)).toBeCloseTo(0.6309297535714575, 15)
  })

  const run0 = { D0: 0.8, D2: 0.7, D1: 0.3, D3: 0.4, D4: 0.1 }

  it('have ir_measures’ NDCG where grades are negative or missing', () => {
    const run1 = { D1: 0.8, D4: 0.7, D3: 0.3, D2: 0.4 }
    const [q0, q1] = [{ D0: 1, D1: -1, D2: 0, D3: 2, D4: 0 }, { D0: 1, D3: 2, D4: -1, D5: 0 }]
    expect(of('ndcg', run0, q0)).toBeCloseTo(0.76018, 4)
    expect(of('ndcg', run1, q1)).toBeCloseTo(0.32739, 4)
    expect(of('ndcg@3', run0, q0)).toBeCloseTo(0.76018, 4)
    expect(of('ndcg@3', run1, q1)).toBe(0)
  })

  it('have gdeval’s NDCG with exponential gain', () => {
    const run1 = { D1: 0.8, D3: 0.7, D4: 0.3, D2: 0.4 }
    const [q0, q1] = [{ D0: 0, D1: 1, D2: 1, D3: 2, D4: 0 }, { D0: 1, D3: 2, D5: 2 }]
    expect(of('ndcg_exp@20', run0, q0)).toBeCloseTo(0.6201, 4)
    expect(of('ndcg_exp@20', run1, q1)).toBeCloseTo(0.35099, 5)
    expect((of('ndcg_exp@20', run0, q0) + of('ndcg_exp@20', run1, q1)) / 2).toBeCloseTo(0.485545, 4)
    expect(of('ndcg_exp@2', run0, q0)).toBeCloseTo(0.17377, 5)
    expect(of('ndcg_exp@2', run1, q1)).toBeCloseTo(0.38685, 5)
  })

  it('have ranx’s closed forms: the ideal ranking holds what was not found, too', () => {
    const discounted = (gains: readonly number[]): number => gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0)
    const exponential = (gains: readonly number[]): number => discounted(gains.map((gain) => 2 ** gain - 1))
    const judged = judgedOf(judgements({ g5: 5, g4: 4, g3: 3, g2: 2 }), TREC)
    for (const found of [[0, 5, 0, 4, 3], [2, 3, 5, 4, 0]]) {
      const ids = found.map((gain, i) => (gain === 0 ? `other${i}` : `g${gain}`))
      expect(measure(parseMeasure('ndcg@10'), ids, judged)).toBeCloseTo(discounted(found) / discounted([5, 4, 3, 2]), 14)
      expect(measure(parseMeasure('ndcg_exp@10'), ids, judged)).toBeCloseTo(exponential(found) / exponential([5, 4, 3, 2]), 14)
    }
  })

  it('have trec_eval’s values where scores are tied', () => {
    const qrels = { d2: 3, d4: 2, d5: 1, d9: 1, d7: 0 }
    const run = { d1: 5, d2: 4, d3: 4, d4: 3, d5: 2 }
    const expected = { 'ndcg@3': 0.315, 'ndcg@5': 0.5293, map: 0.3583, mrr: 0.3333, 'recall@3': 0.25 }
    for (const [name, value] of Object.entries(expected)) expect(of(name, run, qrels), name).toBeCloseTo(value, 4)
    expect(of('ndcg_exp@3', run, qrels)).toBeCloseTo(0.372626, 6)
    expect(of('ndcg_exp@5', run, qrels)).toBeCloseTo(0.527195, 6)
    expect(measure(parseMeasure('ndcg@5'), Object.keys(run), judgedOf(judgements(qrels), TREC))).toBeCloseTo(0.604906, 6)
    const tied = { 'ndcg@10': 0.6934, map: 0.5833, mrr: 0.5 }
    for (const [name, value] of Object.entries(tied)) expect(of(name, { b: 1, c: 1, a: 1 }, { a: 1, b: 1 }), name).toBeCloseTo(value, 4)
  })
})

describe('a ranking x, e, s, u, e2 of judged products', () => {
  const labels = { x: 'I', e: 'E', s: 'S', e2: 'E', far: 'E' } as const
  const EXACT = { gains: 'exact', duplicateTargets: 'distinct' } as const
  const judged = judgedOf(Object.entries(labels).map(([productId, label]) => ({ productId, label })), EXACT)
  const value = (name: string, ids = ['x', 'e', 's', 'u', 'e2']) => measure(parseMeasure(name), ids, judged)

  test.each([
    ['precision@1', 0], ['precision@5', 2 / 5], ['precision@10', 2 / 10], ['recall@2', 1 / 3], ['recall', 2 / 3],
    ['mrr', 1 / 2], ['mrr@1', 0], ['mrr@2', 1 / 2], ['map', (1 / 2 + 2 / 5) / 3], ['map@2', 1 / 6],
    ['hit@1', 0], ['hit@2', 1], ['hit', 1], ['unjudged@3', 0], ['unjudged@4', 1 / 4], ['unjudged', 1 / 5],
  ])('has %s of %d', (name, expected) => {
    expect(value(name)).toBeCloseTo(expected, 15)
  })

  it('counts a repeated product where it first stands', () => {
    expect(value('map', ['e', 'e', 'e2'])).toBeCloseTo((1 + 2 / 3) / 3, 15)
    expect(value('precision@2', ['e', 'e'])).toBe(1 / 2)
  })

  it('is worth 0 in every measure when it is empty, or when nothing is relevant', () => {
    const none = judgedOf([{ productId: 'a', label: 'I' }], EXACT)
    for (const { name } of MEASURES) {
      expect(measure({ name, k: 10 }, [], judged), name).toBe(0)
      expect(measure({ name, k: 10 }, ['a'], none), name).toBe(0)
    }
  })

  it('keeps relevance apart from gains: a substitute of gain 0.1 is not relevant', () => {
    const graded = judgedOf([{ productId: 's', label: 'S' }, { productId: 'e', label: 'E' }], { gains: 'graded', duplicateTargets: 'distinct' })
    expect(measure(parseMeasure('recall@1'), ['s', 'e'], graded)).toBe(0)
    expect(measure(parseMeasure('ndcg@1'), ['s', 'e'], graded)).toBeCloseTo(0.1, 15)
    expect(measure(parseMeasure('ndcg_exp@1'), ['s', 'e'], graded)).toBeCloseTo(2 ** 0.1 - 1, 15)
  })
})

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const judging = fc.array(fc.record({ productId: id, label: fc.constantFrom('E', 'S', 'C', 'I') }))
const cut = fc.integer({ min: 1, max: 8 })

describe('every measure', () => {
  it.each(MEASURES.map(({ name }) => name))('%s lies within 0 and 1', (name) => {
    fc.assert(fc.property(fc.array(id), judging, cut, fc.constantFrom('exact', 'graded'), (ids, given, k, gains) => {
      const value = measure({ name, k }, ids, judgedOf(given, { gains, duplicateTargets: 'distinct' }))
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThanOrEqual(1 + 1e-12)
    }))
  })

  const rising: readonly MeasureName[] = ['ndcg', 'ndcg_exp', 'recall', 'precision', 'mrr', 'map', 'hit']
  it.each(rising)('%s never falls when a relevant product moves up past another', (name) => {
    fc.assert(fc.property(fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f']), judging, cut, fc.nat(), (ids, given, k, at) => {
      fc.pre(ids.length >= 2)
      const judged = judgedOf(given, { gains: 'exact', duplicateTargets: 'distinct' })
      const i = 1 + (at % (ids.length - 1))
      fc.pre(judged.relevant.has(ids[i]!) && !judged.relevant.has(ids[i - 1]!))
      const better = ids.with(i, ids[i - 1]!).with(i - 1, ids[i]!)
      expect(measure({ name, k }, better, judged)).toBeGreaterThanOrEqual(measure({ name, k }, ids, judged))
    }))
  })
})

describe('names of measures', () => {
  it('are read with a cut-off, without, and as trec_eval writes them', () => {
    expect(parseMeasures('ndcg@10, map,P_5,recip_rank,ndcg_cut_20,success@1,ndcg_exp@10,map')).toEqual([
      { label: 'ndcg@10', name: 'ndcg', k: 10 }, { label: 'map', name: 'map', k: Infinity }, { label: 'P_5', name: 'precision', k: 5 },
      { label: 'recip_rank', name: 'mrr', k: Infinity }, { label: 'ndcg_cut_20', name: 'ndcg', k: 20 }, { label: 'success@1', name: 'hit', k: 1 },
      { label: 'ndcg_exp@10', name: 'ndcg_exp', k: 10 },
    ])
  })

  it.each([
    ['bpref', 'measure "bpref" is unknown; give one of ndcg, ndcg_exp, recall, precision, mrr, map, hit, unjudged, with a cut-off such as ndcg@10'],
    ['ndcg@ten', 'measure "ndcg@ten" is unknown'], ['toString', 'measure "toString" is unknown'],
    ['precision', 'measure "precision" has no cut-off; give one, such as precision@10'],
    ['ndcg@0', 'measure "ndcg@0" has the cut-off 0; give a whole number from 1'],
    [' , ', 'measures are " , "; give names with commas between them, such as ndcg@10,recall@100'],
  ])('that are none are refused with a sentence: %j', (given, sentence) => {
    expect(() => parseMeasures(given)).toThrow(sentence)
  })
})
