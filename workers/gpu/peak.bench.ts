// The bench of the adapter's peak.
import type { Gpu } from './gpu.ts'
import { measurePeak } from './peak.ts'

/** Every kernel of the peak as a case; `ratios` holds what eight steps a turn give over one. */
export async function benchPeak(gpu: Gpu): Promise<Record<string, unknown>> {
  const { multiplyAdd, unrolled, copy, kernels } = await measurePeak(gpu)
  return {
    name: 'peak', adapter: gpu.architecture, peak: multiplyAdd, unrolledPeak: unrolled, copyPeak: copy,
    cases: Object.entries(kernels).map(([shape, ours]) => {
      const copies = shape.startsWith('copy')
      return { shape, op: copies ? 'copy' : 'multiply-add', ours, unit: copies ? 'GB/s' : 'GFLOP/s', peers: {}, share: ours / (copies ? copy : multiplyAdd) }
    }),
    ratios: { 'unrolled/rolled': unrolled / multiplyAdd },
  }
}
