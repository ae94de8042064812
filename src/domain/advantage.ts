// How much better a rollout did than its group. All in float64: float32 residues of equal rewards have blown up real runs.
import type { Settings } from './settings.ts'

/** A group whose rewards span at most this has nothing to learn from. */
const ZERO_SPREAD = 1e-6

export interface Advantages {
  /** by rollout, in the rewards' order */
  readonly values: Float64Array
  /** groups without spread: how many, and of them those with positive and with other rewards; groups left with no two rewards are not among them */
  readonly zeroSpread: { readonly groups: number; readonly allGood: number; readonly allBad: number }
}

/**
 * A rollout without a reward (undefined: its ranking failed) has an advantage of zero and no part in any mean or deviation, as TRL treats
 * rewards of None; s of a group counts the rewards that are there, and one reward alone has nothing to be compared with.
 *
 * (reward − group mean) / (s + epsilon), groups being `groupSize` neighbours. s is the standard deviation (n − 1) of the group, of
 * the whole batch, or 1 with epsilon 0 for 'none' (TRL's scale_rewards). A group without spread has advantages of exactly zero.
 */
export function groupAdvantages(
  rewards: readonly (number | undefined)[], groupSize: number, { advantageScale, advantageEpsilon }: Pick<Settings, 'advantageScale' | 'advantageEpsilon'>,
): Advantages {
  if (groupSize < 1 || rewards.length % groupSize !== 0) {
    throw new Error(`advantages: ${rewards.length} rewards don't divide into groups of ${groupSize}; give every group all its rollouts`)
  }
  const values = new Float64Array(rewards.length)
  const batch = standardDeviation(present(rewards))
  let allGood = 0
  let allBad = 0
  for (let start = 0; start < rewards.length; start += groupSize) {
    const all = rewards.slice(start, start + groupSize)
    const group = present(all)
    if (group.length < Math.min(2, groupSize)) continue
    if (Math.max(...group) - Math.min(...group) <= ZERO_SPREAD) {
      if (group[0]! > 0) allGood++
      else allBad++
      continue
    }
    const middle = average(group)
    const scale = advantageScale === 'none' ? 1 : (advantageScale === 'group' ? standardDeviation(group) : batch) + advantageEpsilon
    for (const [i, reward] of all.entries()) if (reward !== undefined) values[start + i] = (reward - middle) / scale
  }
  return { values, zeroSpread: { groups: allGood + allBad, allGood, allBad } }
}

/** A part of the reward that counts: its weight, and its value for each rollout; undefined where the ranking failed. */
export interface WeightedPart {
  readonly weight: number
  readonly values: readonly (number | undefined)[]
}

/**
 * GDPO (arXiv 2601.05242): every part is compared within the group by itself, so that a part of small spread is not drowned by one of large spread.
 * Â = Σ weight · (part − group mean of the part) / (s + epsilon), over the standard deviation (n − 1) of Â over the batch, plus epsilon.
 * s as in groupAdvantages, of the part; for 'none' neither division is made. The batch mean of Â is zero by its making. Parts without spread in a group
 * add nothing there; a group all of whose parts have none has advantages of exactly zero, and counts as good where its weighted sum is positive.
 */
export function decoupledAdvantages(parts: readonly WeightedPart[], groupSize: number, settings: Pick<Settings, 'advantageScale' | 'advantageEpsilon'>): Advantages {
  const { advantageScale, advantageEpsilon } = settings
  const [first] = parts
  if (first === undefined) throw new Error('advantages: every part of the reward has the weight 0; weigh one, for example rewardNdcg=1')
  const count = first.values.length
  const values = new Float64Array(count)
  const hasSpread = new Set<number>()
  for (const { weight, values: own } of parts) {
    const normalised = groupAdvantages(own, groupSize, settings).values
    for (let i = 0; i < count; i++) {
      values[i]! += weight * normalised[i]!
      if (normalised[i] !== 0) hasSpread.add(Math.floor(i / groupSize))
    }
  }
  let [allGood, allBad] = [0, 0]
  for (let group = 0; group * groupSize < count; group++) {
    const there = present(first.values.slice(group * groupSize, (group + 1) * groupSize)).length
    if (hasSpread.has(group) || there < Math.min(2, groupSize)) continue
    const one = first.values.findIndex((value, at) => at >= group * groupSize && value !== undefined)
    if (parts.reduce((sum, { weight, values: own }) => sum + weight * own[one]!, 0) > 0) allGood++
    else allBad++
  }
  if (advantageScale !== 'none') {
    const spread = standardDeviation([...values].filter((_, i) => first.values[i] !== undefined))
    // what is left where parts cancel is rounding, and would be blown up
    const isRounding = spread <= ZERO_SPREAD * Math.max(...parts.map(({ weight }) => Math.abs(weight)))
    for (let i = 0; i < count; i++) values[i] = isRounding ? 0 : values[i]! / (spread + advantageEpsilon)
  }
  return { values, zeroSpread: { groups: allGood + allBad, allGood, allBad } }
}

/** With n − 1 below; 0 for fewer than two. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const middle = average(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1))
}

function present(rewards: readonly (number | undefined)[]): number[] {
  return rewards.filter((reward) => reward !== undefined)
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
