// What kernels achieved by their GPU time, and how near that comes to the adapter's measured peaks: the same figures for the table and for the file.
import type { KernelProfile, KernelTime } from '../../client/policy.ts'

/** A kernel with its rates; what it states nothing for, and shares of a peak that is not known, are undefined. */
export interface RatedKernel extends KernelTime {
  /** billions of floating-point operations a second */
  readonly gflops: number | undefined
  /** billions of bytes a second, read and written together */
  readonly gbs: number | undefined
  /** the larger of the shares of the multiply-add peak and of the copy peak: what bounds the kernel */
  readonly shareOfPeak: number | undefined
}

/** Billions of `amount` a second over `ms`. */
const perSecond = (amount: number, ms: number): number | undefined => (amount > 0 && ms > 0 ? amount / ms / 1e6 : undefined)

export function rateKernels({ kernels, peakGflops, peakGBs }: KernelProfile): RatedKernel[] {
  return kernels.map((kernel) => {
    const gflops = perSecond(kernel.flops, kernel.ms)
    const gbs = perSecond(kernel.bytes, kernel.ms)
    const shares = ([[gflops, peakGflops], [gbs, peakGBs]] as const).flatMap(([rate, peak]) => (rate === undefined || peak <= 0 ? [] : [rate / peak]))
    return { ...kernel, gflops, gbs, shareOfPeak: shares.length === 0 ? undefined : Math.max(...shares) }
  })
}
