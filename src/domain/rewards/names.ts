// The parts of a reward as people read them, and a reward as the sum that it is.
import { REWARD_PARTS, REWARD_WEIGHTS, type RewardPart, type Weights } from './weights.ts'

export const PART_NAMES: Readonly<Record<RewardPart, string>> = {
  ndcg: 'NDCG', format: 'format', malformed: 'malformed', repetition: 'repetition', length: 'length', overlong: 'cut off',
  recall: 'recall', mrr: 'MRR', hit: 'hit', lcs: 'order (LCS)', duplicates: 'duplicates', strangers: 'strangers', wrongLength: 'wrong length',
  thought: 'long thought', diversity: 'diversity', novelty: 'novelty', coverage: 'coverage', freshness: 'freshness', business: 'business', expression: 'expression',
}

export interface Addend {
  readonly part: RewardPart
  readonly name: string
  readonly weight: number
}

/** The parts that make the reward, in their order. */
function addendsOf(settings: Weights): readonly Addend[] {
  return REWARD_PARTS.flatMap((part) => {
    const weight = settings[REWARD_WEIGHTS[part]]
    return weight === 0 ? [] : [{ part, name: PART_NAMES[part], weight }]
  })
}

/** NDCG + 0.1 format − 2 malformed; a weight of 1 goes without saying. */
export function rewardSentence(settings: Weights): string {
  const addends = addendsOf(settings)
  if (addends.length === 0) return 'nothing: no part has a weight'
  return addends.map(({ name, weight }, at) => {
    const sign = weight < 0 ? (at === 0 ? '−' : '− ') : at === 0 ? '' : '+ '
    const size = Math.abs(weight)
    return `${sign}${size === 1 ? '' : `${Number(size.toPrecision(4))} `}${name}`
  }).join(' ')
}
