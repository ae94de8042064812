// What outputs are worth: their parts, over all that these look at beyond one output — the batch's rankings, the catalogue, the training rows.
import { thoughtOf } from '../domain/outputs.ts'
import type { Request } from '../domain/request.ts'
import { columnsRead, factsNeeded, rewardParts, type Outcome, type RewardParts } from '../domain/reward.ts'
import { rangesOf } from '../domain/rewards/columns.ts'
import { batchOf } from '../domain/rewards/coverage.ts'
import type { Range, Shop } from '../domain/rewards/outcome.ts'
import { shopOf } from '../domain/rewards/shop.ts'
import type { Settings } from '../domain/settings.ts'
import type { Facts } from '../domain/tasks/task.ts'
import type { Rollout } from '../protocol/policy.ts'
import type { Catalogue, Ports } from './ports.ts'
import { nextTask } from './nextTask.ts'
import { learn } from './prepare.ts'
import type { RankedAnswer } from './score.ts'
import type { Task } from './tasks.ts'

/** Products that cross in one message while a column's range is read. */
const AT_ONCE = 2000
/** Outputs whose products are fetched together, and that are measured in one task: the rewards of a whole test are not one long task on a page's thread. */
const OUTPUTS_AT_ONCE = 32

/** An output with its ranking. */
export interface Ranked {
  readonly task: Task
  readonly request: Request
  readonly output: Pick<Rollout, 'text' | 'stop'>
  readonly ranked: RankedAnswer
}

/** What a run's rewards are computed over: opened once, for it may read the whole catalogue. */
export interface Rewarding {
  /** Parts by output, in their order; undefined where the ranking failed. `outputs` are one batch: what each adds to its coverage depends on all of them. */
  readonly partsOf: (outputs: readonly Ranked[], k: number) => Promise<readonly (RewardParts | undefined)[]>
}

/** `training`: the rows that popularity is counted over. Nothing is read before the first output. */
export function openRewarding(ports: Pick<Ports, 'catalogue'>, settings: Settings, training: readonly Task[]): Rewarding {
  const depth = factsNeeded(settings)
  let shop: Promise<Shop> | undefined
  const open = async (): Promise<Shop> => shopOf(training.map(({ query }) => query), await rangesIn(ports, settings))
  return {
    partsOf: async (outputs, k) => {
      const known = await (shop ??= open())
      const batch = batchOf(outputs.map(({ ranked }) => ranked.ids), settings.rewardK)
      const parts: (RewardParts | undefined)[] = []
      for (let start = 0; start < outputs.length; start += OUTPUTS_AT_ONCE) {
        if (start > 0) await nextTask()
        const some = outputs.slice(start, start + OUTPUTS_AT_ONCE)
        const wanted = depth === 0 ? [] : some.flatMap(({ ranked }) => [...ranked.ids.slice(0, depth), ...ranked.matched?.flatMap((id) => id ?? []) ?? []])
        const facts = wanted.length === 0 ? undefined : await learn(catalogueFor(ports), wanted)
        for (const one of some) {
          parts.push(one.ranked.failed === undefined ? rewardParts({ ...outcomeOf(one, k, facts), batch, shop: known }, settings) : undefined)
        }
      }
      return parts
    },
  }
}

function outcomeOf({ task, request, output: { text, stop }, ranked: { ids, matched } }: Ranked, k: number, learned: Facts | undefined): Outcome {
  const { row, facts } = task.case
  const isMatched = matched !== undefined && request.kind === 'query' && request.items?.length === matched.length
  return {
    request, thought: thoughtOf(task.prompt.prefill + text), cut: stop === 'length', ids: ids.slice(0, k), k, targets: task.targets, row,
    facts: learned === undefined ? facts : { product: (id) => learned.product(id) ?? facts.product(id) },
    ...(isMatched ? { matched } : {}),
  }
}

function catalogueFor({ catalogue }: Pick<Ports, 'catalogue'>): Catalogue {
  if (catalogue === undefined) throw new Error('a part of the reward reads products, but no catalogue is open; open a data set with products')
  return catalogue
}

/** Ranges of the columns that the reward reads, over the whole catalogue. Throws where no product has a number in one. */
async function rangesIn(ports: Pick<Ports, 'catalogue'>, settings: Settings): Promise<ReadonlyMap<string, Range>> {
  const columns = columnsRead(settings)
  if (columns.length === 0) return new Map()
  const catalogue = catalogueFor(ports)
  const ranges = new Map<string, Range>()
  const others = new Set<string>()
  for (let start = 0; start < catalogue.size; start += AT_ONCE) {
    const places = Array.from({ length: Math.min(AT_ONCE, catalogue.size - start) }, (_, i) => start + i)
    const products = await catalogue.productsAt(places)
    for (const product of products) for (const name of Object.keys(product.numbers ?? {})) others.add(name)
    for (const [column, { min, max }] of rangesOf(products, columns)) {
      const known = ranges.get(column)
      ranges.set(column, { min: Math.min(known?.min ?? min, min), max: Math.max(known?.max ?? max, max) })
    }
  }
  const missing = columns.find((column) => !ranges.has(column))
  if (missing !== undefined) {
    const there = others.size === 0 ? 'no numeric column' : `the numeric columns ${[...others].toSorted().join(', ')}`
    throw new Error(`the reward reads column ${JSON.stringify(missing)}, but the catalogue has ${there}; name one of its columns, or set the part's weight to 0`)
  }
  return ranges
}
