// The decoder's data, plan and measures: what is learnt from, what is ranked, and what a rank is worth.
import { describe, expect, test } from 'vitest'
import type { UserHistory } from './dataset.ts'
import { DECODER_DEFAULTS, decoderData, decoderOptions, decoderRate, epochBatches, meanMetrics, metricsOfRank, popularityRanks } from './decoder.ts'

const user = (userId: string, items: string, more: Partial<UserHistory> = {}): UserHistory => ({ userId, items: items.split(' '), ...more })
const USERS = [user('one', 'a b c d'), user('two', 'b c e'), user('three', 'a b'), user('ready', 'z y x', { next: { target: 'w' } })]

describe('the data', () => {
  const data = decoderData(USERS, 50)
  const named = (tokens: readonly number[]): string => tokens.map((token) => data.items[token]).join('')

  test('leaves the last item to the test and the one before it to validation; people of fewer than three are not asked', () => {
    expect(data.train.map(named)).toEqual(['ab', 'b'])
    expect(data.validation.map(({ userId, history, target }) => [userId, named(history), data.items[target]])).toEqual([['one', 'ab', 'c'], ['two', 'b', 'c']])
    expect(data.test.map(({ userId, history, target }) => [userId, named(history), data.items[target]])).toEqual([['one', 'abc', 'd'], ['two', 'bc', 'e']])
  })

  test('the catalogue is every item that anybody had, ready histories aside, and a token besides that starts a sequence', () => {
    expect(data.items).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(data.start).toBe(5)
    expect(data.vocabulary % 4).toBe(0)
    expect(data.vocabulary).toBeGreaterThan(data.start)
  })

  test('long histories are cut to their latest items, in training and in tests', () => {
    const { train, test: tested, items } = decoderData([user('one', 'a b c d e f')], 2)
    expect(train[0]!.map((token) => items[token])).toEqual(['c', 'd'])
    expect(tested[0]!.history.map((token) => items[token])).toEqual(['d', 'e'])
  })

  test('histories that are all too short are refused', () => {
    expect(() => decoderData([user('one', 'a b')], 50)).toThrow('none of 1 histories has three items; leave-one-out needs')
  })
})

describe('epochs', () => {
  const many = decoderData(Array.from({ length: 50 }, (_, i) => user(`u${i}`, `i${i} j${i} k${i} l${i} m${i}`)), 50)
  const options = decoderOptions({ batch: 16, seed: 3 })

  test('show everyone once, in an order of their own, the same for the same seed', () => {
    const batches = epochBatches(many, options, 1)
    expect(batches.map(({ length }) => length)).toEqual([16, 16, 16, 2])
    expect(batches.flat().map(String).sort()).toEqual(many.train.map(String).sort())
    expect(epochBatches(many, options, 1)).toEqual(batches)
    expect(epochBatches(many, options, 2)).not.toEqual(batches)
    expect(epochBatches(many, { ...options, seed: 4 }, 1)).not.toEqual(batches)
  })

  test('pass over a share of the items, anew each time, never over all of somebody\'s', () => {
    const skipping = { ...options, skipped: 0.5 }
    const [first, second] = [1, 2].map((epoch) => epochBatches(many, skipping, epoch).flat()) as [number[][], number[][]]
    const kept = first.flat().length / many.train.flat().length
    expect(kept).toBeGreaterThan(0.35)
    expect(kept).toBeLessThan(0.7)
    expect(Math.min(...first.map(({ length }) => length))).toBe(1)
    expect(first.map(String).sort()).not.toEqual(second.map(String).sort())
  })

  test('the learning rate rises over the warm-up, is highest after it, and falls to zero one step after the last', () => {
    const rates = Array.from({ length: 101 }, (_, step) => decoderRate({ ...options, learningRate: 1, warmup: 0.1 }, step, 100))
    expect(rates[0]).toBeCloseTo(0.1)
    expect(rates[9]).toBe(1)
    expect(rates[10]).toBe(1)
    expect(rates[55]).toBeCloseTo(0.5)
    expect(rates[100]).toBe(0)
  })
})

describe('measures', () => {
  test('are those of one relevant item: at rank 1 all is 1, at rank 6 only what looks at ten sees it, at no rank nothing is', () => {
    expect(metricsOfRank(['x', 'y'], 'x')).toEqual({ 'recall@5': 1, 'ndcg@5': 1, 'recall@10': 1, 'ndcg@10': 1 })
    const sixth = metricsOfRank([1, 2, 3, 4, 5, 6], 6)
    expect(sixth).toEqual({ 'recall@5': 0, 'ndcg@5': 0, 'recall@10': 1, 'ndcg@10': 1 / Math.log2(7) })
    expect(metricsOfRank([], 'x')['recall@10']).toBe(0)
    expect(meanMetrics([metricsOfRank([1], 1), metricsOfRank([2], 1)])['ndcg@5']).toBe(0.5)
  })

  test('popularity ranks by what was had before the test, the earlier token first on a tie, without what the person has', () => {
    const data = decoderData(USERS, 50)
    // before the tests: a once, b twice, c twice; d and e never
    const named = (rows: number[][]): string[] => rows.map((row) => row.map((token) => data.items[token]).join(''))
    expect(named(popularityRanks(data, false))).toEqual(['bcade', 'bcade'])
    expect(named(popularityRanks(data, true))).toEqual(['de', 'ade'])
  })
})

test.each([
  [{ hidden: 30, heads: 4 }, 'hidden is 30 and heads is 4, but heads of an even width are needed; make hidden a multiple of 8'],
  [{ epochs: 0 }, 'epochs is 0, but must be a whole number of at least 1'],
  [{ skipped: 1 }, 'skipped is 1, but must be from 0 to below 1'],
  [{ learningRate: Number.NaN }, 'learningRate is NaN, but must be above 0 and at most 1'],
  [{ seed: -1 }, 'seed is -1, but must be a whole number of at least 0'],
])('options that cannot be are refused by name: %o', (given, message) => {
  expect(() => decoderOptions(given)).toThrow(message)
  expect(decoderOptions({})).toEqual(DECODER_DEFAULTS)
})
