// Rankings by query and depth, least recently used first out, bounded by the hits they hold.
import type { Ranking } from '../domain/recommender.ts'

const MAX_HITS = 400_000

/** The same query at the same depth always ranks the same, so a ranking may be kept for as long as its catalogue is indexed. */
export class RankingCache {
  readonly #rankings = new Map<string, Ranking>()
  readonly #maxHits: number
  #hits = 0

  constructor(maxHits = MAX_HITS) {
    this.#maxHits = maxHits
  }

  get(query: string, k: number): Ranking | undefined {
    const key = `${k} ${query}`
    const ranking = this.#rankings.get(key)
    if (ranking === undefined) return undefined
    this.#rankings.delete(key)
    this.#rankings.set(key, ranking)
    return ranking
  }

  set(query: string, k: number, ranking: Ranking): void {
    const key = `${k} ${query}`
    this.#forget(key)
    this.#rankings.set(key, ranking)
    this.#hits += ranking.ids.length + 1
    for (const oldest of this.#rankings.keys()) {
      if (this.#hits <= this.#maxHits || oldest === key) break
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    const ranking = this.#rankings.get(key)
    if (ranking === undefined) return
    this.#rankings.delete(key)
    this.#hits -= ranking.ids.length + 1
  }
}
