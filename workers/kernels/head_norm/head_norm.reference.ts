// Normalisation of query and key heads in float64: the definition that the kernels are held to.
import type { HeadShape } from '../rope/rope.ts'

/**
 * y = x·rstd·w for every query and key head, rstd = 1 / √(mean(x²) + eps) over the head; values pass.
 * x, y: [rows, (heads + 2·kvHeads)·D]; w: [2, D] (queries | keys); rstd: [rows, heads + kvHeads].
 */
export function headNorm(x: ArrayLike<number>, w: ArrayLike<number>, eps: number, shape: HeadShape): { y: Float64Array; rstd: Float64Array } {
  const y = Float64Array.from(x)
  const rstd: number[] = []
  forEachHead(x.length, shape, (base, weight) => {
    let squares = 0
    for (let d = 0; d < shape.headDim; d++) squares += x[base + d]! ** 2
    const scale = 1 / Math.sqrt(squares / shape.headDim + eps)
    for (let d = 0; d < shape.headDim; d++) y[base + d] = x[base + d]! * scale * w[weight + d]!
    rstd.push(scale)
  })
  return { y, rstd: Float64Array.from(rstd) }
}

/** dx += ∂y/∂x · dy and dw += ∂y/∂w · dy. x, dy, dx: [rows, (heads + 2·kvHeads)·D]; w, dw: [2, D]. */
export function headNormBackward(
  { x, w, dy, dx, dw }: { x: ArrayLike<number>; w: ArrayLike<number>; dy: ArrayLike<number>; dx: Float64Array; dw: Float64Array },
  eps: number,
  shape: HeadShape,
): void {
  const { heads, kvHeads, headDim } = shape
  const { rstd } = headNorm(x, w, eps, shape)
  let index = 0
  forEachHead(x.length, shape, (base, weight) => {
    const scale = rstd[index++]!
    let drstd = 0
    for (let d = 0; d < headDim; d++) {
      dw[weight + d]! += dy[base + d]! * x[base + d]! * scale
      dx[base + d]! += dy[base + d]! * w[weight + d]! * scale
      drstd += dy[base + d]! * w[weight + d]! * x[base + d]!
    }
    // rstd = (mean(x²) + eps)^(−1/2), so ∂rstd/∂x = −rstd³ · x / D
    for (let d = 0; d < headDim; d++) dx[base + d]! += drstd * -(scale ** 3) * x[base + d]! / headDim
  })
  const width = (heads + 2 * kvHeads) * headDim
  for (let at = 0; at < x.length; at++) if (at % width >= (heads + kvHeads) * headDim) dx[at]! += dy[at]!
}

/** Visits every query and key head, row by row, with where it begins and where its weight does. */
function forEachHead(length: number, { heads, kvHeads, headDim }: HeadShape, visit: (base: number, weight: number) => void): void {
  const width = (heads + 2 * kvHeads) * headDim
  for (let row = 0; row < length; row += width) {
    for (let head = 0; head < heads + kvHeads; head++) visit(row + head * headDim, head < heads ? 0 : headDim)
  }
}
