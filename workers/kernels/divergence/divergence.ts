// How far two distributions over the vocabulary are apart, row by row, from their logits and log-sum-exps.
import { segmentsOf } from '../../../src/domain/rooms.ts'
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import divergenceSource from './divergence.wgsl?raw'

/**
 * Writes parts [*, segmentsOf(vocabulary)] of rows firstRow … whose sum is KL(p ‖ q) in nats, p = softmax(ours) and q = softmax(theirs), both
 * [rows, vocabulary]. Stats [*, 4] begin with the log-sum-exp of each row, as `logSoftmax` writes them at temperature 1.
 */
export function divergence(
  recording: Recording, { ours, theirs, ourStats, theirStats, parts }: { ours: Tensor; theirs: Tensor; ourStats: Tensor; theirStats: Tensor; parts: Tensor },
  { rows, vocabulary, firstRow }: { readonly rows: number; readonly vocabulary: number; readonly firstRow: number },
): void {
  const segments = segmentsOf(vocabulary)
  const kernel = recording.gpu.kernel('divergence', divergenceSource)
  const entries = rows * vocabulary
  recording.dispatch(kernel, [ours, theirs, ourStats, theirStats, parts], [rows, vocabulary, segments, firstRow], [Math.ceil(segments / 32), rows], { flops: 20 * entries, bytes: 8 * entries })
}
