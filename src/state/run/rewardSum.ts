// A reward as the editor shows it: each part's share in it on one output, and on average over all.
import { REWARD_PARTS, REWARD_WEIGHTS, totalReward, type RewardPart, type RewardParts } from '../../domain/reward.ts'
import { formulaFault, formulaOf } from '../../domain/rewards/formula.ts'
import type { Settings } from '../../domain/settings.ts'
import type { ValuedOutput } from './rewardExamples.ts'

export interface Share {
  /** from 0 to 1, the expression's from −10 to 10; undefined where it was not measured */
  readonly value: number | undefined
  /** value times weight */
  readonly adds: number | undefined
  /** mean of the value over all outputs that were ranked */
  readonly mean: number | undefined
}

/** The parts of an output with the expression as it is written now. */
function partsNow({ parts }: ValuedOutput, settings: Settings): RewardParts | undefined {
  if (parts === undefined) return undefined
  const formula = formulaFault(settings.expression) === undefined ? formulaOf(settings.expression) : undefined
  return { ...parts, expression: formula?.value(parts) ?? 0 }
}

/** Shares of every part in the reward of `output`, under the weights as they are now. */
export function sharesOf(output: ValuedOutput | undefined, all: readonly ValuedOutput[], settings: Settings): Readonly<Record<RewardPart, Share>> {
  const now = all.flatMap((one) => partsNow(one, settings) ?? [])
  const own = output === undefined ? undefined : partsNow(output, settings)
  return Object.fromEntries(REWARD_PARTS.map((part): [RewardPart, Share] => {
    const value = own?.[part]
    const values = now.flatMap((parts) => parts[part] ?? [])
    const weight = settings[REWARD_WEIGHTS[part]]
    return [part, {
      value, adds: value === undefined || weight === 0 ? undefined : value * weight,
      mean: values.length === 0 ? undefined : values.reduce((sum, one) => sum + one, 0) / values.length,
    }]
  })) as Record<RewardPart, Share>
}

/** The reward of `output` under the weights as they are now; undefined where its ranking failed. */
export function rewardNow(output: ValuedOutput, settings: Settings): number | undefined {
  const parts = partsNow(output, settings)
  return parts === undefined ? undefined : totalReward(parts, settings)
}
