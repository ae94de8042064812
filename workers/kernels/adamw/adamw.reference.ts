// Global-norm clipping and AdamW in float64: the definition that the kernels are held to. An optimiser has no backward pass.
import type { Optimiser } from '../../../src/protocol/policy.ts'

/** The norm over all gradients, and the factor min(1, maxNorm / (norm + 1e-6)) as torch.nn.utils.clip_grad_norm_ has it; maxNorm 0 switches clipping off. */
export function gradientNorm(parts: readonly ArrayLike<number>[], maxNorm: number): { norm: number; factor: number; finite: boolean } {
  let squares = 0
  for (const grads of parts) {
    for (let i = 0; i < grads.length; i++) squares += grads[i]! ** 2
  }
  const norm = Math.sqrt(squares)
  return { norm, factor: maxNorm > 0 ? Math.min(1, maxNorm / (norm + 1e-6)) : 1, finite: Number.isFinite(norm) }
}

export interface State {
  readonly weights: Float64Array
  readonly m: Float64Array
  readonly v: Float64Array
}

/** One step in place, `step` counted from 1 (torch.optim.AdamW: decay is decoupled, bias is corrected, epsilon stands outside the root). All [count]. */
export function adamw({ weights, m, v }: State, grads: ArrayLike<number>, factor: number, o: Optimiser, step: number): void {
  for (let i = 0; i < weights.length; i++) {
    const gradient = grads[i]! * factor
    m[i] = o.beta1 * m[i]! + (1 - o.beta1) * gradient
    v[i] = o.beta2 * v[i]! + (1 - o.beta2) * gradient ** 2
    const mean = m[i]! / (1 - o.beta1 ** step)
    const square = v[i]! / (1 - o.beta2 ** step)
    weights[i] = weights[i]! * (1 - o.learningRate * o.weightDecay) - (o.learningRate * mean) / (Math.sqrt(square) + o.epsilon)
  }
}
