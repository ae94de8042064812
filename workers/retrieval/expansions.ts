// Terms with their impacts worked out: queries of one training step say much the same words, and adding up is then all that is left.
import { eachPostings } from './bag.ts'
import type { CompiledIndex } from './compiled.ts'
import type { Impacts, Scoring, TermUse } from './scoring.ts'
import { placeOf, type Segment, SEGMENT_PRODUCTS } from './segment.ts'

/** Entries kept at most, of 10 bytes each; the term used longest ago leaves first. */
const KEPT = 6_400_000
/** A term of more is worked out whenever it is used: it would drive too many others out. */
const MOST = 2 * SEGMENT_PRODUCTS
/** what a term costs besides its entries, in entries */
const OVERHEAD = 32

const NOTHING: Impacts = { products: new Uint16Array(0), values: new Float64Array(0), length: 0 }

/** Holds one term's impacts in one segment until the next are asked for; for whichever index of this worker ranks. */
let scratch: { readonly products: Uint16Array; readonly values: Float64Array } | undefined

export class Expansions {
  /** by term, then by segment; the latest used last */
  private readonly kept = new Map<number, readonly Impacts[]>()
  private entries = 0

  constructor(private readonly index: CompiledIndex, private readonly scoring: Scoring) {}

  /** A term's impacts by segment; undefined where it has too many to keep, and `inSegment` gives them one by one. */
  of({ term, spread }: TermUse): readonly Impacts[] | undefined {
    const known = this.kept.get(term)
    if (known !== undefined) {
      this.kept.delete(term)
      this.kept.set(term, known)
      return known
    }
    if (spread.products > MOST) return undefined
    const found = new Map<Segment, Impacts>()
    eachPostings(this.index, term, (segment, from, to) => {
      const products = new Uint16Array(to - from)
      const values = new Float64Array(to - from)
      found.set(segment, { products, values, length: this.scoring.expand(spread, segment, from, to, products, values) })
    })
    const expansion = this.index.segments.map((segment) => found.get(segment) ?? NOTHING)
    this.kept.set(term, expansion)
    this.entries += costOf(expansion)
    for (const [oldest, impacts] of this.kept) {
      if (this.entries <= KEPT || oldest === term) break
      this.kept.delete(oldest)
      this.entries -= costOf(impacts)
    }
    return expansion
  }

  inSegment({ term, spread }: TermUse, segment: Segment): Impacts {
    const place = placeOf(segment.terms, term)
    if (place < 0) return NOTHING
    const { products, values } = (scratch ??= { products: new Uint16Array(SEGMENT_PRODUCTS), values: new Float64Array(SEGMENT_PRODUCTS) })
    return { products, values, length: this.scoring.expand(spread, segment, segment.starts[place]!, segment.starts[place + 1]!, products, values) }
  }
}

function costOf(expansion: readonly Impacts[]): number {
  return expansion.reduce((sum, { products }) => sum + products.length, OVERHEAD)
}
