// Root-mean-square normalisation of rows (Zhang & Sennrich 2019), forward and backward.
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import { columnSum } from '../column_sum/column_sum.ts'
import forwardSource from './rmsnorm.wgsl?raw'
import backwardSource from './rmsnorm_backward.wgsl?raw'

export interface RmsNormShape {
  readonly rows: number
  readonly width: number
  readonly eps: number
}

/** y = x·rstd·w; x, y: [rows, width], w: [width], rstd: [rows] is written for the backward pass. */
export function rmsNorm(recording: Recording, x: Tensor, w: Tensor, y: Tensor, rstd: Tensor, { rows, width, eps }: RmsNormShape): void {
  const kernel = recording.gpu.kernel('rmsnorm', forwardSource)
  recording.dispatch(kernel, [x, w, y, rstd], [rows, width, f32(eps)], [Math.ceil(rows / 32)], { flops: 4 * rows * width, bytes: 8 * rows * width })
}

/** dx += the gradient through the norm; with `dw`, dw += Σ over rows of dy·x·rstd. `scratch` holds the column sums' partials. */
export function rmsNormBackward(
  recording: Recording,
  { x, w, rstd, dy, dx, dw, scratch }: { x: Tensor; w: Tensor; rstd: Tensor; dy: Tensor; dx: Tensor; dw?: Tensor | undefined; scratch: Tensor },
  { rows, width }: RmsNormShape,
): void {
  const kernel = recording.gpu.kernel('rmsnorm_backward', backwardSource)
  recording.dispatch(kernel, [x, w, rstd, dy, dx], [rows, width], [Math.ceil(rows / 32)], { flops: 8 * rows * width, bytes: 16 * rows * width })
  if (dw !== undefined) columnSum(recording, { source: dy, times: { x, rowScale: rstd }, out: dw, scratch }, { rows, width })
}
