// The products of decoding in float64: the definition that the kernels are held to.

export interface MatvecCase {
  readonly m: number
  readonly n: number
  readonly k: number
  /** [m, k] */
  readonly x: ArrayLike<number>
  /** [n, k], or [2·n, k] when gated */
  readonly w: ArrayLike<number>
  readonly norm?: { readonly gain: ArrayLike<number>; readonly eps: number }
  readonly gated?: boolean
  readonly bias?: ArrayLike<number>
  /** [m, n] */
  readonly add?: ArrayLike<number>
  /** a: [parts·rank, k]; b: [rows of w, rank]; parts: the first row of w of each */
  readonly low?: { readonly a: ArrayLike<number>; readonly b: ArrayLike<number>; readonly rank: number; readonly scale: number; readonly parts: readonly number[] }
}

/** y = f(norm(x)·Wᵀ + scale·(norm(x)·Aᵀ)·Bᵀ + bias) + add; f gates the second half of the columns by silu of the first when gated, else it changes nothing. Returns [m, n]. */
export function matvec({ m, n, k, x, w, norm, gated = false, bias, add, low }: MatvecCase): Float64Array {
  const y = new Float64Array(m * n)
  for (let row = 0; row < m; row++) {
    const input = Float64Array.from({ length: k }, (_, i) => x[row * k + i]!)
    if (norm !== undefined) {
      const rstd = 1 / Math.sqrt(input.reduce((sum, value) => sum + value * value, 0) / k + norm.eps)
      for (let i = 0; i < k; i++) input[i]! *= rstd * norm.gain[i]!
    }
    const dot = (rows: ArrayLike<number>, at: number): number => input.reduce((sum, value, i) => sum + value * rows[at * k + i]!, 0)
    const addition = (column: number): number => {
      if (low === undefined) return 0
      const part = low.parts.findLastIndex((first) => first <= column)
      let sum = 0
      for (let r = 0; r < low.rank; r++) sum += dot(low.a, part * low.rank + r) * low.b[column * low.rank + r]!
      return low.scale * sum
    }
    const product = (column: number): number => dot(w, column) + addition(column) + (bias?.[column] ?? 0)
    for (let column = 0; column < n; column++) {
      const first = product(column)
      y[row * n + column] = (gated ? (first / (1 + Math.exp(-first))) * product(n + column) : first) + (add?.[row * n + column] ?? 0)
    }
  }
  return y
}
