// The peak: finite, ordered as it must be, and nothing left behind.
import { expect, test, vi } from 'vitest'
import { measurePeak, PeakMeter } from './peak.ts'
import { testGpu } from './testing.ts'

test('the peak is the best of every multiply-add kernel and every copy, is measured again on demand, and leaves no buffer', async () => {
  const gpu = await testGpu()
  const before = gpu.bytes['peak']
  const meter = await PeakMeter.open(gpu)
  const { first } = meter
  const of = (wanted: (name: string) => boolean): number => Math.max(...Object.entries(first.kernels).filter(([name]) => wanted(name)).map(([, value]) => value))
  expect(Object.keys(first.kernels)).toHaveLength(2 * 2 * 3 * 2 + 3)
  expect(first.copy).toBe(of((name) => name.startsWith('copy')))
  expect(first.unrolled).toBe(of((name) => name.endsWith('unrolled')))
  expect(first.multiplyAdd).toBe(of((name) => !name.startsWith('copy') && !name.endsWith('unrolled')))
  const again = await meter.sample()
  for (const value of [...Object.values(first.kernels), ...Object.values(again)]) expect(value > 0 && Number.isFinite(value)).toBe(true)
  meter.free()
  expect(gpu.bytes['peak']).toBe(before)
})

test('the peak is measured within what the adapter binds', async () => {
  const gpu = await testGpu()
  const limit = gpu.bindingLimit
  gpu.bindingLimit = (1 << 20) + 256 // no whole number of workgroups
  try {
    const { copy, kernels } = await measurePeak(gpu)
    expect(copy).toBeGreaterThan(0)
    expect(kernels['copy vec4f']).toBeGreaterThan(0)
  } finally {
    gpu.bindingLimit = limit
  }
})

test('a peak that cannot be measured leaves no buffer', async () => {
  const gpu = await testGpu()
  const before = gpu.bytes['peak']
  const done = vi.spyOn(gpu.device.queue, 'onSubmittedWorkDone').mockRejectedValue(new Error('lost'))
  await expect(measurePeak(gpu)).rejects.toThrow('lost')
  done.mockRestore()
  expect(gpu.bytes['peak']).toBe(before)
})
