// Causal grouped-query attention over ragged rows with shared prefixes; the backward pass recomputes the weights from the saved log-sum-exp (Dao et al. 2022).
import type { Gpu, Kernel, Recording, Tensor } from '../../gpu/gpu.ts'
import type { Cost } from '../../gpu/pace.ts'
import { f32 } from '../../gpu/gpu.ts'
import type { HeadShape } from '../rope/rope.ts'
import { choiceOf } from '../variants.ts'
import groupSource from './attention.group.wgsl?raw'
import spansSource from './attention.spans.wgsl?raw'
import tileSource from './attention.tile.wgsl?raw'
import forwardSource from './attention.wgsl?raw'
import keyGroupSource from './attention_key_backward.group.wgsl?raw'
import keySource from './attention_key_backward.wgsl?raw'
import queryGroupSource from './attention_query_backward.group.wgsl?raw'
import querySource from './attention_query_backward.wgsl?raw'

const constants = ({ heads, kvHeads, headDim }: HeadShape) => ({ HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim })
const uniforms = (rows: number, shape: HeadShape) => [rows, (shape.heads + 2 * shape.kvHeads) * shape.headDim, f32(1 / Math.sqrt(shape.headDim))]

const GRAIN = 64 // rows: views of any width then start on 256 bytes
const SLOWNESS = 8 // of an operation here to one of a product: each lane reads its own row

/** What `rows` rows cost that attend to `pairs` positions together, at `products` multiply-adds of a head's width for each pair and head. */
function costOf(rows: number, pairs: number, { heads, kvHeads, headDim }: HeadShape, products: number): Cost {
  return { flops: 2 * products * pairs * heads * headDim, bytes: 4 * products * rows * (heads + kvHeads) * headDim, slowness: SLOWNESS }
}

/** thread: one thread per row and head; group: 16 rows of a head share workgroup memory, for graphics cards and heads of up to 128. */
export const ATTENTION_VARIANTS = ['thread', 'group'] as const
export type AttentionVariant = (typeof ATTENTION_VARIANTS)[number]

const TILE = 16 // rows of a workgroup of `group`
const BLOCK = 8 // rows of the other side at a time: 12 KB of workgroup memory at 128 components
const WIDEST = 128

const variantOf = (gpu: Gpu, { headDim }: HeadShape): AttentionVariant =>
  headDim > WIDEST ? 'thread' : choiceOf(gpu, 'attention', gpu.architecture === 'swiftshader' ? ATTENTION_VARIANTS : ATTENTION_VARIANTS.toReversed())

/** A kernel of either variant, and its grid for `count` rows of `heads` heads. */
function made(gpu: Gpu, name: string, sources: { thread: string; group: string }, shape: HeadShape): { kernel: Kernel; grid: (count: number, heads: number) => [number, number] } {
  if (variantOf(gpu, shape) === 'thread') return { kernel: gpu.kernel(name, sources.thread, constants(shape)), grid: (count, heads) => [Math.ceil((count * heads) / 32), 1] }
  const kernel = gpu.kernel(`${name} group`, `${tileSource}\n${sources.group}`, { ...constants(shape), BLOCK, PART: Math.ceil(shape.headDim / 4) })
  return { kernel, grid: (count, heads) => [Math.ceil(count / TILE), heads] }
}

/** Rows in parts, none of which holds the GPU for long. */
function partsOf(recording: Recording, rows: number, cost: Cost): { first: number; count: number; cost: Cost }[] {
  const wanted = Math.ceil((cost.flops * SLOWNESS) / recording.gpu.pace.operations)
  const size = Math.max(GRAIN, Math.ceil(rows / wanted / GRAIN) * GRAIN)
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => {
    const count = Math.min(size, rows - i * size)
    return { first: i * size, count, cost: { ...cost, flops: (cost.flops * count) / rows, bytes: (cost.bytes * count) / rows } }
  })
}

/** Rows [first, …) of a tensor with `width` words a row. */
const from = (tensor: Tensor, first: number, count: number, width: number): Tensor => (first === 0 ? tensor : { buffer: tensor.buffer, offset: tensor.offset + first * width * 4, size: count * width * 4 })

/**
 * q: [rows, (heads + 2·kvHeads)·headDim], queries in the first columns, already rotated; kv: [*, 2·kvHeads·headDim] (keys | values);
 * spans: [rows, 4] u32, the kv rows [prefix start, prefix end) ∪ [own start, own end) that a row attends to; out: [rows, heads·headDim]; lse: [rows, heads].
 * `pairs`: how many positions all rows attend to together, for the pace of submits.
 */
export function attention(
  recording: Recording,
  { q, kv, spans, out, lse }: { q: Tensor; kv: Tensor; spans: Tensor; out: Tensor; lse: Tensor },
  rows: number,
  shape: HeadShape,
  pairs = rows,
): void {
  const { heads, kvHeads, headDim } = shape
  const { kernel, grid } = made(recording.gpu, 'attention', { thread: forwardSource, group: spansSource + groupSource }, shape)
  for (const { first, count, cost } of partsOf(recording, rows, costOf(rows, pairs, shape, 2))) {
    const tensors = [from(q, first, count, (heads + 2 * kvHeads) * headDim), kv, from(spans, first, count, 4), from(out, first, count, heads * headDim), from(lse, first, count, heads)]
    recording.dispatch(kernel, tensors, uniforms(count, shape), grid(count, heads), cost)
  }
}

/**
 * Writes dqkv: [rows, (heads + 2·kvHeads)·headDim] (gradients of rotated queries and keys, and of values) from dout: [rows, heads·headDim].
 * Here kv has one row per row, and row r is attended to by the rows [r, ends[r]). stats: [rows, heads, 2] scratch.
 */
export function attentionBackward(
  recording: Recording,
  { q, kv, spans, ends, out, dout, lse, stats, dqkv }: { q: Tensor; kv: Tensor; spans: Tensor; ends: Tensor; out: Tensor; dout: Tensor; lse: Tensor; stats: Tensor; dqkv: Tensor },
  rows: number,
  shape: HeadShape,
  pairs = rows,
): void {
  const { heads, kvHeads, headDim } = shape
  const query = made(recording.gpu, 'attention_query_backward', { thread: querySource, group: spansSource + queryGroupSource }, shape)
  for (const { first, count, cost } of partsOf(recording, rows, costOf(rows, pairs, shape, 3))) {
    const [wide, narrow] = [(heads + 2 * kvHeads) * headDim, heads * headDim]
    const tensors = [
      from(q, first, count, wide), kv, from(spans, first, count, 4), from(out, first, count, narrow), from(dout, first, count, narrow), from(lse, first, count, heads),
      from(stats, first, count, 2 * heads), from(dqkv, first, count, wide),
    ]
    recording.dispatch(query.kernel, tensors, uniforms(count, shape), query.grid(count, heads), cost)
  }
  const key = made(recording.gpu, 'attention_key_backward', { thread: keySource, group: keyGroupSource }, shape)
  for (const { first, count, cost } of partsOf(recording, rows, costOf(rows, pairs, shape, 4))) {
    recording.dispatch(key.kernel, [q, kv, ends, dout, stats, dqkv], [...uniforms(first + count, shape), first], key.grid(count, kvHeads), cost)
  }
}
