// The best k by inner product in float64: every score, sorted. Nothing here has a gradient.

/** Inner product of `width` numbers from `a[aStart]` and `b[bStart]`, summed in float64. */
export function dot(a: ArrayLike<number>, aStart: number, b: ArrayLike<number>, bStart: number, width: number): number {
  let sum = 0
  for (let i = 0; i < width; i++) sum += a[aStart + i]! * b[bStart + i]!
  return sum
}

export interface Found {
  readonly positions: readonly number[]
  readonly scores: readonly number[]
}

/** All scores of a query at `start` of queries against matrix [products, width]. */
export function scoresOf(queries: ArrayLike<number>, start: number, matrix: ArrayLike<number>, width: number): Float64Array {
  return Float64Array.from({ length: matrix.length / width }, (_, position) => dot(queries, start, matrix, position * width, width))
}

/** Best `k` (all when there are fewer), best first, lower position before higher on equal scores. */
export function best(scores: ArrayLike<number>, k: number): Found {
  const positions = Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k)
  return { positions, scores: positions.map((position) => scores[position]!) }
}

/** Best `k` of matrix [products, width] for each of queries [count, width]. */
export function topK(queries: ArrayLike<number>, matrix: ArrayLike<number>, width: number, k: number): Found[] {
  return Array.from({ length: queries.length / width }, (_, query) => best(scoresOf(queries, query * width, matrix, width), k))
}
