// Strings by number in typed arrays: every term of a catalogue in a few bytes each, found by hash, readable by every worker.
import { spell } from '../../src/domain/analysis/terms.ts'
import { settled, withRoom } from './memory.ts'

/** Texts one after another: number n is `chars` from starts[n] to starts[n + 1]. */
export interface Texts {
  readonly chars: Uint16Array
  readonly starts: Uint32Array
}

/** Texts found by open addressing: a slot holds 1 + a number, or 0. The count of slots is a power of two, at least twice the texts. */
export interface Dictionary extends Texts {
  readonly slots: Uint32Array
}

/** FNV-1a over UTF-16 units, its high bits mixed into the low ones. */
function hashOf(chars: Uint16Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ chars[at]!, 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** The slot of `word`'s first `length` units: the one that holds it, or the free one where it belongs. */
function slotOf(chars: Uint16Array, starts: Uint32Array, slots: Uint32Array, word: Uint16Array, length: number): number {
  const mask = slots.length - 1
  for (let slot = hashOf(word, 0, length) & mask; ; slot = (slot + 1) & mask) {
    const number = slots[slot]! - 1
    if (number < 0) return slot
    const start = starts[number]!
    if (starts[number + 1]! - start !== length) continue
    let at = 0
    while (at < length && chars[start + at] === word[at]) at++
    if (at === length) return slot
  }
}

/** The number of a text, or -1 where it is unknown. */
export function find({ chars, starts, slots }: Dictionary, word: Uint16Array, length: number): number {
  return slots[slotOf(chars, starts, slots, word, length)]! - 1
}

export function textAt({ chars, starts }: Texts, number: number): string {
  const start = starts[number]!
  return spell(chars.subarray(start), starts[number + 1]! - start)
}

/** Numbers texts in the order in which they first come. */
export class DictionaryBuilder {
  count = 0
  private chars = new Uint16Array(1 << 12)
  private starts = new Uint32Array(1 << 10)
  private slots = new Uint32Array(1 << 11)

  /** The number of the text, a new one where it was not there. */
  intern(word: Uint16Array, length: number): number {
    const slot = slotOf(this.chars, this.starts, this.slots, word, length)
    const number = this.slots[slot]! - 1
    if (number >= 0) return number
    const start = this.starts[this.count]!
    this.chars = withRoom(this.chars, start + length)
    for (let at = 0; at < length; at++) this.chars[start + at] = word[at]!
    this.starts = withRoom(this.starts, this.count + 2)
    this.starts[this.count + 1] = start + length
    this.slots[slot] = ++this.count
    if (2 * this.count > this.slots.length) this.spread()
    return this.count - 1
  }

  private spread(): void {
    const { chars, starts, count } = this
    const slots = new Uint32Array(2 * this.slots.length)
    for (let number = 0; number < count; number++) {
      let slot = hashOf(chars, starts[number]!, starts[number + 1]!) & (slots.length - 1)
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = number + 1
    }
    this.slots = slots
  }

  finish(): Dictionary {
    return { chars: settled(this.chars, this.starts[this.count]!), starts: settled(this.starts, this.count + 1), slots: settled(this.slots, this.slots.length) }
  }
}

/** Collects texts that are only ever read by number. */
export class TextsBuilder {
  count = 0
  private chars = new Uint16Array(1 << 12)
  private starts = new Uint32Array(1 << 10)

  add(text: string): void {
    const start = this.starts[this.count]!
    this.chars = withRoom(this.chars, start + text.length)
    for (let at = 0; at < text.length; at++) this.chars[start + at] = text.charCodeAt(at)
    this.starts = withRoom(this.starts, ++this.count + 1)
    this.starts[this.count] = start + text.length
  }

  finish(): Texts {
    return { chars: settled(this.chars, this.starts[this.count]!), starts: settled(this.starts, this.count + 1) }
  }
}
