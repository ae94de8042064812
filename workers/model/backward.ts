// The model's backward pass: the forward pass read upwards, with += into every gradient that exists.
import type { Recording, Tensor } from '../gpu/gpu.ts'
import { attentionBackward } from '../kernels/attention/attention.ts'
import { columnSumScratch } from '../kernels/column_sum/column_sum.ts'
import type { ScatterPlan } from '../kernels/gather/gather.ts'
import { scatterAdd } from '../kernels/gather/gather.ts'
import { headNormBackward, headNormScratch } from '../kernels/head_norm/head_norm.ts'
import { rmsNormBackward } from '../kernels/rmsnorm/rmsnorm.ts'
import { ropeBackward } from '../kernels/rope/rope.ts'
import { swigluBackward } from '../kernels/swiglu/swiglu.ts'
import type { Keep, Rows, Saved } from './forward.ts'
import { block, savedOf } from './forward.ts'
import { linearBackward } from './linear.ts'
import type { Layer, Model } from './model.ts'
import { CURRENT } from './model.ts'

/** What only the backward pass needs: ends [rows] u32 (see Packed), and the rows of each embedded token when embeddings are trained. */
export interface BackwardRows extends Rows {
  readonly ends: Tensor
  readonly tokenPlan: ScatterPlan | undefined
}

/**
 * dx: [rows, hidden], the gradient of the residual stream after the last layer; overwritten on its way down to the embedding. `keep` is what the forward pass kept:
 * of layers that kept their input alone the rest is computed again, to the same bytes (Chen et al. 2016, arXiv 1604.06174). Pauses after each layer.
 */
export function* backwardSteps(recording: Recording, model: Model, batch: BackwardRows, dx: Tensor, keep: Exclude<Keep, false>): Generator<undefined, void, undefined> {
  const table = model.rotations(batch.length)
  for (const layer of model.layers(CURRENT).toReversed()) {
    const saved = savedOf(model, layer.index, batch.rows, keep, undefined)
    if (keep === 'inputs') block(recording, model, layer, batch, table, saved)
    blockBackward(recording, model, layer, batch, table, saved, dx)
    yield
  }
  const dEmbedding = model.base.gradient('embed')
  if (dEmbedding !== undefined && batch.tokenPlan !== undefined) scatterAdd(recording, dx, batch.tokenPlan, dEmbedding, model.config.hidden)
}

function blockBackward(recording: Recording, model: Model, layer: Layer, batch: BackwardRows, table: Tensor, s: Saved, dx: Tensor): void {
  const { config, activations: space } = model
  const { rows } = batch
  const { hidden, heads, kvHeads, headDim, intermediate } = config
  const norm = { rows, width: hidden, eps: config.normEps }
  const scratch = space.get('column sums', columnSumScratch(rows, Math.max(hidden, (heads + 2 * kvHeads) * headDim, config.mlpBias ? 2 * intermediate : 0)))

  const dActivated = space.get('dActivated', rows * intermediate)
  linearBackward(recording, space, layer.down, s.activated, dx, dActivated, rows)
  const dGateUp = space.get('dGateUp', rows * 2 * intermediate)
  swigluBackward(recording, s.gateUp, dActivated, dGateUp, rows, intermediate)
  const dNormed = space.get('dNormed', rows * hidden)
  linearBackward(recording, space, layer.gateUp, s.normed2, dGateUp, dNormed, rows)
  rmsNormBackward(recording, { x: s.middle, w: layer.postNorm, rstd: s.rstd2, dy: dNormed, dx, dw: layer.dPostNorm, scratch }, norm)

  const dMixed = space.get('dMixed', rows * heads * headDim)
  linearBackward(recording, space, layer.o, s.mixed, dx, dMixed, rows)
  const dQkv = space.get('dQkv', rows * (heads + 2 * kvHeads) * headDim)
  const stats = space.get('attention stats', rows * heads * 2)
  attentionBackward(recording, { q: s.qkv, kv: s.kv, spans: batch.spans, ends: batch.ends, out: s.mixed, dout: dMixed, lse: s.lse, stats, dqkv: dQkv }, rows, config, batch.pairs ?? rows * batch.length)
  ropeBackward(recording, dQkv, table, batch.positions, rows, config)
  if (layer.headNorm !== undefined && s.headRstd !== undefined) {
    const words = headNormScratch(rows, config)
    const dw = layer.dHeadNorm && { out: layer.dHeadNorm, products: space.get('head norm products', words.products), sums: space.get('column sums', words.sums) }
    headNormBackward(recording, { x: s.projected, w: layer.headNorm, rstd: s.headRstd, dqkv: dQkv, dw }, rows, config)
  }
  linearBackward(recording, space, layer.qkv, s.normed, dQkv, dNormed, rows)
  rmsNormBackward(recording, { x: s.x, w: layer.inputNorm, rstd: s.rstd, dy: dNormed, dx, dw: layer.dInputNorm, scratch }, norm)
}
