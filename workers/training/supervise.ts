// One supervised step: cross-entropy on completions (or on the full text) through the same fused head as GRPO.
import type { SftReport, SftRequest } from '../../src/protocol/policy.ts'
import type { Tensor } from '../gpu/gpu.ts'
import type { PackSequence } from '../model/batch.ts'
import { checkSequences, pack } from '../model/batch.ts'
import { MicroBatch } from './microbatch.ts'
import type { Policy } from './policy.ts'

/** Full text: everything after the first token is a completion of it. */
const wholeText = ({ promptIds, ids }: PackSequence): PackSequence => ({ promptIds: promptIds.slice(0, 1), ids: [...promptIds.slice(1), ...ids] })

/** Clears gradients and accumulates those of the mean cross-entropy; returns its value in nats per counted token. */
export async function accumulateSft(policy: Policy, request: Pick<SftRequest, 'sequences' | 'fullText'>): Promise<{ loss: number; tokens: number }> {
  const sequences = request.fullText ? request.sequences.map(wholeText) : request.sequences
  const total = sequences.reduce((sum, { ids }) => sum + ids.length, 0)
  if (total === 0) throw new Error('supervise: the batch has no completion tokens')
  checkSequences('supervise', sequences, policy.model.config)
  const cuts = policy.batches(sequences, 'supervise') // before anything is recorded: it makes room
  const done: { batch: MicroBatch; weights: Tensor }[] = []
  try {
    await policy.gpu.recorded(async (recording) => {
      policy.optimiser.clearGradients(recording)
      for (const [first, last] of cuts) {
        const batch = new MicroBatch(policy.gpu, pack(sequences.slice(first, last)), 1, policy.model.base.hasGradients)
        const weights = policy.gpu.upload('batches', Float32Array.from({ length: batch.loss.tokens * 2 }, (_, i) => (i % 2 === 0 ? -1 / total : 0)))
        done.push({ batch, weights })
        await batch.forward(recording, policy.model, policy.keep)
        await batch.backward(recording, policy.model, weights)
        recording.submit()
      }
    })
    let loss = 0
    for (const { batch } of done) {
      const stats = await policy.gpu.read(batch.loss.stats, batch.loss.tokens * 4)
      for (let t = 0; t < batch.loss.tokens; t++) loss -= stats[t * 4 + 1] ?? NaN
    }
    return { loss: loss / total, tokens: total }
  } finally {
    for (const { batch, weights } of done) {
      batch.free()
      policy.gpu.free(weights)
    }
  }
}

/** Accumulates, clips, steps. */
export async function supervise(policy: Policy, request: SftRequest, now: () => number): Promise<SftReport> {
  const began = now()
  const { loss, tokens } = await accumulateSft(policy, request)
  const recording = policy.gpu.record()
  policy.optimiser.step(recording, request.optimiser)
  recording.submit()
  const state = await policy.gpu.read(policy.optimiser.state)
  return { loss, tokens, gradNorm: state[0] ?? NaN, ms: now() - began }
}
