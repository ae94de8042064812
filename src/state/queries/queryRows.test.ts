// Checks how two systems' answers are joined, filtered and sorted: by argument on a few rows, and against a naive version on many.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EsciLabel, JudgedQuery } from '../../domain/dataset.ts'
import { arrange, countOutcomes, hasFailed, joinAnswers, valuesOf, type RowChoice, type TableAnswer } from './queryRows.ts'

const answer = (queryId: string, ndcg: number | undefined, over: Partial<TableAnswer> = {}): TableAnswer => ({
  queryId, query: `query ${queryId}`, rewrite: `rewrite ${queryId}`, format: true,
  ...(ndcg === undefined ? {} : { metrics: { 'ndcg@10': ndcg, 'ndcg@100': ndcg / 2, 'recall@10': 1 - ndcg } }), ...over,
})
const JUDGED: JudgedQuery = { id: 'one', text: 'query one', split: 'test', judgements: [{ productId: 'p', label: 'E' }, { productId: 'q', label: 'S' }] }
const judgedOf = (id: string): JudgedQuery | undefined => (id === 'one' ? JUDGED : undefined)
const EVERYTHING: RowChoice = { filter: 'all', domain: undefined, search: '', sort: undefined }
const NO_NOTES = new Map<string, string>()

const A = [answer('one', 0.5, { domain: 'Toys' }), answer('two', 0.2, { domain: 'Books' }), answer('three', 0.8), answer('four', 0.1), answer('five', undefined, { failed: 'HTTP 500' })]
const B = [
  answer('one', 0.9, { domain: 'Toys', rewrite: 'wooden Railway' }), answer('two', 0.2 + 1e-15, { domain: 'Books' }), answer('three', 0.3), answer('four', 0.1, { format: false }), answer('six', 0.7),
]

function shown(choice: Partial<RowChoice>, notes: ReadonlyMap<string, string> = NO_NOTES): string[] {
  const table = joinAnswers([], A, B, judgedOf)
  return Array.from(arrange(table, valuesOf(table, 'ndcg@10'), { ...EVERYTHING, ...choice }, notes), (at) => table.rows[at]!.id)
}

describe('joining', () => {
  test('every query that either system answered is one row, in the order of A, then of what B alone answered', () => {
    expect(shown({})).toEqual(['one', 'two', 'three', 'four', 'five', 'six'])
    const { rows, answered, domains } = joinAnswers([], A, B, judgedOf)
    expect(rows[0]).toMatchObject({ judged: 2, exact: 1 })
    expect(rows[5]).toMatchObject({ a: undefined, judged: undefined })
    expect(answered).toEqual({ a: 5, b: 5 })
    expect(domains).toEqual(['Books', 'Toys'])
  })

  test('queries that nobody answered yet stand in the order in which they are asked, each once', () => {
    const { rows } = joinAnswers([JUDGED, { id: 'zero', text: 'nothing' }, JUDGED], [], [], judgedOf)
    expect(rows.map(({ id }) => id)).toEqual(['one', 'zero'])
  })

  test('a value is there where the ranking came, and differences where both did', () => {
    const { a, b, delta } = valuesOf(joinAnswers([], A, B, judgedOf), 'ndcg@100')
    expect(Array.from(a)).toEqual([0.25, 0.1, 0.4, 0.05, NaN, NaN])
    expect(Array.from(b)).toEqual([0.45, 0.1 + 5e-16, 0.15, 0.05, NaN, 0.35])
    expect(delta[2]).toBeCloseTo(-0.25, 12)
    expect(delta[5]).toBeNaN()
  })
})

describe('filters', () => {
  test.each([
    ['improved', ['one']], ['worse', ['three']], ['same', ['two', 'four']], ['failed', ['four', 'five']], ['all', ['one', 'two', 'three', 'four', 'five', 'six']],
  ] as const)('%s shows %j: rounding is no difference, and what has no value on one side is neither', (filter, ids) => {
    expect(shown({ filter })).toEqual(ids)
  })

  test('notes are found by their filter', () => {
    expect(shown({ filter: 'noted' }, new Map([['three', 'look']]))).toEqual(['three'])
  })

  test('a domain shows its own queries', () => {
    expect(shown({ domain: 'Books' })).toEqual(['two'])
  })

  test('the search wants every word, in the query or in either rewrite, whatever their case', () => {
    expect(shown({ search: 'RAIL wood' })).toEqual(['one'])
    expect(shown({ search: 'query one' })).toEqual(['one'])
    expect(shown({ search: '  ' })).toHaveLength(6)
    expect(shown({ search: 'nowhere' })).toEqual([])
  })

  test('filters hold together', () => {
    expect(shown({ filter: 'improved', search: 'two' })).toEqual([])
  })
})

describe('sorting', () => {
  test('regressions first: the largest loss stands first, and what cannot be compared last', () => {
    expect(shown({ sort: { by: 'delta', down: false } })).toEqual(['three', 'four', 'two', 'one', 'five', 'six'])
    expect(shown({ sort: { by: 'delta', down: true } })).toEqual(['one', 'two', 'four', 'three', 'five', 'six'])
  })

  test.each([
    ['a', true, ['three', 'one', 'two', 'four', 'five', 'six']], ['query', false, ['five', 'four', 'one', 'six', 'three', 'two']],
    ['domain', false, ['two', 'one', 'three', 'four', 'five', 'six']], ['format', false, ['four', 'five', 'one', 'two', 'three', 'six']], ['judged', true, ['one', 'two', 'three', 'four', 'five', 'six']],
  ] as const)('by %s', (by, down, ids) => {
    expect(shown({ sort: { by, down } })).toEqual(ids)
  })

  test('by judged counts judged products, exact or not', () => {
    const judging = (id: string, labels: readonly EsciLabel[]): JudgedQuery => ({ id, text: id, split: 'test', judgements: labels.map((label, at) => ({ productId: `p${at}`, label })) })
    const judged = new Map([judging('one', ['E', 'E']), judging('two', ['I', 'I', 'E']), judging('three', ['C'])].map((query) => [query.id, query]))
    const table = joinAnswers([], A.slice(0, 3), [], (id) => judged.get(id))
    const order = arrange(table, valuesOf(table, 'ndcg@10'), { ...EVERYTHING, sort: { by: 'judged', down: true } }, NO_NOTES)
    expect(Array.from(order, (at) => table.rows[at]!.id)).toEqual(['two', 'one', 'three'])
  })

  test('is stable and complete, as a naive sort of the same rows is', () => {
    const values = fc.array(fc.record({ a: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }), b: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }) }), { maxLength: 40 })
    fc.assert(fc.property(values, fc.boolean(), (given, down) => {
      const [a, b] = (['a', 'b'] as const).map((side) => given.map((one, at) => answer(String(at), one[side] === undefined ? undefined : one[side] / 3)))
      const table = joinAnswers([], a!, b!, () => undefined)
      const measured = valuesOf(table, 'ndcg@10')
      const order = arrange(table, measured, { ...EVERYTHING, sort: { by: 'delta', down } }, NO_NOTES)
      const known = [...given.keys()].filter((at) => !Number.isNaN(measured.delta[at]))
      const rest = [...given.keys()].filter((at) => Number.isNaN(measured.delta[at]))
      const naive = known.toSorted((one, other) => (down ? -1 : 1) * (measured.delta[one]! - measured.delta[other]!))
      expect(Array.from(order)).toEqual([...naive, ...rest])
    }))
  })
})

test('wins, ties and losses are counted among the rows that are asked about', () => {
  const table = joinAnswers([], A, B, judgedOf)
  const { delta } = valuesOf(table, 'ndcg@10')
  expect(countOutcomes(delta, table.rows.keys())).toEqual({ win: 1, tie: 2, loss: 1, unknown: 2 })
  expect(countOutcomes(delta, [2])).toEqual({ win: 0, tie: 0, loss: 1, unknown: 0 })
})

test('a query has failed where either side broke the format or was not ranked', () => {
  expect(joinAnswers([], A, B, judgedOf).rows.filter(hasFailed).map(({ id }) => id)).toEqual(['four', 'five'])
})
