// The peak: finite, ordered as it must be, and nothing left behind.
import { expect, test } from 'vitest'
import { PeakMeter } from './peak.ts'
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
