// Reads and writes safetensors: an 8-byte header length, a JSON header, then the tensors' bytes. Several files read as one.
import type { WeightFile } from '../../src/protocol/policy.ts'
import { fromBrains, fromHalves, toBrains, toHalves } from './half.ts'
import { headerLength, parseHeader, PREFIX, WIDTHS, type Dtype, type Entry } from './safetensorsHeader.ts'
import { checkIndex, refuseMissingParts } from './safetensorsIndex.ts'

export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** row-major float32 values */
  readonly data: Float32Array
}

/** An opened file that lies in memory whole; tensors are decoded one at a time. */
export interface Safetensors {
  readonly names: readonly string[]
  has(name: string): boolean
  shape(name: string): readonly number[]
  /** Decodes F32, F16 or BF16 to float32. Throws by name for a tensor that is missing. */
  read(name: string): Float32Array<ArrayBuffer>
}

/** A model's weights, in one file or several. Nothing but headers is in memory: every read takes its piece from the disk, and keeps nothing. */
export interface Weights {
  /** of all files; in one file in the header's order */
  readonly names: readonly string[]
  /** bytes of all tensors */
  readonly size: number
  has(name: string): boolean
  shape(name: string): readonly number[]
  /** how its bytes lie in the file */
  dtype(name: string): Dtype
  /** bytes of the tensor as they lie in the file */
  sizeOf(name: string): number
  /** Elements [from, to) in row-major order as float32; without bounds the whole tensor. */
  read(name: string, from?: number, to?: number): Promise<Float32Array<ArrayBuffer>>
  /** Bytes [from, to) of the tensor as they lie in the file (little-endian F32, F16 or BF16); without bounds all of them. */
  bytes(name: string, from?: number, to?: number): Promise<ArrayBuffer>
}

/** Opens a file in memory. Throws, with the file's name, when the header or an extent is not what its bytes can hold. */
export function openSafetensors(bytes: ArrayBuffer, file: string): Safetensors {
  const length = headerLength(bytes, bytes.byteLength, file)
  const entries = parseHeader(bytes.slice(PREFIX, PREFIX + length), bytes.byteLength, file)
  const entry = (name: string): Entry => {
    const found = entries.get(name)
    if (found === undefined) throw new Error(`${file}: tensor ${name} is missing`)
    return found
  }
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    shape: (name) => entry(name).shape,
    read: (name) => {
      const { dtype, from, to } = entry(name)
      return decode(bytes.slice(from, to), dtype)
    },
  }
}

interface Placed extends Entry {
  readonly file: WeightFile
}

/**
 * Opens model.safetensors, or the shards of a model in any order, reading only their headers. `index`: model.safetensors.index.json.
 * Rejects with the file, both values and the remedy when a header is damaged, a tensor stands in two files, or index and files disagree.
 */
export async function openWeights(files: readonly WeightFile[], index?: ArrayBuffer): Promise<Weights> {
  if (files.length === 0) throw new Error('model.safetensors is missing; give the whole model folder')
  refuseMissingParts(files.map(({ name }) => name))
  const placed = new Map<string, Placed>()
  for (const file of files) {
    for (const [name, entry] of await headerOf(file)) {
      const other = placed.get(name)?.file.name
      if (other !== undefined) throw new Error(`tensor ${name} stands in ${other} and in ${file.name}; keep the files of one checkpoint only`)
      placed.set(name, { ...entry, file })
    }
  }
  const size = [...placed.values()].reduce((sum, { from, to }) => sum + to - from, 0)
  if (index !== undefined) checkIndex(new TextDecoder().decode(index), files.map(({ name }) => name), new Map([...placed].map(([name, { file }]) => [name, file.name])), size)
  const whole = files.length === 1 ? files[0]!.name : 'the model\'s safetensors files'
  const entry = (name: string): Placed => {
    const found = placed.get(name)
    if (found === undefined) throw new Error(`${whole}: tensor ${name} is missing`)
    return found
  }
  const bytes = async (name: string, begin = 0, end?: number): Promise<ArrayBuffer> => {
    const { file, from, to } = entry(name)
    const until = end ?? to - from
    if (!(begin >= 0 && begin <= until && until <= to - from)) {
      throw new Error(`${file.name}: tensor ${name} has ${to - from} bytes, so [${begin}, ${until}) cannot be read of it`)
    }
    return piece(file, from + begin, from + until)
  }
  return {
    names: [...placed.keys()],
    size,
    has: (name) => placed.has(name),
    shape: (name) => entry(name).shape,
    dtype: (name) => entry(name).dtype,
    sizeOf: (name) => entry(name).to - entry(name).from,
    bytes,
    read: async (name, from, to) => {
      const { dtype } = entry(name)
      const width = WIDTHS[dtype]
      return decode(await bytes(name, from === undefined ? undefined : from * width, to === undefined ? undefined : to * width), dtype)
    },
  }
}

/** Bytes [from, to) of a file, read from wherever it lies. */
async function piece({ name, bytes }: WeightFile, from: number, to: number): Promise<ArrayBuffer> {
  if (bytes instanceof ArrayBuffer) return bytes.slice(from, to)
  let read: ArrayBuffer
  try {
    read = await bytes.slice(from, to).arrayBuffer()
  } catch (error) {
    throw new Error(`${name}: bytes ${from} to ${to} could not be read (${error instanceof Error ? error.message : String(error)}); the file was changed or removed, give it again`, { cause: error })
  }
  if (read.byteLength !== to - from) throw new Error(`${name}: ${to - from} bytes were asked for at ${from}, but ${read.byteLength} came; the file was changed, give it again`)
  return read
}

async function headerOf(file: WeightFile): Promise<Map<string, Entry>> {
  const size = file.bytes instanceof Blob ? file.bytes.size : file.bytes.byteLength
  const length = headerLength(await piece(file, 0, Math.min(PREFIX, size)), size, file.name)
  return parseHeader(await piece(file, PREFIX, PREFIX + length), size, file.name)
}

/** The tensor's bytes, as they lie in a file, as float32. */
export function decode(bytes: ArrayBuffer, dtype: Dtype): Float32Array<ArrayBuffer> {
  if (dtype === 'F32') return new Float32Array(bytes)
  return dtype === 'BF16' ? fromBrains(new Uint16Array(bytes)) : fromHalves(new Uint16Array(bytes))
}

/** A tensor whose values are made when its turn comes, so that no two need be in memory at once. */
export interface LazyTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** how it is written; F32 when absent */
  readonly dtype?: Dtype
  /** row-major values */
  readonly data: Float32Array | (() => Float32Array | Promise<Float32Array>)
}

/** The tensor's bytes as they lie in a file. Throws where a value has no place in float16. */
export async function encode({ name, shape, dtype = 'F32', data }: LazyTensor): Promise<Uint8Array<ArrayBuffer>> {
  const values = typeof data === 'function' ? await data() : data
  const elements = elementsOf(shape)
  if (values.length !== elements) throw new Error(`tensor ${name} of shape [${shape.join(', ')}] needs ${elements} values, but has ${values.length}`)
  if (dtype === 'BF16') return new Uint8Array(toBrains(values).buffer)
  if (dtype === 'F32') return new Uint8Array(new Float32Array(values).buffer)
  const halves = toHalves(values)
  const at = halves.findIndex((half, i) => (half & 0x7fff) === 0x7c00 && Number.isFinite(values[i]))
  if (at >= 0) throw new Error(`tensor ${name}: value ${values[at]} is beyond float16's 65504; write it as BF16 or F32`)
  return new Uint8Array(halves.buffer)
}

const elementsOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1)

/** The file's first bytes: those of the tensors follow in the order given. */
export function safetensorsHead(tensors: readonly Pick<LazyTensor, 'name' | 'shape' | 'dtype'>[]): Uint8Array<ArrayBuffer> {
  // without a prototype, any name is a name
  const header = Object.create(null) as Record<string, unknown>
  header['__metadata__'] = { format: 'pt' }
  let offset = 0
  for (const { name, shape, dtype = 'F32' } of tensors) {
    if (Object.hasOwn(header, name)) throw new Error(`safetensors: tensor ${name} was given twice`)
    const end = offset + elementsOf(shape) * WIDTHS[dtype]
    header[name] = { dtype, shape, data_offsets: [offset, end] }
    offset = end
  }
  let text = JSON.stringify(header)
  text += ' '.repeat((8 - (text.length % 8)) % 8)
  const encoded = new TextEncoder().encode(text)
  if (encoded.length !== text.length) throw new Error('safetensors: tensor names must be ASCII')
  const bytes = new Uint8Array(PREFIX + encoded.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true)
  bytes.set(encoded, PREFIX)
  return bytes
}

/**
 * A file of any size, made tensor by tensor: each is encoded when its turn comes and handed to the browser, which keeps a large Blob on the disk.
 * Tensors of four bytes stand before those of two, so that all are aligned; otherwise in the order given. The same tensors give the same bytes.
 */
export async function safetensorsBlob(tensors: Iterable<LazyTensor> | AsyncIterable<LazyTensor>): Promise<Blob> {
  const written: { readonly tensor: Pick<LazyTensor, 'name' | 'shape' | 'dtype'>; readonly width: number; readonly part: Blob }[] = []
  for await (const tensor of tensors) {
    const { name, shape, dtype = 'F32' } = tensor
    written.push({ tensor: { name, shape, dtype }, width: WIDTHS[dtype], part: new Blob([await encode(tensor)]) })
  }
  written.sort((a, b) => b.width - a.width)
  return new Blob([safetensorsHead(written.map(({ tensor }) => tensor)), ...written.map(({ part }) => part)])
}

/** The file's bytes, tensors as F32 in the order given; the same tensors give the same bytes. */
export function writeSafetensors(tensors: readonly NamedTensor[]): ArrayBuffer {
  const head = safetensorsHead(tensors)
  const bytes = new ArrayBuffer(head.length + tensors.reduce((sum, { data }) => sum + data.length * 4, 0))
  new Uint8Array(bytes).set(head)
  let at = head.length
  for (const { data } of tensors) {
    new Float32Array(bytes, at, data.length).set(data)
    at += data.length * 4
  }
  return bytes
}
