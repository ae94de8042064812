// From log-probabilities to loss weights: GRPO's clipped surrogate, k3 KL and entropy bonus (Shao et al. 2024; TRL GRPOTrainer; GSPO: Zheng et al. 2025).
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import source from './objective.wgsl?raw'

export interface ObjectiveTensors {
  /** [sequences + 1] u32, token offsets */
  readonly starts: Tensor
  /** [sequences] */
  readonly advantages: Tensor
  /** [tokens, 4] of (lse, logp, entropy, 0) */
  readonly stats: Tensor
  /** [tokens] log-probabilities of the sampling policy */
  readonly olds: Tensor
  /** [tokens, 4] the reference policy's stats; ignored without reference */
  readonly references: Tensor
  /** [tokens] weight of each token's loss in the total: how grpo, bnpo and dr_grpo differ */
  readonly scales: Tensor
  /** [tokens, 2] written: (dLoss/dlogp, dLoss/dentropy) */
  readonly weights: Tensor
  /** [tokens, 4] written: (scaled loss, k3 KL, −1 clipped low | +1 high | 0, |logp − old|) */
  readonly terms: Tensor
}

export interface ObjectiveShape {
  readonly sequences: number
  readonly importance: 'token' | 'sequence'
  readonly withReference: boolean
  readonly clipLow: number
  readonly clipHigh: number
  readonly klCoefficient: number
  readonly entropyCoefficient: number
}

/** loss_t = −min(ρA, clip(ρ, 1 − low, 1 + high)A) + β(exp(ref − logp) − (ref − logp) − 1) − c·H, ρ per token or per completion. */
export function objective(recording: Recording, t: ObjectiveTensors, shape: ObjectiveShape): void {
  const kernel = recording.gpu.kernel('objective', source)
  const uniforms = [
    shape.sequences, shape.importance === 'sequence' ? 1 : 0, shape.withReference ? 1 : 0,
    f32(shape.clipLow), f32(shape.clipHigh), f32(shape.klCoefficient), f32(shape.entropyCoefficient),
  ]
  recording.dispatch(kernel, [t.starts, t.advantages, t.stats, t.olds, t.references, t.scales, t.weights, t.terms], uniforms, [Math.ceil(shape.sequences / 32)])
}
