// Packed weights for the kernels' tests: words drawn at random, and the exact values that they stand for.
import type { Tensor } from '../../gpu/gpu.ts'
import type { Buffers, Numbers } from '../testing.ts'
import { unpack } from './packed.reference.ts'
import type { PackedStorage, Packing } from './packed.ts'
import { rowWords, strideOf } from './packed.ts'

export interface DrawnWeight {
  readonly values: Float32Array
  readonly data: Tensor
  readonly stride: number
  readonly packed: Packing
}

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length)

/** A weight of [rows, columns] with values of about `scale`; every pattern of an element's bits comes up but float16's infinities. */
export function drawWeight(buffers: Buffers, numbers: Numbers, storage: PackedStorage, rows: number, columns: number, scale: number): DrawnWeight {
  const words = rowWords(storage, columns)
  const stride = strideOf(storage, columns)
  const data = storage === 'f16' ? halves(numbers, rows * words.data, scale) : numbers.integers(rows * words.data, 2 ** 32)
  const factors = bitsOf(numbers.floats(rows * words.scales, storage === 'int8' ? scale / 70 : scale / 8))
  const offsets = bitsOf(numbers.floats(rows * words.scales, scale))
  const lines = storage === 'int8' ? factors : factors.map((bits, i) => (bits & 0xffff0000) | (offsets[i]! >>> 16))
  const scales = storage === 'f16' ? undefined : lines
  return {
    values: unpack(storage, { data, scales }, rows, columns, stride), stride, data: buffers.words(data),
    packed: { storage, scales: scales && buffers.words(scales) },
  }
}

/** Pairs of halves of any sign and fraction, at most `scale` in size and down to an eighth of it, or to zero below float16's smallest normal. */
function halves(numbers: Numbers, count: number, scale: number): Uint32Array {
  const top = Math.floor(Math.log2(scale)) + 14
  const exponents = numbers.integers(count, 16)
  return numbers.integers(count, 2 ** 32).map((bits, i) => {
    const [low, high] = [Math.max(0, top - (exponents[i]! & 3)), Math.max(0, top - (exponents[i]! >> 2))]
    return (bits & 0x83ff83ff) | (low << 10) | (high << 26)
  })
}
