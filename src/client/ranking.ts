// Rankings as they are asked for on the page's thread: each distinct query once, what is cached not at all, and no long task.
import type { Ranking, Recommender } from '../domain/recommender.ts'
import type { WireRanking } from '../protocol/retrieval.ts'
import type { RankingCache } from './rankingCache.ts'

/** Work on this thread goes on for about this long before other tasks get their turn. */
const TURN_MS = 8

/** Asks for rankings of distinct queries; `found` receives each as it comes. */
export type Ask = (queries: readonly string[], k: number, found: (query: string, ranking: WireRanking) => void) => Promise<void>

export function unpack({ ids, scores, failed }: WireRanking): Ranking {
  return { ids: ids === '' ? [] : ids.split('\n'), scores, ...(failed === undefined ? {} : { failed }) }
}

export function pack({ ids, scores, failed }: Ranking): WireRanking {
  return { ids: ids.join('\n'), scores: Float64Array.from(scores), ...(failed === undefined ? {} : { failed }) }
}

/** Items of `items` by `make`, in turns with everything else that this thread has to do. */
export async function inTurns<T, U>(items: readonly T[], make: (item: T, at: number) => U): Promise<U[]> {
  const made: U[] = []
  let until = performance.now() + TURN_MS
  for (const [at, item] of items.entries()) {
    made.push(make(item, at))
    if (performance.now() < until) continue
    await new Promise((resolve) => { setTimeout(resolve) })
    until = performance.now() + TURN_MS
  }
  return made
}

/** A Recommender whose rankings are kept under `key`, which says all that decides them besides query and depth. */
export function cachedRecommender(name: string, key: string, cache: RankingCache, ask: Ask): Recommender {
  return {
    name,
    async rank(queries, k) {
      const known = new Map<string, WireRanking>()
      const missing: string[] = []
      for (const query of new Set(queries)) {
        const ranking = cache.get(key, query, k)
        if (ranking === undefined) missing.push(query)
        else known.set(query, ranking)
      }
      if (missing.length > 0) {
        await ask(missing, k, (query, ranking) => {
          known.set(query, ranking)
          cache.set(key, query, k, ranking)
        })
      }
      const lacking = missing.filter((query) => !known.has(query)).length
      if (lacking > 0) throw new Error(`${name} left ${lacking} of ${missing.length} queries without an answer; each needs a ranking or a reason`)
      return inTurns(queries, (query) => unpack(known.get(query)!))
    },
  }
}
