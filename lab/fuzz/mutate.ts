// Hostile files: seeded mutations of good ones. Each must end in a result or a sentence, and harm nothing.
import { Stream } from '../../src/domain/random.ts'
import { goodFiles, gzipped, joined, type GoodFile } from './files.ts'

export interface HostileFile {
  /** what was done to which file */
  readonly what: string
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

type Bytes = Uint8Array<ArrayBuffer>
type Mutation = (bytes: Bytes, chance: Stream, file: GoodFile) => Bytes | Promise<Bytes>

const encoder = new TextEncoder()
const repeat = (text: string, count: number): Bytes => encoder.encode(text.repeat(count))
const isParquet = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x41

/** Where a mutation strikes: in Parquet more often in the footer, in others anywhere. */
function place(bytes: Bytes, chance: Stream): number {
  if (bytes.length < 12 || !isParquet(bytes) || chance.integer(2) === 0) return chance.integer(Math.max(1, bytes.length))
  const footer = bytes.length - 8 - new DataView(bytes.buffer).getUint32(bytes.length - 8, true)
  return footer >= 0 ? footer + chance.integer(bytes.length - footer) : chance.integer(bytes.length)
}

function splice(bytes: Bytes, at: number, remove: number, insert: Uint8Array): Bytes {
  return joined([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])
}

function linesOf(bytes: Bytes): string[] {
  return new TextDecoder().decode(bytes).split('\n')
}

const ODD_VALUES = ['null', '[]', '{}', 'true', '1e999', '"x"', '-', '[[1]]', '""']
const DEEP = 100_000
const HUGE = 20 * 2 ** 20

/** By name, so that a case can be told and found again. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  cut: (bytes, chance) => bytes.slice(0, chance.integer(bytes.length)),
  'cut by little': (bytes, chance) => bytes.slice(0, bytes.length - 1 - chance.integer(Math.min(12, bytes.length - 1))),
  'flipped bits': (bytes, chance) => {
    const flipped = bytes.slice()
    for (let i = 1 + chance.integer(8); i > 0; i--) flipped[place(bytes, chance)]! ^= 1 << chance.integer(8)
    return flipped
  },
  'random bytes': (bytes, chance) => {
    const changed = bytes.slice()
    for (let i = 1 + chance.integer(30); i > 0; i--) changed[place(bytes, chance)] = chance.integer(256)
    return changed
  },
  'greatest numbers': (bytes, chance) => {
    return splice(
      bytes, place(bytes, chance), 1 + chance.integer(8),
      new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01].slice(chance.integer(9))),
    )
  },
  'a run of one byte': (bytes, chance) => splice(
    bytes, place(bytes, chance), chance.integer(40),
    new Uint8Array(1 + chance.integer(4000)).fill(chance.pick([0, 0xff, 0x80, 0x20, 0x22, 0x27, 0x5b])),
  ),
  'a piece left out': (bytes, chance) => splice(bytes, place(bytes, chance), 1 + chance.integer(200), new Uint8Array(0)),
  'a piece twice': (bytes, chance) => {
    const at = place(bytes, chance)
    return splice(bytes, at, 0, bytes.slice(at, at + 1 + chance.integer(300)))
  },
  'UTF-16': (bytes, chance) => {
    const text = chance.integer(2) === 0 ? `\ufeff${new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)}` : new TextDecoder().decode(bytes)
    const wide = new Uint8Array(text.length * 2)
    const view = new DataView(wide.buffer)
    const little = chance.integer(2) === 0
    for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), little)
    return wide
  },
  'latin-1': (bytes) => Uint8Array.from(new TextDecoder().decode(bytes), (char) => char.codePointAt(0)! & 255),
  'wrong types': (bytes, chance) => {
    const lines = linesOf(bytes)
    for (let i = 0; i < 5; i++) {
      const at = chance.integer(lines.length)
      lines[at] = lines[at]!.replaceAll(/"[^"]*"|\d+/g, (found) => (chance.integer(3) === 0 ? chance.pick(ODD_VALUES) : found))
    }
    return encoder.encode(lines.join('\n'))
  },
  'a huge line': (bytes, chance) => {
    const at = Math.max(0, bytes.indexOf(10, chance.integer(bytes.length)))
    return splice(bytes, at, 0, repeat(chance.pick(['x', '" ', '[1,', "'\\", ',', '{"a":']), Math.floor(HUGE / 4)))
  },
  'nested lists': (bytes, chance) => nested(bytes, chance, '[', ']'),
  'nested objects': (bytes, chance) => nested(bytes, chance, '{"a":', '}'),
  'nested tuples and dicts': (bytes, chance) => nested(bytes, chance, chance.pick(['(', "{'a': ", '[{1: (']), ''),
  'a gzip bomb': async (_, chance) => bomb(chance.pick(['\0', '\n', '{}\n', 'a,b\n', '[', 'x'])),
  'a bomb behind good lines': async (bytes, chance) => joined([await gzipped(bytes), await bomb(chance.pick(['\n', '{"asin":"B"}\n', ' ']))]),
  'gzip, damaged': async (bytes, chance) => {
    const packed = await gzipped(bytes)
    packed[chance.integer(packed.length)]! ^= 1 << chance.integer(8)
    return packed
  },
  'gzip, cut': async (bytes, chance) => {
    const packed = await gzipped(bytes)
    return packed.slice(0, chance.integer(packed.length))
  },
  'gzip of gzip': async (bytes) => gzipped(await gzipped(bytes)),
  empty: () => new Uint8Array(0),
  'one byte': (bytes, chance) => bytes.slice(0, 1 + chance.integer(2)),
  'wrong magic': (bytes, chance) => splice(
    bytes, 0, 4, encoder.encode(chance.pick(['PAR1', 'PARE', '\x1f\x8b\x08', 'PK\x03\x04', '{', '[', 'BZh9'])),
  ),
  'Parquet in name only': (bytes) => joined([encoder.encode('PAR1'), bytes, encoder.encode('PAR1')]),
  'a footer of any length': (bytes, chance) => {
    const changed = bytes.slice()
    if (bytes.length > 8) new DataView(changed.buffer).setUint32(
      bytes.length - 8, chance.pick([0, 1, 12, 2 ** 31, 2 ** 32 - 1, bytes.length, bytes.length - 12]), true,
    )
    return changed
  },
  noise: (_, chance) => Uint8Array.from({ length: 1 + chance.integer(4096) }, () => chance.integer(256)),
}

function nested(bytes: Bytes, chance: Stream, open: string, close: string): Bytes {
  const deep = repeat(open, DEEP)
  const whole = chance.integer(2) === 0 || close === '' ? deep : joined([deep, encoder.encode('1'), repeat(close, DEEP)])
  const feed = bytes.indexOf(10, chance.integer(bytes.length))
  return chance.integer(3) === 0 ? whole : splice(bytes, feed + 1, 0, joined([whole, encoder.encode('\n')]))
}

/** 256 MB of one text, packed. */
const bombs = new Map<string, Promise<Bytes>>()
function bomb(text: string): Promise<Bytes> {
  const known = bombs.get(text) ?? gzipped(repeat(text, Math.floor(2 ** 28 / text.length)))
  bombs.set(text, known)
  return known
}

/** The file numbered `index` of a seed: a good file, one mutation, sometimes a second. */
export async function hostileFile(seed: number, index: number): Promise<HostileFile> {
  const chance = new Stream(seed, 'fuzz', index)
  const files = await good(seed)
  const names = Object.keys(MUTATIONS)
  // every mutation in turn, the files by chance
  const file = chance.pick(files)
  const first = names[index % names.length]!
  let bytes = await MUTATIONS[first]!(file.bytes, chance, file)
  let what = `${file.name}: ${first}`
  if (chance.integer(4) === 0 && bytes.length > 0 && bytes.length < 2 ** 20) {
    const second = chance.pick(['cut', 'flipped bits', 'random bytes', 'greatest numbers', 'a piece left out', 'a run of one byte'])
    bytes = await MUTATIONS[second]!(bytes, chance, file)
    what += `, then ${second}`
  }
  return { what, name: `${index}-${file.name}`, bytes }
}

const made = new Map<number, Promise<GoodFile[]>>()
function good(seed: number): Promise<GoodFile[]> {
  const known = made.get(seed) ?? goodFiles(seed)
  made.set(seed, known)
  return known
}
