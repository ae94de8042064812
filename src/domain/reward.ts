// What an output is worth: a weighted sum of named parts.
import type { Request } from './request.ts'
import type { Settings } from './settings.ts'
import { distinctShare, queryWords } from './words.ts'

/** The parts, and the setting that weighs each; the order is the settings'. */
export const REWARD_WEIGHTS = {
  ndcg: 'rewardNdcg', format: 'rewardFormat', malformed: 'rewardMalformed',
  repetition: 'rewardRepetition', length: 'rewardLength', overlong: 'rewardOverlong',
} as const satisfies Record<string, keyof Settings>

export type RewardPart = keyof typeof REWARD_WEIGHTS
export type RewardParts = Readonly<Record<RewardPart, number>>

/**
 * The parts of one output, before weights; each lies in [0, 1].
 * With the weights 1, 0.1 and −2 on ndcg, format and malformed and 0 elsewhere, their sum is exactly the released reward:
 * −2 for a broken format, 0 for a miss (the format bonus is withheld without a hit), 0.1 + NDCG otherwise.
 */
export function rewardParts(request: Request, ndcg: number, cut: boolean, { lengthFree }: Pick<Settings, 'lengthFree'>): RewardParts {
  const words = request.kind === 'query' ? queryWords(request.query) : []
  return {
    ndcg: request.kind === 'query' ? ndcg : 0,
    format: request.kind === 'query' && ndcg > 0 ? 1 : 0,
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
