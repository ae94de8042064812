// The sampling reference: its filters, its chance and its draws.
import { describe, expect, test } from 'vitest'
import { threefry2x32 } from '../../../src/domain/random.ts'
import { Numbers } from '../testing.ts'
import { chance, distribution, draw, greedy } from './sampling.reference.ts'

const OFF = { temperature: 1, topK: 0, topP: 1 }
const logsOf = (...shares: readonly number[]): number[] => shares.map((share) => Math.log(share))
const rounded = (values: Float64Array): number[] => Array.from(values, (value) => Math.round(value * 1e9) / 1e9)
const kept = (values: Float64Array): number[] => [...values.keys()].filter((c) => values[c]! > 0)

describe('the chance', () => {
  test.each([
    [[0, 0], [0, 0], [0x6b200159, 0x99ba4efe]],
    [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
    [[0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], [0xc4923a9c, 0x483df7a0]],
  ] as const)('is Threefry-2x32-20 as published: key %j, counter %j', ([key0, key1], [counter0, counter1], expected) => {
    expect(threefry2x32(key0, key1, counter0, counter1)).toEqual(expected)
  })

  test('is a multiple of 2^-24 below 1 that every one of its five numbers changes', () => {
    const base = [1, 2, 3, 4, 5] as const
    const all = [chance(...base), ...base.map((_, i) => chance(...(base.map((value, j) => (i === j ? value + 1 : value)) as unknown as typeof base)))]
    expect(new Set(all).size).toBe(6)
    for (const value of all) expect(Number.isInteger(value * 2 ** 24) && value >= 0 && value < 1).toBe(true)
  })

  test('is uniform over prompts, members and positions', () => {
    for (const of of [(i: number) => chance(7, 1, i, 0, 0), (i: number) => chance(7, 1, 0, i, 0), (i: number) => chance(7, 1, 0, 0, i)]) {
      const bins = new Float64Array(20)
      for (let i = 0; i < 10000; i++) bins[Math.floor(of(i) * 20)]! += 1
      expect(bins.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)).toBeLessThan(70) // 19 degrees of freedom: p = 1e-7
    }
  })
})

describe('the distribution', () => {
  const shares = logsOf(0.1, 0.4, 0.2, 0.3)

  test('without filters is softmax(logits / temperature)', () => {
    expect(rounded(distribution(shares, OFF).probabilities)).toEqual([0.1, 0.4, 0.2, 0.3])
    const half = distribution(shares, { ...OFF, temperature: 0.5 }).probabilities
    expect(rounded(half)).toEqual([0.01, 0.16, 0.04, 0.09].map((square) => Math.round((square / 0.3) * 1e9) / 1e9))
  })

  test('of top-k 2 keeps the two likeliest and their ratio', () => {
    expect(rounded(distribution(shares, { ...OFF, topK: 2 }).probabilities)).toEqual([0, 0.571428571, 0, 0.428571429])
  })

  test('of top-p is the smallest set of the likeliest that holds p', () => {
    expect(kept(distribution(shares, { ...OFF, topP: 0.39 }).probabilities)).toEqual([1])
    expect(kept(distribution(shares, { ...OFF, topP: 0.41 }).probabilities)).toEqual([1, 3])
    expect(kept(distribution(shares, { ...OFF, topP: 0.89 }).probabilities)).toEqual([1, 2, 3])
    expect(kept(distribution(shares, { ...OFF, topP: 0.91 }).probabilities)).toEqual([0, 1, 2, 3])
  })

  test('takes top-p of what top-k left: half of {0.4, 0.3} is its first token, half of all would be both', () => {
    expect(kept(distribution(shares, { ...OFF, topK: 2, topP: 0.5 }).probabilities)).toEqual([1])
    expect(kept(distribution(shares, { ...OFF, topP: 0.5 }).probabilities)).toEqual([1, 3])
  })

  test('keeps what is as likely as the last token kept', () => {
    expect(kept(distribution([3, 1, 2, 2, 2], { ...OFF, topK: 2 }).probabilities)).toEqual([0, 2, 3, 4])
    expect(kept(distribution([3, 3, 3], { ...OFF, topP: 0.1 }).probabilities)).toEqual([0, 1, 2])
  })

  test('gives log-probabilities before the filters', () => {
    expect(rounded(distribution(shares, { temperature: 1, topK: 1, topP: 0.5 }).logps.map(Math.exp))).toEqual([0.1, 0.4, 0.2, 0.3])
  })
})

describe('the draw', () => {
  test('goes through one segment in order and passes over what has no share', () => {
    const shares = Float64Array.of(0.25, 0, 0.5, 0.25)
    expect([0, 0.24, 0.25, 0.74, 0.75, 0.999].map((uniform) => draw(shares, uniform).token)).toEqual([0, 0, 2, 2, 3, 3])
    expect(draw(shares, 0.26).margin).toBeCloseTo(0.01, 12)
  })

  test('goes through a larger vocabulary by segments: of 300 tokens, the even ones first', () => {
    const shares = new Float64Array(300)
    shares[1] = 0.5
    shares[298] = 0.5
    expect([draw(shares, 0.49).token, draw(shares, 0.51).token]).toEqual([298, 1])
  })

  test('draws each token as often as its share', () => {
    const { probabilities } = distribution(new Numbers('reference draws').doubles(9), { temperature: 1, topK: 6, topP: 0.9 })
    const counts = new Float64Array(9)
    for (let i = 0; i < 20000; i++) counts[draw(probabilities, chance(3, 0, i, 0, 0)).token]! += 1 / 20000
    counts.forEach((share, token) => expect(Math.abs(share - probabilities[token]!), `token ${token}`).toBeLessThan(0.015))
  })
})

test('greedy is the first of the largest', () => {
  expect([greedy([1, 3, 2, 3]), greedy([-5]), greedy([0, 0])]).toEqual([1, 0, 0])
})
