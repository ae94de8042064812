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
  expect(gpu.bytes['canary']).toBe(256)
  gpu.free(tensor)
  expect(gpu.bytes['canary']).toBeUndefined()
})

test('every byte that exists is counted, its peak is kept in total and by purpose, and freed buffers are taken again', async () => {
  const { gpu } = await openGpu(navigator.gpu)
  const first = gpu.tensor('a', 1000)
  const second = gpu.tensor('b', 1 << 20)
  gpu.free(second)
  expect(gpu.memory).toEqual({ bytes: { a: 4096, pool: 4 << 20 }, total: 4096 + (4 << 20), peak: 4096 + (4 << 20), peakBytes: { a: 4096, b: 4 << 20 } })
  expect(gpu.room('c', 1 << 20).buffer).toBe(second.buffer)
  gpu.free(first)
  gpu.resetPeak()
  expect(gpu.memory.peakBytes).toEqual({ c: 4 << 20, pool: 4096 })
  gpu.trim()
  expect(gpu.memory.bytes).toEqual({ c: 4 << 20 })
})

test('a buffer that is taken again as a tensor holds zeros', async () => {
  const gpu = await testGpu()
  const used = gpu.upload('canary', new Float32Array(100).fill(7))
  gpu.free(used)
  const again = gpu.tensor('canary', 90)
  expect(again.buffer).toBe(used.buffer)
  expect([...(await gpu.read(again))]).toEqual(Array.from({ length: 90 }, () => 0))
  gpu.free(again)
})

test('a buffer that recorded commands use is taken again only after their submit', async () => {
  const gpu = await testGpu()
  const [source, target] = [gpu.upload('canary', new Float32Array(64).fill(3)), gpu.tensor('canary', 64)]
  const recording = gpu.record()
  recording.copy(source, target)
  gpu.free(source)
  const other = gpu.upload('canary', new Float32Array(64).fill(9))
  expect(other.buffer).not.toBe(source.buffer)
  recording.submit()
  expect([...(await gpu.read(target))]).toEqual(Array.from({ length: 64 }, () => 3))
  const again = gpu.room('canary', 64)
  expect(again.buffer).toBe(source.buffer)
  for (const tensor of [target, other, again]) gpu.free(tensor)
})

test('commands that are abandoned never run, and what they held back is taken again', async () => {
  const gpu = await testGpu()
  const [source, target] = [gpu.upload('canary', new Float32Array(64).fill(3)), gpu.upload('canary', new Float32Array(64).fill(5))]
  const failed = gpu.recorded(async (recording) => {
    recording.copy(source, target)
    gpu.free(source)
    throw new Error('half way')
  })
  await expect(failed).rejects.toThrow('half way')
  const again = gpu.room('canary', 64)
  expect(again.buffer).toBe(source.buffer)
  expect([...(await gpu.read(target))]).toEqual(Array.from({ length: 64 }, () => 5))
  for (const tensor of [target, again]) gpu.free(tensor)
})

test('trimming destroys also what a recording that is still open holds back', async () => {
  const { gpu } = await openGpu(navigator.gpu)
  const source = gpu.tensor('canary', 64)
  const recording = gpu.record()
  recording.clear(source)
  gpu.free(source)
  gpu.trim()
  expect(gpu.memory.total).toBe(0)
  recording.abandon()
  gpu.device.destroy()
})

test('what is packed into one upload is read back part by part', async () => {
  const gpu = await testGpu()
  const { whole, parts } = gpu.pack('canary', { ids: Uint32Array.from([1, 2, 3]), none: new Uint32Array(0), values: Float32Array.from({ length: 70 }, (_, i) => i / 2) })
  expect([...(await gpu.readU32(parts.ids, 3))]).toEqual([1, 2, 3])
  expect([...(await gpu.read(parts.values))]).toEqual(Array.from({ length: 70 }, (_, i) => i / 2))
  gpu.free(whole)
})
