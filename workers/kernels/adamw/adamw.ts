// Global-norm clipping and AdamW over flat parameter buffers, without a readback in between.
import { NORM_BLOCK } from '../../../src/domain/memory.ts'
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import type { Optimiser } from '../../../src/protocol/policy.ts'
import adamwSource from './adamw.wgsl?raw'
import combineSource from './norm_combine.wgsl?raw'
import partialSource from './norm_partial.wgsl?raw'
import runsSource from './norm_runs.wgsl?raw'

/** Blocks that one thread adds in order; more are added by runs first. */
const FEW_BLOCKS = 4096
/** A lone thread's sums take longer than a product's by about as many lanes as stand idle. */
const ALONE = 64

/** Flat parameters with their gradient and moments, all [count]. */
export interface Moments {
  readonly count: number
  readonly weights: Tensor
  readonly grads: Tensor
  readonly m: Tensor
  readonly v: Tensor
}

/** Runs of neighbouring blocks, about as many as blocks in each: by their number alone, so that the order of additions is fixed. None where blocks are few. */
function runsOf(blocks: number): { run: number; runs: number } {
  if (blocks <= FEW_BLOCKS) return { run: 0, runs: 0 }
  const run = 2 ** Math.ceil(Math.log2(blocks) / 2)
  return { run, runs: Math.ceil(blocks / run) }
}

/** Words of scratch that the norm of these parameters needs: each block's sum, and each run's. */
export function normScratch(counts: readonly number[]): number {
  const blocks = counts.reduce((sum, count) => sum + Math.ceil(count / NORM_BLOCK), 0)
  return blocks + runsOf(blocks).runs
}

/** A grid of at most 32,768 workgroups a side. */
function grid(items: number, size: number): [number, number] {
  const groups = Math.ceil(items / size)
  const x = Math.min(groups, 32768)
  return [x, x === 0 ? 0 : Math.ceil(groups / x)]
}

/** state[0..2] = (norm over all gradients, clip factor, 1 when finite); maxNorm 0 switches clipping off (torch.nn.utils.clip_grad_norm_). */
export function gradientNorm(recording: Recording, parts: readonly Moments[], scratch: Tensor, state: Tensor, maxNorm: number): void {
  let first = 0
  for (const { count, grads } of parts) {
    const blocks = Math.ceil(count / NORM_BLOCK)
    recording.dispatch(recording.gpu.kernel('norm_partial', partialSource), [grads, scratch], [count, NORM_BLOCK, blocks, first], grid(blocks, 32), { flops: 2 * count, bytes: 4 * count })
    first += blocks
  }
  const { run, runs } = runsOf(first)
  if (runs > 0) recording.dispatch(recording.gpu.kernel('norm_runs', runsSource), [scratch], [first, run, runs], grid(runs, 32), { flops: first, bytes: 4 * first, slowness: 2 })
  const [from, count] = runs > 0 ? [first, runs] : [0, first]
  recording.dispatch(recording.gpu.kernel('norm_combine', combineSource), [scratch, state], [from, count, f32(maxNorm)], [1], { flops: count, bytes: 4 * count, slowness: ALONE })
}

/** One step, `step` counted from 1; reads the clip factor from `state` and leaves everything untouched when the norm was not finite. */
export function adamw(recording: Recording, { count, weights, grads, m, v }: Moments, state: Tensor, o: Optimiser, step: number): void {
  const uniforms = [
    count, f32(o.learningRate), f32(o.beta1), f32(o.beta2), f32(1 - o.beta1), f32(1 - o.beta2), f32(o.epsilon), f32(o.weightDecay),
    f32(1 - o.beta1 ** step), f32(1 - o.beta2 ** step),
  ]
  recording.dispatch(recording.gpu.kernel('adamw', adamwSource), [weights, grads, m, v, state], uniforms, grid(count, 64), { flops: 16 * count, bytes: 28 * count })
}
