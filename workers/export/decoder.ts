// A policy as the ONNX graph that transformers.js runs: the operators that exporters write for speed, with the cache going in and out.
//
// Inputs: input_ids, attention_mask, num_logits_to_keep (0: logits of every position), past_key_values.{layer}.key and .value.
// Outputs: logits, present.{layer}.key and .value. Attention is onnxruntime's GroupQueryAttention (contrib operators, ContribOperators.md), which
// turns queries and keys itself; its rotation takes heads of a multiple of 16 only, so others are turned beside it, by position_ids as a further input,
// and heads of no multiple of 8 are filled up with zeros, in the cache as well.
//
// Left padding: GroupQueryAttention by itself takes a row's first sum(attention_mask) keys for the valid ones, as if padding stood on the right. The
// graphs that exporters usually write are therefore wrong, without a word, for a batch of prompts of unlike lengths, which transformers.js pads on
// the left. With `leftPadding` every row's keys count whole, and a bias on the scores hides those that attention_mask hides: each row comes out as it
// would alone, since a rotation tells only how far apart two tokens stand. (Its own input position_ids is no way out: it is heeded for prompts, but
// not for single tokens, in onnxruntime-web 1.30.) Without `leftPadding` the graph is as exporters write it, and right for rows of equal length only.
import type { ModelConfig } from '../../src/domain/modelConfig.ts'
import { rotaryFrequencies } from '../../src/domain/rotary.ts'
import { ropeTable } from '../kernels/rope/rope.ts'
import type { ReadTensor } from './graph.ts'
import { Graph, transposed } from './graph.ts'
import type { OnnxValue } from './onnx.ts'

export interface DecoderOptions {
  readonly dtype: 'F32' | 'F16'
  /** batches of unlike lengths come out right */
  readonly leftPadding: boolean
}

export interface Decoder {
  readonly graph: Graph
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

/** TensorProto's numbers of types, as Cast names them. */
const TO = { float: 1, int32: 6, float16: 10 } as const
/** What is added to the score of a key that no query may see; within float16, and far below any score. */
const HIDDEN_SCORE = -30000
/** Slice's end where there is none. */
const TO_THE_END = 2 ** 31 - 1
/** Heads that GroupQueryAttention turns have a multiple of so many elements. */
const TURNED_MULTIPLE = 16
/** Heads that GroupQueryAttention takes have a multiple of so many elements. */
const HEAD_MULTIPLE = 8

const turnsInside = ({ headDim }: ModelConfig): boolean => headDim % TURNED_MULTIPLE === 0
const filledDim = ({ headDim }: ModelConfig): number => Math.ceil(headDim / HEAD_MULTIPLE) * HEAD_MULTIPLE

/** Builds the graph, reading every tensor of the checkpoint once. */
export async function decoderOf(config: ModelConfig, read: ReadTensor, options: DecoderOptions): Promise<Decoder> {
  const { hidden, vocabulary, layers, kvHeads } = config
  const graph = new Graph(options.dtype)
  const shared: Shared = { ...lengths(graph, options.leftPadding), ...await rotations(graph, config) }
  const embedding = await graph.copied('model.embed_tokens.weight', [vocabulary, hidden], read)
  const stream: Stream = { x: graph.add('Gather', [embedding, 'input_ids'], 'model.embed_tokens', { axis: 0 }), added: undefined }
  const blocks = new Blocks(graph, config, read)
  for (let layer = 0; layer < layers; layer++) await blocks.add(stream, layer, shared)
  const top = await blocks.norm(stream, 'model.norm')
  const first = graph.add('Unsqueeze', [graph.add('Neg', ['num_logits_to_keep'], 'kept/first'), graph.whole('list/0', [0], [1])], 'kept/from') // −0 keeps all
  const kept = graph.add('Slice', [top, first, graph.whole('list/end', [TO_THE_END], [1]), graph.whole('list/1', [1], [1])], 'kept')
  const head = config.tied ? embedding : await graph.copied('lm_head.weight', [vocabulary, hidden], read)
  const matrix = graph.add('Transpose', [head], 'lm_head.transposed', { perm: [1, 0] }) // folded when the file is opened; a tied head is stored once
  const logits = graph.add('MatMul', [kept, matrix], graph.type === 'float' ? 'logits' : 'lm_head')
  if (logits !== 'logits') graph.add('Cast', [logits], 'logits', { to: TO.float })
  const ids = (name: string, length: string): OnnxValue => ({ name, type: 'int64', shape: ['batch_size', length] })
  const cache = (prefix: string, length: string): OnnxValue[] => Array.from({ length: layers }, (_, layer) => ['key', 'value'].map((kind): OnnxValue => (
    { name: `${prefix}.${layer}.${kind}`, type: graph.type, shape: ['batch_size', kvHeads, length, filledDim(config)] }
  ))).flat()
  return {
    graph,
    inputs: [
      ids('input_ids', 'sequence_length'), ids('attention_mask', 'total_sequence_length'), ...(turnsInside(config) ? [] : [ids('position_ids', 'sequence_length')]),
      { name: 'num_logits_to_keep', type: 'int64', shape: [] }, ...cache('past_key_values', 'past_sequence_length'),
    ],
    outputs: [{ name: 'logits', type: 'float', shape: ['batch_size', 'kept_length', vocabulary] }, ...cache('present', 'total_sequence_length')],
  }
}

/** The residual stream: `x`, and what the next norm adds to it first. */
interface Stream {
  x: string
  added: string | undefined
}

/** What every layer's attention is given. */
interface Shared {
  /** [batch] of int32: the last valid key of each row */
  readonly lastKeys: string
  /** a scalar of int32: keys with those of this call */
  readonly total: string
  /** [batch, 1, sequence, total], where left padding is hidden */
  readonly bias: string | undefined
  readonly cos: string
  readonly sin: string
}

function lengths(graph: Graph, leftPadding: boolean): Pick<Shared, 'lastKeys' | 'total' | 'bias'> {
  const one = graph.whole('one', [1])
  const int32 = (name: string): string => graph.add('Cast', [name], `${name}/int32`, { to: TO.int32 })
  const shape = graph.add('Shape', ['attention_mask'], 'attention_mask/shape')
  const count = graph.add('Gather', [shape, one], 'total')
  const total = int32(count)
  if (!leftPadding) {
    const valid = graph.add('ReduceSum', ['attention_mask', graph.whole('list/1', [1], [1])], 'valid', { keepdims: 1 })
    return { total, lastKeys: int32(graph.add('Sub', [valid, one], 'valid/last')), bias: undefined }
  }
  const [zeroList, oneList] = [graph.whole('list/0', [0], [1]), graph.whole('list/1', [1], [1])]
  const rows = graph.add('Gather', [shape, zeroList], 'rows')
  const lastKeys = graph.add('Expand', [int32(graph.add('Sub', [count, one], 'total/last')), rows], 'last_keys')
  // [batch, total] → [batch, 1, sequence, total]: 0 where attention_mask is 1
  const unseen = graph.add('Cast', [graph.add('Mul', [graph.add('Sub', [one, 'attention_mask'], 'unseen'), graph.whole('hidden_score', [HIDDEN_SCORE])], 'unseen/scores')], 'unseen/bias', { to: TO[graph.type as 'float' | 'float16'] })
  const sequence = graph.add('Gather', [graph.add('Shape', ['input_ids'], 'input_ids/shape'), oneList], 'sequence')
  const sides = graph.add('Concat', [rows, oneList, sequence, graph.add('Unsqueeze', [count, zeroList], 'total/list')], 'bias/shape', { axis: 0 })
  return { total, lastKeys, bias: graph.add('Expand', [graph.add('Unsqueeze', [unseen, graph.whole('list/1,2', [1, 2])], 'unseen/rows'), sides], 'bias') }
}

/** Cosines and sines [positions, headDim / 2] in float64's accuracy, rotary scaling included. */
async function rotations(graph: Graph, { maxPositions, headDim, rotary }: ModelConfig): Promise<Pick<Shared, 'cos' | 'sin'>> {
  const table = ropeTable(maxPositions, rotaryFrequencies(rotary, headDim))
  const half = headDim / 2
  const side = (name: string, from: number): Promise<string> => {
    const values = new Float32Array(maxPositions * half)
    for (let position = 0; position < maxPositions; position++) values.set(table.subarray(position * headDim + from, position * headDim + from + half), position * half)
    return graph.weight(name, [maxPositions, half], values)
  }
  return { cos: await side('cos_cache', 0), sin: await side('sin_cache', half) }
}

class Blocks {
  constructor(readonly graph: Graph, readonly config: ModelConfig, readonly read: ReadTensor) {}

  /** One transformer block; leaves the stream with the block's output still to be added. */
  async add(stream: Stream, layer: number, shared: Shared): Promise<void> {
    const { graph, config } = this
    const at = `model.layers.${layer}`
    const normed = await this.norm(stream, `${at}.input_layernorm`)
    const mixed = await this.#attention(`${at}.self_attn`, layer, normed, shared)
    stream.added = await this.#linear(`${at}.self_attn.o_proj`, mixed, config.oBias, [[`${at}.self_attn.o_proj`, config.hidden]], config.heads * config.headDim)
    const middle = await this.norm(stream, `${at}.post_attention_layernorm`)
    const wide = (name: string): Promise<string> => this.#linear(`${at}.mlp.${name}`, middle, config.mlpBias, [[`${at}.mlp.${name}`, config.intermediate]], config.hidden)
    const [gate, up] = [await wide('gate_proj'), await wide('up_proj')]
    const silu = graph.add('Mul', [gate, graph.add('Sigmoid', [gate], `${at}.mlp.sigmoid`)], `${at}.mlp.silu`)
    const activated = graph.add('Mul', [silu, up], `${at}.mlp.activated`)
    stream.added = await this.#linear(`${at}.mlp.down_proj`, activated, config.mlpBias, [[`${at}.mlp.down_proj`, config.hidden]], config.intermediate)
  }

  /** Adds to the stream what is still to be added, and norms it. */
  async norm(stream: Stream, at: string): Promise<string> {
    const weight = await this.#vector(`${at}.weight`, this.config.hidden)
    if (stream.added === undefined) return this.#rms(stream.x, weight, at)
    const sum = `${at}/sum`
    this.graph.addContrib('SkipSimplifiedLayerNormalization', [stream.x, stream.added, weight], [at, '', '', sum], { epsilon: { float: this.config.normEps } })
    stream.x = sum
    return at
  }

  #rms(x: string, weight: string, out: string): string {
    return this.graph.add('SimplifiedLayerNormalization', [x, weight], out, { axis: -1, epsilon: { float: this.config.normEps }, stash_type: TO.float })
  }

  async #vector(name: string, width: number): Promise<string> {
    return this.graph.weight(name, [width], await this.read(name))
  }

  /** x·Wᵀ + b, the parts' columns side by side; x: […, into]. */
  async #linear(at: string, x: string, biased: boolean, parts: readonly (readonly [name: string, out: number])[], into: number): Promise<string> {
    const out = parts.reduce((sum, [, width]) => sum + width, 0)
    const stacked = async (kind: string, columns: number): Promise<Float32Array> => {
      const all = new Float32Array(out * columns)
      let row = 0
      for (const [name, width] of parts) {
        all.set(await this.read(`${name}.${kind}`), row * columns)
        row += width
      }
      return all
    }
    const weight = await this.graph.weight(`${at}.matrix`, [into, out], transposed(await stacked('weight', into), out, into))
    const product = this.graph.add('MatMul', [x, weight], biased ? `${at}/product` : at)
    return biased ? this.graph.add('Add', [product, await this.graph.weight(`${at}.bias`, [out], await stacked('bias', 1))], at) : product
  }

  /** [batch, sequence, heads · headDim] of every head's mixture of values. */
  async #attention(at: string, layer: number, x: string, { lastKeys, total, bias, cos, sin }: Shared): Promise<string> {
    const { hidden, heads, kvHeads, headDim, qkvBias, qkNorm } = this.config
    const widths = { q_proj: heads * headDim, k_proj: kvHeads * headDim, v_proj: kvHeads * headDim }
    const parts = Object.entries(widths).map(([name, width]) => [`${at}.${name}`, width] as const)
    const inside = turnsInside(this.config)
    const qkv: string[] = []
    if (qkNorm || !inside) {
      for (const part of parts) qkv.push(await this.#linear(part[0], x, qkvBias, [part], hidden))
      for (const [i, [name, count]] of ([['q', heads], ['k', kvHeads]] as const).entries()) {
        if (qkNorm) qkv[i] = await this.#headNorm(`${at}.${name}_norm`, qkv[i]!, count)
        if (!inside) qkv[i] = this.graph.addContrib('RotaryEmbedding', [qkv[i]!, 'position_ids', cos, sin], `${at}.${name}_turned`, { num_heads: count, interleaved: 0 })
      }
      for (const [i, count] of [heads, kvHeads, kvHeads].entries()) qkv[i] = this.#filled(qkv[i]!, count)
    } else qkv.push(await this.#linear(`${at}.qkv_proj`, x, qkvBias, parts, hidden), '', '')
    const past = (kind: string): string => `past_key_values.${layer}.${kind}`
    const inputs = [...qkv, past('key'), past('value'), lastKeys, total, ...(inside ? [cos, sin] : ['', '']), ...(bias === undefined ? [] : ['', bias])]
    const mixed = this.graph.addContrib('GroupQueryAttention', inputs, [at, `present.${layer}.key`, `present.${layer}.value`], {
      num_heads: heads, kv_num_heads: kvHeads, scale: { float: 1 / Math.sqrt(headDim) }, do_rotary: inside ? 1 : 0, rotary_interleaved: 0,
    })
    return this.#cut(mixed)
  }

  /** [batch, sequence, heads · dim] → [batch, sequence, heads, dim] */
  #split(x: string, heads: number, dim: number): string {
    return this.graph.add('Reshape', [x, this.graph.whole(`heads/${heads}×${dim}`, [0, -1, heads, dim])], `${x}/heads`)
  }

  /** [batch, sequence, heads, dim] → [batch, sequence, heads · dim] */
  #join(x: string, heads: number, dim: number, out: string): string {
    return this.graph.add('Reshape', [x, this.graph.whole(`row/${heads}×${dim}`, [0, -1, heads * dim])], out)
  }

  /** Heads with zeros behind them, as wide as attention takes them. */
  #filled(x: string, heads: number): string {
    const { headDim } = this.config
    const width = filledDim(this.config)
    if (width === headDim) return x
    const filled = this.graph.add('Pad', [this.#split(x, heads, headDim), this.graph.whole('fill', [0, 0, 0, 0, 0, 0, 0, width - headDim])], `${x}/filled`)
    return this.#join(filled, heads, width, `${x}/wide`)
  }

  /** Mixed values without the zeros behind every head. */
  #cut(x: string): string {
    const { heads, headDim } = this.config
    const width = filledDim(this.config)
    if (width === headDim) return x
    const ends = ['list/0', 'list/dim', 'list/3'].map((name, i) => this.graph.whole(name, [[0, headDim, 3][i]!], [1]))
    return this.#join(this.graph.add('Slice', [this.#split(x, heads, width), ...ends], `${x}/cut`), heads, headDim, `${x}/narrow`)
  }

  /** Qwen3's norm of every head by itself. */
  async #headNorm(at: string, x: string, heads: number): Promise<string> {
    const { headDim } = this.config
    const normed = this.#rms(this.#split(x, heads, headDim), await this.#vector(`${at}.weight`, headDim), `${at}/normed`)
    return this.#join(normed, heads, headDim, at)
  }
}
