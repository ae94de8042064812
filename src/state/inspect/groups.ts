// A step's rollouts in their groups, and each reward as the sum that it is.
import { REWARD_WEIGHTS, type RewardPart } from '../../domain/reward.ts'
import { PART_NAMES } from '../../domain/rewards/names.ts'
import type { ScoredRollout } from '../../experiment/events.ts'

/** Rewards that differ by no more are the same: no advantage comes of them (see src/domain/advantage.ts). */
const ZERO_SPREAD = 1e-6

/** `spread`: some rollouts earned more than others, so the group teaches; `good` and `bad`: all earned the same, above zero or not; `failed`: too few were ranked to compare. */
export const GROUP_KINDS = ['spread', 'good', 'bad', 'failed'] as const
export type GroupKind = (typeof GROUP_KINDS)[number]

export interface Group {
  readonly queryId: string
  readonly query: string
  readonly rollouts: readonly ScoredRollout[]
  readonly kind: GroupKind
  /** rollouts that were not ranked */
  readonly failed: number
  /** of the rewards that there are; NaN where there is none */
  readonly mean: number
  readonly min: number
  readonly max: number
}

export function groupsOf(rollouts: readonly ScoredRollout[]): readonly Group[] {
  const byQuery = new Map<string, ScoredRollout[]>()
  for (const rollout of rollouts) {
    const group = byQuery.get(rollout.queryId)
    if (group === undefined) byQuery.set(rollout.queryId, [rollout])
    else group.push(rollout)
  }
  return [...byQuery].map(([queryId, members]) => {
    const rewards = members.flatMap(({ reward }) => reward ?? [])
    const [min, max] = rewards.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...rewards), Math.max(...rewards)]
    const few = rewards.length < Math.min(2, members.length)
    const kind = few ? 'failed' : max - min > ZERO_SPREAD ? 'spread' : max > 0 ? 'good' : 'bad'
    return {
      queryId, query: members[0]!.query, rollouts: members.toSorted((a, b) => a.member - b.member), kind, failed: members.length - rewards.length,
      mean: rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length, min, max,
    }
  })
}

/** One addend of a reward: its part between 0 and 1, times its weight. */
export interface Contribution {
  readonly part: string
  /** as people read it */
  readonly name: string
  readonly value: number
  readonly weight: number
  readonly product: number
}

export interface RewardSum {
  /** parts that are weighed, in the settings' order, those worth nothing here too */
  readonly addends: readonly Contribution[]
  readonly total: number
  /** false where the weights are not those that the reward was made with: a run went on with others */
  readonly adds: boolean
}

/** A reward as the sum of its weighted parts; undefined where there is none. `settings` are those of the run. */
export function sumOf({ reward, parts }: Pick<ScoredRollout, 'reward' | 'parts'>, settings: Readonly<Record<string, unknown>>): RewardSum | undefined {
  if (reward === undefined) return undefined
  const addends = Object.entries(parts).flatMap(([part, value]) => {
    const weight = Number(settings[REWARD_WEIGHTS[part as RewardPart]] ?? Number.NaN)
    // a part that a later version knows has only its own name
    return weight === 0 ? [] : [{ part, name: PART_NAMES[part as RewardPart] ?? part, value, weight, product: value === 0 ? 0 : value * weight }]
  })
  const total = addends.reduce((sum, { product }) => sum + product, 0)
  return { addends, total, adds: Math.abs(total - reward) <= 1e-6 }
}

/** Why sampling ended, in words. */
export function stopWords({ stop, tokens }: Pick<ScoredRollout, 'stop' | 'tokens'>): string {
  return stop === 'token' ? 'ended by itself' : `cut at ${tokens} tokens`
}
