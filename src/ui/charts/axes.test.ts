// Checks of axes: round ticks that hold every value, and bounds that only outliers pass.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { count, percent, score } from '../parts/format.ts'
import { along, fences, linear, logarithmic, xTick, yTick } from './axes.ts'

test('a linear axis ends at round ticks and holds every value', () => {
  expect(linear(0.13, 0.58, 3)).toEqual({ domain: [0, 0.6], ticks: [0, 0.2, 0.4, 0.6] })
  expect(linear(-2, 0.9, 3)).toEqual({ domain: [-2, 1], ticks: [-2, -1, 0, 1] })
  expect(linear(0, 0, 3).domain).toEqual([0, 1])
  const ends = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(fc.property(ends, fc.double({ min: 1e-4, max: 1e6, noNaN: true }), (low, size) => {
    const { domain, ticks } = linear(low, low + size, 3)
    expect(domain[0]).toBeLessThanOrEqual(low + size * 1e-3)
    expect(domain[1]).toBeGreaterThanOrEqual(low + size * (1 - 1e-3))
    expect(ticks.length).toBeGreaterThanOrEqual(2)
    expect(ticks.length).toBeLessThanOrEqual(6)
  }))
})

test('a single value stands within its axis, not on its edge', () => {
  const { domain } = linear(0.0001, 0.0001, 3)
  expect(domain[0]).toBeLessThan(0.0001)
  expect(domain[1]).toBeGreaterThan(0.0001)
})

test('values that only rounding tells apart are one value, and tiny ones have an axis of their size', () => {
  const next = 1 + Number.EPSILON
  for (const axis of [linear(1, next, 4), linear(1e9, 1e9 + 1e-7, 4)]) {
    expect(axis.ticks.length).toBeLessThanOrEqual(6)
    expect(axis.domain[1] - axis.domain[0]).toBeGreaterThan(0.1)
  }
  expect(linear(1e-24, 2e-24, 4).domain).toEqual([1e-24, 2e-24])
  expect(logarithmic(1, next, 4).ticks).toEqual([0.5, 1, 1.5, 2])
  expect(along([1e9, 1e9 + 1e-7], 'wall', 8).ticks).toEqual([1e9])
})

test('every pair of finite numbers has an axis that holds both, with few ticks', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
  fc.assert(fc.property(finite, finite, (one, other) => {
    const [low, high] = [Math.min(one, other), Math.max(one, other)]
    const { domain, ticks } = linear(low, high, 4)
    expect(domain[1]).toBeGreaterThan(domain[0])
    expect(ticks.length).toBeGreaterThanOrEqual(2)
    expect(ticks.length).toBeLessThanOrEqual(7)
    expect(along([low, high], 'wall', 8).ticks.length).toBeLessThanOrEqual(12)
    if (low <= 0) return
    const log = logarithmic(low, high, 4)
    expect(log.domain[0]).toBeGreaterThan(0)
    expect(log.domain[0]).toBeLessThanOrEqual(low)
    expect(log.domain[1]).toBeGreaterThanOrEqual(high)
    expect(log.ticks.length).toBeLessThanOrEqual(12)
  }), { numRuns: 300, endOnFailure: true })
})

test('a logarithmic axis has powers of ten, and round numbers where it spans less than two', () => {
  expect(logarithmic(0.002, 40, 4).ticks).toEqual([0.01, 0.1, 1, 10])
  expect(logarithmic(1e-8, 1, 3).ticks).toEqual([1e-8, 1e-5, 0.01])
  const { domain, ticks } = logarithmic(0.3, 0.8, 3)
  expect(ticks).toEqual([0.4, 0.6, 0.8])
  expect(domain[0]).toBeGreaterThan(0)
})

test('the x axis fills its width, with whole steps and round times', () => {
  expect(along([1, 10_000], 'step', 4)).toEqual({ domain: [1, 10_000], ticks: [5000, 10_000] })
  expect(along([1, 4], 'step', 8).ticks).toEqual([1, 2, 3, 4])
  expect(along([0, 3000], 'wall', 4).ticks).toEqual([0, 900, 1800, 2700])
  expect([30, 600, 5400].map(xTick('wall', 5400))).toEqual(['30 s', '10 min', '1:30 h'])
  expect([59.99, 119.7, 3599.7, 7199, 86_399, 129_600, 172_800].map(xTick('wall', 172_800)))
    .toEqual(['1 min', '2 min', '1:00 h', '2:00 h', '1 d', '1.5 d', '2 d'])
  expect([0, 500_000, 1_500_000].map(xTick('tokens', 1_500_000))).toEqual(['0', '0.5M', '1.5M'])
  expect([5000, 10_000].map(xTick('step', 10_000))).toEqual(['5k', '10k'])
  expect([4120, 4125].map(xTick('step', 4180))).toEqual(['4,120', '4,125'])
})

test('ticks of shares are percentages, others have few digits', () => {
  expect([yTick(percent)(0.25), yTick(score)(0.4000001), yTick(count)(12_000), yTick(score)(4e-6)]).toEqual(['25\u00a0%', '0.4', '12k', '4e-6'])
})

test('outliers are what lies three interquartile ranges out, and a curve without any is not clipped', () => {
  const wave = Float64Array.from({ length: 500 }, (_, at) => Math.sin(at / 9))
  expect(fences(wave, -1, 1)).toBeUndefined()
  const spiked = Float64Array.from(wave, (value, at) => (at === 77 ? 1000 : at === 12 ? Number.NaN : value))
  const [low, high] = fences(spiked, -1, 1000)!
  expect(fences(wave, -1, 1000), 'a sample that has missed it').toEqual(fences(wave, -1, 1001))
  expect(spiked.filter((value) => value > high || value < low)).toEqual(Float64Array.of(1000))
  expect(fences(Float64Array.from({ length: 200 }, (_, at) => (at === 3 ? 9 : 1)), 1, 9)).toEqual([1, 1])
})
