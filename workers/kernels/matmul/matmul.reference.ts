// The definition of the three products in float64, forward beside backward. Gradients are added to.
import type { MatmulOp } from './matmul.plan.ts'

/** Sizes of C = alpha·A·B + bias + add: C is [m, n], summed over k; `op` says how A and B lie in memory. */
export interface ProductShape {
  readonly op: MatmulOp
  readonly m: number
  readonly n: number
  readonly k: number
  readonly alpha?: number
}

/** [elements of A, elements of B] at (row, col, k), packed. */
function places({ op, m, n, k }: ProductShape, row: number, col: number, at: number): [number, number] {
  return [op === 'tn' ? at * m + row : row * k + at, op === 'nt' ? col * k + at : at * n + col]
}

/** c: [m, n]. a: [m, k] ([k, m] in tn), b: [k, n] ([n, k] in nt), bias: [n], add: [m, n]. */
export function product(
  a: ArrayLike<number>, b: ArrayLike<number>, shape: ProductShape, bias?: ArrayLike<number>, add?: ArrayLike<number>,
): Float64Array {
  const { m, n, k, alpha = 1 } = shape
  const c = new Float64Array(m * n)
  for (let row = 0; row < m; row++) {
    for (let col = 0; col < n; col++) {
      let sum = 0
      for (let at = 0; at < k; at++) {
        const [i, j] = places(shape, row, col, at)
        sum += a[i]! * b[j]!
      }
      c[row * n + col] = alpha * sum + (bias?.[col] ?? 0) + (add?.[row * n + col] ?? 0)
    }
  }
  return c
}

/** da += alpha·dC·Bᵀ, db += alpha·Aᵀ·dC, dbias += column sums of dC, dadd += dC; each in its operand's own layout. */
export function productBackward(
  { a, b, dc, da, db, dbias, dadd }: Readonly<Record<'a' | 'b' | 'dc' | 'da' | 'db' | 'dbias' | 'dadd', Float64Array>>, shape: ProductShape,
): void {
  const { m, n, k, alpha = 1 } = shape
  for (let row = 0; row < m; row++) {
    for (let col = 0; col < n; col++) {
      const gradient = dc[row * n + col]!
      dbias[col]! += gradient
      dadd[row * n + col]! += gradient
      for (let at = 0; at < k; at++) {
        const [i, j] = places(shape, row, col, at)
        da[i]! += alpha * gradient * b[j]!
        db[j]! += alpha * gradient * a[i]!
      }
    }
  }
}
