// Root-mean-square normalisation of every query and key head before it is turned (Qwen3, arXiv 2505.09388, section 2), forward and backward.
import type { Gpu, Kernel, Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import { columnSum, columnSumScratch } from '../column_sum/column_sum.ts'
import type { HeadShape } from '../rope/rope.ts'
import { rowVariantOf, withSum } from '../sum.ts'
import forwardGroup from './head_norm.group.wgsl?raw'
import forwardSource from './head_norm.wgsl?raw'
import backwardGroup from './head_norm_backward.group.wgsl?raw'
import backwardSource from './head_norm_backward.wgsl?raw'
import weightsSource from './head_norm_weights.wgsl?raw'

const constants = ({ heads, kvHeads, headDim }: HeadShape) => ({ HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim })

const LANES = 64

/** The kernel that this GPU's variant of the norm is, and its grid for `heads` heads of `rows` rows. */
function made(gpu: Gpu, name: string, thread: string, group: string, shape: HeadShape, heads: number, rows: number): { kernel: Kernel; grid: [number, number] } {
  const variant = rowVariantOf(gpu, 'head_norm')
  if (variant === 'thread') return { kernel: gpu.kernel(name, thread, constants(shape)), grid: [Math.ceil((rows * heads) / 32), 1] }
  return { kernel: gpu.kernel(`${name} ${variant}`, withSum(variant, group), { ...constants(shape), LANES }), grid: [heads, rows] }
}

/**
 * y = x with every query and key head normalised; x, y: [rows, (heads + 2·kvHeads)·headDim] (queries | keys | values);
 * w: [2, headDim], the queries' weight and the keys'; rstd: [rows, heads + kvHeads] is written for the backward pass.
 */
export function headNorm(recording: Recording, { x, w, y, rstd }: { x: Tensor; w: Tensor; y: Tensor; rstd: Tensor }, eps: number, rows: number, shape: HeadShape): void {
  const { kernel, grid } = made(recording.gpu, 'head_norm', forwardSource, forwardGroup, shape, shape.heads + 2 * shape.kvHeads, rows)
  recording.dispatch(kernel, [x, w, y, rstd], [rows, f32(eps)], grid)
}

/** Words of scratch that `headNormBackward` needs with `dw`: each row's part of the gradient, and the partial sums of those. */
export const headNormScratch = (rows: number, { headDim }: HeadShape): { products: number; sums: number } => ({ products: rows * 2 * headDim, sums: columnSumScratch(rows, 2 * headDim) })

/** Turns dqkv, the gradient of y, into that of x, in place; with `dw`: [2, headDim], dw += the weights' gradient. Shapes of x, w and rstd: as in `headNorm`. */
export function headNormBackward(
  recording: Recording,
  { x, w, rstd, dqkv, dw }: { x: Tensor; w: Tensor; rstd: Tensor; dqkv: Tensor; dw?: { out: Tensor; products: Tensor; sums: Tensor } | undefined },
  rows: number,
  shape: HeadShape,
): void {
  const { gpu } = recording
  const { heads, kvHeads, headDim } = shape
  if (dw !== undefined) {
    recording.dispatch(gpu.kernel('head_norm_weights', weightsSource, constants(shape)), [x, rstd, dqkv, dw.products], [rows], [Math.ceil((rows * 2 * headDim) / 32)])
    columnSum(recording, { source: dw.products, out: dw.out, scratch: dw.sums }, { rows, width: 2 * headDim })
  }
  const { kernel, grid } = made(gpu, 'head_norm_backward', backwardSource, backwardGroup, shape, heads + kvHeads, rows)
  recording.dispatch(kernel, [x, w, rstd, dqkv], [rows], grid)
}
