// The canary: the GPU project must have an adapter, or everything below it would prove nothing.
import { expect, test } from 'vitest'
import { openGpu } from './device.ts'
import { testGpu } from './testing.ts'

test('there is a WebGPU adapter, so the GPU tests are really run', async () => {
  const gpu = await testGpu()
  expect(gpu.device.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(128 * 2 ** 20)
})

test('a browser without WebGPU is refused with the flag that helps', async () => {
  await expect(openGpu(undefined)).rejects.toThrow(/no WebGPU here; .*--enable-unsafe-webgpu/)
})

test('a buffer beyond the adapter is refused by name with both sizes', async () => {
  const gpu = await testGpu()
  expect(() => gpu.tensor('weights', 2 ** 40)).toThrow(/buffer weights needs \d+ bytes, but this adapter binds at most \d+/)
})

test('what is uploaded is read back, and bytes are counted by purpose', async () => {
  const gpu = await testGpu()
  const tensor = gpu.upload('canary', new Float32Array([1, -2, 3.5, 1e-20, 7]))
  expect([...(await gpu.read(tensor))]).toEqual([1, -2, 3.5, Math.fround(1e-20), 7])
  expect(gpu.bytes['canary']).toBe(20)
  gpu.free(tensor)
  expect(gpu.bytes['canary']).toBeUndefined()
})
