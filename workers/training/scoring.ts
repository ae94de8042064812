// What a pass without gradients tells: how likely given tokens are, how far two versions of the weights are apart, and which token comes next.
import { segmentsOf } from '../../src/domain/rooms.ts'
import type { LikelihoodReport, LikelihoodRequest, NextRequest, NextTokens } from '../../src/protocol/scoring.ts'
import { divergence } from '../kernels/divergence/divergence.ts'
import { entriesOf, topKOfScores } from '../kernels/topk/topk.ts'
import { checkSequences, pack } from '../model/batch.ts'
import { CURRENT } from '../model/model.ts'
import { logitsAgain, putAside } from './head.ts'
import { MicroBatch } from './microbatch.ts'
import type { Policy } from './policy.ts'

/** Likelihood of given tokens. Throws, naming the sequence, where one has no prompt, nothing to score, or does not fit the model. */
export async function logLikelihood(policy: Policy, { sequences, version, divergence: asked = false }: LikelihoodRequest): Promise<LikelihoodReport> {
  const { gpu, model } = policy
  sequences.forEach(({ promptIds, ids }, i) => {
    if (promptIds.length === 0) throw new Error(`logLikelihood: sequence ${i} has an empty prompt; the first of its ids needs a token to come after`)
    if (ids.length === 0) throw new Error(`logLikelihood: sequence ${i} has no ids to score`)
  })
  checkSequences('logLikelihood', sequences, model.config)
  const versions = { current: CURRENT, reference: policy.reference }
  const { vocabulary } = model.config
  const segments = segmentsOf(vocabulary)
  const [nll, kl]: [number[], number[]] = [[], []]
  for (const [first, last] of policy.scoringBatches('logLikelihood', sequences, { compared: asked })) {
    const batch = new MicroBatch(gpu, pack(sequences.slice(first, last)), 1, false)
    const { tokens } = batch.loss
    const [stats, others] = [batch.loss.stats, gpu.room('batches', tokens * 4)]
    const parts = asked ? model.activations.get('divergence parts', tokens * segments) : undefined
    try {
      await gpu.recorded(async (recording) => {
        await batch.score(recording, model, versions[version], stats)
        if (parts === undefined) return
        const other = version === 'current' ? 'reference' : 'current'
        const aside = putAside(recording, model, tokens)
        await batch.score(recording, model, versions[other], others, (logits, at, rows) => {
          const again = logitsAgain(recording, model, versions[version], aside, at, rows)
          const [ours, theirs] = version === 'current' ? [again, logits] : [logits, again]
          const [ourStats, theirStats] = version === 'current' ? [stats, others] : [others, stats]
          divergence(recording, { ours, theirs, ourStats, theirStats, parts }, { rows, vocabulary, firstRow: at })
        })
      })
      const [found, apart] = [await gpu.read(stats, tokens * 4), parts === undefined ? undefined : await gpu.read(parts, tokens * segments)]
      const { starts } = batch.packed
      for (let i = 0; i < last - first; i++) {
        let [unlikely, far] = [0, 0]
        for (let t = starts[i]!; t < starts[i + 1]!; t++) {
          unlikely -= found[t * 4 + 1]!
          for (let s = 0; apart !== undefined && s < segments; s++) far += apart[t * segments + s]!
        }
        nll.push(unlikely)
        kl.push(far)
      }
    } finally {
      batch.free()
      gpu.free(others)
    }
  }
  return { nll, tokens: sequences.map(({ ids }) => ids.length), ...(asked && { kl }) }
}

/** The likeliest next tokens. Throws, naming the sequence or the setting, where one is empty or does not fit the model. */
export async function rankNext(policy: Policy, { sequences, k, exclude, range }: NextRequest): Promise<NextTokens[]> {
  const { gpu, model } = policy
  const { vocabulary } = model.config
  const { from, to } = range ?? { from: 0, to: vocabulary }
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= vocabulary)) {
    throw new Error(`rankNext: the range ${from} to ${to} is not within the model's tokens 0 to ${vocabulary}`)
  }
  if (!Number.isInteger(k) || k < 1) throw new Error(`rankNext: k is ${k}, but must be a whole number of at least 1`)
  if (exclude !== undefined && exclude.length !== sequences.length) throw new Error(`rankNext: ${exclude.length} lists of excluded ids for ${sequences.length} sequences; give one for each`)
  sequences.forEach((ids, i) => {
    if (ids.length === 0) throw new Error(`rankNext: sequence ${i} is empty; a token is needed that the next one comes after`)
  })
  // what comes next is a loss token whose target nobody reads
  const asked = sequences.map((ids) => ({ promptIds: ids, ids: [0] }))
  checkSequences('rankNext', asked, model.config)
  const barred = sequences.map((_, i) => new Set((exclude?.[i] ?? []).filter((id) => id >= from && id < to)))
  const best = Math.min(to - from, k + barred.reduce((most, { size }) => Math.max(most, size), 0))
  const found: NextTokens[] = []
  for (const [first, last] of policy.scoringBatches('rankNext', asked, { best })) {
    const batch = new MicroBatch(gpu, pack(asked.slice(first, last)), 1, false)
    const { tokens } = batch.loss
    const room = (name: string, words: number) => model.activations.get(name, words)
    const scratch = { best: room('best', tokens * best * 2), pool: room('best pool', tokens * (best + vocabulary) * 2), state: room('best state', tokens * 2) }
    try {
      await gpu.recorded(async (recording) => {
        await batch.score(recording, model, CURRENT, batch.loss.stats, (logits, _, rows) => {
          topKOfScores(recording, { scores: logits, ...scratch }, { queryCount: rows, stride: vocabulary, from, to, k: best })
        })
      })
      const [words, stats] = [await gpu.readU32(scratch.best, tokens * best * 2), await gpu.read(batch.loss.stats, tokens * 4)]
      for (let i = 0; i < tokens; i++) {
        const lse = stats[i * 4]!
        if (!Number.isFinite(lse)) throw new Error(`rankNext: the logits after sequence ${first + i} are not finite; the weights have diverged`)
        const { positions, scores } = entriesOf(words.subarray(i * best * 2, (i + 1) * best * 2))
        const kept = [...positions.keys()].filter((at) => !barred[first + i]!.has(positions[at]!)).slice(0, k)
        found.push({ ids: kept.map((at) => positions[at]!), logps: kept.map((at) => scores[at]! - lse) })
      }
    } finally {
      batch.free()
    }
  }
  return found
}
