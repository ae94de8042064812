// Root-mean-square normalisation of rows (Zhang & Sennrich 2019), forward and backward.
import type { Gpu, Kernel, Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import { columnSum } from '../column_sum/column_sum.ts'
import { rowGrid, rowVariantOf, withSum } from '../sum.ts'
import forwardGroup from './rmsnorm.group.wgsl?raw'
import forwardSource from './rmsnorm.wgsl?raw'
import backwardGroup from './rmsnorm_backward.group.wgsl?raw'
import backwardSource from './rmsnorm_backward.wgsl?raw'

export interface RmsNormShape {
  readonly rows: number
  readonly width: number
  readonly eps: number
}

const LANES = 128

/** The kernel that this GPU's variant of the norm is, and its grid for `rows` rows. */
function made(gpu: Gpu, name: string, thread: string, group: string, rows: number): { kernel: Kernel; grid: [number, number] } {
  const variant = rowVariantOf(gpu, 'rmsnorm')
  if (variant === 'thread') return { kernel: gpu.kernel(name, thread), grid: [Math.ceil(rows / 32), 1] }
  return { kernel: gpu.kernel(`${name} ${variant}`, withSum(variant, group), { LANES }), grid: rowGrid(gpu, rows) }
}

/** y = x·rstd·w; x, y: [rows, width], w: [width], rstd: [rows] is written for the backward pass. */
export function rmsNorm(recording: Recording, x: Tensor, w: Tensor, y: Tensor, rstd: Tensor, { rows, width, eps }: RmsNormShape): void {
  const { kernel, grid } = made(recording.gpu, 'rmsnorm', forwardSource, forwardGroup, rows)
  recording.dispatch(kernel, [x, w, y, rstd], [rows, width, f32(eps)], grid, { flops: 4 * rows * width, bytes: 8 * rows * width })
}

/** dx += the gradient through the norm; with `dw`, dw += Σ over rows of dy·x·rstd. `scratch` holds the column sums' partials. */
export function rmsNormBackward(
  recording: Recording,
  { x, w, rstd, dy, dx, dw, scratch }: { x: Tensor; w: Tensor; rstd: Tensor; dy: Tensor; dx: Tensor; dw?: Tensor | undefined; scratch: Tensor },
  { rows, width }: RmsNormShape,
): void {
  const { kernel, grid } = made(recording.gpu, 'rmsnorm_backward', backwardSource, backwardGroup, rows)
  recording.dispatch(kernel, [x, w, rstd, dy, dx], [rows, width], grid, { flops: 8 * rows * width, bytes: 16 * rows * width })
  if (dw !== undefined) columnSum(recording, { source: dy, times: { x, rowScale: rstd }, out: dw, scratch }, { rows, width })
}
