// A query as numbers of known terms, and what a scoring must know of a term.
import { analyzerOf } from '../../src/domain/analysis/analyzers.ts'
import { type CompiledIndex, FIELD_COUNT } from './compiled.ts'
import { find } from './dictionary.ts'
import { MORE, placeOf, type Segment } from './segment.ts'

/** The query's known terms in their order, repetitions kept. */
export function knownTerms({ analyzer, dictionary }: CompiledIndex, query: string): number[] {
  const terms: number[] = []
  analyzerOf(analyzer)(query, (chars, length) => {
    const term = find(dictionary, chars, length)
    if (term >= 0) terms.push(term)
  })
  return terms
}

/** Distinct terms to how often they are asked for, in the order in which they first come. */
export function bagOf(terms: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}

/** Calls `found` with the postings of `term` in each segment that has it. */
export function eachPostings(index: CompiledIndex, term: number, found: (segment: Segment, from: number, to: number) => void): void {
  for (const segment of index.segments) {
    const place = placeOf(segment.terms, term)
    if (place >= 0) found(segment, segment.starts[place]!, segment.starts[place + 1]!)
  }
}

/** In how many products a term stands: by field, and in any of the searched fields. */
export interface Spread {
  readonly byField: Uint32Array
  readonly products: number
}

/** Counts spreads as they are asked for and keeps them. `searched[field]` is 1 where a field counts. */
export class Spreads {
  private readonly known = new Map<number, Spread>()

  constructor(private readonly index: CompiledIndex, private readonly searched: Uint8Array) {}

  of(term: number): Spread {
    let spread = this.known.get(term)
    if (spread === undefined) this.known.set(term, (spread = this.count(term)))
    return spread
  }

  private count(term: number): Spread {
    const { searched } = this
    const byField = new Uint32Array(FIELD_COUNT)
    let products = 0
    eachPostings(this.index, term, ({ codes }, from, to) => {
      let any = 0
      for (let at = from; at < to; at++) {
        const code = codes[at]!
        byField[code >> 5]!++
        any |= searched[code >> 5]!
        if ((code & MORE) === 0) {
          products += any
          any = 0
        }
      }
    })
    return { byField, products }
  }
}
