// Sixteen-bit floats: IEEE binary16 and bfloat16 to float32 and back, rounding to the nearest, ties to even.

/** IEEE binary16 to number. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The bits of a float32 as those of the nearest binary16; from 65,520 on that is infinity. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const size = bits & 0x7fffffff
  if (size > 0x7f800000) return sign | 0x7e00
  if (size >= 0x47800000) return sign | 0x7c00
  // 2^-14 and above: exponents move by 112, thirteen bits of the fraction are rounded off
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13)
  const exponent = size >>> 23
  if (exponent < 102) return sign
  const fraction = (size & 0x7fffff) | 0x800000
  const shift = 126 - exponent
  const kept = fraction >>> shift
  const rest = fraction & ((1 << shift) - 1)
  const tie = 1 << (shift - 1)
  return sign | (kept + (rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0))
}

export function fromHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(halves.length)
  const bits = new Uint32Array(out.buffer)
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!
    const exponent = half & 0x7c00
    if (exponent === 0 || exponent === 0x7c00) out[i] = fromHalf(half)
    else bits[i] = ((half & 0x8000) << 16) | (((half & 0x7fff) << 13) + 0x38000000)
  }
  return out
}

export function toHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const out = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) out[i] = halfOf(bits[i]!)
  return out
}

export function fromBrains(brains: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(brains.length)
  for (let i = 0; i < brains.length; i++) bits[i] = brains[i]! << 16
  return new Float32Array(bits.buffer)
}

export function toBrains(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const out = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) {
    const one = bits[i]!
    out[i] = (one & 0x7fffffff) > 0x7f800000 ? (one >>> 16) | 0x40 : (one + 0x7fff + ((one >>> 16) & 1)) >>> 16
  }
  return out
}
