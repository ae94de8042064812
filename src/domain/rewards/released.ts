// The released reward's parts (linjc16/Rec-R1, verl/utils/reward_score), and what damps the queries that they invite.
import { ndcg } from '../metrics.ts'
import { distinctShare, queryWords } from '../words.ts'
import { listed, type Outcome, type PartOf } from './outcome.ts'
import { lcs } from './sequence.ts'

/** NDCG at the training K; 0 of an output that asks for nothing. */
export const ndcgPart: PartOf = ({ request, ids, targets, k }) => (request.kind === 'query' ? ndcg(ids, targets, k) : 0)

/**
 * 1 where the format holds and something was found: as released, the bonus is withheld without a hit. A list's hits are its own items, as NDCG or the
 * sequence measures them, not what a ranking is filled up with.
 */
export const format: PartOf<'listLength'> = (outcome, settings) => (isHit(outcome, settings.listLength) ? 1 : 0)

function isHit(outcome: Outcome, listLength: number): boolean {
  const own = listed(outcome)
  if (own === undefined) return ndcgPart(outcome, {}) > 0
  return own.some((id) => id !== undefined && outcome.targets.gain.has(id)) || lcs(outcome, { listLength }) > 0
}

export const malformed: PartOf = ({ request }) => (request.kind === 'malformed' ? 1 : 0)

/** 1 − distinct words / words. */
export const repetition: PartOf = (outcome) => 1 - (distinctShare(wordsOf(outcome)) ?? 1)

/** Words beyond lengthFree, as a share of lengthFree, at most 1. */
export const length: PartOf<'lengthFree'> = (outcome, { lengthFree }) => Math.min(1, Math.max(0, wordsOf(outcome).length - lengthFree) / lengthFree)

export const overlong: PartOf = ({ cut }) => (cut ? 1 : 0)

const words = new WeakMap<Outcome['request'], readonly string[]>()

function wordsOf({ request }: Outcome): readonly string[] {
  if (request.kind !== 'query') return []
  let own = words.get(request)
  if (own === undefined) words.set(request, own = queryWords(request.query))
  return own
}
