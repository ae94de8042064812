// What packed rows stand for: the exact float32 values that every kernel over them computes with, and that are read back from the GPU.
import { GROUP, type PackedStorage } from './packed.ts'

/** Values of [rows, columns] elements, `stride` apart, in the storage's layout (see the WGSL beside this file). */
export function unpack(storage: PackedStorage, packed: { readonly data: Uint32Array; readonly scales: Uint32Array | undefined }, rows: number, columns: number, stride: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[row * columns + column] = element(storage, packed.data, packed.scales, row * stride + column)
  }
  return out
}

function element(storage: PackedStorage, data: Uint32Array, scales: Uint32Array | undefined, at: number): number {
  if (storage === 'f16') return half((data[at >> 1]! >>> ((at & 1) * 16)) & 0xffff)
  const scale = scales![Math.floor(at / GROUP)]!
  if (storage === 'int8') return Math.fround(float32(scale) * ((data[at >> 2]! << (24 - (at & 3) * 8)) >> 24))
  return Math.fround(float32(scale & 0xffff0000) * ((data[at >> 3]! >>> ((at & 7) * 4)) & 15) + float32(scale << 16))
}

const word = new Uint32Array(1)
const real = new Float32Array(word.buffer)

function float32(bits: number): number {
  word[0] = bits
  return real[0]!
}

function half(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}
