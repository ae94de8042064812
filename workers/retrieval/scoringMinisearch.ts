// MiniSearch 7's own scoring, to the bit: by field BM25+ with lengths in distinct terms, summed, times the number of distinct terms that match.
import { FIELDS, type LexicalSpec } from '../../src/domain/recommender.ts'
import { type Spread, Spreads } from './bag.ts'
import { type CompiledIndex, FIELD_COUNT } from './compiled.ts'
import { type FieldShare, type Impacts, ImpactTable, type Scoring, type Sums, type TermUse, weightsOf } from './scoring.ts'
import { countAt, MORE, type Segment } from './segment.ts'

const [K1, B, D] = [1.2, 0.7, 0.5]

/** Means as MiniSearch keeps them, product by product: their rounding is part of its scores. */
function runningMeans({ distinct, products }: CompiledIndex): Float64Array {
  const means = new Float64Array(FIELD_COUNT)
  for (let product = 0; product < products; product++) {
    for (let field = 0; field < FIELD_COUNT; field++) {
      means[field] = (means[field]! * product + distinct[product * FIELD_COUNT + field]!) / (product + 1)
    }
  }
  return means
}

/**
 * Y. Lv, C. Zhai, Lower-bounding term frequency normalization, CIKM 2011, as MiniSearch 7.2 computes it:
 * weight × idf × (d + tf (k1 + 1) / (tf + k1 (1 − b + b length / mean))), idf = ln(1 + (N − n + ½) / (n + ½)), n by field.
 */
export class MinisearchScoring implements Scoring {
  readonly multiplies = true
  readonly single = false
  private readonly weights: Float64Array
  private readonly impacts: ImpactTable
  private readonly spreads: Spreads
  private readonly idf = new Float64Array(FIELD_COUNT)

  constructor(private readonly index: CompiledIndex, spec: LexicalSpec) {
    const k = spec.k1 < 0 ? K1 : spec.k1
    const b = spec.b < 0 ? B : spec.b
    const means = runningMeans(index)
    this.weights = weightsOf(spec)
    this.impacts = new ImpactTable(index.distinct, (field, count, length) => D + count * (k + 1) / (count + k * (1 - b + b * length / means[field]!)))
    this.spreads = new Spreads(index, Uint8Array.from(this.weights, (weight) => (weight > 0 ? 1 : 0)))
  }

  /** A repeated word is added again in its place, and matches once. */
  plan(terms: readonly number[]): TermUse[] {
    const seen = new Set<number>()
    return terms.map((term) => {
      const first = seen.has(term) ? 0 : 1
      seen.add(term)
      return { term, count: 1, first, spread: this.spreads.of(term) }
    })
  }

  private setIdf({ byField }: Spread): Float64Array {
    const { idf, index: { products } } = this
    for (let field = 0; field < FIELD_COUNT; field++) idf[field] = Math.log(1 + (products - byField[field]! + 0.5) / (byField[field]! + 0.5))
    return idf
  }

  expand(spread: Spread, segment: Segment, from: number, to: number, products: Uint16Array, values: Float64Array): number {
    const { weights, impacts } = this
    const idf = this.setIdf(spread)
    let length = 0
    for (let at = from; at < to; at++) {
      products[length] = segment.products[at]!
      let sum = 0
      for (;; at++) {
        const code = segment.codes[at]!
        sum += weights[code >> 5]! * (idf[code >> 5]! * impacts.at(segment, at))
        if ((code & MORE) === 0) break
      }
      values[length] = sum
      if (sum > 0) length++
    }
    return length
  }

  add({ first }: TermUse, { products, values, length }: Impacts, { scores, matched }: Sums): void {
    // a repetition matches nothing new
    if (first === 0) {
      for (let at = 0; at < length; at++) scores[products[at]!]! += values[at]!
      return
    }
    for (let at = 0; at < length; at++) {
      const product = products[at]!
      scores[product]! += values[at]!
      matched[product]!++
    }
  }

  shares(use: TermUse, segment: Segment, from: number, to: number): FieldShare[] {
    const idf = this.setIdf(use.spread)
    return Array.from({ length: to - from }, (_, place) => {
      const at = from + place
      const field = segment.codes[at]! >> 5
      return { field: FIELDS[field]!, count: countAt(segment, at), products: use.spread.byField[field]!, share: this.weights[field]! * (idf[field]! * this.impacts.at(segment, at)) }
    })
  }
}
