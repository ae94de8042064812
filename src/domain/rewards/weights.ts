// The parts that a reward may have, and the setting that weighs each.
import type { Settings } from '../settings.ts'

/** In the order in which sums, charts and records name them: the released parts, what damps them, then the rest by family. */
export const REWARD_WEIGHTS = {
  ndcg: 'rewardNdcg', format: 'rewardFormat', malformed: 'rewardMalformed',
  repetition: 'rewardRepetition', length: 'rewardLength', overlong: 'rewardOverlong',
  recall: 'rewardRecall', mrr: 'rewardMrr', hit: 'rewardHit', lcs: 'rewardLcs',
  duplicates: 'rewardDuplicates', strangers: 'rewardStrangers', wrongLength: 'rewardWrongLength', thought: 'rewardThought',
  diversity: 'rewardDiversity', novelty: 'rewardNovelty', coverage: 'rewardCoverage', freshness: 'rewardFreshness', business: 'rewardBusiness',
  expression: 'rewardExpression',
} as const satisfies Record<string, keyof Settings>

export type RewardPart = keyof typeof REWARD_WEIGHTS
export type Weights = Pick<Settings, (typeof REWARD_WEIGHTS)[RewardPart]>

/** What an expression may name. */
export type NamedPart = Exclude<RewardPart, 'expression'>

export const REWARD_PARTS = Object.keys(REWARD_WEIGHTS) as readonly RewardPart[]
export const NAMED_PARTS = REWARD_PARTS.filter((part) => part !== 'expression')

/** Parts by name; those that nothing asks for are absent, and count nothing. */
export type RewardParts = Readonly<Partial<Record<RewardPart, number>>>
