// The header of a safetensors file: which tensors lie where, held against the file's size before anything is believed.

/** Types that are read, with their widths in bytes. */
export const WIDTHS = { F32: 4, F16: 2, BF16: 2 } as const
export type Dtype = keyof typeof WIDTHS

export interface Entry {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** first byte and the byte after the last, from the beginning of the file */
  readonly from: number
  readonly to: number
}

/** The reference implementation's limit, in bytes: a longer header is no header. */
const MAX_HEADER = 100_000_000

/** Bytes before the header: its length, 64 bits, little-endian. */
export const PREFIX = 8

/** How many bytes of header follow the first eight. `size`: bytes of the whole file. */
export function headerLength(prefix: ArrayBuffer, size: number, file: string): number {
  if (size < PREFIX) throw new Error(`${file}: ${size} bytes are too few for a safetensors header of ${PREFIX}; the file is truncated, get it again`)
  const length = new DataView(prefix).getBigUint64(0, true)
  if (length > size - PREFIX) throw new Error(`${file}: the header claims ${length} bytes, but only ${size - PREFIX} follow; the file is truncated or no safetensors file`)
  if (length > MAX_HEADER) throw new Error(`${file}: the header claims ${length} bytes, but ${MAX_HEADER} are the most that a safetensors file may have; the file is damaged or of another kind`)
  return Number(length)
}

/** Every tensor by name, in the header's order. Throws, naming the file and the tensor, unless the tensors cover the rest of the file without gaps or overlaps. */
export function parseHeader(bytes: ArrayBuffer, size: number, file: string): Map<string, Entry> {
  const start = PREFIX + bytes.byteLength
  const entries = new Map<string, Entry>()
  for (const [name, value] of Object.entries(objectOf(bytes, file))) if (name !== '__metadata__') entries.set(name, entryOf(name, value, start, file))
  let end = start
  let last = 'the header'
  for (const [name, { from, to }] of [...entries].sort(([, a], [, b]) => a.from - b.from || a.to - b.to)) {
    if (to > size) throw new Error(`${file}: tensor ${name} ends at byte ${to}, but the file has ${size}; the file is truncated, get it again`)
    if (from < end) throw new Error(`${file}: tensor ${name} begins at byte ${from}, inside ${last}, which ends at ${end}; the file is damaged, get it again`)
    if (from > end) throw new Error(`${file}: tensor ${name} begins at byte ${from}, but ${last} ends at ${end}; bytes between them belong to no tensor, so the file is damaged`)
    end = to
    last = `tensor ${name}`
  }
  if (end !== size) throw new Error(`${file}: ${last} ends at byte ${end}, but the file has ${size}; the rest belongs to no tensor, so the file is damaged`)
  return entries
}

function objectOf(bytes: ArrayBuffer, file: string): object {
  const text = new TextDecoder().decode(bytes)
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (error) {
    throw new Error(`${file}: the safetensors header is no JSON; the file is damaged or of another kind`, { cause: error })
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new Error(`${file}: the safetensors header is no JSON object; the file is damaged or of another kind`)
  const twice = repeatedKey(text)
  if (twice !== undefined) throw new Error(`${file}: the safetensors header names ${twice} twice; the file is damaged or made to deceive`)
  return header
}

/** A key that an object of this JSON has twice, of which JSON.parse silently keeps the last. `text` is valid JSON, of any length. */
function repeatedKey(text: string): string | undefined {
  const objects: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '{') objects.push(new Set())
    else if (sign === '[') objects.push(undefined)
    else if (sign === '}' || sign === ']') objects.pop()
    else if (sign === '"') {
      const from = at++
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
      let next = at + 1
      while (/\s/.test(text[next] ?? '')) next++
      if (text[next] !== ':') continue
      const name = JSON.parse(text.slice(from, at + 1)) as string
      const seen = objects.at(-1)!
      if (seen.has(name)) return name
      seen.add(name)
    }
  }
  return undefined
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function entryOf(name: string, value: unknown, start: number, file: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Readonly<Record<string, unknown>>
  const width = typeof dtype === 'string' && Object.hasOwn(WIDTHS, dtype) ? WIDTHS[dtype as Dtype] : undefined
  if (width === undefined) throw new Error(`${file}: tensor ${name} has type ${String(dtype)}; F32, F16 and BF16 can be read`)
  if (!Array.isArray(shape) || !shape.every(isCount)) throw new Error(`${file}: tensor ${name} has shape ${JSON.stringify(shape)}; sides must be whole numbers from 0 on`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw new Error(`${file}: tensor ${name} has data_offsets ${JSON.stringify(offsets)}; they must be two whole numbers from 0 on`)
  }
  const [from, to] = offsets as [number, number]
  if (from > to) throw new Error(`${file}: tensor ${name} ends at byte ${to} of the data, before it begins at ${from}; the file is damaged, get it again`)
  const size = (shape as number[]).reduce((product, side) => product * side, 1) * width
  if (to - from !== size) throw new Error(`${file}: tensor ${name} of shape [${shape.join(', ')}] needs ${size} bytes of ${dtype as Dtype}, but has ${to - from}`)
  return { dtype: dtype as Dtype, shape: shape as number[], from: start + from, to: start + to }
}
