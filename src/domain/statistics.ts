// Is a difference between two systems on the same queries more than chance? Seeded, and fast enough for a page's main thread.
import { Stream } from './random.ts'

/** How often chance is tried: 5,000 times, fewer over many queries so that a call stays at a few million draws. */
export function resamplings(queries: number): number {
  return Math.max(500, Math.min(5000, Math.floor(3e6 / Math.max(1, queries))))
}

/**
 * Two-sided p of the paired randomisation test (Fisher): how often random signs give the differences a - b a mean at least as far from zero.
 * All 2^n sign patterns where that is at most `draws`, else (1 + hits) / (1 + draws) of random ones (Phipson and Smyth 2010).
 * Differences of zero are left out: their sign changes nothing. 1 where nothing differs.
 */
export function randomisationTest(a: readonly number[], b: readonly number[], seed: number, draws = resamplings(a.length)): number {
  const differences = Float64Array.from(pairedDifferences(a, b).filter((difference) => difference !== 0))
  const n = differences.length
  if (n === 0) return 1
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0))
  // sums of the same numbers in another order differ by rounding: ties with what was observed count
  const reached = observed - 1e-12 * differences.reduce((sum, difference) => sum + Math.abs(difference), 0)
  const exact = 2 ** n <= draws
  const bits = fastBits(new Stream(seed, 'randomisation'))
  let hits = 0
  for (let draw = 0; draw < (exact ? 2 ** n : draws); draw++) {
    let sum = 0
    let word = draw
    for (let i = 0; i < n; i++) {
      if (!exact && (i & 31) === 0) word = bits()
      // adds or subtracts without a branch, which random signs would mispredict
      sum += differences[i]! * (1 - ((word & 1) << 1))
      word >>>= 1
    }
    if (Math.abs(sum) >= reached) hits++
  }
  return exact ? hits / 2 ** n : (1 + hits) / (1 + draws)
}

/** From so many differences that weigh in, random signs are as good as normal: p = 1e-4 is a tenth too large at most. */
export const NORMAL_FROM = 200

/**
 * The same p, fine enough to be adjusted for many comparisons: how small it can be is not bounded by how often chance is tried over many queries.
 * Where (Σd²)² / Σd⁴ differences, NORMAL_FROM or more, weigh in: the normal limit of the sum of random signs, whose variance is Σd². That is
 * conservative, as such sums have lighter tails (Hoeffding 1963). Else exact, or drawn often.
 */
export function fineRandomisationTest(a: readonly number[], b: readonly number[], seed: number): number {
  let [sum, squares, fourths, n] = [0, 0, 0, 0]
  for (const difference of pairedDifferences(a, b)) {
    sum += difference
    squares += difference ** 2
    fourths += difference ** 4
    if (difference !== 0) n++
  }
  if (squares ** 2 >= NORMAL_FROM * fourths && fourths > 0) return normalTails(Math.abs(sum) / Math.sqrt(squares))
  return randomisationTest(a, b, seed, Math.max(5000, Math.min(200_000, Math.floor(2e7 / Math.max(1, n)))))
}

/** Percentile bootstrap interval of the mean, resampling queries (Efron). `[0, 0]` for no values. */
export function bootstrapInterval(
  values: readonly number[], seed: number, level = 0.95, draws = resamplings(values.length),
): { low: number; high: number } {
  const n = values.length
  if (n === 0) return { low: 0, high: 0 }
  const data = Float64Array.from(values)
  const means = new Float64Array(draws)
  const bits = fastBits(new Stream(seed, 'bootstrap'))
  const scale = n / 2 ** 32
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += data[Math.floor(bits() * scale)]!
    means[draw] = sum / n
  }
  means.sort()
  return { low: quantile(means, (1 - level) / 2), high: quantile(means, (1 + level) / 2) }
}

/** Mean difference a - b with its bootstrap interval and randomisation p, by `test`. */
export function pairedGain(
  a: readonly number[], b: readonly number[], seed: number,
  test: (a: readonly number[], b: readonly number[], seed: number) => number = randomisationTest,
): { delta: number; low: number; high: number; p: number } {
  const differences = pairedDifferences(a, b)
  const delta = differences.length === 0 ? 0 : differences.reduce((sum, difference) => sum + difference, 0) / differences.length
  return { delta, ...bootstrapInterval(differences, seed), p: test(a, b, seed) }
}

/** Student's paired t test, two-sided, with the interval of the mean difference a - b. */
export function pairedT(a: readonly number[], b: readonly number[], level = 0.95): { t: number; df: number; p: number; low: number; high: number } {
  const differences = pairedDifferences(a, b)
  const n = differences.length
  if (n < 2) throw new Error(`paired t test over ${n} queries; at least 2 are needed`)
  const middle = differences.reduce((sum, difference) => sum + difference, 0) / n
  const error = Math.sqrt(differences.reduce((sum, difference) => sum + (difference - middle) ** 2, 0) / (n - 1) / n)
  const df = n - 1
  const t = error === 0 ? (middle === 0 ? 0 : Math.sign(middle) * Infinity) : middle / error
  const reach = studentQuantile(level, df) * error
  return { t, df, p: studentTails(Math.abs(t), df), low: middle - reach, high: middle + reach }
}

function pairedDifferences(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) throw new Error(`paired test of ${a.length} against ${b.length} values; both need one value for every query`)
  return a.map((value, i) => value - b[i]!)
}

/** Linear interpolation between order statistics of sorted values. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  return sorted[below]! + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - sorted[below]!)
}

/** xoshiro128** (Blackman and Vigna), seeded from a stream: 32 bits a call at a tenth of Threefry's price, for millions of draws. */
function fastBits(stream: Stream): () => number {
  let [a, b, c, d] = [stream.bits(), stream.bits(), stream.bits(), stream.bits() | 1]
  return () => {
    const x = Math.imul(b, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
}

/** P(|Z| ≥ z) of the standard normal, z ≥ 0: Taylor's series near 0, Laplace's continued fraction (DLMF 7.9.1) beyond. */
function normalTails(z: number): number {
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI)
  if (z < 2) {
    let [term, sum] = [z, z]
    for (let k = 3; k < 100; k += 2) sum += term *= z * z / k
    return 1 - 2 * density * sum
  }
  let fraction = z
  for (let k = 200; k > 0; k--) fraction = z + k / fraction
  return 2 * density / fraction
}

/** P(|T| ≥ t) for Student's t: the regularised incomplete beta function I(df / (df + t²); df / 2, 1 / 2). */
function studentTails(t: number, df: number): number {
  if (t === Infinity) return 0
  return incompleteBeta(df / (df + t * t), df / 2, 0.5)
}

/** The t within which a share `level` of Student's distribution lies, by bisection. */
function studentQuantile(level: number, df: number): number {
  let [low, high] = [0, 1e6]
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (studentTails(middle, df) > 1 - level) low = middle
    else high = middle
  }
  return high
}

/** Continued fraction of DLMF 8.17.22, by Lentz's method. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(a * Math.log(x) + b * Math.log(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a
  const away = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    fraction *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return front * fraction
}

/** Stirling's series after shifting the argument above 10; relative error below 1e-14. */
function logGamma(x: number): number {
  let shift = 0
  let z = x
  for (; z < 10; z++) shift += Math.log(z)
  const inverse = 1 / (z * z)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / z
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}
