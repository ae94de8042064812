// What an output is worth: a weighted sum of named parts.
import { ndcg, type Targets } from './metrics.ts'
import type { Request } from './request.ts'
import type { Settings } from './settings.ts'
import type { Facts, Row } from './tasks/task.ts'
import { distinctShare, queryWords } from './words.ts'

/** The parts, and the setting that weighs each; the order is the settings'. */
export const REWARD_WEIGHTS = {
  ndcg: 'rewardNdcg', format: 'rewardFormat', malformed: 'rewardMalformed',
  repetition: 'rewardRepetition', length: 'rewardLength', overlong: 'rewardOverlong',
} as const satisfies Record<string, keyof Settings>

export type RewardPart = keyof typeof REWARD_WEIGHTS
export type RewardParts = Readonly<Record<RewardPart, number>>

/** An output with all that a part of its reward may look at. */
export interface Outcome {
  readonly request: Request
  /** what stands before the answer; undefined where nothing does */
  readonly thought: string | undefined
  /** whether it was cut at maxNewTokens */
  readonly cut: boolean
  /** the ranking that is measured, best first, `k` ids at most; empty where the output asks for nothing */
  readonly ids: readonly string[]
  /** depth of NDCG */
  readonly k: number
  readonly targets: Targets
  readonly row: Row
  /** products of the first ids, where a weighted part reads them */
  readonly facts: Facts
}

/**
 * The parts of one output, before weights; each lies in [0, 1].
 * With the weights 1, 0.1 and −2 on ndcg, format and malformed and 0 elsewhere, their sum is exactly the released reward:
 * −2 for a broken format, 0 for a miss (the format bonus is withheld without a hit), 0.1 + NDCG otherwise.
 */
export function rewardParts({ request, cut, ids, k, targets }: Outcome, { lengthFree }: Pick<Settings, 'lengthFree'>): RewardParts {
  const words = request.kind === 'query' ? queryWords(request.query) : []
  const found = request.kind === 'query' ? ndcg(ids, targets, k) : 0
  return {
    ndcg: found,
    format: found > 0 ? 1 : 0,
    malformed: request.kind === 'malformed' ? 1 : 0,
    repetition: 1 - (distinctShare(words) ?? 1),
    length: Math.min(1, Math.max(0, words.length - lengthFree) / lengthFree),
    overlong: cut ? 1 : 0,
  }
}

export function totalReward(parts: RewardParts, settings: Pick<Settings, (typeof REWARD_WEIGHTS)[RewardPart]>): number {
  let total = 0
  for (const [part, weight] of Object.entries(REWARD_WEIGHTS)) total += settings[weight] * parts[part as RewardPart]
  return total
}
