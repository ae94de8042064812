// Log-probabilities and entropies of chosen tokens, and the gradient that a weight on each sends into the logits: one pair for SFT and GRPO alike.
import { segmentsOf } from '../../../src/domain/rooms.ts'
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import combineSource from './combine.wgsl?raw'
import { rowGrid } from '../sum.ts'
import { choiceOf } from '../variants.ts'
import groupSource from './log_softmax.group.wgsl?raw'
import gradientSource from './gradient.wgsl?raw'
import partialSource from './partial.wgsl?raw'

/** thread: a thread per segment of a row, for the software adapter; group: a workgroup per row, for graphics cards. */
export const LOG_SOFTMAX_VARIANTS = ['thread', 'group'] as const

export interface RowsOfLogits {
  readonly rows: number
  readonly vocabulary: number
  readonly temperature: number
  /** where these rows begin in targets, stats and weights */
  readonly firstRow: number
}

/** partials: [rows, segmentsOf(vocabulary), 4] of (max m, Σ exp(z − m), Σ exp(z − m)·(z − m), 0) of z = logits / temperature; logits: [rows, vocabulary]. */
export function softmaxPartials(recording: Recording, logits: Tensor, partials: Tensor, rows: number, vocabulary: number, temperature: number): void {
  const segments = segmentsOf(vocabulary)
  const kernel = recording.gpu.kernel('softmax_partial', partialSource)
  recording.dispatch(kernel, [logits, partials], [rows, vocabulary, segments, f32(1 / temperature)], [Math.ceil(segments / 32), rows], { flops: 6 * rows * vocabulary, bytes: 4 * rows * vocabulary })
}

/** Writes stats [*, 4] = (log-sum-exp, log-probability of the target, entropy, 0) of rows firstRow … from logits [rows, vocabulary]. */
export function logSoftmax(
  recording: Recording,
  { logits, partials, targets, stats }: { logits: Tensor; partials: Tensor; targets: Tensor; stats: Tensor },
  { rows, vocabulary, temperature, firstRow }: RowsOfLogits,
): void {
  const { gpu } = recording
  if (choiceOf(gpu, 'log_softmax', gpu.architecture === 'swiftshader' ? LOG_SOFTMAX_VARIANTS : LOG_SOFTMAX_VARIANTS.toReversed()) === 'group') {
    recording.dispatch(gpu.kernel('log_softmax group', groupSource), [logits, targets, stats], [rows, vocabulary, firstRow, f32(1 / temperature)], rowGrid(gpu, rows), { flops: 8 * rows * vocabulary, bytes: 4 * rows * vocabulary })
    return
  }
  softmaxPartials(recording, logits, partials, rows, vocabulary, temperature)
  const kernel = recording.gpu.kernel('softmax_combine', combineSource)
  recording.dispatch(kernel, [logits, partials, targets, stats], [rows, vocabulary, segmentsOf(vocabulary), firstRow, f32(1 / temperature)], [Math.ceil(rows / 32)])
}

/** Overwrites logits with their gradient; weights: [*, 2] = (dLoss/dlogp, dLoss/dentropy) per row. */
export function logSoftmaxGradient(
  recording: Recording,
  { logits, stats, targets, weights }: { logits: Tensor; stats: Tensor; targets: Tensor; weights: Tensor },
  { rows, vocabulary, temperature, firstRow }: RowsOfLogits,
): void {
  const kernel = recording.gpu.kernel('log_softmax_gradient', gradientSource)
  recording.dispatch(kernel, [logits, stats, targets, weights], [rows, vocabulary, firstRow, f32(1 / temperature)], [Math.ceil(vocabulary / 1024), rows], { flops: 8 * rows * vocabulary, bytes: 8 * rows * vocabulary })
}
