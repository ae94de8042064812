// An output with all that a part of its reward may look at.
import type { Targets } from '../metrics.ts'
import type { Request } from '../request.ts'
import type { Settings } from '../settings.ts'
import type { Facts, Row } from '../tasks/task.ts'

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
  /** products of the first ids (`factsNeeded`), where a part that counts reads them */
  readonly facts: Facts
  /** for each of the request's items the id that it was matched to, undefined where it matched none; absent where items are ids themselves */
  readonly matched?: readonly (string | undefined)[]
  /** what the other outputs show; absent where an output stands alone */
  readonly batch?: Batch
  /** absent where no part that counts reads it */
  readonly shop?: Shop
}

/** The outputs of a step, or of an evaluation. */
export interface Batch {
  /** by id, how many outputs show it among their first rewardK, this one included */
  readonly shown: ReadonlyMap<string, number>
}

/** What is known of the data as a whole. */
export interface Shop {
  /** training rows in which the product stands, in the history or as relevant */
  readonly popularity: (id: string) => number
  /** training rows in all */
  readonly rows: number
  /** smallest and largest value of a numeric column in the catalogue; undefined where no product has a number there */
  readonly range: (column: string) => Range | undefined
}

export interface Range {
  readonly min: number
  readonly max: number
}

/** One part of a reward, from 0 to 1; never throws. */
export type PartOf<Name extends keyof Settings = never> = (outcome: Outcome, settings: Pick<Settings, Name>) => number

/**
 * The ids of a list as the policy gave them, strangers and repetitions in their places: undefined stands for a name that matched nothing.
 * Undefined of an output that is no list.
 */
export function listed({ request, matched }: Pick<Outcome, 'request' | 'matched'>): readonly (string | undefined)[] | undefined {
  return request.kind === 'query' && request.items !== undefined ? matched ?? request.items : undefined
}

/** How many items the list was asked for: listLength, or all candidates where there are fewer. */
export function askedLength({ row: { candidates } }: Pick<Outcome, 'row'>, { listLength }: Pick<Settings, 'listLength'>): number {
  return candidates === undefined || candidates.length === 0 ? listLength : Math.min(listLength, candidates.length)
}
