// From ids to places in a catalogue: a hash table over the stored ids' bytes, a dozen bytes per product and no strings.

const LINE_FEED = 10
const EMPTY = 0xFFFFFFFF

const encoder = new TextEncoder()

/** FNV-1a over `bytes[start, end)`, mixed so that its low bits are as good as its high ones. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811C9DC5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x2C1B3C6D) >>> 0
}

export class IdLookup {
  readonly #starts: Uint32Array
  readonly #slots: Uint32Array

  /** `bytes`: `count` ids in catalogue order, UTF-8, each ended by a line feed. Of two equal ids the first is found. */
  constructor(private readonly bytes: Uint8Array, count: number) {
    this.#starts = new Uint32Array(count + 1)
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)))
    this.#slots = new Uint32Array(size).fill(EMPTY)
    let start = 0
    for (let position = 0; position < count; position++) {
      const end = bytes.indexOf(LINE_FEED, start)
      this.#starts[position] = start
      const slot = this.#slotOf(bytes, start, end)
      if (this.#slots[slot] === EMPTY) this.#slots[slot] = position
      start = end + 1
      this.#starts[position + 1] = start
    }
  }

  /** The id's place in the catalogue; undefined where it has none. */
  find(id: string): number | undefined {
    const key = encoder.encode(id)
    const position = this.#slots[this.#slotOf(key, 0, key.length)]!
    return position === EMPTY ? undefined : position
  }

  /** The slot that holds the key `bytes[start, end)`, or the empty one where it belongs. */
  #slotOf(bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hashOf(bytes, start, end) & mask; ; slot = (slot + 1) & mask) {
      const position = this.#slots[slot]!
      if (position === EMPTY || this.#equals(position, bytes, start, end)) return slot
    }
  }

  #equals(position: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#starts[position]!
    if (this.#starts[position + 1]! - 1 - own !== end - start) return false
    for (let at = 0; at < end - start; at++) if (this.bytes[own + at] !== bytes[start + at]) return false
    return true
  }
}
