// From a checkpoint's bytes to rows as they lie on the GPU: float32, float16, or whole numbers with a scale for each group of a row.
import type { WeightStorage } from '../../src/protocol/policy.ts'
import { GROUP, rowWords, strideOf } from '../kernels/packed/packed.ts'
import { fromBrains, fromHalves, toHalves } from './half.ts'
import type { Dtype } from './safetensorsHeader.ts'

/** Rows on their way to the GPU: `data` are their elements, `scales` one word for each group where the storage has them. */
export interface PackedRows {
  readonly data: Uint32Array<ArrayBuffer>
  readonly scales: Uint32Array<ArrayBuffer> | undefined
}

const ROUND = 1.5 * 2 ** 52 // adding and subtracting it rounds a double to the nearest whole number, ties to even
const LARGEST = 2 ** 127
const SMALLEST = 2 ** -126 // scales below it would be subnormal, which a GPU may take for zero

/**
 * Packs [rows, columns] elements that lie in `bytes` as `dtype`. Rounds to the nearest, ties to even. Throws, naming the tensor `name`,
 * when a value is not finite, or is beyond float16's 65,504 where that is the storage.
 */
export function packRows(name: string, storage: WeightStorage, bytes: ArrayBuffer, dtype: Dtype, rows: number, columns: number): PackedRows {
  if (storage === 'f16') return { data: new Uint32Array(padRows(halves(name, bytes, dtype), rows, columns, strideOf(storage, columns)).buffer), scales: undefined }
  const values = floats(bytes, dtype)
  if (storage === 'f32') return { data: new Uint32Array(values.buffer), scales: undefined }
  return (storage === 'int8' ? packInt8 : packInt4)(name, values, rows, columns)
}

function floats(bytes: ArrayBuffer, dtype: Dtype): Float32Array<ArrayBuffer> {
  if (dtype === 'F32') return new Float32Array(bytes)
  return dtype === 'BF16' ? fromBrains(new Uint16Array(bytes)) : fromHalves(new Uint16Array(bytes))
}

let halfOfBrain: Uint16Array | undefined

/** The bits of every bfloat16 as those of the nearest binary16. */
function brainTable(): Uint16Array {
  halfOfBrain ??= toHalves(fromBrains(Uint16Array.from({ length: 65536 }, (_, i) => i)))
  return halfOfBrain
}

function halves(name: string, bytes: ArrayBuffer, dtype: Dtype): Uint16Array<ArrayBuffer> {
  const source = dtype === 'F32' ? toHalves(new Float32Array(bytes)) : new Uint16Array(bytes)
  const table = dtype === 'BF16' ? brainTable() : undefined
  let bad = -1
  for (let i = 0; i < source.length; i++) {
    const half = table === undefined ? source[i]! : table[source[i]!]!
    if ((half & 0x7c00) === 0x7c00) bad = i
    source[i] = half
  }
  if (bad >= 0) throw new Error(`tensor ${name}: element ${bad} is not finite or beyond 65504 in size, the largest float16; load the model with f32 weights`)
  return source
}

/** Rows `stride` apart, zeros between them. */
function padRows(values: Uint16Array<ArrayBuffer>, rows: number, columns: number, stride: number): Uint16Array<ArrayBuffer> {
  if (stride === columns) return values
  const out = new Uint16Array(rows * stride)
  for (let row = 0; row < rows; row++) out.set(values.subarray(row * columns, (row + 1) * columns), row * stride)
  return out
}

function refuse(name: string, element: number): never {
  throw new Error(`tensor ${name}: element ${element} is not finite or beyond 2^127 in size; the checkpoint is damaged`)
}

/** Symmetric: scale = largest magnitude / 127, so that zero stays zero and no value is off by more than half a scale. */
function packInt8(name: string, values: Float32Array, rows: number, columns: number): PackedRows {
  const words = rowWords('int8', columns)
  const data = new Uint32Array(rows * words.data)
  const scales = new Uint32Array(rows * words.scales)
  const digits = new Int8Array(data.buffer)
  const factors = new Float32Array(scales.buffer)
  for (let row = 0, group = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += GROUP, group++) {
      const first = row * columns + column
      const last = first + Math.min(GROUP, columns - column)
      let largest = 0
      for (let i = first; i < last; i++) {
        const size = Math.abs(values[i]!)
        if (size > largest) largest = size
        if (!(size < LARGEST)) refuse(name, i)
      }
      const scale = Math.fround(largest / 127)
      if (scale < SMALLEST) continue
      factors[group] = scale
      const inverse = 1 / scale
      const to = group * GROUP - first
      for (let i = first; i < last; i++) digits[to + i] = values[i]! * inverse + ROUND - ROUND
    }
  }
  return { data, scales }
}

/**
 * From the smallest to the largest value of a group in fifteen steps. At the price of two words' halves this errs by 7.8 % of normal weights' size, where
 * symmetric digits with a float32 scale, which cost the same, err by 9.7 % (−7 … 7) or 8.6 % (−8 … 7, signed scale).
 */
function packInt4(name: string, values: Float32Array, rows: number, columns: number): PackedRows {
  const words = rowWords('int4', columns)
  const data = new Uint32Array(rows * words.data)
  const scales = new Uint32Array(rows * words.scales)
  const pairs = new Uint8Array(data.buffer) // the even element of two below the odd one
  for (let row = 0, group = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += GROUP, group++) {
      const first = row * columns + column
      const last = first + Math.min(GROUP, columns - column)
      let [least, most] = [values[first]!, values[first]!]
      for (let i = first; i < last; i++) {
        const value = values[i]!
        if (value < least) least = value
        if (value > most) most = value
        if (!(Math.abs(value) < LARGEST)) refuse(name, i)
      }
      const offsetBits = brainBelow(least)
      const offset = fromBrain(offsetBits)
      const scaleBits = brainNear((most - offset) / 15)
      const scale = fromBrain(scaleBits)
      if (scale < SMALLEST) {
        scales[group] = Math.abs(offset) < SMALLEST ? 0 : offsetBits
        continue
      }
      scales[group] = ((scaleBits << 16) | offsetBits) >>> 0
      const inverse = 1 / scale
      const to = group * GROUP - first
      for (let i = first; i < last; i++) {
        const digit = Math.min(15, (values[i]! - offset) * inverse + ROUND - ROUND)
        const at = (to + i) >> 1
        pairs[at] = pairs[at]! | (((to + i) & 1) === 0 ? digit : digit << 4)
      }
    }
  }
  return { data, scales }
}

const word = new Uint32Array(1)
const real = new Float32Array(word.buffer)

/** The bits of the largest bfloat16 that is not above a float32. */
function brainBelow(value: number): number {
  real[0] = value
  const bits = word[0]!
  return (bits & 0x80000000) !== 0 && (bits & 0xffff) !== 0 ? ((bits >>> 16) + 1) & 0xffff : bits >>> 16
}

/** The bits of the bfloat16 nearest to a number that is not negative. */
function brainNear(value: number): number {
  real[0] = value
  return (word[0]! + 0x7fff + ((word[0]! >>> 16) & 1)) >>> 16
}

function fromBrain(bits: number): number {
  word[0] = bits << 16
  return real[0]!
}
