// Attention of a newest token over its prompt and its own past in float64: the definition that the kernels are held to.
import { attention } from '../attention/attention.reference.ts'
import { headNorm } from '../head_norm/head_norm.reference.ts'
import type { HeadShape } from '../rope/rope.ts'

export interface DecodeRow {
  readonly start: number
  readonly length: number
  readonly own: number
  readonly drawn: number
}

interface Inputs {
  /** [rows, (heads + 2·kvHeads)·D] as projected */
  readonly qkv: ArrayLike<number>
  /** [2, D] */
  readonly headNorm?: ArrayLike<number>
  /** [positions, D] (cosines | sines) */
  readonly table: ArrayLike<number>
  readonly rows: readonly DecodeRow[]
  /** [*, 2·kvHeads·D] before the newest tokens */
  readonly kv: ArrayLike<number>
  readonly eps: number
}

/** Returns kv with the newest tokens in place, and out [rows, heads·D]. */
export function decodeAttention({ qkv, headNorm: weights, table, rows, kv, eps }: Inputs, shape: HeadShape): { out: Float64Array; kv: Float64Array } {
  const { heads, kvHeads, headDim } = shape
  const width = (heads + 2 * kvHeads) * headDim
  const half = headDim / 2
  const placed = weights === undefined ? Float64Array.from(qkv) : headNorm(qkv, weights, eps, shape).y
  const cache = Float64Array.from(kv)
  rows.forEach(({ length, own, drawn }, row) => {
    const position = length + drawn - 1
    for (let head = 0; head < heads + kvHeads; head++) {
      for (let i = 0; i < half; i++) {
        const [near, far] = [row * width + head * headDim + i, row * width + head * headDim + half + i]
        const [c, s] = [table[position * headDim + i]!, table[position * headDim + half + i]!]
        const [first, second] = [placed[near]!, placed[far]!]
        placed[near] = first * c - second * s
        placed[far] = second * c + first * s
      }
    }
    const from = row * width + heads * headDim
    cache.set(placed.subarray(from, from + 2 * kvHeads * headDim), (own + drawn - 1) * 2 * kvHeads * headDim)
  })
  const spans = rows.flatMap(({ start, length, own, drawn }) => [start, start + length, own, own + drawn])
  return { out: attention({ q: placed, kv: cache, stride: width, spans }, rows.length, shape).out, kv: cache }
}
