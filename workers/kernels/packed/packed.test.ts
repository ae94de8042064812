// The layout of packed weights, by words written out by hand.
import { expect, test } from 'vitest'
import { rowWords, strideOf } from './packed.ts'
import { unpack } from './packed.reference.ts'

test('two halves share a word, the first in its lower half', () => {
  const data = Uint32Array.of(0xc0003c00, 0x00017bff, 0, 0)
  expect([...unpack('f16', { data, scales: undefined }, 1, 4, 8)]).toEqual([1, -2, 65504, 2 ** -24])
})

test('four signed bytes share a word, the first lowest, and 32 elements a scale', () => {
  const data = new Uint32Array(16)
  data[0] = 0x7f80ff01
  data[8] = 3
  const scales = new Uint32Array(Float32Array.of(0.5, 4).buffer)
  const values = unpack('int8', { data, scales }, 1, 33, 64)
  expect([...values.subarray(0, 4)]).toEqual([0.5, -0.5, -64, 63.5])
  expect(values[32]).toBe(12)
})

test('eight digits share a word, the first lowest; the scale stands above the offset as bfloat16', () => {
  const data = Uint32Array.of(0xf0000021, 0, 0, 0)
  const scales = Uint32Array.of(0x3f00bf80) // 0.5 above −1
  expect([...unpack('int4', { data, scales }, 1, 8, 32)]).toEqual([-0.5, 0, -1, -1, -1, -1, -1, 6.5])
})

test('rows begin where their storage lets them', () => {
  expect((['f32', 'f16', 'int8', 'int4'] as const).map((storage) => strideOf(storage, 33))).toEqual([33, 40, 64, 64])
  expect((['f32', 'f16', 'int8', 'int4'] as const).map((storage) => rowWords(storage, 33))).toEqual([{ data: 33, scales: 0 }, { data: 20, scales: 0 }, { data: 16, scales: 2 }, { data: 8, scales: 2 }])
})
