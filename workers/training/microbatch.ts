// A packed micro-batch on the GPU, and the passes that training makes over it.
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import type { ScatterPlan } from '../kernels/gather/gather.ts'
import { planScatter, scatterAdd } from '../kernels/gather/gather.ts'
import { backward } from '../model/backward.ts'
import type { Packed } from '../model/batch.ts'
import type { Rows } from '../model/forward.ts'
import { forward } from '../model/forward.ts'
import type { Model, Version } from '../model/model.ts'
import { CURRENT } from '../model/model.ts'
import type { LossTokens } from './head.ts'
import { headBackward, headForward } from './head.ts'

export class MicroBatch implements Rows {
  readonly rows: number
  readonly length: number
  readonly tokens: Tensor
  readonly positions: Tensor
  readonly slots: Tensor
  readonly spans: Tensor
  readonly ends: Tensor
  readonly tokenPlan: ScatterPlan | undefined
  readonly loss: LossTokens
  readonly #lossPlan: ScatterPlan
  readonly #owned: Tensor[]

  constructor(readonly gpu: Gpu, readonly packed: Packed, temperature: number, trainsEmbedding: boolean) {
    const up = (data: Uint32Array): Tensor => gpu.upload('batches', data)
    this.rows = packed.rows
    this.length = packed.positions.reduce((top, position) => Math.max(top, position + 1), 1)
    this.tokens = up(packed.tokens)
    this.positions = up(packed.positions)
    this.slots = up(Uint32Array.from({ length: packed.rows }, (_, i) => i))
    this.spans = up(packed.spans)
    this.ends = up(packed.ends)
    this.tokenPlan = trainsEmbedding ? planScatter(gpu, 'batches', packed.tokens) : undefined
    this.#lossPlan = planScatter(gpu, 'batches', packed.lossRows)
    const tokens = packed.targets.length
    this.loss = { tokens, lossRows: up(packed.lossRows), targets: up(packed.targets), stats: gpu.tensor('batches', tokens * 4), temperature }
    this.#owned = [this.tokens, this.positions, this.slots, this.spans, this.ends, this.loss.lossRows, this.loss.targets, this.loss.stats]
    for (const plan of [this.tokenPlan, this.#lossPlan]) if (plan !== undefined) this.#owned.push(plan.targets, plan.starts, plan.items)
  }

  /** Fills loss.stats for the current weights and keeps the activations for `backward`. */
  forward(recording: Recording, model: Model): void {
    headForward(recording, model, CURRENT, forward(recording, model, this, { version: CURRENT, keep: true }), this.loss)
  }

  /** Writes (lse, logp, entropy, 0) under another version of the weights to `stats` [tokens, 4]; keeps nothing. */
  score(recording: Recording, model: Model, version: Version, stats: Tensor): void {
    headForward(recording, model, version, forward(recording, model, this, { version, keep: false }), { ...this.loss, stats })
  }

  /** After `forward`: += into every gradient, from weights [tokens, 2] = (dLoss/dlogp, dLoss/dentropy). */
  backward(recording: Recording, model: Model, weights: Tensor): void {
    const { hidden } = model.config
    const dTop = model.activations.get('dTop', this.rows * hidden)
    headBackward(recording, model, CURRENT, { loss: this.loss, weights, dTop, scatter: (dGathered) => scatterAdd(recording, dGathered, this.#lossPlan, dTop, hidden) })
    backward(recording, model, this, dTop)
  }

  free(): void {
    for (const tensor of this.#owned) this.gpu.free(tensor)
  }
}
