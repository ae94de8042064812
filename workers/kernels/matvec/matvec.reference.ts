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
}

/** y = f(norm(x)·Wᵀ + bias) + add; f gates the second half of the columns by silu of the first when gated, else it changes nothing. Returns [m, n]. */
export function matvec({ m, n, k, x, w, norm, gated = false, bias, add }: MatvecCase): Float64Array {
  const y = new Float64Array(m * n)
  for (let row = 0; row < m; row++) {
    const input = Float64Array.from({ length: k }, (_, i) => x[row * k + i]!)
    if (norm !== undefined) {
      const rstd = 1 / Math.sqrt(input.reduce((sum, value) => sum + value * value, 0) / k + norm.eps)
      for (let i = 0; i < k; i++) input[i]! *= rstd * norm.gain[i]!
    }
    const product = (column: number): number => input.reduce((sum, value, i) => sum + value * w[column * k + i]!, bias?.[column] ?? 0)
    for (let column = 0; column < n; column++) {
      const first = product(column)
      y[row * n + column] = (gated ? (first / (1 + Math.exp(-first))) * product(n + column) : first) + (add?.[row * n + column] ?? 0)
    }
  }
  return y
}
