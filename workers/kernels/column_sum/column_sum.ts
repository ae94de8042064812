// Sums over rows in two fixed-order stages: gradients of biases, and of norm weights.
import { SUM_ROWS } from '../../../src/domain/rooms.ts'
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import combineSource from './combine.wgsl?raw'
import partialSource from './partial.wgsl?raw'

/** Words of scratch that `columnSum` needs. */
export function columnSumScratch(rows: number, width: number): number {
  return Math.ceil(rows / SUM_ROWS) * width
}

/** out[c] += Σ_r source[r, c], or with `times` Σ_r source[r, c]·x[r, c]·rowScale[r]. source, x: [rows, width]; rowScale: [rows]; out: [width]. */
export function columnSum(
  recording: Recording,
  { source, times, out, scratch }: { source: Tensor; times?: { x: Tensor; rowScale: Tensor }; out: Tensor; scratch: Tensor },
  { rows, width }: { rows: number; width: number },
): void {
  const blocks = Math.ceil(rows / SUM_ROWS)
  if (blocks === 0) return
  const partial = recording.gpu.kernel('column_sum_partial', partialSource, { WEIGHTED: times !== undefined })
  const tensors = [source, times?.x ?? source, times?.rowScale ?? source, scratch]
  recording.dispatch(partial, tensors, [rows, width, SUM_ROWS, blocks], [Math.ceil(width / 32), blocks], { flops: rows * width, bytes: 4 * rows * width })
  const combine = recording.gpu.kernel('column_sum_combine', combineSource)
  recording.dispatch(combine, [scratch, out], [blocks, width], [Math.ceil(width / 32)])
}
