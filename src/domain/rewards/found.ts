// Whether and how early anything relevant is found within rewardK.
import { recall as recallAt } from '../metrics.ts'
import type { Outcome, PartOf } from './outcome.ts'

/** trec_eval's recall: |relevant ∩ first K| / |relevant|. */
export const recall: PartOf<'rewardK'> = ({ ids, targets }, { rewardK }) => recallAt(ids, targets, rewardK)

/** 1 / rank of the first relevant product, 0 beyond K (Voorhees 1999, TREC-8 question answering). */
export const mrr: PartOf<'rewardK'> = (outcome, { rewardK }) => {
  const at = firstHit(outcome, rewardK)
  return at < 0 ? 0 : 1 / (at + 1)
}

export const hit: PartOf<'rewardK'> = (outcome, { rewardK }) => (firstHit(outcome, rewardK) < 0 ? 0 : 1)

function firstHit({ ids, targets }: Outcome, k: number): number {
  return ids.slice(0, k).findIndex((id) => targets.gain.has(id))
}
