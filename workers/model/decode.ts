// The decoder's step: one token for each running rollout, from a small state per row on the GPU; every token is the same commands, so nothing is made anew.
import { MERGED_BYTES, segmentsOf } from '../../src/domain/rooms.ts'
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import { ROW_WORDS, decodeAttention, decodeAttentionScratch } from '../kernels/decode_attention/decode_attention.ts'
import { matmul } from '../kernels/matmul/matmul.ts'
import { type MatvecArgs, fits, matvec } from '../kernels/matvec/matvec.ts'
import { rmsNorm } from '../kernels/rmsnorm/rmsnorm.ts'
import type { SamplingShape } from '../kernels/sampling/sampling.ts'
import { newestAt, sample, stateWords } from '../kernels/sampling/sampling.ts'
import { swiglu } from '../kernels/swiglu/swiglu.ts'
import type { Linear } from './linear.ts'
import { linear } from './linear.ts'
import type { Layer, Model, Version } from './model.ts'
import { freeStack, innerProducts, stack, stackable, type Stack } from './stack.ts'
import type { Weight } from './weight.ts'
import { project, rowsOf } from './weight.ts'

/** A rollout on its way: where its prompt and its own rows lie in the cache, what it has drawn, and what chance knows of it. */
export interface Row {
  readonly start: number
  readonly length: number
  readonly own: number
  readonly drawn: number
  readonly logitsRow: number
  readonly slot: number
  readonly key: number
  readonly member: number
}

/** What sampling writes: tokens, logps: [slots, capacity]; lengths: [slots]; stops: [stopCount]. */
export interface Drawn {
  readonly tokens: Tensor
  readonly logps: Tensor
  readonly lengths: Tensor
  readonly stops: Tensor
}

export type Chance = Pick<SamplingShape, 'temperature' | 'topK' | 'topP' | 'seed' | 'step' | 'capacity' | 'stopCount'>

/** The words of rows and their newest tokens, as kernels read them. */
export function stateOf(rows: readonly Row[]): Uint32Array {
  const state = new Uint32Array(stateWords(rows.length))
  rows.forEach((row, i) => state.set([row.start, row.length, row.own, row.drawn, row.logitsRow, row.slot, row.key, row.member], i * ROW_WORDS))
  return state
}

/** The newest tokens of `rows` rows, [rows] u32. */
export const newestOf = (state: Tensor, rows: number): Tensor => ({ buffer: state.buffer, offset: state.offset + newestAt(rows) * 4, size: rows * 4 })

export class Decoder {
  readonly #gpu: Gpu
  readonly #merged: Tensor[] = []
  readonly #layers: readonly Layer[]
  readonly #stacks = new Map<Linear, Stack>()
  /** that there is room for in the stacks */
  #rows = 0

  /** `longest`: more than the positions of any row. Low-rank additions are merged into copies of small float32 layers and stacked for others, as they are at the first step; `free` gives the copies back. */
  constructor(readonly recording: Recording, readonly model: Model, readonly version: Version, readonly cache: readonly Tensor[], readonly longest: number) {
    this.#gpu = model.gpu
    const layers = model.layers(version)
    const bytes = layers.flatMap(({ qkv, o, gateUp, down }) => [qkv, o, gateUp, down]).reduce((sum, each) => sum + (mergeable(each) ? each.into * each.out * 4 : 0), 0)
    this.#layers = bytes > MERGED_BYTES ? layers : layers.map((layer) => ({
      ...layer, qkv: this.#merge(layer.qkv), o: this.#merge(layer.o), gateUp: this.#merge(layer.gateUp), down: this.#merge(layer.down),
    }))
  }

  free(): void {
    for (const tensor of this.#merged) this.#gpu.free(tensor)
    this.#unstack()
  }

  /** Records one token of `rows` running rows: their newest tokens go through the model, the next are drawn. */
  step(state: Tensor, rows: number, drawn: Drawn, chance: Chance): void {
    const { recording, model } = this
    const { config, activations: space } = model
    const { hidden } = config
    if (rows > this.#rows) this.#stackFor(rows)
    const x = space.get('x', rows * hidden)
    rowsOf(recording, model.embedding(this.version), newestOf(state, rows), x, rows)
    for (const layer of this.#layers) this.#block(layer, state, rows, x)
    this.draw(x, rows, state, rows, drawn, chance)
  }

  /** Final norm and head of `logitsRows` rows of `top`, then one token for each of `count` rows of the state. */
  draw(top: Tensor, logitsRows: number, state: Tensor, count: number, drawn: Drawn, chance: Chance): void {
    const { recording, model, version } = this
    const { config, activations: space, base } = model
    const { vocabulary, hidden, normEps } = config
    const logits = space.get('logits', logitsRows * vocabulary)
    const gain = base.of('norm', version.base)
    const head = model.head(version)
    if (fits(hidden, head.stride)) {
      for (const { firstRow, rows, data, scales } of head.shards) {
        const weight = { storage: head.storage, data, scales, stride: head.stride }
        matvec(recording, { m: logitsRows, n: rows, k: hidden, x: top, weight, y: logits, offset: firstRow, ldy: vocabulary, norm: { gain, eps: normEps } })
      }
    } else {
      const normed = space.get('normed', logitsRows * hidden)
      rmsNorm(recording, top, gain, normed, space.get('rstd', logitsRows), { rows: logitsRows, width: hidden, eps: normEps })
      project(recording, normed, logits, { m: logitsRows, weight: head })
    }
    const partials = space.get('softmax partials', logitsRows * segmentsOf(vocabulary) * 4)
    const thresholds = space.get('thresholds', logitsRows)
    sample(recording, { logits, partials, thresholds, state, ...drawn }, { ...chance, count, logitsRows, vocabulary })
  }

  /** One transformer block of single-token rows; x: [rows, hidden], replaced. */
  #block(layer: Layer, state: Tensor, rows: number, x: Tensor): void {
    const { recording, model, longest } = this
    const { config, activations: space } = model
    const { hidden, heads, kvHeads, headDim, intermediate, normEps } = config
    const qkv = space.get('qkv', rows * (heads + 2 * kvHeads) * headDim)
    const mixed = space.get('mixed', rows * heads * headDim)
    const middle = space.get('middle', rows * hidden)
    const activated = space.get('activated', rows * intermediate)
    const kv = this.cache[layer.index]
    if (kv === undefined) throw new Error(`decode: layer ${layer.index} has no cache`)
    this.#normed(layer.qkv, x, qkv, rows, layer.inputNorm, false)
    const shape = { heads, kvHeads, headDim, rows, longest, eps: normEps }
    const parts = space.get('attention parts', decodeAttentionScratch(this.#gpu, shape))
    decodeAttention(recording, { qkv, headNorm: layer.headNorm, table: model.rotations(longest), state, kv, out: mixed, parts }, shape)
    this.#added(layer.o, mixed, middle, rows, x)
    this.#normed(layer.gateUp, middle, activated, rows, layer.postNorm, true)
    this.#added(layer.down, activated, x, rows, middle)
  }

  /** y = layer(norm(x)), gated where asked for: in one kernel, in two with low-rank additions, or in several where the layer has shards or odd rows. */
  #normed(layer: Linear, x: Tensor, y: Tensor, rows: number, gain: Tensor, gated: boolean): void {
    const { recording, model: { activations: space, config } } = this
    const norm = { gain, eps: config.normEps }
    if (this.#whole(layer, { m: rows, n: gated ? layer.out / 2 : layer.out, x, y, norm, gated })) return
    const normed = space.get('normed', rows * layer.into)
    rmsNorm(recording, x, gain, normed, space.get('rstd', rows), { rows, width: layer.into, eps: config.normEps })
    const out = gated ? space.get('gateUp', rows * layer.out) : y
    linear(recording, space, layer, normed, out, rows)
    if (gated) swiglu(recording, out, y, rows, layer.out / 2)
  }

  /** y = layer(x) + add. */
  #added(layer: Linear, x: Tensor, y: Tensor, rows: number, add: Tensor): void {
    if (!this.#whole(layer, { m: rows, n: layer.out, x, y, add })) linear(this.recording, this.model.activations, layer, x, y, rows, add)
  }

  /** The layer in one kernel, after the inner products of its low-rank additions where it has any; false when kernels cannot. */
  #whole(layer: Linear, args: Omit<MatvecArgs, 'k' | 'weight' | 'bias' | 'low'>): boolean {
    const { weight, bias, lowRank, into } = layer
    const { shards: [shard, ...more], storage, stride } = weight
    const additions = this.#stacks.get(layer)
    if (shard === undefined || more.length > 0 || !fits(into, stride) || (lowRank.length > 0 && additions === undefined)) return false
    if (additions !== undefined) innerProducts(this.recording, layer, additions, args.x, args.m, args.norm)
    const { data, scales } = shard
    matvec(this.recording, { ...args, k: into, weight: { storage, data, scales, stride }, ...(bias && { bias }), ...(additions && { low: additions.low }) })
    return true
  }

  /** Stacks low-rank additions with room for `rows` rows: those of the first step, for rollouts only leave. */
  #stackFor(rows: number): void {
    this.#unstack()
    for (const { qkv, o, gateUp, down } of this.#layers) for (const each of [qkv, o, gateUp, down]) if (stackable(each)) this.#stacks.set(each, stack(this.recording, each, rows))
    this.#rows = rows
  }

  #unstack(): void {
    for (const each of this.#stacks.values()) freeStack(this.recording, each)
    this.#stacks.clear()
  }

  /** The layer with W + scale·B·A in a copy of W. */
  #merge(layer: Linear): Linear {
    const [shard] = layer.weight.shards
    if (!mergeable(layer) || shard === undefined) return layer
    const data = this.#gpu.room('merged weights', layer.into * layer.out)
    this.#merged.push(data)
    this.recording.copy(shard.data, data, layer.into * layer.out)
    for (const { rank, out, column, scale, a, b } of layer.lowRank) {
      matmul(this.recording, { op: 'nn', m: out, n: layer.into, k: rank, a: b, b: a, c: data, cOffset: column * layer.into, alpha: scale, accumulate: true })
    }
    const weight: Weight = { ...layer.weight, shards: [{ ...shard, data }] }
    return { ...layer, weight, lowRank: [] }
  }
}

/** Whether a merged copy makes the layer one kernel: float32 in one shard whose rows are read in fours. */
function mergeable({ weight, lowRank, into }: Linear): boolean {
  return lowRank.length > 0 && weight.storage === 'f32' && weight.shards.length === 1 && fits(into, weight.stride)
}
