// Attention of rows that are one token long each: head norms, rotation and cache write of the newest token, then attention over prompt and own past.
// On graphics cards long contexts are split over workgroups and combined (Dao et al. 2023, flash-decoding).
import { SPLIT } from '../../../src/domain/rooms.ts'
import type { Gpu, Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import type { HeadShape } from '../rope/rope.ts'
import { choiceOf } from '../variants.ts'
import combineSource from './decode_attention.combine.wgsl?raw'
import loopSource from './decode_attention.loop.wgsl?raw'
import placeSource from './decode_attention.place.wgsl?raw'
import rowsSource from './decode_attention.rows.wgsl?raw'
import splitSource from './decode_attention.split.wgsl?raw'
import threadSource from './decode_attention.thread.wgsl?raw'

/** Words of a row's state: see decode_attention.rows.wgsl. */
export const ROW_WORDS = 8
/** Of a workgroup of `split`. */
const LANES = 64
/** Components of a head that are written out at most (more compile for long), and of which a thread takes two heads (it keeps them in registers). */
const WRITTEN_OUT = 64
const WIDE = 32

/** thread: one thread per row and head, for the software adapter; split: workgroups, for graphics cards. */
export const DECODE_ATTENTION_VARIANTS = ['thread', 'split'] as const
export type DecodeAttentionVariant = (typeof DECODE_ATTENTION_VARIANTS)[number]

export interface DecodeAttention {
  /** [rows, (heads + 2·kvHeads)·headDim] as projected; left undefined */
  readonly qkv: Tensor
  /** [2, headDim], the weights of the query heads' norm and of the key heads', where the architecture has them */
  readonly headNorm: Tensor | undefined
  /** [positions, headDim], see ropeTable */
  readonly table: Tensor
  /** [rows, ROW_WORDS] u32 */
  readonly state: Tensor
  /** [*, 2·kvHeads·headDim] (keys | values), written at each row's newest place */
  readonly kv: Tensor
  /** [rows, heads·headDim] */
  readonly out: Tensor
  /** [rows, heads, splitsOf(longest), headDim + 2] scratch */
  readonly parts: Tensor
}

export interface DecodeAttentionShape extends HeadShape {
  readonly rows: number
  /** at least the keys of every row, its newest included */
  readonly longest: number
  readonly eps: number
}

export const splitsOf = (longest: number): number => Math.max(1, Math.ceil(longest / SPLIT))

/** The variants that run heads of this shape here, the preferred one first: `split` needs a lane for each query head of a key head, and their scores in workgroup memory. */
export function decodeAttentionVariants(gpu: Pick<Gpu, 'architecture' | 'device'>, { heads, kvHeads, headDim }: HeadShape): readonly DecodeAttentionVariant[] {
  const group = heads / kvHeads
  const bytes = 4 * (group * (headDim + LANES + 3) + LANES)
  if (group > LANES || bytes > gpu.device.limits.maxComputeWorkgroupStorageSize) return ['thread']
  return gpu.architecture === 'swiftshader' ? ['thread', 'split'] : ['split', 'thread']
}

const variantOf = (gpu: Gpu, shape: HeadShape): DecodeAttentionVariant => choiceOf(gpu, 'decode_attention', decodeAttentionVariants(gpu, shape))

/** Words of scratch that a call needs. */
export const decodeAttentionScratch = (gpu: Gpu, shape: DecodeAttentionShape): number =>
  variantOf(gpu, shape) === 'thread' ? 1 : shape.rows * shape.heads * splitsOf(shape.longest) * (shape.headDim + 2)

export function decodeAttention(recording: Recording, t: DecodeAttention, shape: DecodeAttentionShape): void {
  decodeAttentionAs(recording, t, shape, variantOf(recording.gpu, shape))
}

/** The same by a given variant: tests and timings force one. */
export function decodeAttentionAs(recording: Recording, t: DecodeAttention, s: DecodeAttentionShape, variant: DecodeAttentionVariant): void {
  const { rows, heads, kvHeads, headDim, longest, eps } = s
  const splits = splitsOf(longest)
  const norms = t.headNorm ?? t.table
  const constants = { HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim, HALF: headDim / 2 }
  const uniforms = [rows, splits, f32(1 / Math.sqrt(headDim)), f32(eps)]
  const kernel = (name: string, source: string, more: Readonly<Record<string, number | boolean>> = {}) =>
    recording.gpu.kernel(`decode_attention ${name}`, `${rowsSource}\n${source}`, { ...constants, ...more })
  const cost = { flops: 4 * rows * heads * headDim * longest, bytes: 8 * rows * kvHeads * headDim * longest }
  const HEAD_NORM = t.headNorm !== undefined
  if (variant === 'thread') {
    const fours = headDim % 8 === 0 && headDim <= WRITTEN_OUT
    const each = fours && headDim <= WIDE && (heads / kvHeads) % 2 === 0 ? 2 : 1
    const made = fours ? kernel('thread', threadSource, { HEAD_NORM, HALVES: headDim / 8, HEADS_EACH: each }) : kernel('loop', loopSource, { HEAD_NORM })
    recording.dispatch(made, [t.qkv, norms, t.table, t.state, t.kv, t.out], uniforms, [Math.ceil((rows * heads) / each / (fours ? 8 : 16))], cost)
    return
  }
  recording.dispatch(kernel('place', placeSource, { HEAD_NORM }), [t.qkv, norms, t.table, t.state, t.kv], uniforms, [heads + 2 * kvHeads, rows])
  recording.dispatch(kernel('split', splitSource, { SPLIT, GROUP: heads / kvHeads }), [t.qkv, t.kv, t.state, t.parts], uniforms, [kvHeads, rows, splits], cost)
  recording.dispatch(kernel('combine', combineSource, { SPLIT }), [t.parts, t.state, t.out], uniforms, [heads, rows])
}
