// Where words stand within their fields, so that phrases can be told from words: kept only where Boolean queries are asked.
import { settled, withRoom } from './memory.ts'

/** Posting i's places in its field, rising from 0, as gaps of seven bits a byte (the highest bit: more follows): `bytes` from starts[i] to starts[i + 1]. */
export interface Positions {
  readonly starts: Uint32Array
  readonly bytes: Uint8Array
}

/** The places of posting `at`, rising. */
export function positionsOf({ starts, bytes }: Positions, at: number): number[] {
  const found: number[] = []
  let place = -1
  for (let byte = starts[at]!; byte < starts[at + 1]!;) {
    let gap = 0
    let shift = 0
    let part: number
    do {
      part = bytes[byte++]!
      gap |= (part & 0x7f) << shift
      shift += 7
    } while (part >= 0x80)
    found.push((place += gap + 1))
  }
  return found
}

export class PositionsBuilder {
  /** posting of every word of the field begun last, in order */
  private field: number[] = []
  private starts = new Uint32Array(1 << 10)
  private bytes = new Uint8Array(1 << 10)
  private used = 0

  add(posting: number): void {
    this.field.push(posting)
  }

  /** Writes down the places of postings `from` to `to`, those of the field that ends. */
  endField(from: number, to: number, counts: Uint32Array): void {
    const next = new Uint32Array(to - from + 1)
    for (let at = from; at < to; at++) next[at - from + 1] = next[at - from]! + counts[at]!
    const places = new Uint32Array(this.field.length)
    for (const [place, posting] of this.field.entries()) places[next[posting - from]!++] = place
    this.starts = withRoom(this.starts, to + 1)
    let read = 0
    for (let at = from; at < to; at++) {
      let before = -1
      for (const end = next[at - from]!; read < end; read++) {
        this.write(places[read]! - before - 1)
        before = places[read]!
      }
      this.starts[at + 1] = this.used
    }
    this.field = []
  }

  private write(value: number): void {
    this.bytes = withRoom(this.bytes, this.used + 5)
    let rest = value
    for (; rest >= 0x80; rest >>>= 7) this.bytes[this.used++] = (rest & 0x7f) | 0x80
    this.bytes[this.used++] = rest
  }

  /** The same in another order of postings: number i is what was order[i]. */
  finish(order: Uint32Array): Positions {
    const starts = settled(new Uint32Array(order.length + 1), order.length + 1)
    const bytes = settled(new Uint8Array(this.used), this.used)
    let end = 0
    for (const [at, from] of order.entries()) {
      const part = this.bytes.subarray(this.starts[from], this.starts[from + 1])
      bytes.set(part, end)
      starts[at + 1] = end += part.length
    }
    return { starts, bytes }
  }
}
