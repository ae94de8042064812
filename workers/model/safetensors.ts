// Reads and writes safetensors: an 8-byte header length, a JSON header, then the tensors' bytes.

export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** row-major float32 values */
  readonly data: Float32Array
}

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

const WIDTHS: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2 }

/** An opened file: tensors are decoded one at a time, so that a large file is never held twice. */
export interface Safetensors {
  readonly names: readonly string[]
  has(name: string): boolean
  shape(name: string): readonly number[]
  /** Decodes F32, F16 or BF16 to float32. Throws by name for anything else. */
  read(name: string): Float32Array
}

/** Opens a file. Throws, with the file's name, when the header or an extent is not what its bytes can hold. */
export function openSafetensors(bytes: ArrayBuffer, file: string): Safetensors {
  if (bytes.byteLength < 8) throw new Error(`${file}: ${bytes.byteLength} bytes are too few for a safetensors header of 8; the file is truncated`)
  const headerLength = Number(new DataView(bytes).getBigUint64(0, true))
  if (headerLength > bytes.byteLength - 8) throw new Error(`${file}: the header claims ${headerLength} bytes, but only ${bytes.byteLength - 8} follow; the file is truncated or no safetensors file`)
  const entries = parseHeader(new TextDecoder().decode(new Uint8Array(bytes, 8, headerLength)), file)
  const start = 8 + headerLength
  const entry = (name: string): Entry => {
    const found = entries.get(name)
    if (found === undefined) throw new Error(`${file}: tensor ${name} is missing`)
    return found
  }
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of entries) {
    const width = WIDTHS[dtype]
    if (width === undefined) throw new Error(`${file}: tensor ${name} has type ${dtype}; F32, F16 and BF16 can be read`)
    const size = shape.reduce((product, side) => product * side, 1) * width
    if (to - from !== size) throw new Error(`${file}: tensor ${name} of shape [${shape.join(', ')}] needs ${size} bytes of ${dtype}, but has ${to - from}`)
    if (start + to > bytes.byteLength) throw new Error(`${file}: tensor ${name} ends at byte ${start + to}, but the file has ${bytes.byteLength}; the file is truncated`)
  }
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    shape: (name) => entry(name).shape,
    read: (name) => {
      const { dtype, data_offsets: [from, to] } = entry(name)
      return decode(bytes.slice(start + from, start + to), dtype)
    },
  }
}

function parseHeader(text: string, file: string): Map<string, Entry> {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch {
    throw new Error(`${file}: the safetensors header is no JSON; the file is damaged or of another kind`)
  }
  if (typeof header !== 'object' || header === null) throw new Error(`${file}: the safetensors header is no JSON object`)
  const entries = new Map<string, Entry>()
  for (const [name, value] of Object.entries(header)) if (name !== '__metadata__') entries.set(name, value as Entry)
  return entries
}

function decode(bytes: ArrayBuffer, dtype: string): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes)
  const halves = new Uint16Array(bytes)
  const out = new Float32Array(halves.length)
  if (dtype === 'BF16') {
    const words = new Uint32Array(out.buffer)
    halves.forEach((half, i) => (words[i] = half << 16))
  } else halves.forEach((half, i) => (out[i] = fromHalf(half)))
  return out
}

/** IEEE binary16 to number. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The file's bytes, tensors as F32 in the order given; the same tensors give the same bytes. */
export function writeSafetensors(tensors: readonly NamedTensor[]): ArrayBuffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  let offset = 0
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.length * 4] }
    offset += data.length * 4
  }
  let text = JSON.stringify(header)
  text += ' '.repeat((8 - (text.length % 8)) % 8)
  const encoded = new TextEncoder().encode(text)
  if (encoded.length % 8 !== 0) throw new Error('safetensors: tensor names must be ASCII')
  const bytes = new ArrayBuffer(8 + encoded.length + offset)
  new DataView(bytes).setBigUint64(0, BigInt(encoded.length), true)
  new Uint8Array(bytes, 8).set(encoded)
  let at = 8 + encoded.length
  for (const { data } of tensors) {
    new Float32Array(bytes, at, data.length).set(data)
    at += data.length * 4
  }
  return bytes
}
