// Rounding of weights to their storage: how far off, and what is exact.
import { describe, expect, test } from 'vitest'
import type { WeightStorage } from '../../src/protocol/policy.ts'
import { relativeError } from '../gpu/relativeError.ts'
import { Numbers } from '../kernels/testing.ts'
import { rowWords, strideOf, type PackedStorage } from '../kernels/packed/packed.ts'
import { unpack } from '../kernels/packed/packed.reference.ts'
import { fromBrains, fromHalves, toBrains, toHalves } from './half.ts'
import { packRows } from './packing.ts'

/** Values after packing and unpacking. */
function through(storage: PackedStorage, values: Float32Array<ArrayBuffer>, rows: number, columns: number): Float32Array {
  return unpack(storage, packRows('w', storage, values.slice().buffer, 'F32', rows, columns), rows, columns, strideOf(storage, columns))
}

const draw = (name: string, count: number, scale = 1): Float32Array<ArrayBuffer> => Float32Array.from(new Numbers(name).floats(count, scale))

describe.each([[1, 1], [3, 5], [2, 31], [2, 32], [2, 33], [5, 64], [4, 70]] as const)('a matrix of %i × %i', (rows, columns) => {
  test.each(['f32', 'f16', 'int8', 'int4'] as const)('takes as many words as its storage says: %s', (storage) => {
    const words = rowWords(storage, columns)
    const { data, scales } = packRows('w', storage, draw('words', rows * columns).buffer, 'F32', rows, columns)
    expect(data.length).toBe(rows * words.data)
    expect(scales?.length ?? 0).toBe(rows * words.scales)
  })

  test.each([1e-6, 1e-2, 1, 1e4])('is off by half a step at most, at magnitude %d', (scale) => {
    const values = draw(`steps ${rows} ${columns}`, rows * columns, scale)
    const [halves, bytes, nibbles] = (['f16', 'int8', 'int4'] as const).map((storage) => through(storage, values, rows, columns)) as [Float32Array, Float32Array, Float32Array]
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column += 32) {
        const at = row * columns + column
        const group = values.subarray(at, Math.min(at + 32, (row + 1) * columns))
        const [least, most] = [Math.min(...group), Math.max(...group)]
        // the offset is rounded down to bfloat16, the scale to nearest: one part in 128 of the offset, and in 512 of the range
        const range = most - least + Math.abs(least) / 128
        group.forEach((value, i) => {
          expect(Math.abs(halves[at + i]! - value)).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25))
          expect(Math.abs(bytes[at + i]! - value)).toBeLessThanOrEqual((Math.max(-least, most) / 254) * (1 + 1e-5))
          expect(Math.abs(nibbles[at + i]! - value)).toBeLessThanOrEqual(range * (1 / 30 + 1 / 256))
        })
      }
    }
  })
})

test('normal weights lose 0.02 %, 0.6 % and 7.8 % of their size to float16, int8 and int4', () => {
  const values = draw('normal weights', 4096 * 32, 0.02)
  expect(relativeError(through('f16', values, 4096, 32), values)).toBeCloseTo(0.0002, 4)
  expect(relativeError(through('int8', values, 4096, 32), values)).toBeCloseTo(0.0056, 3)
  expect(relativeError(through('int4', values, 4096, 32), values)).toBeCloseTo(0.078, 2)
})

describe('exact are', () => {
  test.each(['f16', 'int8', 'int4'] as const)('zeros, in %s', (storage) => {
    expect([...through(storage, new Float32Array(70), 2, 35)]).toEqual(Array.from({ length: 70 }, () => 0))
  })

  test('halves in float16: the largest, the smallest, subnormals and negative zero', () => {
    const values = Float32Array.of(65504, -65504, 2 ** -14, 2 ** -24, -1023 * 2 ** -24, 1 + 2 ** -10, -0)
    expect(through('f16', values, 1, 7)).toEqual(values)
  })

  test('whole numbers to 127 in int8, and the largest of a group whatever it is', () => {
    const values = Float32Array.of(127, -127, 1, -64, 0, 3)
    expect(through('int8', values, 1, 6)).toEqual(values.map((value) => value + 0))
    const one = through('int8', Float32Array.of(0.3, -1e-30, -7e5), 3, 1)
    one.forEach((value, i) => expect(value / [0.3, -1e-30, -7e5][i]!).toBeCloseTo(1, 6))
  })

  test('sixteen neighbouring whole numbers in int4, and a constant to one part in 10,000', () => {
    const values = Float32Array.from({ length: 16 }, (_, i) => i - 6)
    expect(through('int4', values, 1, 16)).toEqual(values)
    for (const constant of [0.3, -0.3, 12345, -1e-6]) expect(through('int4', Float32Array.of(constant, constant), 1, 2)[1]! / constant).toBeCloseTo(1, 4)
  })
})

test('a value half-way between two steps goes to the even one', () => {
  expect([...through('int8', Float32Array.of(127, 0.5, 1.5, 2.5, -0.5, -1.5), 1, 6)]).toEqual([127, 0, 2, 2, 0, -2])
  expect([...through('int4', Float32Array.of(0, 15, 0.5, 1.5, 2.5), 1, 5)]).toEqual([0, 15, 0, 2, 2])
  expect([...through('f16', Float32Array.of(2049, 2051, 65519), 1, 3)]).toEqual([2048, 2052, 65504])
})

test('groups do not reach from one row into the next', () => {
  const values = new Float32Array(2 * 33).fill(1)
  values[32] = 1000
  const out = through('int8', values, 2, 33)
  expect([...out.subarray(0, 32)].every((value) => Math.abs(value - 1) < 1e-6)).toBe(true)
  expect([...out.subarray(33)].every((value) => Math.abs(value - 1) < 1e-6)).toBe(true)
})

test.each(['f32', 'f16', 'int8', 'int4'] as const)('bfloat16 and float16 bytes pack to the words that their float32 values pack to: %s', (storage: WeightStorage) => {
  const values = draw('types', 3 * 37, 0.05)
  const [brains, halves] = [toBrains(values), toHalves(values)]
  expect(packRows('w', storage, brains.slice().buffer, 'BF16', 3, 37)).toEqual(packRows('w', storage, fromBrains(brains).buffer, 'F32', 3, 37))
  expect(packRows('w', storage, halves.slice().buffer, 'F16', 3, 37)).toEqual(packRows('w', storage, fromHalves(halves).buffer, 'F32', 3, 37))
})

test('what a storage cannot hold is refused by tensor and element, with the remedy', () => {
  const pack = (storage: WeightStorage, value: number) => () => packRows('model.embed_tokens.weight', storage, Float32Array.of(1, value).buffer, 'F32', 1, 2)
  for (const value of [65520, -1e5, Infinity, NaN]) expect(pack('f16', value)).toThrow('tensor model.embed_tokens.weight: element 1 is not finite or beyond 65504 in size, the largest float16; load the model with f32 weights')
  expect(() => packRows('w', 'f16', toBrains(Float32Array.of(7e4, 1)).buffer, 'BF16', 1, 2)).toThrow('tensor w: element 0')
  for (const storage of ['int8', 'int4'] as const) for (const value of [Infinity, -Infinity, NaN]) expect(pack(storage, value)).toThrow('tensor model.embed_tokens.weight: element 1 is not finite')
  expect(pack('f16', 65504)).not.toThrow()
})
