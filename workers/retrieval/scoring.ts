// What the three scorings share: a query becomes uses of terms, and each use adds to the sums of a segment's products.
import { FIELDS, type LexicalSpec } from '../../src/domain/recommender.ts'
import type { Spread } from './bag.ts'
import { FIELD_COUNT } from './compiled.ts'
import { countAt, MANY, type Segment } from './segment.ts'

/** One pass over a term's postings. */
export interface TermUse {
  readonly term: number
  /** how much of the query it stands for */
  readonly count: number
  /** 0 for `minisearch`'s repetitions of a term that was used before */
  readonly first: number
  readonly spread: Spread
}

/** Sums of a segment's products, and how many distinct terms match each; zero between rankings. */
export interface Sums {
  readonly scores: Float64Array
  readonly matched: Uint16Array
}

/** A term's postings in a segment, one entry for a product whatever its fields: all that a scoring can compute without the query. */
export interface Impacts {
  readonly products: Uint16Array
  readonly values: Float64Array
  readonly length: number
}

/** What one use gives a product: by field, or one share of `text` where the fields are one. */
export interface FieldShare {
  readonly field: string
  readonly count: number
  readonly products: number
  readonly share: number
}

export interface Scoring {
  /** whether the sum is multiplied by the number of distinct terms that match */
  readonly multiplies: boolean
  /** whether scores are single precision */
  readonly single: boolean
  /** The passes that score a query, in the order of their additions. */
  plan(terms: readonly number[]): TermUse[]
  /** Fills `products` and `values` from postings `from` to `to`, the whole of a term in this segment; returns how many products there are. */
  expand(spread: Spread, segment: Segment, from: number, to: number, products: Uint16Array, values: Float64Array): number
  /** Adds a use's shares. */
  add(use: TermUse, impacts: Impacts, sums: Sums): void
  /** A use's shares of the product with postings `from` to `to`: they add up to what `add` adds. */
  shares(use: TermUse, segment: Segment, from: number, to: number): FieldShare[]
}

/** Weights in the order of the fields. */
export function weightsOf({ weights }: LexicalSpec): Float64Array {
  return Float64Array.from(FIELDS, (field) => weights[field])
}

/** Longer fields are rare: they are worked out one by one. */
const TABLE_LENGTHS = 1024

/** A function of field, count and length, in a table where it is small: every score needs it once per posting. */
export class ImpactTable {
  /** by a posting's code: where its row of lengths begins in `table`, or -1 where there is none */
  private readonly rows = new Int32Array(256).fill(-1)
  private readonly table: Float64Array
  private readonly stride: number

  constructor(private readonly lengths: Uint16Array | Uint32Array, private readonly of: (field: number, count: number, length: number) => number) {
    let longest = 0
    for (let at = 0; at < lengths.length; at++) if (lengths[at]! > longest) longest = lengths[at]!
    const stride = this.stride = Math.min(TABLE_LENGTHS, longest + 1)
    this.table = new Float64Array(FIELD_COUNT * MANY * stride)
    for (let field = 0; field < FIELD_COUNT; field++) {
      for (let count = 1; count < MANY; count++) {
        const row = (field * MANY + count) * stride
        this.rows[(field << 5) | count] = row
        this.rows[(field << 5) | 16 | count] = row
        for (let length = 1; length < stride; length++) this.table[row + length] = of(field, count, length)
      }
    }
  }

  /** The impact of posting `at`. */
  at(segment: Segment, at: number): number {
    const code = segment.codes[at]!
    const field = code >> 5
    const length = this.lengths[(segment.first + segment.products[at]!) * FIELD_COUNT + field]!
    const row = this.rows[code]!
    return row >= 0 && length < this.stride ? this.table[row + length]! : this.of(field, countAt(segment, at), length)
  }
}
