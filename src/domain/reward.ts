// What an output is worth: a weighted sum of named parts. Each family of parts has its file in rewards/.
import { business, freshness } from './rewards/columns.ts'
import { coverage } from './rewards/coverage.ts'
import { diversity } from './rewards/diversity.ts'
import { formulaOf } from './rewards/formula.ts'
import { hit, mrr, recall } from './rewards/found.ts'
import { duplicates, strangers, wrongLength } from './rewards/list.ts'
import { novelty } from './rewards/novelty.ts'
import type { Outcome } from './rewards/outcome.ts'
import { format, length, malformed, ndcgPart, overlong, repetition } from './rewards/released.ts'
import { lcs } from './rewards/sequence.ts'
import { thought } from './rewards/thought.ts'
import { REWARD_PARTS, REWARD_WEIGHTS, type NamedPart, type RewardPart, type RewardParts, type Weights } from './rewards/weights.ts'
import type { Settings } from './settings.ts'

export { REWARD_PARTS, REWARD_WEIGHTS, type RewardPart, type RewardParts } from './rewards/weights.ts'
export type { Outcome } from './rewards/outcome.ts'

const PARTS: { readonly [Part in NamedPart]: (outcome: Outcome, settings: Settings) => number } = {
  ndcg: ndcgPart, format, malformed, repetition, length, overlong,
  recall, mrr, hit, lcs, duplicates, strangers, wrongLength, thought, diversity, novelty, coverage, freshness, business,
}

/** Always told, whatever their weights: they cost little, and the record of a run has always had them. */
const ALWAYS: ReadonlySet<RewardPart> = new Set<RewardPart>(['ndcg', 'format', 'malformed', 'repetition', 'length', 'overlong'])

/** The parts that make the reward: those with a weight, in their order. */
export function weightedParts(settings: Weights): RewardPart[] {
  return REWARD_PARTS.filter((part) => settings[REWARD_WEIGHTS[part]] !== 0)
}

/** The parts that a reward needs: weighted, or named by a weighted expression. */
function neededParts(settings: Weights & Pick<Settings, 'expression'>): ReadonlySet<RewardPart> {
  const weighted = weightedParts(settings)
  return new Set([...weighted, ...(weighted.includes('expression') ? formulaOf(settings.expression)?.names ?? [] : [])])
}

/**
 * The parts of one output, before weights; each lies in [0, 1], but for the expression, which lies in [−10, 10]. Parts that neither a weight nor the
 * expression asks for are absent, the six of the released reward and its dampers apart. Never throws, whatever the output.
 * With the weights 1, 0.1 and −2 on ndcg, format and malformed and 0 elsewhere, their sum is exactly the released reward:
 * −2 for a broken format, 0 for a miss (the format bonus is withheld without a hit), 0.1 + NDCG otherwise.
 */
export function rewardParts(outcome: Outcome, settings: Settings): RewardParts {
  const needed = neededParts(settings)
  const parts: Partial<Record<RewardPart, number>> = {}
  for (const part of REWARD_PARTS) {
    if (part !== 'expression' && (ALWAYS.has(part) || needed.has(part))) parts[part] = PARTS[part](outcome, settings)
  }
  if (needed.has('expression')) parts.expression = formulaOf(settings.expression)?.value(parts) ?? 0
  return parts
}

export function totalReward(parts: RewardParts, settings: Weights): number {
  let total = 0
  for (const part of REWARD_PARTS) total += settings[REWARD_WEIGHTS[part]] * (parts[part] ?? 0)
  return total
}

/** Of how many first ids of a ranking the products are read; 0 where no part that counts reads any. */
export function factsNeeded(settings: Settings): number {
  const needed = neededParts(settings)
  const byDepth = (['diversity', 'freshness', 'business'] as const).some((part) => needed.has(part))
  return Math.max(byDepth ? settings.rewardK : 0, needed.has('strangers') ? settings.listLength : 0)
}

/** The numeric columns whose range in the catalogue is read. */
export function columnsRead(settings: Settings): string[] {
  const needed = neededParts(settings)
  return [...new Set([...(needed.has('freshness') ? [settings.freshnessColumn] : []), ...(needed.has('business') ? [settings.businessColumn] : [])])]
}
