// Lucene 8's BM25Similarity over one text of all searched fields, in its single precision, so that ties and order agree.
import type { LexicalSpec } from '../../src/domain/recommender.ts'
import { bagOf, type Spread, Spreads } from './bag.ts'
import { type CompiledIndex, FIELD_COUNT } from './compiled.ts'
import { type FieldShare, type Impacts, type Scoring, type Sums, type TermUse, weightsOf } from './scoring.ts'
import { countAt, MANY, MORE, type Segment } from './segment.ts'

const [K1, B] = [1.2, 0.75]
const { fround } = Math

/** Lengths below this have a byte of their own; above it three bits behind the leading one are kept. */
const EXACT = 24

/** A length as the byte that stands for it (rounded down). */
export function lengthByte(length: number): number {
  const rest = length - EXACT
  if (rest < 8) return length
  const shift = 28 - Math.clz32(rest)
  return EXACT + (((shift + 1) << 3) | ((rest >>> shift) & 7))
}

/** The length that a byte stands for. */
export function byteLength(byte: number): number {
  const rest = byte - EXACT
  if (rest < 8) return byte
  return EXACT + ((rest & 7) | 8) * 2 ** ((rest >> 3) - 1)
}

/**
 * S. Robertson et al., Okapi at TREC-3, 1994, as Lucene 8.7 computes it: count in the query × idf × tf / (tf + k1 (1 − b + b dl / avgdl)),
 * idf = ln(1 + (N − n + ½) / (n + ½)), no factor k1 + 1. dl comes from a byte, avgdl is exact; N and avgdl count products with any term.
 */
export class LuceneScoring implements Scoring {
  readonly multiplies = false
  readonly single = true
  private readonly searched: Uint8Array
  private readonly spreads: Spreads
  private readonly lengthBytes: Uint8Array
  private readonly products: number
  /** 1 + count / (k1 × norm) by count and length byte, counts below MANY */
  private readonly divisors = new Float32Array(MANY * 256)
  private readonly inverseNorms: Float32Array

  constructor(index: CompiledIndex, spec: LexicalSpec) {
    const k1 = fround(spec.k1 < 0 ? K1 : spec.k1)
    const b = fround(spec.b < 0 ? B : spec.b)
    this.searched = Uint8Array.from(weightsOf(spec), (weight) => (weight > 0 ? 1 : 0))
    this.spreads = new Spreads(index, this.searched)
    this.lengthBytes = new Uint8Array(index.products)
    let [products, terms] = [0, 0]
    for (let product = 0; product < index.products; product++) {
      let length = 0
      for (let field = 0; field < FIELD_COUNT; field++) length += this.searched[field]! * index.lengths[product * FIELD_COUNT + field]!
      this.lengthBytes[product] = lengthByte(length)
      terms += length
      if (length > 0) products++
    }
    this.products = products
    const mean = fround(terms / products)
    this.inverseNorms = Float32Array.from({ length: 256 }, (_, byte) =>
      fround(1 / fround(k1 * fround(fround(1 - b) + fround(fround(b * fround(byteLength(byte))) / mean)))))
    for (let count = 1; count < MANY; count++) {
      for (let byte = 0; byte < 256; byte++) this.divisors[(count << 8) | byte] = this.divisor(count, byte)
    }
  }

  private divisor(count: number, byte: number): number {
    return fround(1 + fround(fround(count) * this.inverseNorms[byte]!))
  }

  plan(terms: readonly number[]): TermUse[] {
    return [...bagOf(terms)].map(([term, count]) => ({ term, count, first: 1, spread: this.spreads.of(term) }))
  }

  private weightOf({ count, spread: { products } }: TermUse): number {
    return fround(fround(count) * fround(Math.log(1 + (this.products - products + 0.5) / (products + 0.5))))
  }

  /** Values are the divisors, single precision: the query's count is part of what they divide. */
  expand(_spread: Spread, segment: Segment, from: number, to: number, products: Uint16Array, values: Float64Array): number {
    const { searched, divisors, lengthBytes } = this
    let length = 0
    for (let at = from; at < to; at++) {
      const product = segment.products[at]!
      let count = 0
      for (;; at++) {
        const code = segment.codes[at]!
        const here = code & MANY
        count += searched[code >> 5]! * (here < MANY ? here : countAt(segment, at))
        if ((code & MORE) === 0) break
      }
      if (count === 0) continue
      const byte = lengthBytes[segment.first + product]!
      products[length] = product
      values[length++] = count < MANY ? divisors[(count << 8) | byte]! : this.divisor(count, byte)
    }
    return length
  }

  add(use: TermUse, { products, values, length }: Impacts, { scores }: Sums): void {
    const weight = this.weightOf(use)
    for (let at = 0; at < length; at++) scores[products[at]!]! += fround(weight - fround(weight / values[at]!))
  }

  shares(use: TermUse, segment: Segment, from: number, to: number): FieldShare[] {
    let count = 0
    for (let at = from; at < to; at++) count += this.searched[segment.codes[at]! >> 5]! * countAt(segment, at)
    if (count === 0) return []
    const weight = this.weightOf(use)
    const share = fround(weight - fround(weight / this.divisor(count, this.lengthBytes[segment.first + segment.products[from]!]!)))
    return [{ field: 'text', count, products: use.spread.products, share }]
  }
}
