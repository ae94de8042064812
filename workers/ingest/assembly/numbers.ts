// Millions of judgements and events as numbers: typed columns that grow, and texts numbered in the order they are first met.

type Column = Int32Array | Uint8Array | Float64Array

/** A column that doubles when it is full; `view` is what was written. */
export class Growing<T extends Column> {
  length = 0
  private array: T

  constructor(private readonly make: (length: number) => T, capacity = 1024) {
    this.array = make(capacity)
  }

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = this.make(this.length * 2)
      larger.set(this.array)
      this.array = larger
    }
    this.array[this.length++] = value
  }

  get view(): T {
    return this.array.subarray(0, this.length) as T
  }
}

export const integers = (): Growing<Int32Array> => new Growing((length) => new Int32Array(length))
export const bytes = (): Growing<Uint8Array> => new Growing((length) => new Uint8Array(length))
export const reals = (): Growing<Float64Array> => new Growing((length) => new Float64Array(length))

/** Texts and their numbers, 0 upwards. */
export class Numbered {
  readonly texts: string[] = []
  private readonly numbers = new Map<string, number>()

  of(text: string): number {
    const known = this.numbers.get(text)
    if (known !== undefined) return known
    const kept = own(text)
    this.numbers.set(kept, this.texts.length)
    this.texts.push(kept)
    return this.texts.length - 1
  }

  /** Undefined for a text never met. */
  find(text: string): number | undefined {
    return this.numbers.get(text)
  }
}

/** From this length on an engine may keep a substring as a window on the text it was cut from. */
const WINDOW = 13

/** A copy that keeps no larger text alive: a shard's block of lines would else stay in memory with the last id cut from it. */
export function own(text: string): string {
  return text.length < WINDOW ? text : JSON.parse(JSON.stringify(text)) as string
}

/** Positions of `keys` (each 0 to `count` − 1) grouped by key, in their order within a group; group `k` is at `starts[k]` to `starts[k + 1]`. */
export function groupBy(keys: Int32Array, count: number): { starts: Int32Array; order: Int32Array } {
  const starts = new Int32Array(count + 1)
  for (const key of keys) starts[key + 1]!++
  for (let key = 0; key < count; key++) starts[key + 1]! += starts[key]!
  const next = starts.slice(0, count)
  const order = new Int32Array(keys.length)
  for (let i = 0; i < keys.length; i++) order[next[keys[i]!]!++] = i
  return { starts, order }
}
