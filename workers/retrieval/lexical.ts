// The compiled lexical index of one catalogue: built once by analyzer, ranked by any of the three scorings, shared between workers.
import type { LexicalSpec } from '../../src/domain/recommender.ts'
import type { Explanation, TermShare, WireRanking } from '../../src/protocol/retrieval.ts'
import type { CatalogueReader } from '../store/catalogue.ts'
import { eachPostings, knownTerms } from './bag.ts'
import { allowed, type BooleanPlan, isAllowed, planBoolean } from './booleanFilter.ts'
import { type BuildOptions, bytesOf, compileCatalogue, type CompiledIndex } from './compiled.ts'
import { textAt } from './dictionary.ts'
import { Expansions } from './expansions.ts'
import { idsOf, positionOf } from './ids.ts'
import { canShare } from './memory.ts'
import { type Scoring, type Sums, weightsOf } from './scoring.ts'
import { Bm25Scoring } from './scoringBm25.ts'
import { LuceneScoring } from './scoringLucene.ts'
import { MinisearchScoring } from './scoringMinisearch.ts'
import { lowerBound, placeOf, SEGMENT_PRODUCTS } from './segment.ts'
import { TopK } from './topk.ts'

/** What `share` hands to other workers: plain data over SharedArrayBuffers, and the spec it was opened with. */
export interface SharedIndex {
  readonly spec: LexicalSpec
  readonly index: CompiledIndex
}

const SCORINGS: Readonly<Record<LexicalSpec['kind'], new (index: CompiledIndex, spec: LexicalSpec) => Scoring>> = {
  minisearch: MinisearchScoring, bm25: Bm25Scoring, lucene: LuceneScoring,
}

/** One ranking's work space, for whichever index of this worker ranks: all zero between rankings. */
let sums: Sums | undefined

export class LexicalIndex {
  readonly products: number
  private readonly scoring: Scoring
  private readonly expansions: Expansions
  /** 1 where a field counts */
  private readonly searched: Uint8Array

  private constructor(readonly spec: LexicalSpec, private readonly index: CompiledIndex) {
    this.products = index.products
    this.scoring = new SCORINGS[spec.kind](index, spec)
    this.expansions = new Expansions(index, this.scoring)
    this.searched = Uint8Array.from(weightsOf(spec), (weight) => (weight > 0 ? 1 : 0))
  }

  /** Indexes a catalogue in one pass with bounded memory. Keeps where words stand, for phrases, if the spec's queries are Boolean. */
  static async build(reader: CatalogueReader, spec: LexicalSpec, options: BuildOptions = {}): Promise<LexicalIndex> {
    return new LexicalIndex(spec, await compileCatalogue(reader, spec.analyzer, spec.query === 'boolean', options))
  }

  /** An index over the memory of another worker's. */
  static attach({ spec, index }: SharedIndex): LexicalIndex {
    return new LexicalIndex(spec, index)
  }

  /** Bytes that the index holds, stored text apart. */
  get bytes(): number {
    return bytesOf(this.index)
  }

  /** The same index ranked by another spec. A different analyzer, or phrases that were not indexed, is an Error: build anew. */
  withSpec(spec: LexicalSpec): LexicalIndex {
    if (spec.analyzer !== this.index.analyzer) {
      throw new Error(`lexical index: its analyzer is ${this.index.analyzer} and ${spec.analyzer} is asked for; index the catalogue anew`)
    }
    if (spec.query === 'boolean' && this.index.segments.some(({ positions }) => positions === undefined)) {
      throw new Error('lexical index: places of words were not indexed; index the catalogue anew for Boolean queries')
    }
    return new LexicalIndex(spec, this.index)
  }

  /** The index's memory for other workers to `attach`; undefined where the page is not isolated. */
  share(): SharedIndex | undefined {
    return canShare() ? { spec: this.spec, index: this.index } : undefined
  }

  /** Top `k` for each query, best first, ties in catalogue order. `k` must be a whole number of at least 1. */
  rank(queries: readonly string[], k: number): WireRanking[] {
    if (!Number.isInteger(k) || k < 1) throw new Error(`rank: k is ${k}; a whole number of at least 1 is needed`)
    return queries.map((query) => {
      const { positions, scores } = this.best(query, k)
      return { ids: idsOf(this.index.ids, positions), scores }
    })
  }

  private planOf(query: string): BooleanPlan {
    return this.spec.query === 'boolean' ? planBoolean(this.index, query) : { terms: knownTerms(this.index, query), filter: undefined }
  }

  private best(query: string, k: number): { readonly positions: Uint32Array; readonly scores: Float64Array } {
    const { scoring, index, expansions, searched } = this
    const { terms, filter } = this.planOf(query)
    const work = (sums ??= { scores: new Float64Array(SEGMENT_PRODUCTS), matched: new Uint16Array(SEGMENT_PRODUCTS) })
    const uses = scoring.plan(terms)
    const expanded = uses.map((use) => expansions.of(use))
    const top = new TopK(k, index.products)
    for (let number = 0; number < index.segments.length; number++) {
      const segment = index.segments[number]!
      let any = false
      for (let at = 0; at < uses.length; at++) {
        const use = uses[at]!
        const impacts = expanded[at]?.[number] ?? expansions.inSegment(use, segment)
        if (impacts.length === 0) continue
        any = true
        scoring.add(use, impacts, work)
      }
      if (!any) continue
      if (filter !== undefined) keepOnly(allowed(filter, segment, searched), work)
      collect(segment.first, segment.size, scoring, work, top)
    }
    return top.finish()
  }

  /** How many postings the queries' terms have: what scoring them reads. */
  postings(queries: readonly string[]): number {
    let count = 0
    for (const query of queries) for (const term of knownTerms(this.index, query)) eachPostings(this.index, term, (_segment, from, to) => { count += to - from })
    return count
  }

  /** Takes the score of product `id` apart; undefined where the product does not match or is unknown. */
  explain(query: string, id: string): Explanation | undefined {
    const { scoring, index } = this
    const position = positionOf(index.ids, id)
    const segment = index.segments.find(({ first, size }) => position >= first && position < first + size)
    if (segment === undefined) return undefined
    const plan = this.planOf(query)
    if (plan.filter !== undefined && !isAllowed(allowed(plan.filter, segment, this.searched), position - segment.first)) return undefined
    const terms: TermShare[] = []
    const at = new Map<string, number>()
    let sum = 0
    let factor = 0
    for (const use of scoring.plan(plan.terms)) {
      const place = placeOf(segment.terms, use.term)
      if (place < 0) continue
      const end = segment.starts[place + 1]!
      const from = lowerBound(segment.products, segment.starts[place]!, end, position - segment.first)
      const to = lowerBound(segment.products, from, end, position - segment.first + 1)
      const shares = scoring.shares(use, segment, from, to).filter(({ share }) => share > 0)
      if (shares.length > 0) factor += use.first
      sum += shares.reduce((total, { share }) => total + share, 0)
      const term = textAt(index.dictionary, use.term)
      for (const { field, count, products, share } of shares) {
        const key = `${use.term} ${field}`
        const known = at.get(key)
        if (known === undefined) at.set(key, terms.push({ term, queryCount: use.count, field, count, products, share }) - 1)
        else terms[known] = { ...terms[known]!, queryCount: terms[known]!.queryCount + use.count, share: terms[known]!.share + share }
      }
    }
    if (terms.length === 0) return undefined
    if (!scoring.multiplies) factor = 1
    return { id, score: scoring.single ? Math.fround(sum) : sum * factor, sum, factor, terms }
  }
}

/** Clears the sums of products that a filter holds back. */
function keepOnly(bits: Uint32Array, { scores }: Sums): void {
  for (let product = 0; product < scores.length; product++) if (!isAllowed(bits, product)) scores[product] = 0
}

/** Offers the scores of a segment's products to `top`, and clears them. */
function collect(first: number, size: number, { multiplies, single }: Scoring, { scores, matched }: Sums, top: TopK): void {
  if (multiplies) multiply(size, scores, matched)
  let { bar } = top
  for (let product = 0; product < size; product++) {
    const score = scores[product]!
    if (!(score > bar)) continue
    const given = single ? Math.fround(score) : score
    if (given > bar) top.offer(given, first + product)
    bar = top.bar
  }
  scores.fill(0, 0, size)
}

/** Multiplies by the number of matched terms, and clears that. */
function multiply(size: number, scores: Float64Array, matched: Uint16Array): void {
  for (let product = 0; product < size; product++) scores[product]! *= matched[product]!
  matched.fill(0, 0, size)
}
