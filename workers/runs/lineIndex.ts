// Where each line of events.jsonl ends and what it holds: 16 bytes a line, so that plain lines are read without touching rollouts.
import { lineKind, type LineKind } from '../../src/protocol/runs.ts'

/** A line: two words (its kind, its step), then the byte where it ends, its line feed included, as a float64. */
export const ENTRY_BYTES = 16
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

export class LineIndex {
  #memory = new ArrayBuffer(64 * ENTRY_BYTES)
  #words = new Uint32Array(this.#memory)
  #ends = new Float64Array(this.#memory)
  #count = 0

  /** The index whose bytes these are; undefined where they cannot be one. */
  static from(bytes: ArrayBuffer): LineIndex | undefined {
    const index = new LineIndex()
    // the last entry may be half written
    const count = Math.floor(bytes.byteLength / ENTRY_BYTES)
    index.#take(bytes.slice(0, count * ENTRY_BYTES))
    index.#count = count
    for (let at = 0, before = 0; at < count; at++) {
      const end = index.#ends[2 * at + 1]!
      // the shortest line is {} and its line feed
      if (!Number.isSafeInteger(end) || end < before + 3 || KINDS[index.#words[4 * at]!] === undefined) return undefined
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

  push(kind: LineKind, step: number, end: number): void {
    if ((this.#count + 1) * ENTRY_BYTES > this.#memory.byteLength) {
      const larger = new Uint8Array(this.#memory.byteLength * 2)
      larger.set(new Uint8Array(this.#memory))
      this.#take(larger.buffer)
    }
    this.#words[4 * this.#count] = KINDS.indexOf(kind)
    this.#words[4 * this.#count + 1] = step
    this.#ends[2 * this.#count + 1] = end
    this.#count++
  }

  span(at: number): Span {
    return { kind: KINDS[this.#words[4 * at]!]!, step: this.#words[4 * at + 1]!, from: this.#endOf(at), to: this.#endOf(at + 1) }
  }

  /** Lines of one kind that end by byte `before`, in order. */
  * of(kind: LineKind, before = Infinity): Generator<Span> {
    const wanted = KINDS.indexOf(kind)
    for (let at = 0; at < this.#count && this.#endOf(at + 1) <= before; at++) if (this.#words[4 * at] === wanted) yield this.span(at)
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
    this.#count = Math.min(this.#count, count)
  }

  /** The entries from line `from` on, valid until the index changes. */
  bytes(from = 0): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory, from * ENTRY_BYTES, (this.#count - from) * ENTRY_BYTES)
  }

  #endOf(count: number): number {
    return count === 0 ? 0 : this.#ends[2 * count - 1]!
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
      const { kind, step } = describeLine(text)
      this.index.push(kind, step, this.#at)
    } catch (error) {
      this.#bad = { line: this.index.count + 1, reason: error instanceof TypeError ? 'is not UTF-8' : (error as Error).message }
    }
  }
}

/** What a line holds. Throws the reason, to follow the line's name, when it is not an event. */
export function describeLine(text: string): { readonly kind: LineKind; readonly step: number } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error(`is not JSON (${JSON.stringify(text.slice(0, 40))})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`is not a JSON object (${text.slice(0, 40)})`)
  const { type, step = 0 } = value as { readonly type?: unknown; readonly step?: unknown }
  if (typeof type !== 'string') throw new Error(`has no type (${text.slice(0, 40)})`)
  const kind = lineKind(type)
  if (kind === 'plain') return { kind, step: 0 }
  if (!isStep(step)) throw new Error(`is of ${kind} whose step is ${JSON.stringify(step)}, not a whole number`)
  return { kind, step }
}

/** A step that the index can hold. */
export function isStep(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32
}
