// Checks the rates of timed kernels against figures worked out by hand.
import { expect, test } from 'vitest'
import { rateKernels } from './kernelRates.ts'

const profile = (kernels: readonly [flops: number, bytes: number, ms: number][], peakGflops = 100, peakGBs = 10) => ({
  available: true, peakGflops, peakGBs, kernels: kernels.map(([flops, bytes, ms], i) => ({ kernel: `k${i}`, calls: 1, flops, bytes, ms })),
})

test('a rate is what was stated by the time, and the share is of whichever peak is nearer', () => {
  expect(rateKernels(profile([[50e6, 1e6, 1], [10e6, 8e6, 2]]))).toMatchObject([
    { kernel: 'k0', gflops: 50, gbs: 1, shareOfPeak: 0.5 }, { kernel: 'k1', gflops: 5, gbs: 4, shareOfPeak: 0.4 },
  ])
})

test('nothing is made up for kernels that state nothing, took no time that was measured, or where no peak is known', () => {
  const none = { gflops: undefined, gbs: undefined, shareOfPeak: undefined }
  expect(rateKernels(profile([[0, 0, 1], [1e6, 1e6, 0]]))).toMatchObject([none, none])
  expect(rateKernels(profile([[1e6, 2e6, 1]], 0, 0))).toMatchObject([{ gflops: 1, gbs: 2, shareOfPeak: undefined }])
})
