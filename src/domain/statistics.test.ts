// Tests and intervals against SciPy's numbers and against what chance must do.
import { describe, expect, it } from 'vitest'
import { Stream } from './random.ts'
import { bootstrapInterval, fineRandomisationTest, pairedGain, pairedT, randomisationTest } from './statistics.ts'

const A = [0.1, 0.5, 0.3, 0.8, 0, 0.62, 0.45, 0.9, 0.2, 0.33]
const B = [0.2, 0.55, 0.3, 0.85, 0.1, 0.6, 0.65, 0.95, 0.25, 0.53]

describe('the paired t test', () => {
  it('agrees with SciPy', () => {
    const { t, df, p, low, high } = pairedT(A, B)
    expect(t).toBeCloseTo(-3.3239173, 7)
    expect(df).toBe(9)
    expect(p).toBeCloseTo(0.0088847128, 10)
    expect(low).toBeCloseTo(-0.1310844, 7)
    expect(high).toBeCloseTo(-0.024916, 6)
  })

  it('says 1 of equal systems, and 0 of a difference that never varies', () => {
    expect(pairedT(A, A)).toMatchObject({ t: 0, p: 1 })
    expect(pairedT([2, 3, 4], [1, 2, 3]).p).toBe(0)
  })
})

describe('the randomisation test', () => {
  it('tries all sign patterns where they are few: 8 of 1024 for the known pair', () => {
    expect(randomisationTest(A, B, 1)).toBe(8 / 1024)
    expect(randomisationTest(B, A, 1)).toBe(8 / 1024)
  })

  it('comes near the exact p where it must draw, and never says 0', () => {
    expect(randomisationTest(A, B, 1, 500)).toBeGreaterThan(1 / 501)
    const drawn = Array.from({ length: 20 }, (_, seed) => randomisationTest(A, B, seed, 500))
    expect(drawn.reduce((sum, p) => sum + p, 0) / 20).toBeCloseTo(8 / 1024, 2)
    const many = Array.from({ length: 240 }, (_, i) => i / 240)
    expect(randomisationTest(many.map((x) => x + 1), many, 1)).toBe(1 / 5001)
  })

  it('depends on the seed alone, and says 1 where nothing differs', () => {
    const stream = new Stream(9, 'values')
    const [a, b] = [0, 1].map(() => Array.from({ length: 100 }, () => stream.uniform())) as [number[], number[]]
    expect(randomisationTest(a, b, 4)).toBe(randomisationTest(a, b, 4))
    expect(randomisationTest(a, b, 4)).not.toBe(randomisationTest(a, b, 5))
    expect(randomisationTest(a, a, 4)).toBe(1)
    expect(randomisationTest([], [], 4)).toBe(1)
  })

  it('calls one pair in twenty of equal systems different at .05', () => {
    const stream = new Stream(2, 'null')
    const significant = Array.from({ length: 300 }, (_, seed) => {
      const [a, b] = [0, 1].map(() => Array.from({ length: 40 }, () => stream.normal())) as [number[], number[]]
      return randomisationTest(a, b, seed, 500) < 0.05
    }).filter(Boolean).length
    expect(significant).toBeGreaterThan(4)
    expect(significant).toBeLessThan(28)
  })

  it('refuses systems measured on different queries', () => {
    expect(() => randomisationTest([1], [1, 2], 1)).toThrow('paired test of 1 against 2 values')
  })
})

describe('the fine randomisation test', () => {
  it('agrees with the normal distribution where many queries differ, far beyond what draws can tell', () => {
    // the sum of 400 equal differences of which so many are turned: z = sum / 20
    const none = Array.from({ length: 400 }, () => 0)
    const of = (turned: number): number => fineRandomisationTest(none.map((_, i) => (i < turned ? -1 : 1)), none, 1)
    expect(of(200)).toBeCloseTo(1, 12)
    expect(of(190)).toBeCloseTo(0.3173105, 7)
    expect(of(180)).toBeCloseTo(0.0455003, 7)
    expect(of(150) / 5.733031e-7).toBeCloseTo(1, 5)
    expect(of(100) / 1.523971e-23).toBeCloseTo(1, 5)
  })

  it('says what drawing says', () => {
    const stream = new Stream(3, 'values')
    const [a, b] = [0.05, 0].map((more) => Array.from({ length: 600 }, () => stream.normal() / 2 + more)) as [number[], number[]]
    expect(fineRandomisationTest(a, b, 1)).toBeCloseTo(randomisationTest(a, b, 1, 20_000), 1.9)
  })

  it('is exact where few queries differ, whatever the others, or where few weigh in', () => {
    const same = Array.from({ length: 10_000 }, () => 0.5)
    expect(fineRandomisationTest([...A, ...same], [...B, ...same], 1)).toBe(8 / 1024)
    expect(fineRandomisationTest(A, A, 1)).toBe(1)
  })

  it('marks a clear difference over 10,000 queries among 42 comparisons, and is quick', () => {
    const stream = new Stream(4, 'values')
    const [a, b] = [0.05, 0].map((more) => Array.from({ length: 10_000 }, () => stream.uniform() + more)) as [number[], number[]]
    const begun = performance.now()
    expect(42 * fineRandomisationTest(a, b, 1)).toBeLessThan(0.01)
    expect(performance.now() - begun).toBeLessThan(50)
    expect(42 * randomisationTest(a, b, 1, 500)).toBeGreaterThan(0.05)
  })
})

describe('the bootstrap interval', () => {
  it('is about two standard errors to each side of the mean', () => {
    const stream = new Stream(11, 'sample')
    const values = Array.from({ length: 240 }, () => stream.normal())
    const mean = values.reduce((sum, x) => sum + x, 0) / 240
    const { low, high } = bootstrapInterval(values, 1)
    const error = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 239 / 240)
    expect(mean - low).toBeCloseTo(1.96 * error, 1)
    expect((high - low) / (2 * 1.96 * error)).toBeCloseTo(1, 1)
  })

  it('is the value itself where values don’t vary', () => {
    expect(bootstrapInterval([0.5, 0.5, 0.5], 1)).toEqual({ low: 0.5, high: 0.5 })
  })
})

it('a gain over 240 queries is measured within 50 ms', () => {
  const stream = new Stream(1, 'timing')
  const [a, b] = [0, 1].map(() => Array.from({ length: 240 }, () => stream.uniform())) as [number[], number[]]
  pairedGain(a, b, 0)
  const times = [1, 2, 3, 4, 5].map((seed) => {
    const start = performance.now()
    pairedGain(a, b, seed)
    return performance.now() - start
  })
  expect(Math.min(...times)).toBeLessThan(50)
})
