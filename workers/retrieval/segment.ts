// Postings of up to 65,536 consecutive products, in three bytes each: a product within the segment, its field and how often the term stands there.
import { settled, withRoom } from './memory.ts'
import { type Positions, PositionsBuilder } from './positions.ts'

export const SEGMENT_PRODUCTS = 65_536

/**
 * Postings lie by term, in a term by product, in a product by field. Posting i says: product `first` + products[i], and in codes[i]
 * field × 32 + 16 where the same product has another field with the term + how often, where 15 and more stand in `counts`.
 */
export interface Segment {
  readonly first: number
  readonly size: number
  /** numbers of the terms that occur here, rising; postings of terms[t] are starts[t] to starts[t + 1] */
  readonly terms: Uint32Array
  readonly starts: Uint32Array
  readonly products: Uint16Array
  readonly codes: Uint8Array
  /** postings with 15 and more, rising, and their counts */
  readonly manyAt: Uint32Array
  readonly counts: Uint32Array
  /** where each posting's words stand in their field, for phrases; absent where none were asked for */
  readonly positions?: Positions
}

export const MORE = 16
export const MANY = 15

/** The place of `value` in rising `values`, or -1. */
export function placeOf(values: Uint32Array, value: number): number {
  let low = 0
  let high = values.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = values[middle]!
    if (found === value) return middle
    if (found < value) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** How often the term of posting `at` stands in its field. */
export function countAt(segment: Segment, at: number): number {
  const count = segment.codes[at]! & MANY
  return count < MANY ? count : segment.counts[placeOf(segment.manyAt, at)]!
}

/** The first posting from `from` to `to` whose product within the segment is at least `product`. */
export function lowerBound(products: Uint16Array, from: number, to: number, product: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (products[middle]! < product) low = middle + 1
    else high = middle
  }
  return low
}

/** Collects the terms of a segment's products as they come, then sorts them by term. */
export class SegmentBuilder {
  /** products begun */
  size = 0
  private postings = 0
  private terms = new Uint32Array(1 << 10)
  private products = new Uint16Array(1 << 10)
  private fields = new Uint8Array(1 << 10)
  private counts = new Uint32Array(1 << 10)
  /** by term: 1 + the field (numbered through the build) where it was last seen, and its posting there */
  private seenIn = new Uint32Array(1 << 10)
  private posting = new Uint32Array(1 << 10)
  private now = 0
  private field = 0
  private fieldStart = 0
  private positions: PositionsBuilder | undefined

  constructor(private readonly first: number, withPositions: boolean) {
    if (withPositions) this.positions = new PositionsBuilder()
  }

  beginProduct(): void {
    this.size++
  }

  beginField(field: number): void {
    this.now++
    this.field = field
    this.fieldStart = this.postings
  }

  /** Notes one more occurrence of `term` in the field begun last. */
  add(term: number): void {
    if (term >= this.seenIn.length) {
      this.seenIn = withRoom(this.seenIn, term + 1)
      this.posting = withRoom(this.posting, term + 1)
    }
    if (this.seenIn[term] !== this.now) {
      if (this.postings === this.terms.length) this.grow()
      this.seenIn[term] = this.now
      this.posting[term] = this.postings
      this.terms[this.postings] = term
      this.products[this.postings] = this.size - 1
      this.fields[this.postings] = this.field
      this.counts[this.postings++] = 0
    }
    const posting = this.posting[term]!
    this.counts[posting]!++
    this.positions?.add(posting)
  }

  /** Ends the field; returns how many distinct terms it has. */
  endField(): number {
    this.positions?.endField(this.fieldStart, this.postings, this.counts)
    return this.postings - this.fieldStart
  }

  private grow(): void {
    const room = 2 * this.terms.length
    this.terms = withRoom(this.terms, room)
    this.products = withRoom(this.products, room)
    this.fields = withRoom(this.fields, room)
    this.counts = withRoom(this.counts, room)
  }

  /** A counting sort by term, which keeps products and fields in order. */
  finish(): Segment {
    const { postings, terms } = this
    const starts = new Uint32Array(this.seenIn.length + 1)
    for (let at = 0; at < postings; at++) starts[terms[at]! + 1]!++
    let occurring = 0
    for (let term = 0; term < this.seenIn.length; term++) if (starts[term + 1]! > 0) occurring++
    const own = settled(new Uint32Array(occurring), occurring)
    const ownStarts = settled(new Uint32Array(occurring + 1), occurring + 1)
    let place = 0
    let end = 0
    for (let term = 0; term < this.seenIn.length; term++) {
      const count = starts[term + 1]!
      if (count > 0) {
        own[place] = term
        ownStarts[place++] = end
      }
      starts[term] = end
      end += count
    }
    ownStarts[occurring] = end
    const order = new Uint32Array(postings)
    for (let at = 0; at < postings; at++) order[starts[terms[at]!]!++] = at
    return { first: this.first, size: this.size, terms: own, starts: ownStarts, ...this.encode(order), ...(this.positions === undefined ? {} : { positions: this.positions.finish(order) }) }
  }

  private encode(order: Uint32Array): Pick<Segment, 'products' | 'codes' | 'manyAt' | 'counts'> {
    const products = settled(new Uint16Array(order.length), order.length)
    const codes = settled(new Uint8Array(order.length), order.length)
    const manyAt: number[] = []
    for (let at = 0; at < order.length; at++) {
      const from = order[at]!
      const product = this.products[from]!
      const count = this.counts[from]!
      products[at] = product
      const next = order[at + 1]
      const more = next !== undefined && this.terms[next] === this.terms[from] && this.products[next] === product
      codes[at] = (this.fields[from]! << 5) | (more ? MORE : 0) | Math.min(count, MANY)
      if (count >= MANY) manyAt.push(at)
    }
    const many = Uint32Array.from(manyAt)
    return { products, codes, manyAt: settled(many, many.length), counts: settled(many.map((at) => this.counts[order[at]!]!), many.length) }
  }
}
