// The model's forward pass over ragged rows: the same code samples and trains.
import type { ModelConfig } from '../../src/domain/modelConfig.ts'
import type { Recording, Tensor } from '../gpu/gpu.ts'
import { attention } from '../kernels/attention/attention.ts'
import { headNorm } from '../kernels/head_norm/head_norm.ts'
import { rmsNorm } from '../kernels/rmsnorm/rmsnorm.ts'
import { rope } from '../kernels/rope/rope.ts'
import { swiglu } from '../kernels/swiglu/swiglu.ts'
import { linear } from './linear.ts'
import type { Layer, Model, Version } from './model.ts'
import { rowsOf } from './weight.ts'

/** Rows on the GPU. tokens, positions, slots (the kv row each writes): [rows] u32; spans: [rows, 4] u32. */
export interface Rows {
  readonly rows: number
  readonly tokens: Tensor
  readonly positions: Tensor
  readonly slots: Tensor
  readonly spans: Tensor
  /** one more than the largest position */
  readonly length: number
  /** how many positions all rows attend to together; rows · length where it is not known */
  readonly pairs?: number
}

/** A layer's activations: `x` [rows, hidden] before it, the rest as named in the pass. */
export interface Saved {
  readonly x: Tensor
  readonly normed: Tensor
  readonly rstd: Tensor
  /** q, k and v as projected: `qkv` itself without head norms */
  readonly projected: Tensor
  readonly headRstd: Tensor | undefined
  readonly qkv: Tensor
  readonly kv: Tensor
  readonly mixed: Tensor
  readonly lse: Tensor
  readonly middle: Tensor
  readonly normed2: Tensor
  readonly rstd2: Tensor
  readonly gateUp: Tensor
  readonly activated: Tensor
}

/** What a pass keeps for `backward`: every activation of every layer; or the inputs of layers, from which `backward` computes the rest again; or nothing. */
export type Keep = 'all' | 'inputs' | false

/** Names a layer's activations: its own where they are kept for the backward pass, shared ones otherwise. */
export function savedOf(model: Model, index: number, rows: number, keep: Keep, kv: Tensor | undefined): Saved {
  const { hidden, heads, kvHeads, headDim, intermediate, qkNorm } = model.config
  const get = (name: string, width: number): Tensor => model.activations.get(keep === 'all' ? `${index} ${name}` : name, rows * width)
  return {
    x: inputOf(model, index, rows, keep), normed: get('normed', hidden), rstd: get('rstd', 1),
    projected: get(qkNorm ? 'projected' : 'qkv', (heads + 2 * kvHeads) * headDim), headRstd: qkNorm ? get('head rstd', heads + kvHeads) : undefined,
    qkv: get('qkv', (heads + 2 * kvHeads) * headDim),
    kv: kv ?? get('kv', 2 * kvHeads * headDim), mixed: get('mixed', heads * headDim), lse: get('lse', heads), middle: get('middle', hidden),
    normed2: get('normed2', hidden), rstd2: get('rstd2', 1), gateUp: get('gateUp', 2 * intermediate), activated: get('activated', intermediate),
  }
}

export interface Pass {
  readonly version: Version
  readonly keep: Keep
  /** the key-value cache of each layer; without it keys and values live with the activations, row for row */
  readonly cache?: readonly Tensor[]
}

/** The residual stream before layer `index`, or after the last one: [rows, hidden]. */
function inputOf(model: Model, index: number, rows: number, keep: Keep): Tensor {
  const name = keep === false ? 'x' : index < model.config.layers ? `${index} x` : 'top'
  return model.activations.get(name, rows * model.config.hidden)
}

/** Returns the residual stream after the last layer, [rows, hidden], before the final norm. */
export function forward(recording: Recording, model: Model, batch: Rows, pass: Pass): Tensor {
  const steps = forwardSteps(recording, model, batch, pass)
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

/** The same with a pause after each layer, for those who wait until there is room on the GPU's queue. */
export function* forwardSteps(recording: Recording, model: Model, batch: Rows, { version, keep, cache }: Pass): Generator<undefined, Tensor, undefined> {
  const { rows } = batch
  const table = model.rotations(batch.length)
  const layers = model.layers(version)
  rowsOf(recording, model.embedding(version), batch.tokens, inputOf(model, 0, rows, keep), rows)
  for (const layer of layers) {
    const saved = savedOf(model, layer.index, rows, keep, cache?.[layer.index])
    block(recording, model, layer, batch, table, saved)
    linear(recording, model.activations, layer.down, saved.activated, inputOf(model, layer.index + 1, rows, keep), rows, saved.middle)
    yield
  }
  return inputOf(model, layers.length, rows, keep)
}

/** One transformer block but for its last product: out = middle + down(activated), middle = x + attention(norm(x)). `out` may be `x` itself. */
export function block(recording: Recording, model: Model, layer: Layer, batch: Rows, table: Tensor, s: Saved): void {
  const { config, activations: space } = model
  const { rows } = batch
  const norm = { rows, width: config.hidden, eps: config.normEps }
  rmsNorm(recording, s.x, layer.inputNorm, s.normed, s.rstd, norm)
  linear(recording, space, layer.qkv, s.normed, s.projected, rows)
  place(recording, layer, batch, table, s, config)
  attention(recording, { q: s.qkv, kv: s.kv, spans: batch.spans, out: s.mixed, lse: s.lse }, rows, config, batch.pairs ?? rows * batch.length)
  linear(recording, space, layer.o, s.mixed, s.middle, rows, s.x)
  rmsNorm(recording, s.middle, layer.postNorm, s.normed2, s.rstd2, norm)
  linear(recording, space, layer.gateUp, s.normed2, s.gateUp, rows)
  swiglu(recording, s.gateUp, s.activated, rows, config.intermediate)
}

/** From projected to placed: query and key heads normalised where the architecture does so, turned by their positions; queries stay in `qkv`, keys and values go to `kv`. */
export function place(recording: Recording, layer: Layer, batch: Rows, table: Tensor, s: Pick<Saved, 'projected' | 'headRstd' | 'qkv' | 'kv'>, config: ModelConfig): void {
  const { rows, positions, slots } = batch
  if (layer.headNorm !== undefined && s.headRstd !== undefined) headNorm(recording, { x: s.projected, w: layer.headNorm, y: s.qkv, rstd: s.headRstd }, config.normEps, rows, config)
  rope(recording, { qkv: s.qkv, table, positions, slots, kv: s.kv }, rows, config)
}
