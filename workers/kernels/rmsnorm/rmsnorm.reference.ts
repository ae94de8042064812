// Root-mean-square normalisation in float64: the definition that the kernels are held to.
import type { RmsNormShape } from './rmsnorm.ts'

/** y = x·rstd·w with rstd = 1 / √(mean(x²) + eps). x, y: [rows, width]; w: [width]; rstd: [rows]. */
export function rmsNorm(x: ArrayLike<number>, w: ArrayLike<number>, { rows, width, eps }: RmsNormShape): { y: Float64Array; rstd: Float64Array } {
  const y = new Float64Array(rows * width)
  const rstd = new Float64Array(rows)
  for (let r = 0; r < rows; r++) {
    let squares = 0
    for (let c = 0; c < width; c++) squares += x[r * width + c]! ** 2
    rstd[r] = 1 / Math.sqrt(squares / width + eps)
    for (let c = 0; c < width; c++) y[r * width + c] = x[r * width + c]! * rstd[r]! * w[c]!
  }
  return { y, rstd }
}

/** dx += ∂y/∂x · dy and dw += ∂y/∂w · dy. x, dy, dx: [rows, width]; w, dw: [width]. */
export function rmsNormBackward(
  { x, w, dy, dx, dw }: { x: ArrayLike<number>; w: ArrayLike<number>; dy: ArrayLike<number>; dx: Float64Array; dw: Float64Array },
  shape: RmsNormShape,
): void {
  const { rows, width } = shape
  const { rstd } = rmsNorm(x, w, shape)
  for (let r = 0; r < rows; r++) {
    const scale = rstd[r]!
    let drstd = 0
    for (let c = 0; c < width; c++) {
      const at = r * width + c
      dw[c]! += dy[at]! * x[at]! * scale
      dx[at]! += dy[at]! * w[c]! * scale
      drstd += dy[at]! * w[c]! * x[at]!
    }
    // rstd = (mean(x²) + eps)^(−1/2), so ∂rstd/∂x = −rstd³ · x / width
    for (let c = 0; c < width; c++) dx[r * width + c]! += drstd * -(scale ** 3) * x[r * width + c]! / width
  }
}
