// Rankings by recommender, query and depth, least recently used first out, bounded by the hits they hold.
import type { WireRanking } from '../protocol/retrieval.ts'

/** About 20 bytes each: ids as one text, scores as numbers. */
const MAX_HITS = 2_000_000

/** The same query at the same depth always ranks the same by the same recommender, so a ranking may be kept for as long as there is room. */
export class RankingCache {
  readonly #rankings = new Map<string, WireRanking>()
  readonly #maxHits: number
  #hits = 0

  constructor(maxHits = MAX_HITS) {
    this.#maxHits = maxHits
  }

  /** `recommender` says all that decides a ranking besides query and depth: spec and dataset. */
  get(recommender: string, query: string, k: number): WireRanking | undefined {
    const key = keyOf(recommender, query, k)
    const ranking = this.#rankings.get(key)
    if (ranking === undefined) return undefined
    this.#rankings.delete(key)
    this.#rankings.set(key, ranking)
    return ranking
  }

  /** A failed ranking is none, and is not kept. */
  set(recommender: string, query: string, k: number, ranking: WireRanking): void {
    if (ranking.failed !== undefined) return
    const key = keyOf(recommender, query, k)
    this.#forget(key)
    this.#rankings.set(key, ranking)
    this.#hits += ranking.scores.length + 1
    for (const oldest of this.#rankings.keys()) {
      if (this.#hits <= this.#maxHits || oldest === key) break
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    const ranking = this.#rankings.get(key)
    if (ranking === undefined) return
    this.#rankings.delete(key)
    this.#hits -= ranking.scores.length + 1
  }
}

function keyOf(recommender: string, query: string, k: number): string {
  return `${recommender}\n${k}\n${query}`
}
