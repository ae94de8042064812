// Several recommenders as one: each is asked, and their rankings are fused query by query.
import { fuse } from '../domain/fusion.ts'
import type { HybridSpec, Recommender } from '../domain/recommender.ts'
import { inTurns, pack, type Ask } from './ranking.ts'

/** Queries whose parts' rankings are held at one time. */
const QUERIES_HELD = 64

/** Asks every part at the hybrid's depth, or deeper where the ranking itself is asked for deeper. */
export function askParts(spec: HybridSpec, parts: readonly Recommender[]): Ask {
  return async (queries, k, found) => {
    const depth = Math.max(k, spec.depth)
    for (let at = 0; at < queries.length; at += QUERIES_HELD) {
      const held = queries.slice(at, at + QUERIES_HELD)
      const rankings = await Promise.all(parts.map((part) => part.rank(held, depth)))
      await inTurns(held, (query, i) => found(query, pack(fuse(rankings.map((part) => part[i]!), spec, k))))
    }
  }
}
