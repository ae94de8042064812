// Rotary position embedding (Su et al. 2021, in the half-split layout of the Hugging Face Qwen2), with the key-value store that follows it.
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import forwardSource from './rope.wgsl?raw'
import backwardSource from './rope_backward.wgsl?raw'

export interface HeadShape {
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
}

/** What pair i of a head turns by per position, [headDim/2] radians, and what its turned values are multiplied by (1 but for YaRN). */
export interface Angles {
  readonly frequencies: ArrayLike<number>
  readonly magnitude: number
}

/** The rotation table [positions, headDim]: magnitude·cos(position·frequency), then the sines; computed in float64. */
export function ropeTable(positions: number, { frequencies, magnitude }: Angles): Float32Array {
  const half = frequencies.length
  const table = new Float32Array(positions * 2 * half)
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * (frequencies[i] ?? 0)
      table[position * 2 * half + i] = magnitude * Math.cos(angle)
      table[position * 2 * half + half + i] = magnitude * Math.sin(angle)
    }
  }
  return table
}

const constants = ({ heads, kvHeads, headDim }: HeadShape) => ({ HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim })

/** Rotates queries in `qkv` [rows, (heads + 2·kvHeads)·headDim] in place; writes rotated keys and values to rows `slots` of `kv` [*, 2·kvHeads·headDim]. */
export function rope(
  recording: Recording,
  { qkv, table, positions, slots, kv }: { qkv: Tensor; table: Tensor; positions: Tensor; slots: Tensor; kv: Tensor },
  rows: number,
  shape: HeadShape,
): void {
  const kernel = recording.gpu.kernel('rope', forwardSource, constants(shape))
  const pairs = (shape.heads + 2 * shape.kvHeads) * (shape.headDim / 2)
  recording.dispatch(kernel, [qkv, table, positions, slots, kv], [rows], [Math.ceil(pairs / 64), rows], { flops: 6 * rows * pairs, bytes: 16 * rows * pairs })
}

/** Turns the query and key gradients in `dqkv` back, in place. */
export function ropeBackward(recording: Recording, dqkv: Tensor, table: Tensor, positions: Tensor, rows: number, shape: HeadShape): void {
  const kernel = recording.gpu.kernel('rope_backward', backwardSource, constants(shape))
  const pairs = (shape.heads + shape.kvHeads) * (shape.headDim / 2)
  recording.dispatch(kernel, [dqkv, table, positions], [rows], [Math.ceil(pairs / 64), rows], { flops: 6 * rows * pairs, bytes: 16 * rows * pairs })
}
