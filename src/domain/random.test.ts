// Chance that can be trusted: the published vectors of Threefry, uniformity, and streams that don't disturb each other.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Stream, threefry2x32 } from './random.ts'

describe('threefry2x32', () => {
  it('gives the known answers of Random123 for 20 rounds', () => {
    const ones = 0xffffffff
    expect(threefry2x32(0, 0, 0, 0)).toEqual([0x6b200159, 0x99ba4efe])
    expect(threefry2x32(ones, ones, ones, ones)).toEqual([0x1cb996fc, 0xbb002be7])
    expect(threefry2x32(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toEqual([0xc4923a9c, 0x483df7a0])
  })
})

describe('a stream', () => {
  it('is a function of seed, name and path alone', () => {
    const draws = (stream: Stream) => Array.from({ length: 5 }, () => stream.bits())
    const base = draws(new Stream(1, 'order', 2))
    expect(draws(new Stream(1, 'order', 2))).toEqual(base)
    const paths = [[], [3], [2, 0]].map((path) => new Stream(1, 'order', ...path))
    const others = [new Stream(2, 'order', 2), new Stream(1, 'split', 2), ...paths]
    for (const other of others) expect(draws(other)).not.toEqual(base)
  })

  it('draws uniform numbers with the mean, variance and bounds of [0, 1)', () => {
    const stream = new Stream(7, 'uniform')
    const draws = Array.from({ length: 20000 }, () => stream.uniform())
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...draws)).toBeLessThan(1)
    expect(mean).toBeCloseTo(0.5, 2)
    expect(variance).toBeCloseTo(1 / 12, 2)
  })

  it('draws whole numbers evenly, also where the bound does not divide 2^32', () => {
    const stream = new Stream(3, 'integer')
    const counts = [0, 0, 0, 0, 0, 0, 0]
    for (let i = 0; i < 70000; i++) counts[stream.integer(7)]!++
    // chi-squared with 6 degrees of freedom: 22.46 is the 99.9th percentile
    expect(counts.reduce((sum, count) => sum + (count - 10000) ** 2 / 10000, 0)).toBeLessThan(22.46)
    const half = new Stream(3, 'half')
    const upper = Array.from({ length: 3000 }, () => half.integer(3 * 2 ** 30)).filter((x) => x >= 2 ** 31).length
    expect(upper / 3000).toBeCloseTo(1 / 3, 1)
  })

  it('refuses a bound that is none', () => {
    expect(() => new Stream(1, 'x').integer(0)).toThrow('integer below 0; a whole number from 1 to 2^32 is needed')
    expect(() => new Stream(1, 'x').pick([])).toThrow('pick from 0 items')
  })

  it('shuffles to a permutation, every item reaching every place', () => {
    fc.assert(fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
      expect(new Stream(seed, 'shuffle').shuffle(items).sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b))
    }))
    const stream = new Stream(1, 'places')
    const seen = new Set<string>()
    for (let i = 0; i < 400; i++) stream.shuffle(['a', 'b', 'c', 'd']).forEach((item, place) => seen.add(item + place))
    expect(seen.size).toBe(16)
  })

  it('draws standard normals', () => {
    const stream = new Stream(5, 'normal')
    const draws = Array.from({ length: 20000 }, () => stream.normal())
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length
    expect(mean).toBeCloseTo(0, 1)
    expect(Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length)).toBeCloseTo(1, 1)
    expect(draws.filter((x) => Math.abs(x) > 1.96).length / draws.length).toBeCloseTo(0.05, 1)
  })
})
