// How much two rankings of the same things agree: what they share, what moved, and rank-biased overlap.

export interface Overlap {
  /** ids among the first k of both */
  readonly common: number
  /** of those: at the same rank, higher in the second, lower in the second */
  readonly unchanged: number
  readonly improved: number
  readonly worsened: number
  /** among the first k of the second alone, of the first alone */
  readonly entered: number
  readonly left: number
}

/** What became of the first `k` of `before` among the first `k` of `after`; ids are distinct within a ranking. */
export function overlap(before: readonly string[], after: readonly string[], k: number): Overlap {
  const was = new Map(before.slice(0, k).map((id, at) => [id, at]))
  const counts = { common: 0, unchanged: 0, improved: 0, worsened: 0, entered: 0 }
  for (const [at, id] of after.slice(0, k).entries()) {
    const from = was.get(id)
    if (from === undefined) counts.entered++
    else {
      counts.common++
      counts[from === at ? 'unchanged' : from > at ? 'improved' : 'worsened']++
    }
  }
  return { ...counts, left: was.size - counts.common }
}

/** The first ten ranks hold 86 % of the weight. */
export const RBO_P = 0.9

/**
 * Rank-biased overlap of two rankings, 0 (nothing in common) to 1 (the same), extrapolated: beyond what is seen they are taken to agree as they
 * do at its end. Webber, Moffat and Zobel 2010, "A similarity measure for indefinite rankings", equation 32: with lists of s ≤ l ids and X_d ids
 * shared by their first d, (1 − p)/p · (Σ_{d≤l} X_d/d · p^d + Σ_{s<d≤l} X_s (d − s)/(s d) · p^d) + ((X_l − X_s)/l + X_s/s) · p^l.
 * Ids are distinct within a ranking. Two empty rankings agree; an empty one and another don't.
 */
export function rankBiasedOverlap(a: readonly string[], b: readonly string[], p: number = RBO_P): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  const [s, l] = [short.length, long.length]
  if (s === 0) return l === 0 ? 1 : 0
  const [seenShort, seenLong] = [new Set<string>(), new Set<string>()]
  let shared = 0
  let sharedAtShort = 0
  let sum = 0
  let weight = 1
  for (let d = 1; d <= l; d++) {
    weight *= p
    const [x, y] = [short[d - 1], long[d - 1]!]
    if (x !== undefined) {
      if (x === y || seenLong.has(x)) shared++
      seenShort.add(x)
    }
    if (x !== y && seenShort.has(y)) shared++
    seenLong.add(y)
    if (d === s) sharedAtShort = shared
    sum += (shared / d) * weight
    if (d > s) sum += ((sharedAtShort * (d - s)) / (s * d)) * weight
  }
  return ((1 - p) / p) * sum + ((shared - sharedAtShort) / l + sharedAtShort / s) * weight
}
