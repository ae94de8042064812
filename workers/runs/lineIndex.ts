// Where each line of events.jsonl ends and what it holds, 48 bytes a line: which are plain, of which step rollouts are, and which queries they may be of.
import { lineKind, type LineKind } from '../../src/protocol/runs.ts'

/** A line: two words (its kind, its step), the byte where it ends, its line feed included, as a float64, then a Bloom filter of its queries' ids. */
export const ENTRY_BYTES = 48
const WORDS = ENTRY_BYTES / 4
const DOUBLES = ENTRY_BYTES / 8
const FILTER_AT = 4
const FILTER_BITS = 256
const KINDS: readonly LineKind[] = ['plain', 'rollouts', 'answers']
const LINE_FEED = 10

export interface Span {
  readonly kind: LineKind
  readonly step: number
  /** first byte */
  readonly from: number
  /** the byte after its line feed */
  readonly to: number
}

/** The two bits of a query's id in a line's filter: FNV-1a over its UTF-16 units, low and high byte. */
function bitsOf(queryId: string): readonly [number, number] {
  let hash = 0x811c9dc5
  for (let at = 0; at < queryId.length; at++) hash = Math.imul(hash ^ queryId.charCodeAt(at), 0x01000193)
  // the low bits of close ids are close: the high ones are mixed in
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
  return [hash % FILTER_BITS, (hash >>> 16) % FILTER_BITS]
}

export class LineIndex {
  #memory = new ArrayBuffer(64 * ENTRY_BYTES)
  #words = new Uint32Array(this.#memory)
  #ends = new Float64Array(this.#memory)
  #count = 0
  #plainBytes = 0

  /** The index whose bytes these are; undefined where they cannot be one. */
  static from(bytes: ArrayBuffer): LineIndex | undefined {
    const index = new LineIndex()
    // the last entry may be half written
    const count = Math.floor(bytes.byteLength / ENTRY_BYTES)
    index.#take(bytes.slice(0, count * ENTRY_BYTES))
    index.#count = count
    for (let at = 0, before = 0; at < count; at++) {
      const end = index.#endOf(at + 1)
      const kind = KINDS[index.#words[WORDS * at]!]
      // the shortest line is {} and its line feed
      if (!Number.isSafeInteger(end) || end < before + 3 || kind === undefined) return undefined
      if (kind === 'plain') index.#plainBytes += end - before
      before = end
    }
    return index
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of all lines. */
  get end(): number {
    return this.#endOf(this.#count)
  }

  /** Bytes of the plain lines. */
  get plainBytes(): number {
    return this.#plainBytes
  }

  push({ kind, step, queries }: Described, end: number): void {
    if ((this.#count + 1) * ENTRY_BYTES > this.#memory.byteLength) {
      const larger = new Uint8Array(this.#memory.byteLength * 2)
      larger.set(new Uint8Array(this.#memory))
      this.#take(larger.buffer)
    }
    if (kind === 'plain') this.#plainBytes += end - this.end
    const at = WORDS * this.#count
    this.#words.fill(0, at, at + WORDS)
    this.#words[at] = KINDS.indexOf(kind)
    this.#words[at + 1] = step
    for (const queryId of queries) for (const bit of bitsOf(queryId)) this.#words[at + FILTER_AT + (bit >>> 5)]! |= 1 << (bit & 31)
    this.#ends[DOUBLES * this.#count + 1] = end
    this.#count++
  }

  span(at: number): Span {
    return { kind: KINDS[this.#words[WORDS * at]!]!, step: this.#words[WORDS * at + 1]!, from: this.#endOf(at), to: this.#endOf(at + 1) }
  }

  /** Lines of one kind that end by byte `before`, in order. */
  * of(kind: LineKind, before = Infinity): Generator<Span> {
    const wanted = KINDS.indexOf(kind)
    for (let at = 0; at < this.#count && this.#endOf(at + 1) <= before; at++) if (this.#words[WORDS * at] === wanted) yield this.span(at)
  }

  /** Lines of one kind that may hold something of the query: all that do, and few others. */
  * about(kind: LineKind, queryId: string): Generator<Span> {
    const wanted = KINDS.indexOf(kind)
    const bits = bitsOf(queryId)
    for (let at = 0; at < this.#count; at++) {
      const filter = WORDS * at + FILTER_AT
      if (this.#words[WORDS * at] === wanted && bits.every((bit) => (this.#words[filter + (bit >>> 5)]! >>> (bit & 31)) % 2 === 1)) yield this.span(at)
    }
  }

  /** How many lines end at byte `end`; undefined where none does. */
  countAt(end: number): number | undefined {
    let [least, most] = [0, this.#count]
    while (least < most) {
      const middle = Math.floor((least + most) / 2)
      if (this.#endOf(middle) < end) least = middle + 1
      else most = middle
    }
    return this.#endOf(least) === end ? least : undefined
  }

  /** Leaves the first `count` lines. */
  cut(count: number): void {
    for (; this.#count > count; this.#count--) {
      const { kind, from, to } = this.span(this.#count - 1)
      if (kind === 'plain') this.#plainBytes -= to - from
    }
  }

  /** The entries from line `from` on, valid until the index changes. */
  bytes(from = 0): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory, from * ENTRY_BYTES, (this.#count - from) * ENTRY_BYTES)
  }

  #endOf(count: number): number {
    return count === 0 ? 0 : this.#ends[DOUBLES * (count - 1) + 1]!
  }

  #take(memory: ArrayBuffer): void {
    this.#memory = memory.byteLength === 0 ? new ArrayBuffer(64 * ENTRY_BYTES) : memory
    this.#words = new Uint32Array(this.#memory)
    this.#ends = new Float64Array(this.#memory)
  }
}

/** What is wrong with a line in the middle of the events; a last line that is wrong was cut off, and is left out. */
export interface Scanned {
  /** bytes behind the last whole line */
  readonly torn: number
  readonly damage?: string
}

/** Reads lines as their bytes come and enters them in an index. */
export class LineScan {
  #rest: Uint8Array[] = []
  #at: number
  #bad: { readonly line: number; readonly reason: string } | undefined
  #damage: string | undefined

  /** Goes on behind the lines that the index has. */
  constructor(readonly index: LineIndex) {
    this.#at = index.end
  }

  /** `bytes` are kept until the line that they begin ends. */
  take(bytes: Uint8Array<ArrayBuffer>): void {
    let from = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      this.#rest.push(bytes.subarray(from, end))
      this.#line()
      from = end + 1
    }
    if (from < bytes.length) this.#rest.push(bytes.slice(from))
  }

  end(): Scanned {
    const torn = this.#at - this.index.end + this.#rest.reduce((sum, { length }) => sum + length, 0)
    return { torn, ...(this.#damage === undefined ? {} : { damage: this.#damage }) }
  }

  #line(): void {
    const parts = this.#rest
    this.#rest = []
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    for (const { length } of parts) this.#at += length
    this.#at++
    if (this.#damage !== undefined) return
    if (this.#bad !== undefined) {
      this.#damage = `line ${this.#bad.line} of events.jsonl ${this.#bad.reason}`
      return
    }
    try {
      const text = parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode()
      this.index.push(describeLine(text), this.#at)
    } catch (error) {
      this.#bad = { line: this.index.count + 1, reason: error instanceof TypeError ? 'is not UTF-8' : (error as Error).message }
    }
  }
}

export interface Described {
  readonly kind: LineKind
  readonly step: number
  readonly queries: ReadonlySet<string>
}

/** What a line holds. Throws the reason, to follow the line's name, when it is not an event. */
export function describeLine(text: string): Described {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error(`is not JSON (${JSON.stringify(text.slice(0, 40))})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`is not a JSON object (${text.slice(0, 40)})`)
  const { type, step = 0, ...rest } = value as { readonly type?: unknown; readonly step?: unknown; readonly [name: string]: unknown }
  if (typeof type !== 'string') throw new Error(`has no type (${text.slice(0, 40)})`)
  const kind = lineKind(type)
  if (kind === 'plain') return { kind, step: 0, queries: new Set() }
  if (!isStep(step)) throw new Error(`is of ${kind} whose step is ${JSON.stringify(step)}, not a whole number`)
  const entries: unknown = rest[kind]
  if (!Array.isArray(entries)) throw new Error(`is of ${kind} and has none`)
  const ids = entries.map((entry: unknown) => (typeof entry === 'object' && entry !== null && 'queryId' in entry ? entry.queryId : undefined))
  return { kind, step, queries: new Set(ids.filter((id) => typeof id === 'string')) }
}

/** A step that the index can hold. */
export function isStep(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32
}
