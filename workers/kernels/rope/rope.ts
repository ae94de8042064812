// Rotary position embedding (Su et al. 2021, in the half-split layout of the Hugging Face Qwen2), with the key-value store that follows it.
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import forwardSource from './rope.wgsl?raw'
import backwardSource from './rope_backward.wgsl?raw'

export interface HeadShape {
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
}

/** The rotation table [positions, headDim]: cosines of position·theta^(−2i/headDim) for i < headDim/2, then sines; computed in float64. */
export function ropeTable(positions: number, headDim: number, theta: number): Float32Array {
  const half = headDim / 2
  const table = new Float32Array(positions * headDim)
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * theta ** (-i / half)
      table[position * headDim + i] = Math.cos(angle)
      table[position * headDim + half + i] = Math.sin(angle)
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
  recording.dispatch(kernel, [qkv, table, positions, slots, kv], [rows], [Math.ceil(pairs / 64), rows])
}

/** Turns the query and key gradients in `dqkv` back, in place. */
export function ropeBackward(recording: Recording, dqkv: Tensor, table: Tensor, positions: Tensor, rows: number, shape: HeadShape): void {
  const kernel = recording.gpu.kernel('rope_backward', backwardSource, constants(shape))
  const pairs = (shape.heads + shape.kvHeads) * (shape.headDim / 2)
  recording.dispatch(kernel, [dqkv, table, positions], [rows], [Math.ceil(pairs / 64), rows])
}
