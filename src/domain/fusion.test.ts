// Fused rankings against sums made by hand, and against a naive fusion over drawn rankings.
import { describe, expect, test } from 'vitest'
import { type Fusion, fuse } from './fusion.ts'
import { Stream } from './random.ts'
import type { Ranking } from './recommender.ts'

const RRF: Fusion = { fusion: 'rrf', rrfConstant: 60, weights: [] }
const weighted = (...weights: number[]): Fusion => ({ fusion: 'weighted', rrfConstant: 60, weights })
const ranking = (...ids: string[]): Ranking => ({ ids, scores: ids.map((_, i) => ids.length - i) })

describe('reciprocal rank fusion', () => {
  test('adds one over sixty and the rank, over the rankings that hold the product', () => {
    const { ids, scores } = fuse([ranking('a', 'b', 'c'), ranking('c', 'a', 'd')], RRF, 10)
    expect(ids).toEqual(['a', 'c', 'b', 'd'])
    expect(scores).toEqual([1 / 61 + 1 / 62, 1 / 63 + 1 / 61, 1 / 62, 1 / 63])
  })

  test('lets two middling ranks beat one best rank', () => {
    expect(fuse([ranking('x', 'a', 'b', 'c', 'm'), ranking('y', 'd', 'e', 'f', 'm')], RRF, 1).ids).toEqual(['m'])
  })

  test('sees ranks alone: scores of any size and sign change nothing', () => {
    const loud: Ranking = { ids: ['a', 'b'], scores: [1e9, -1e9] }
    expect(fuse([loud, ranking('b', 'c')], RRF, 5)).toEqual(fuse([ranking('a', 'b'), ranking('b', 'c')], RRF, 5))
  })

  test('follows its constant: a small one favours the first rank', () => {
    const parts = [ranking('x', 'a', 'b', 'm'), ranking('y', 'c', 'd', 'm')]
    expect(fuse(parts, { ...RRF, rrfConstant: 0 }, 1).ids).toEqual(['x'])
    expect(fuse(parts, RRF, 1).ids).toEqual(['m'])
  })
})

describe('weighted sums', () => {
  test('bring each answer to 0 to 1 before they weigh it', () => {
    const { ids, scores } = fuse([{ ids: ['a', 'b', 'c'], scores: [30, 20, 10] }, { ids: ['c', 'a', 'd'], scores: [0.9, 0.8, 0.5] }], weighted(1, 3), 10)
    expect(ids).toEqual(['a', 'c', 'b', 'd'])
    expect(scores).toEqual([1 + 3 * ((0.8 - 0.5) / (0.9 - 0.5)), 3, 0.5, 0])
  })

  test('count a single answer, and equal answers, as full ones', () => {
    expect(fuse([{ ids: ['a'], scores: [7] }, { ids: ['b', 'c'], scores: [2, 2] }], weighted(0.4, 0.6), 5)).toEqual({ ids: ['b', 'c', 'a'], scores: [0.6, 0.6, 0.4] })
  })

  test('with one weight of 0 keep the order of the other', () => {
    expect(fuse([ranking('a', 'b', 'c'), ranking('c', 'b', 'a')], weighted(0, 2), 5).ids).toEqual(['c', 'b', 'a'])
  })

  test('take negative scores as they are', () => {
    expect(fuse([{ ids: ['a', 'b', 'c'], scores: [-1, -2, -5] }], weighted(1), 5).scores).toEqual([1, 0.75, 0])
  })
})

describe('ties, repetitions and gaps', () => {
  test('equal sums keep the order of the first ranking, then of the second', () => {
    expect(fuse([ranking('b', 'a'), ranking('a', 'b'), ranking('z')], RRF, 5).ids).toEqual(['b', 'a', 'z'])
    expect(fuse([ranking('x'), ranking('y')], RRF, 5).ids).toEqual(['x', 'y'])
  })

  test('a product that a ranking repeats counts once, at its first place', () => {
    expect(fuse([{ ids: ['a', 'a', 'b'], scores: [3, 2, 1] }], RRF, 5)).toEqual({ ids: ['a', 'b'], scores: [1 / 61, 1 / 62] })
  })

  test('an empty ranking adds nothing, and empty rankings alone give an empty one', () => {
    expect(fuse([ranking(), ranking('a')], RRF, 5).ids).toEqual(['a'])
    expect(fuse([ranking(), ranking()], weighted(1, 1), 5)).toEqual({ ids: [], scores: [] })
  })

  test('a ranking that failed fails the whole, with its reason', () => {
    expect(fuse([ranking('a'), { ids: [], scores: [], failed: 'the server is away' }], RRF, 5)).toEqual({ ids: [], scores: [], failed: 'the server is away' })
  })
})

test('over drawn rankings the result is the naive sum, sorted by sum and then by ranks', () => {
  const random = new Stream(1, 'fusion')
  for (let round = 0; round < 200; round++) {
    const parts = Array.from({ length: 1 + random.integer(3) }, (): Ranking => {
      const ids = random.shuffle('abcdefghij'.split('')).slice(0, random.integer(11))
      return { ids, scores: ids.map(() => random.integer(4)).sort((a, b) => b - a) }
    })
    const spec = random.integer(2) === 0 ? RRF : weighted(...parts.map(() => 1 + random.integer(3)))
    const rank = (part: Ranking, id: string): number => (part.ids.includes(id) ? part.ids.indexOf(id) + 1 : Infinity)
    const sum = (id: string): number => parts.reduce((total, part, i) => {
      if (rank(part, id) === Infinity) return total
      if (spec.fusion === 'rrf') return total + 1 / (60 + rank(part, id))
      const [high, low] = [part.scores[0]!, part.scores[part.ids.length - 1]!]
      return total + spec.weights[i]! * (high === low ? 1 : (part.scores[rank(part, id) - 1]! - low) / (high - low))
    }, 0)
    const byRanks = (a: string, b: string): number => {
      for (const part of parts) if (rank(part, a) !== rank(part, b)) return rank(part, a) - rank(part, b)
      return 0
    }
    const expected = [...new Set(parts.flatMap(({ ids }) => ids))].sort((a, b) => sum(b) - sum(a) || byRanks(a, b)).slice(0, 6)
    expect(fuse(parts, spec, 6)).toEqual({ ids: expected, scores: expected.map(sum) })
  }
})

test.each([
  [weighted(1), 5, '1 weights are given for 2 recommenders'], [weighted(1, -1), 5, 'a weight is -1'], [weighted(0, 0), 5, 'every weight is 0'], [weighted(1, NaN), 5, 'a weight is NaN'],
  [{ ...RRF, rrfConstant: -1 }, 5, 'is -1'], [RRF, 0, 'k is 0'],
] as const)('settings that make no sense are refused with what they are', (spec, k, message) => {
  expect(() => fuse([ranking('a'), ranking('b')], spec, k)).toThrow(message)
})
