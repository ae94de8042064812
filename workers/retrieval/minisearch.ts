// A catalogue behind MiniSearch with its own default scoring (BM25+ by field, summed, times the number of query words that match).
import MiniSearch from 'minisearch'
import type { Product } from '../../src/domain/dataset.ts'
import type { Ranking, Recommender } from '../../src/domain/recommender.ts'
import { queryWords } from '../../src/domain/words.ts'

export const FIELDS = ['title', 'description', 'bullets', 'brand', 'color'] as const

/** What one word adds to every product it occurs in: positions in the catalogue, and MiniSearch's scores. */
interface WordScores {
  readonly positions: Uint32Array
  readonly scores: Float64Array
}

/** Entries of WordScores kept at most (12 bytes each); the word used longest ago leaves first. */
const CACHED_ENTRIES = 8_000_000

const CHUNK = 500

export class MiniSearchRecommender implements Recommender {
  readonly name = 'minisearch'
  readonly products: number
  private readonly cache = new Map<string, WordScores>()
  private cachedEntries = 0
  /** Work space of one ranking, all zero between rankings: sums of word scores, distinct words matched. */
  private readonly sums: Float64Array
  private readonly matched: Uint32Array

  private constructor(private readonly engine: MiniSearch<IndexedProduct>, private readonly ids: readonly string[]) {
    this.products = ids.length
    this.sums = new Float64Array(ids.length)
    this.matched = new Uint32Array(ids.length)
  }

  /**
   * Indexes a catalogue. A product whose id was seen before is left out: the first stands.
   * Gives the event loop a turn between chunks, and then tells `onProgress` the share done, 0 to 1.
   */
  static async build(products: readonly Product[], onProgress?: (share: number) => void): Promise<MiniSearchRecommender> {
    const engine = createEngine()
    const ids: string[] = []
    const seen = new Set<string>()
    for (const [row, product] of products.entries()) {
      if (!seen.has(product.id)) {
        seen.add(product.id)
        engine.add({ ...product, position: ids.length })
        ids.push(product.id)
      }
      if ((row + 1) % CHUNK === 0) {
        onProgress?.((row + 1) / products.length)
        await new Promise((resolve) => setTimeout(resolve, 0))
      }
    }
    onProgress?.(1)
    return new MiniSearchRecommender(engine, ids)
  }

  /** Top `k` for each query, best first, ties in catalogue order; an empty ranking where no word matches. */
  rank(queries: readonly string[], k: number): Promise<Ranking[]> {
    if (!Number.isInteger(k) || k < 1) return Promise.reject(new Error(`rank: k is ${k}; a whole number of at least 1 is needed`))
    const known = new Map<string, Ranking>()
    return Promise.resolve(queries.map((query) => {
      const ranking = known.get(query) ?? this.rankOne(query, k)
      known.set(query, ranking)
      return ranking
    }))
  }

  /**
   * Adds the words' scores in the query's order and multiplies by the number of distinct words matched: what MiniSearch's OR does with
   * its terms, to the bit. Asking MiniSearch word by word is what makes a step cheap: its hits carry match tables that cost more than
   * their scores, and the rollouts of a group say much the same words.
   */
  private rankOne(query: string, k: number): Ranking {
    const { sums, matched } = this
    const touched: number[] = []
    const counted = new Set<string>()
    for (const word of queryWords(query)) {
      const { positions, scores } = this.wordScores(word)
      const first = counted.has(word) ? 0 : 1
      counted.add(word)
      for (let i = 0; i < positions.length; i++) {
        const position = positions[i]!
        if (matched[position] === 0) touched.push(position)
        sums[position]! += scores[i]!
        matched[position]! += first
      }
    }
    for (const position of touched) sums[position]! *= matched[position]!
    const best = topK(touched, sums, k)
    const ranking = { ids: best.map((position) => this.ids[position]!), scores: best.map((position) => sums[position]!) }
    for (const position of touched) {
      sums[position] = 0
      matched[position] = 0
    }
    return ranking
  }

  private wordScores(word: string): WordScores {
    const found = this.cache.get(word)
    if (found !== undefined) {
      this.cache.delete(word)
      this.cache.set(word, found)
      return found
    }
    const hits = this.engine.search(word)
    const scored = { positions: Uint32Array.from(hits, (hit) => hit.id as number), scores: Float64Array.from(hits, (hit) => hit.score) }
    this.cache.set(word, scored)
    this.cachedEntries += hits.length
    for (const [oldest, { positions }] of this.cache) {
      if (this.cachedEntries <= CACHED_ENTRIES || oldest === word) break
      this.cache.delete(oldest)
      this.cachedEntries -= positions.length
    }
    return scored
  }
}

/** A product under its position in the catalogue, which is what MiniSearch calls it. */
type IndexedProduct = Product & { readonly position: number }

/** MiniSearch as it comes (no prefix, no fuzziness, no boosts, k 1.2, b 0.7, d 0.5), but products are made of words as queries are. */
export function createEngine(): MiniSearch<IndexedProduct> {
  return new MiniSearch<IndexedProduct>({ idField: 'position', fields: [...FIELDS], tokenize: queryWords, processTerm: (word) => word })
}

/** The `k` positions of highest score, best first, lower position before higher on equal scores: a heap whose root is the worst kept. */
function topK(candidates: readonly number[], scores: Float64Array, k: number): number[] {
  const worse = (a: number, b: number): boolean => scores[a]! < scores[b]! || (scores[a] === scores[b] && a > b)
  const byRank = (a: number, b: number): number => (worse(b, a) ? -1 : 1)
  if (candidates.length <= k) return [...candidates].sort(byRank)
  const heap: number[] = []
  const sink = (start: number): void => {
    for (let at = start; ;) {
      let low = at
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && worse(heap[child]!, heap[low]!)) low = child
      if (low === at) return
      ;[heap[at], heap[low]] = [heap[low]!, heap[at]!]
      at = low
    }
  }
  for (const candidate of candidates) {
    if (heap.length < k) {
      heap.push(candidate)
      if (heap.length === k) for (let i = k >> 1; i >= 0; i--) sink(i)
    } else if (worse(heap[0]!, candidate)) {
      heap[0] = candidate
      sink(0)
    }
  }
  return heap.sort(byRank)
}
