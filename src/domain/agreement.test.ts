// Checks rank-biased overlap against hand-worked values and a sum carried far beyond the lists, and the counts between two rankings.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { overlap, rankBiasedOverlap } from './agreement.ts'

test('between two rankings each product is unchanged, improved, worsened, new or gone', () => {
  expect(overlap(['a', 'b', 'c', 'd', 'e'], ['a', 'c', 'b', 'x', 'e'], 4))
    .toEqual({ common: 3, unchanged: 1, improved: 1, worsened: 1, entered: 1, left: 1 })
})

test('what stands below k counts as gone from, and as new in, the first k', () => {
  expect(overlap(['a', 'b'], ['b', 'a'], 1)).toEqual({ common: 0, unchanged: 0, improved: 0, worsened: 0, entered: 1, left: 1 })
})

test('a swap of the first two of two costs p: nothing shared at depth 1, everything from depth 2', () => {
  expect(rankBiasedOverlap(['a', 'b'], ['b', 'a'], 0.5)).toBeCloseTo(0.5, 12)
  expect(rankBiasedOverlap(['a', 'b'], ['b', 'a'], 0.9)).toBeCloseTo(0.9, 12)
})

test('a difference at the top weighs more than one at the end', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  expect(rankBiasedOverlap(ids, ['x', 'b', 'c', 'd', 'e', 'f'])).toBeLessThan(rankBiasedOverlap(ids, ['a', 'b', 'c', 'd', 'e', 'x']))
})

test('a list and its own beginning agree wholly, as far as anyone has seen', () => {
  expect(rankBiasedOverlap(['a', 'b', 'c'], ['a', 'b', 'c', 'd', 'e'])).toBeCloseTo(1, 12)
})

test('nothing agrees with nothing, and with nothing else', () => {
  expect([rankBiasedOverlap([], []), rankBiasedOverlap([], ['a']), rankBiasedOverlap(['b'], ['a'])]).toEqual([1, 0, 0])
})

const ranking = (length: number) => fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { minLength: length, maxLength: length })

/** The definition, (1 − p) Σ p^(d−1) A_d, with the agreement of the last depth carried on until nothing is left to add. */
function carriedOn(a: readonly string[], b: readonly string[], p: number): number {
  let sum = 0
  let agreement = 0
  for (let d = 1; d <= 4000; d++) {
    if (d <= a.length) agreement = a.slice(0, d).filter((id) => b.slice(0, d).includes(id)).length / d
    sum += (1 - p) * p ** (d - 1) * agreement
  }
  return sum
}

test('lists of one length: the sum of the definition with the last agreement carried on, whatever the lists', () => {
  const pairs = fc.integer({ min: 1, max: 12 }).chain((length) => fc.tuple(ranking(length), ranking(length)))
  fc.assert(fc.property(pairs, fc.double({ min: 0.1, max: 0.98, noNaN: true }), ([a, b], p) => {
    expect(rankBiasedOverlap(a, b, p)).toBeCloseTo(carriedOn(a, b, p), 9)
  }), { numRuns: 40 })
})

test('lists of any lengths: from 0 to 1, the same both ways round, and 1 with itself', () => {
  const lists = fc.tuple(fc.integer({ min: 1, max: 12 }).chain(ranking), fc.integer({ min: 1, max: 12 }).chain(ranking))
  fc.assert(fc.property(lists, ([a, b]) => {
    const found = rankBiasedOverlap(a, b)
    expect(found).toBeGreaterThanOrEqual(0)
    expect(found).toBeLessThanOrEqual(1 + 1e-12)
    expect(rankBiasedOverlap(b, a)).toBeCloseTo(found, 12)
    expect(rankBiasedOverlap(a, a)).toBeCloseTo(1, 12)
  }))
})
