// Safetensors: what is written is read, the three float types decode exactly, and damage is named.
import { expect, test } from 'vitest'
import { fromHalf, openSafetensors, writeSafetensors } from './safetensors.ts'

function file(header: object, data: Uint8Array): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes.buffer
}

test('tensors come back as they were written, and the same tensors give the same bytes', () => {
  const tensors = [{ name: 'b', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, 7) }, { name: 'a', shape: [1], data: Float32Array.of(9) }]
  const bytes = writeSafetensors(tensors)
  const opened = openSafetensors(bytes, 'x.safetensors')
  expect(opened.names).toEqual(['b', 'a'])
  for (const { name, shape, data } of tensors) {
    expect(opened.shape(name)).toEqual(shape)
    expect(opened.read(name)).toEqual(data)
  }
  expect(new Uint8Array(writeSafetensors(tensors))).toEqual(new Uint8Array(bytes))
})

test('half and brain floats decode to the numbers they stand for', () => {
  expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00].map(fromHalf)).toEqual([1, -2, 65504, 2 ** -24, -0, Infinity])
  expect(fromHalf(0x7e00)).toBeNaN()
  const bytes = file({ h: { dtype: 'F16', shape: [2], data_offsets: [0, 4] }, b: { dtype: 'BF16', shape: [2], data_offsets: [4, 8] } }, Uint8Array.of(0x00, 0x3e, 0x00, 0xb8, 0x80, 0x3f, 0x49, 0xc0))
  const opened = openSafetensors(bytes, 'x')
  expect([...opened.read('h')]).toEqual([1.5, -0.5])
  expect([...opened.read('b')]).toEqual([1, -3.140625])
})

test('a truncated, foreign or misdescribed file is refused by name with both numbers', () => {
  expect(() => openSafetensors(new ArrayBuffer(4), 'm.safetensors')).toThrow('m.safetensors: 4 bytes are too few')
  expect(() => openSafetensors(new TextEncoder().encode('PAR1 is another kind of file').buffer, 'm')).toThrow(/m: the header claims \d+ bytes, but only 20 follow/)
  expect(() => openSafetensors(file({ t: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }, new Uint8Array(12)), 'm')).toThrow(/tensor t ends at byte \d+, but the file has \d+; the file is truncated/)
  expect(() => openSafetensors(file({ t: { dtype: 'F32', shape: [4], data_offsets: [0, 12] } }, new Uint8Array(12)), 'm')).toThrow('tensor t of shape [4] needs 16 bytes of F32, but has 12')
  expect(() => openSafetensors(file({ t: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8)), 'm')).toThrow('tensor t has type I64; F32, F16 and BF16 can be read')
  expect(() => openSafetensors(writeSafetensors([]), 'm').read('q')).toThrow('m: tensor q is missing')
})
