// Matrix products C = alpha·A·B + bias + add, of any size and stride: bindings, uniforms and the choice of a variant; no arithmetic.
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import plain from './matmul.plain.wgsl?raw'

/** nn: C = A[m,k]·B[k,n]; nt: C = A[m,k]·B[n,k]ᵀ; tn: C = A[k,m]ᵀ·B[k,n] */
export type MatmulOp = 'nn' | 'nt' | 'tn'

export interface MatmulArgs {
  readonly op: MatmulOp
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Tensor
  readonly b: Tensor
  readonly c: Tensor
  /** row strides in elements; packed when left out */
  readonly lda?: number
  readonly ldb?: number
  readonly ldc?: number
  /** first element, in elements */
  readonly aOffset?: number
  readonly bOffset?: number
  readonly cOffset?: number
  /** [n], added to every row */
  readonly bias?: Tensor
  /** [m, n] added, with c's stride and offset; a different buffer than c */
  readonly add?: Tensor
  /** c += product; exclusive with `add` */
  readonly accumulate?: boolean
  /** factor of the product, 1 when left out */
  readonly alpha?: number
}

/** Records C = alpha·A·B + bias + add (or + C). A row's bytes depend on its own values and on k alone in nn and nt. */
export function matmul(recording: Recording, args: MatmulArgs): void {
  const { op, m, n, k, a, b, c, bias, add, accumulate = false, alpha = 1 } = args
  if (add !== undefined && accumulate) throw new Error('matmul: add and accumulate were both given; give one')
  const lda = args.lda ?? (op === 'tn' ? m : k)
  const ldb = args.ldb ?? (op === 'nt' ? k : n)
  const [aRow, aK] = op === 'tn' ? [1, lda] : [lda, 1]
  const [bCol, bK] = op === 'nt' ? [ldb, 1] : [1, ldb]
  const kernel = recording.gpu.kernel('matmul', plain, { BIAS: bias !== undefined, ADD: add !== undefined, ACCUMULATE: accumulate })
  recording.dispatch(kernel, [a, b, bias ?? a, add ?? a, c], [
    m, n, k, f32(alpha), args.aOffset ?? 0, aRow, aK, args.bOffset ?? 0, bCol, bK, args.cOffset ?? 0, args.ldc ?? n,
  ], [Math.ceil(n / 8), Math.ceil(m / 8)])
}
