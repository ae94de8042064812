// One GRPO update: reference and policy passes over micro-batches, the objective, gradients, clipped AdamW steps; one readback an iteration.
import { tokenScales } from '../../src/domain/objective.ts'
import type { Objective, UpdateReport, UpdateRequest } from '../../src/protocol/policy.ts'
import type { Tensor } from '../gpu/gpu.ts'
import { objective as objectiveKernel } from '../kernels/objective/objective.ts'
import { checkSequences, pack } from '../model/batch.ts'
import { MicroBatch } from './microbatch.ts'
import type { Policy } from './policy.ts'

interface Part {
  readonly batch: MicroBatch<'starts' | 'advantages' | 'olds' | 'scales'>
  readonly sequences: number
  /** [tokens, 4] the reference's stats */
  readonly references: Tensor
  readonly weights: Tensor
  readonly terms: Tensor
}

/** Loss weight of every completion token, one array per sequence. */
function scalesOf(lengths: readonly number[], o: Objective): readonly Float64Array[] {
  return tokenScales(o.aggregation, lengths, { maxCompletionLength: o.maxCompletionLength, microBatchSequences: o.microBatchSequences })
}

/** Uploads a request as micro-batches. Throws when a sequence is empty, its parts disagree in length, or the model cannot take it. */
export function prepare(policy: Policy, { sequences, objective }: Pick<UpdateRequest, 'sequences' | 'objective'>): Part[] {
  sequences.forEach(({ ids, oldLogps }, i) => {
    if (ids.length === 0) throw new Error(`update: sequence ${i} has no completion tokens`)
    if (ids.length !== oldLogps.length) throw new Error(`update: sequence ${i} has ${ids.length} tokens but ${oldLogps.length} log-probabilities`)
  })
  const { gpu, model } = policy
  const scales = scalesOf(sequences.map(({ ids }) => ids.length), objective)
  checkSequences('update', sequences, model.config)
  const parts: Part[] = []
  try {
    for (const [first, last] of policy.batches(sequences, 'update', objective.maxCompletionLength)) {
      const members = sequences.slice(first, last)
      const packed = pack(members)
      const tokens = packed.targets.length
      const batch = new MicroBatch(gpu, packed, objective.temperature, model.base.trainable, {
        starts: packed.starts, advantages: Float32Array.from(members, ({ advantage }) => advantage),
        olds: Float32Array.from(members.flatMap(({ oldLogps }) => [...oldLogps])), scales: Float32Array.from(scales.slice(first, last).flatMap((values) => [...values])),
      })
      parts.push({ batch, sequences: members.length, references: gpu.tensor('batches', tokens * 4), weights: gpu.room('batches', tokens * 2), terms: gpu.room('batches', tokens * 4) })
    }
    return parts
  } catch (error) {
    release(policy, parts)
    throw error
  }
}

export function release(policy: Policy, parts: readonly Part[]): void {
  for (const { batch, references, weights, terms } of parts) {
    batch.free()
    for (const tensor of [references, weights, terms]) policy.gpu.free(tensor)
  }
}

/** Clears gradients and accumulates those of `objective` over all parts; stats, weights and terms are left filled. */
export async function accumulate(policy: Policy, parts: readonly Part[], objective: Objective, withReference: boolean): Promise<void> {
  await policy.gpu.recorded(async (recording) => {
    policy.optimiser.clearGradients(recording)
    for (const part of parts) {
      await part.batch.forward(recording, policy.model, policy.keep)
      objectiveKernel(recording, { ...part, ...part.batch.extra, stats: part.batch.loss.stats }, { ...objective, sequences: part.sequences, withReference })
      await part.batch.backward(recording, policy.model, part.weights)
      recording.submit()
    }
  })
}

/** Fills every part's reference stats. */
export async function scoreReference(policy: Policy, parts: readonly Part[]): Promise<void> {
  await policy.gpu.recorded(async (recording) => {
    for (const part of parts) {
      await part.batch.score(recording, policy.model, policy.reference, part.references)
      recording.submit()
    }
  })
}

export interface Sums { loss: number; kl: number; entropy: number; low: number; high: number; gap: number; tokens: number }

export async function sums(policy: Policy, parts: readonly Part[]): Promise<Sums> {
  const total: Sums = { loss: 0, kl: 0, entropy: 0, low: 0, high: 0, gap: 0, tokens: 0 }
  for (const { batch, terms } of parts) {
    const tokens = batch.loss.tokens
    const [values, stats] = await Promise.all([policy.gpu.read(terms, tokens * 4), policy.gpu.read(batch.loss.stats, tokens * 4)])
    for (let t = 0; t < tokens; t++) {
      const clipped = values[t * 4 + 2] ?? 0
      total.loss += values[t * 4] ?? 0
      total.kl += values[t * 4 + 1] ?? 0
      total.entropy += stats[t * 4 + 2] ?? 0
      total.low += clipped < 0 ? 1 : 0
      total.high += clipped > 0 ? 1 : 0
      total.gap = Math.max(total.gap, values[t * 4 + 3] ?? 0)
    }
    total.tokens += tokens
  }
  return total
}

/** Runs the request's optimiser steps. The k3 KL, entropy, loss and gap are those before the first of them. */
export async function update(policy: Policy, request: UpdateRequest, now: () => number): Promise<UpdateReport> {
  const began = now()
  const { objective, optimiser, iterations } = request
  const parts = prepare(policy, request)
  const withReference = objective.klCoefficient !== 0
  const reports: (Sums & { norm: number; finite: boolean })[] = []
  try {
    if (withReference) await scoreReference(policy, parts)
    for (let iteration = 0; iteration < iterations; iteration++) {
      await accumulate(policy, parts, objective, withReference)
      const recording = policy.gpu.record()
      policy.optimiser.step(recording, optimiser)
      recording.submit()
      const [total, state] = await Promise.all([sums(policy, parts), policy.gpu.read(policy.optimiser.state)])
      reports.push({ ...total, norm: state[0] ?? NaN, finite: state[2] === 1 })
    }
  } finally {
    release(policy, parts)
  }
  const first = reports[0]
  if (first === undefined) throw new Error(`update: iterations is ${iterations}, but must be at least 1`)
  const mean = (of: (report: (typeof reports)[number]) => number): number => reports.reduce((sum, report) => sum + of(report), 0) / reports.length
  return {
    loss: first.loss, kl: withReference ? first.kl / first.tokens : 0, entropy: first.entropy / first.tokens,
    clipLow: mean(({ low, tokens }) => low / tokens), clipHigh: mean(({ high, tokens }) => high / tokens), gradNorm: mean(({ norm }) => norm),
    logpGap: first.gap, tokens: first.tokens, skipped: reports.filter(({ finite }) => !finite).length, ms: now() - began,
  }
}
