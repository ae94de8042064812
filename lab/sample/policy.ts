// How the embedded policy is taught: the settings of its supervised training, and its batches as a function of (seed, step).
import { renderPrompt } from '../../src/domain/prompt.ts'
import { Stream } from '../../src/domain/random.ts'
import type { Optimiser } from '../../src/protocol/policy.ts'
import { sftExample } from './sft.ts'

export const POLICY = { seed: 1, steps: 1400, batch: 64, warmup: 100, learningRate: 3e-3 } as const

export interface TextPair {
  readonly prompt: string
  readonly completion: string
}

/** The examples of one step, prompts in the `compact` template. */
export function batchOf(seed: number, step: number): TextPair[] {
  const random = new Stream(seed, 'policy text', step)
  return Array.from({ length: POLICY.batch }, () => {
    const { query, completion } = sftExample(random)
    return { prompt: renderPrompt(query, { template: 'compact', thinking: true }).text, completion }
  })
}

/** AdamW with a linear rise over the warm-up and a linear fall to zero at the last step. */
export function optimiserAt(step: number, steps: number): Optimiser {
  const rise = Math.min(1, (step + 1) / POLICY.warmup)
  const fall = (steps - step) / steps
  return { learningRate: POLICY.learningRate * rise * fall, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }
}
