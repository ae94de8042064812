// Checks in which number formats a policy is handed on.
import { expect, test } from 'vitest'
import { archiveName, defaultDtype, dtypesOf, exportedBytes } from './exporting.ts'

test('small policies go in float32, large ones in the 16 bits that their readers take', () => {
  const kinds = ['trained', 'merged', 'onnx'] as const
  expect(kinds.map((kind) => defaultDtype(kind, 1_000_000))).toEqual(['f32', 'f32', 'f32'])
  expect(kinds.map((kind) => defaultDtype(kind, 494_032_768))).toEqual(['f32', 'bf16', 'f16'])
  for (const kind of kinds) for (const parameters of [1e6, 1e9]) expect(dtypesOf(kind)).toContain(defaultDtype(kind, parameters))
  expect([dtypesOf('onnx').includes('bf16'), dtypesOf('trained').length]).toEqual([false, 1])
})

test('sizes and names follow the format', () => {
  expect([exportedBytes(100, 'f32'), exportedBytes(100, 'bf16')]).toEqual([400, 200])
  expect(archiveName('Qwen/Qwen2.5-0.5B', 'onnx', 'f16')).toBe('Qwen-Qwen2.5-0.5B-onnx-f16.zip')
  expect(archiveName('sample', 'trained', 'f32')).toBe('sample-trained.zip')
})
