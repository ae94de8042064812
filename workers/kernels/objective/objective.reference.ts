// The GRPO family's loss over packed tokens in float64, with its derivatives: the definition that the kernel is held to.
import type { ObjectiveShape } from './objective.ts'

export interface PackedTokens {
  /** [sequences + 1]: sequence s has the tokens [starts[s], starts[s + 1]) */
  readonly starts: ArrayLike<number>
  /** [sequences] */
  readonly advantages: ArrayLike<number>
  /** [tokens] each: log-probabilities and entropies of the policy, log-probabilities of sampler and reference, and each token's weight in the total */
  readonly logps: ArrayLike<number>
  readonly entropies: ArrayLike<number>
  readonly olds: ArrayLike<number>
  readonly references: ArrayLike<number>
  readonly scales: ArrayLike<number>
}

/**
 * loss_t = scale_t·(−min(ρA, clip(ρ, 1 − low, 1 + high)·A) + β·k3_t − c·entropy_t); the loss is their sum. ρ is exp(logp_t − old_t), or by sequence
 * exp(mean of logp − old). k3 = exp(ref − logp) − (ref − logp) − 1. clipped: −1 where the lower bound cuts the gradient off, +1 where the upper one does.
 */
export function objective(tokens: PackedTokens, shape: ObjectiveShape): { losses: Float64Array; kls: Float64Array; clipped: Float64Array; gaps: Float64Array } {
  const count = tokens.logps.length
  const [losses, kls, clipped, gaps] = [new Float64Array(count), new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  forEachToken(tokens, shape, ({ t, ratio, advantage, away }) => {
    const bounded = Math.min(Math.max(ratio, 1 - shape.clipLow), 1 + shape.clipHigh)
    kls[t] = away === 0 ? 0 : Math.expm1(away) - away
    losses[t] = tokens.scales[t]! * (-Math.min(ratio * advantage, bounded * advantage) + shape.klCoefficient * kls[t]! - shape.entropyCoefficient * tokens.entropies[t]!)
    clipped[t] = cutOff(ratio, advantage, shape) ? Math.sign(advantage) : 0
    gaps[t] = Math.abs(tokens.logps[t]! - tokens.olds[t]!)
  })
  return { losses, kls, clipped, gaps }
}

/** dlogps += and dentropies += the gradient of Σ losses. By sequence, every token's term moves with the mean, so with every log-probability. */
export function objectiveBackward(tokens: PackedTokens, shape: ObjectiveShape, dlogps: Float64Array, dentropies: Float64Array): void {
  forEachToken(tokens, shape, ({ t, ratio, advantage, away, start, end }) => {
    const scale = tokens.scales[t]!
    const dratio = cutOff(ratio, advantage, shape) ? 0 : -scale * advantage
    if (shape.importance === 'token') dlogps[t]! += dratio * ratio
    else for (let s = start; s < end; s++) dlogps[s]! += (dratio * ratio) / (end - start)
    dlogps[t]! -= scale * shape.klCoefficient * Math.expm1(away)
    dentropies[t]! -= scale * shape.entropyCoefficient
  })
}

const cutOff = (ratio: number, advantage: number, { clipLow, clipHigh }: ObjectiveShape): boolean => (advantage > 0 ? ratio > 1 + clipHigh : advantage < 0 && ratio < 1 - clipLow)

interface Token {
  readonly t: number
  readonly start: number
  readonly end: number
  readonly ratio: number
  readonly advantage: number
  /** ref − logp, 0 without reference */
  readonly away: number
}

function forEachToken({ starts, advantages, logps, olds, references }: PackedTokens, shape: ObjectiveShape, visit: (token: Token) => void): void {
  for (let s = 0; s < shape.sequences; s++) {
    const [start, end] = [starts[s]!, starts[s + 1]!]
    let mean = 0
    for (let t = start; t < end; t++) mean += (logps[t]! - olds[t]!) / (end - start)
    for (let t = start; t < end; t++) {
      const ratio = Math.exp(shape.importance === 'sequence' ? mean : logps[t]! - olds[t]!)
      visit({ t, start, end, ratio, advantage: advantages[s]!, away: shape.withReference ? references[t]! - logps[t]! : 0 })
    }
  }
}
