// Causal grouped-query attention over ragged rows with shared prefixes; the backward pass recomputes the weights from the saved log-sum-exp (Dao et al. 2022).
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import type { HeadShape } from '../rope/rope.ts'
import forwardSource from './attention.wgsl?raw'
import keySource from './attention_key_backward.wgsl?raw'
import querySource from './attention_query_backward.wgsl?raw'

const constants = ({ heads, kvHeads, headDim }: HeadShape) => ({ HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim })
const uniforms = (rows: number, shape: HeadShape) => [rows, (shape.heads + 2 * shape.kvHeads) * shape.headDim, f32(1 / Math.sqrt(shape.headDim))]

/**
 * q: [rows, (heads + 2·kvHeads)·headDim], queries in the first columns, already rotated; kv: [*, 2·kvHeads·headDim] (keys | values);
 * spans: [rows, 4] u32, the kv rows [prefix start, prefix end) ∪ [own start, own end) that a row attends to; out: [rows, heads·headDim]; lse: [rows, heads].
 */
export function attention(
  recording: Recording,
  { q, kv, spans, out, lse }: { q: Tensor; kv: Tensor; spans: Tensor; out: Tensor; lse: Tensor },
  rows: number,
  shape: HeadShape,
): void {
  const kernel = recording.gpu.kernel('attention', forwardSource, constants(shape))
  recording.dispatch(kernel, [q, kv, spans, out, lse], uniforms(rows, shape), [Math.ceil((rows * shape.heads) / 32)])
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
): void {
  const query = recording.gpu.kernel('attention_query_backward', querySource, constants(shape))
  recording.dispatch(query, [q, kv, spans, out, dout, lse, stats, dqkv], uniforms(rows, shape), [Math.ceil((rows * shape.heads) / 32)])
  const key = recording.gpu.kernel('attention_key_backward', keySource, constants(shape))
  recording.dispatch(key, [q, kv, ends, dout, stats, dqkv], uniforms(rows, shape), [Math.ceil((rows * shape.kvHeads) / 32)])
}
