// The GRPO family's loss in float64: how tokens weigh, and the definition that the GPU's loss and gradient are tested against.
import type { Settings } from './settings.ts'

/** Settings of the loss, as the policy protocol's Objective has them. */
export interface LossOptions {
  readonly aggregation: Settings['aggregation']
  readonly importance: Settings['importance']
  readonly clipLow: number
  readonly clipHigh: number
  readonly klCoefficient: number
  readonly entropyCoefficient: number
  /** the constant length that dr_grpo divides by */
  readonly maxCompletionLength: number
  readonly microBatchSequences: number
}

/** One completion's tokens: log-probabilities [T] of policy, sampler and reference, entropies [T], and the completion's advantage. */
export interface LossSequence {
  readonly logps: readonly number[]
  readonly oldLogps: readonly number[]
  readonly refLogps?: readonly number[]
  readonly entropies?: readonly number[]
  readonly advantage: number
}

export interface Loss {
  readonly loss: number
  /** loss of every token before its scale, KL included and entropy not */
  readonly tokenLosses: readonly Float64Array[]
  /** gradient of the loss in every token's log-probability; the entropy bonus is a gradient in logits and not in here */
  readonly gradients: readonly Float64Array[]
  /** means over completion tokens */
  readonly kl: number
  readonly entropy: number
  readonly clipLow: number
  readonly clipHigh: number
}

/**
 * What each token's loss is multiplied by before all are added: one array per completion, one number per token.
 * With N completions of lengths l (TRL's loss_type names): `grpo` 1 / (N · l_i); `bnpo` 1 / Σ l; `dr_grpo` 1 / (N · maxCompletionLength);
 * `micro_batch_token_mean` 1 / (micro-batches · tokens of its micro-batch), as the released code trains. Empty completions count in N.
 */
export function tokenScales(
  aggregation: LossOptions['aggregation'], lengths: readonly number[], options: Pick<LossOptions, 'maxCompletionLength' | 'microBatchSequences'>,
): Float64Array[] {
  const count = lengths.length
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const fill = (scaleOf: (index: number) => number): Float64Array[] =>
    lengths.map((length, i) => new Float64Array(length).fill(length === 0 ? 0 : scaleOf(i)))
  if (aggregation === 'grpo') return fill((i) => 1 / (count * lengths[i]!))
  if (aggregation === 'bnpo') return fill(() => 1 / total)
  if (aggregation === 'dr_grpo') {
    const longest = options.maxCompletionLength
    if (!(longest > 0)) throw new Error(`dr_grpo: maxCompletionLength is ${longest}; give the longest completion in tokens`)
    return fill(() => 1 / (count * longest))
  }
  const scales = new Float64Array(count)
  const batches = releasedMicroBatches(lengths, options.microBatchSequences)
  for (const batch of batches) {
    const tokens = batch.reduce((sum, i) => sum + lengths[i]!, 0)
    for (const i of batch) scales[i] = tokens === 0 ? 0 : 1 / (batches.length * tokens)
  }
  return fill((i) => scales[i]!)
}

interface Device {
  tokens: number
  readonly members: number[]
}

/**
 * Indices of the completions in each micro-batch of the released run: shared out to its two GPUs so that both get as many completions
 * and about as many tokens, then cut into slices in their order. So a micro-batch is no prompt's group.
 */
export function releasedMicroBatches(lengths: readonly number[], size: number): number[][] {
  if (!Number.isInteger(size) || size < 1) throw new Error(`micro-batches of ${size} completions; a whole number of at least 1 is needed`)
  const longestFirst = lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b)
  const devices: [Device, Device] = [{ tokens: 0, members: [] }, { tokens: 0, members: [] }]
  for (let i = 0; i < longestFirst.length; i += 2) {
    const [light, heavy] = devices[0].tokens <= devices[1].tokens ? devices : [devices[1], devices[0]]
    for (const [device, index] of [[light, longestFirst[i]], [heavy, longestFirst[i + 1]]] as const) {
      if (index === undefined) continue
      device.members.push(index)
      device.tokens += lengths[index]!
    }
  }
  return devices.flatMap(({ members }) => {
    const order = members.sort((a, b) => a - b)
    return Array.from({ length: Math.ceil(order.length / size) }, (_, b) => order.slice(b * size, (b + 1) * size))
  })
}

/**
 * Σ scale · (−min(ρA, clip(ρ, 1 − low, 1 + high)·A) + klCoefficient · k3) − entropyCoefficient · Σ scale · entropy, with
 * ρ = exp(logp − old) by token (GRPO, arXiv 2402.03300), or exp(mean over the completion of logp − old) by sequence (GSPO, arXiv 2507.18071),
 * and k3 = exp(ref − logp) − (ref − logp) − 1.
 */
export function policyLoss(sequences: readonly LossSequence[], options: LossOptions): Loss {
  const scales = tokenScales(options.aggregation, sequences.map(({ logps }) => logps.length), options)
  const totals = { loss: 0, kl: 0, entropy: 0, clipLow: 0, clipHigh: 0, tokens: 0 }
  const tokenLosses: Float64Array[] = []
  const gradients: Float64Array[] = []
  for (const [i, sequence] of sequences.entries()) {
    const { logps, oldLogps, refLogps = logps, entropies, advantage } = sequence
    const length = logps.length
    const scale = scales[i]!
    const losses = new Float64Array(length)
    const gradient = new Float64Array(length)
    const meanRatio = Math.exp(logps.reduce((sum, logp, t) => sum + logp - oldLogps[t]!, 0) / Math.max(1, length))
    for (let t = 0; t < length; t++) {
      const ratio = options.importance === 'sequence' ? meanRatio : Math.exp(logps[t]! - oldLogps[t]!)
      const surrogate = clippedSurrogate(ratio, advantage, options)
      const away = refLogps[t]! - logps[t]!
      const kl = Math.exp(away) - away - 1
      losses[t] = surrogate.value + options.klCoefficient * kl
      gradient[t]! += scale[t]! * options.klCoefficient * (1 - Math.exp(away))
      if (options.importance === 'token') gradient[t]! += scale[t]! * surrogate.slope * ratio
      else for (let s = 0; s < length; s++) gradient[s]! += (scale[t]! * surrogate.slope * ratio) / length
      totals.loss += scale[t]! * (losses[t]! - options.entropyCoefficient * (entropies?.[t] ?? 0))
      totals.kl += kl
      totals.entropy += entropies?.[t] ?? 0
      totals.clipLow += ratio < 1 - options.clipLow && advantage < 0 ? 1 : 0
      totals.clipHigh += ratio > 1 + options.clipHigh && advantage > 0 ? 1 : 0
    }
    totals.tokens += length
    tokenLosses.push(losses)
    gradients.push(gradient)
  }
  const share = 1 / Math.max(1, totals.tokens)
  return {
    loss: totals.loss, tokenLosses, gradients,
    kl: totals.kl * share, entropy: totals.entropy * share, clipLow: totals.clipLow * share, clipHigh: totals.clipHigh * share,
  }
}

/** −min(ρA, clip(ρ)A) and its slope in ρ, which is zero where the clipped arm is the smaller. */
function clippedSurrogate(ratio: number, advantage: number, { clipLow, clipHigh }: LossOptions): { value: number; slope: number } {
  const free = ratio * advantage
  const clipped = Math.min(Math.max(ratio, 1 - clipLow), 1 + clipHigh) * advantage
  return free <= clipped ? { value: -free, slope: -advantage } : { value: -clipped, slope: 0 }
}
