// Textbook BM25 over weighted fields: BM25F, which adds up weighted counts before it saturates, so that a word in two fields is not two words.
import { FIELDS, type LexicalSpec } from '../../src/domain/recommender.ts'
import { bagOf, type Spread, Spreads } from './bag.ts'
import { type CompiledIndex, FIELD_COUNT } from './compiled.ts'
import { type FieldShare, type Impacts, ImpactTable, type Scoring, type Sums, type TermUse, weightsOf } from './scoring.ts'
import { countAt, MORE, type Segment } from './segment.ts'

const [K1, B] = [1.2, 0.75]

function means({ lengths, products }: CompiledIndex): Float64Array {
  const sums = new Float64Array(FIELD_COUNT)
  for (let at = 0; at < products * FIELD_COUNT; at++) sums[at % FIELD_COUNT]! += lengths[at]!
  return sums.map((sum) => sum / products)
}

/**
 * S. Robertson, H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, §3.5 (simple BM25F, one b for all fields):
 * count in the query × idf × tf (k1 + 1) / (k1 + tf), tf = Σ over fields of weight × count / (1 − b + b length / mean), lengths in
 * terms; idf = ln(1 + (N − n + ½) / (n + ½)), the Robertson–Spärck Jones weight kept positive, n over all searched fields.
 */
export class Bm25Scoring implements Scoring {
  readonly multiplies = false
  readonly single = false
  private readonly k1: number
  private readonly impacts: ImpactTable
  private readonly spreads: Spreads

  constructor(private readonly index: CompiledIndex, spec: LexicalSpec) {
    this.k1 = spec.k1 < 0 ? K1 : spec.k1
    const b = spec.b < 0 ? B : spec.b
    const mean = means(index)
    const weights = weightsOf(spec)
    this.impacts = new ImpactTable(index.lengths, (field, count, length) => weights[field]! * count / (1 - b + b * length / mean[field]!))
    this.spreads = new Spreads(index, Uint8Array.from(weights, (weight) => (weight > 0 ? 1 : 0)))
  }

  plan(terms: readonly number[]): TermUse[] {
    return [...bagOf(terms)].map(([term, count]) => ({ term, count, first: 1, spread: this.spreads.of(term) }))
  }

  /** What a saturated count is multiplied by: idf and k1 + 1. */
  private weightOf({ products }: Spread): number {
    return Math.log(1 + (this.index.products - products + 0.5) / (products + 0.5)) * (this.k1 + 1)
  }

  expand(spread: Spread, segment: Segment, from: number, to: number, products: Uint16Array, values: Float64Array): number {
    const { k1, impacts } = this
    const weight = this.weightOf(spread)
    let length = 0
    for (let at = from; at < to; at++) {
      products[length] = segment.products[at]!
      let tf = impacts.at(segment, at)
      while ((segment.codes[at]! & MORE) !== 0) tf += impacts.at(segment, ++at)
      if (tf > 0) values[length++] = weight * (tf / (k1 + tf))
    }
    return length
  }

  add({ count }: TermUse, { products, values, length }: Impacts, { scores }: Sums): void {
    for (let at = 0; at < length; at++) scores[products[at]!]! += count * values[at]!
  }

  /** A term's share is split over the fields as its weighted count is. */
  shares(use: TermUse, segment: Segment, from: number, to: number): FieldShare[] {
    let tf = 0
    for (let at = from; at < to; at++) tf += this.impacts.at(segment, at)
    const scale = use.count * this.weightOf(use.spread) / (this.k1 + tf)
    return Array.from({ length: to - from }, (_, place) => {
      const at = from + place
      const field = segment.codes[at]! >> 5
      return { field: FIELDS[field]!, count: countAt(segment, at), products: use.spread.products, share: scale * this.impacts.at(segment, at) }
    }).filter(({ share }) => share > 0)
  }
}
