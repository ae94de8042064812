// One ranking from several of the same query: by their ranks, or by their scores brought to one scale.
import type { HybridSpec, Ranking } from './recommender.ts'

export type Fusion = Pick<HybridSpec, 'fusion' | 'rrfConstant' | 'weights'>

/**
 * The best `k` of all ids in `rankings`, one ranking for each part of the hybrid. An id counts where it first stands in a part.
 * `rrf`: Σ 1 / (constant + rank), ranks from 1, over the parts that hold the id (reciprocal rank fusion; Cormack, Clarke and Büttcher,
 * SIGIR 2009, with constant 60); weights play no part. `weighted`: Σ weight · (score − lowest) / (highest − lowest), lowest and highest of
 * that part's answer to this query; all 1 where they are equal; an id that a part does not hold gets nothing from it, as its lowest does.
 * What depth a part is asked decides which ids it holds. Of equal sums the one that stands higher in the first part comes first, then in
 * the second, and so on: that decides every tie, and an id in a part stands before any that the part lacks. A part that failed fails the
 * whole, with its reason. Throws where weights, constant or k make no sense.
 */
export function fuse(rankings: readonly Ranking[], { fusion, rrfConstant, weights }: Fusion, k: number): Ranking {
  if (!Number.isInteger(k) || k < 1) throw new Error(`hybrid: k is ${k}; a whole number of at least 1 is needed`)
  if (fusion === 'rrf' && !(rrfConstant >= 0 && Number.isFinite(rrfConstant))) {
    throw new Error(`hybrid: the constant of reciprocal ranks is ${rrfConstant}; a number of at least 0 is needed`)
  }
  if (fusion === 'weighted') checkWeights(weights, rankings.length)
  const failed = rankings.find((ranking) => ranking.failed !== undefined)?.failed
  if (failed !== undefined) return { ids: [], scores: [], failed }
  const sums = new Map<string, number>()
  rankings.forEach((ranking, part) => {
    const share = fusion === 'rrf' ? (rank: number) => 1 / (rrfConstant + rank) : weightedShare(ranking.scores, weights[part]!)
    const seen = new Set<string>()
    ranking.ids.forEach((id, at) => {
      if (seen.has(id)) return
      seen.add(id)
      // ids enter the map in the order of the first part, then of the second: the order that ties keep, since sorting is stable
      sums.set(id, (sums.get(id) ?? 0) + share(seen.size, at))
    })
  })
  const best = [...sums].sort((a, b) => b[1] - a[1]).slice(0, k)
  return { ids: best.map(([id]) => id), scores: best.map(([, sum]) => sum) }
}

/** A part's share of the entry at place `at`. */
function weightedShare(scores: ArrayLike<number>, weight: number): (rank: number, at: number) => number {
  let [lowest, highest] = [Infinity, -Infinity]
  for (let i = 0; i < scores.length; i++) {
    lowest = Math.min(lowest, scores[i]!)
    highest = Math.max(highest, scores[i]!)
  }
  return (_, at) => weight * (highest > lowest ? (scores[at]! - lowest) / (highest - lowest) : 1)
}

function checkWeights(weights: readonly number[], parts: number): void {
  if (weights.length !== parts) throw new Error(`hybrid: ${weights.length} weights are given for ${parts} recommenders; give one for each`)
  const wrong = weights.find((weight) => !(weight >= 0 && Number.isFinite(weight)))
  if (wrong !== undefined) throw new Error(`hybrid: a weight is ${wrong}; a number of at least 0 is needed`)
  if (weights.every((weight) => weight === 0)) throw new Error('hybrid: every weight is 0; at least one recommender must count')
}
