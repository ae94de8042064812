// A packed micro-batch on the GPU, and the passes that training makes over it; each waits, layer by layer, until there is room on the GPU's queue.
import type { Gpu, Packing, Recording, Tensor } from '../gpu/gpu.ts'
import type { ScatterPlan } from '../kernels/gather/gather.ts'
import { scatterAdd, scatterLists } from '../kernels/gather/gather.ts'
import { backwardSteps } from '../model/backward.ts'
import type { Packed } from '../model/batch.ts'
import type { Keep, Rows } from '../model/forward.ts'
import { forwardSteps } from '../model/forward.ts'
import type { Model, Version } from '../model/model.ts'
import { CURRENT } from '../model/model.ts'
import type { LookAt, LossTokens } from './head.ts'
import { headBackward, headForward } from './head.ts'

type Words = Float32Array | Uint32Array

export class MicroBatch<Extra extends string = never> implements Rows {
  readonly rows: number
  readonly length: number
  readonly pairs: number
  readonly tokens: Tensor
  readonly positions: Tensor
  readonly slots: Tensor
  readonly spans: Tensor
  readonly ends: Tensor
  readonly tokenPlan: ScatterPlan | undefined
  readonly loss: LossTokens
  /** what was uploaded with the batch: kernels only read it */
  readonly extra: Readonly<Record<Extra, Tensor>>
  readonly #lossPlan: ScatterPlan
  readonly #upload: Packing<string>
  #kept: Exclude<Keep, false> = 'all'

  /** Uploads the batch, and `extra` beside it, in one piece. `trainsEmbedding`: gradients flow into the rows of the embedding. */
  constructor(readonly gpu: Gpu, readonly packed: Packed, temperature: number, trainsEmbedding: boolean, extra: Readonly<Record<Extra, Words>> = {} as Record<Extra, Words>) {
    const { tokens, positions, spans, ends, lossRows, targets } = packed
    this.rows = packed.rows
    this.length = positions.reduce((top, position) => Math.max(top, position + 1), 1)
    this.pairs = spans.reduce((sum, at, i) => sum + (i % 2 === 0 ? -at : at), 0)
    const [ofLoss, ofTokens] = [scatterLists(lossRows), scatterLists(trainsEmbedding ? tokens : [])]
    const { whole, parts } = gpu.pack('batches', {
      tokens, positions, spans, ends, lossRows, targets, slots: Uint32Array.from({ length: packed.rows }, (_, i) => i),
      lossPlanTargets: ofLoss.targets, lossPlanStarts: ofLoss.starts, lossPlanItems: ofLoss.items,
      tokenPlanTargets: ofTokens.targets, tokenPlanStarts: ofTokens.starts, tokenPlanItems: ofTokens.items,
    })
    const others = gpu.pack('batches', extra)
    ;[this.tokens, this.positions, this.slots, this.spans, this.ends] = [parts.tokens, parts.positions, parts.slots, parts.spans, parts.ends]
    this.#lossPlan = { count: ofLoss.targets.length, targets: parts.lossPlanTargets, starts: parts.lossPlanStarts, items: parts.lossPlanItems }
    this.tokenPlan = trainsEmbedding ? { count: ofTokens.targets.length, targets: parts.tokenPlanTargets, starts: parts.tokenPlanStarts, items: parts.tokenPlanItems } : undefined
    this.loss = { tokens: targets.length, lossRows: parts.lossRows, targets: parts.targets, stats: gpu.room('batches', targets.length * 4), temperature }
    this.extra = others.parts
    this.#upload = { whole, parts: { others: others.whole } }
  }

  /** Fills loss.stats for the current weights and keeps activations for `backward`. */
  async forward(recording: Recording, model: Model, keep: Exclude<Keep, false>): Promise<void> {
    this.#kept = keep
    await headForward(recording, model, CURRENT, await this.#top(recording, model, CURRENT, keep), this.loss)
  }

  /** Writes (lse, logp, entropy, 0) under a version of the weights to `stats` [tokens, 4]; keeps nothing. */
  async score(recording: Recording, model: Model, version: Version, stats: Tensor, lookAt?: LookAt): Promise<void> {
    await headForward(recording, model, version, await this.#top(recording, model, version, false), { ...this.loss, stats }, lookAt)
  }

  /** After `forward`: += into every gradient, from weights [tokens, 2] = (dLoss/dlogp, dLoss/dentropy). */
  async backward(recording: Recording, model: Model, weights: Tensor): Promise<void> {
    const { hidden } = model.config
    const dTop = model.activations.get('dTop', this.rows * hidden)
    await headBackward(recording, model, CURRENT, { loss: this.loss, weights, dTop, scatter: (dGathered) => scatterAdd(recording, dGathered, this.#lossPlan, dTop, hidden) })
    const steps = backwardSteps(recording, model, this, dTop, this.#kept)
    while (steps.next().done !== true) await this.gpu.pace.room()
  }

  free(): void {
    for (const tensor of [this.#upload.whole, ...Object.values(this.#upload.parts), this.loss.stats]) this.gpu.free(tensor)
  }

  async #top(recording: Recording, model: Model, version: Version, keep: Keep): Promise<Tensor> {
    const steps = forwardSteps(recording, model, this, { version, keep })
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value
      await this.gpu.pace.room()
    }
  }
}
