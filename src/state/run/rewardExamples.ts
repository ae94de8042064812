// What every part of the reward gives on real outputs: those of the last step, or of the unchanged rows where nothing was sampled yet.
import type { Settings } from '../../domain/settings.ts'
import { REWARD_PARTS, REWARD_WEIGHTS, type RewardParts } from '../../domain/reward.ts'
import type { Catalogue, Ports } from '../../experiment/ports.ts'
import type { StepRollouts } from '../../experiment/reduce.ts'
import { openRewarding, type Ranked } from '../../experiment/rewarding.ts'
import { rankAnswers, readingOf } from '../../experiment/score.ts'
import { planTasks, type Task } from '../../experiment/tasks.ts'
import { partKinds } from '../data/recommending.ts'
import type { Shop } from '../data/library.ts'
import type { Rows } from '../tasks/rows.ts'

export interface ValuedOutput {
  /** what was asked about, in one line */
  readonly asked: string
  /** what the policy wrote for it: the query, the text, or the items of the list */
  readonly answer: string
  /** all parts but the expression, whatever is weighed; undefined where the ranking failed, or the format is broken and nothing was ranked */
  readonly parts: RewardParts | undefined
  readonly failed?: string
  /** the reward as it was earned in training */
  readonly earned?: number
}

export interface Valued {
  /** the step whose rollouts these are; undefined of unchanged rows */
  readonly step: number | undefined
  readonly outputs: readonly ValuedOutput[]
  /** numeric columns of the catalogue, as far as its first products have them */
  readonly columns: readonly string[]
}

/** Outputs that are valued together: whole groups, up to this many. */
const MOST_OUTPUTS = 128
/** Unchanged rows that stand in for rollouts. */
const MOST_ROWS = 16
/** Products that are asked for their columns. */
const SOME_PRODUCTS = 500

/** The settings that decide what a part is worth: all but the weights and what is made of the parts. */
export function valuingKey(settings: Settings): string {
  const weights = new Set<string>([...Object.values(REWARD_WEIGHTS), 'expression', 'rewardCombination'])
  return JSON.stringify(Object.entries(settings).filter(([name]) => !weights.has(name)))
}

/** Whether valuing asks a server, which may be slow or cost money: then only where a person says so. */
export function asksServer(settings: Settings): boolean {
  return partKinds(settings).includes('http')
}

/** Values the last step's rollouts, all as one batch. Throws sentences of the loop: where a task cannot be asked, or a ranking fails. */
export async function valueOutputs(shop: Shop, rows: Pick<Rows, 'prepared'>, settings: Settings, sampled: StepRollouts | undefined): Promise<Valued> {
  const columns = await columnsOf(shop.catalogue)
  const every = everyPart(settings, columns)
  const ports = { catalogue: shop.catalogue, recommender: shop.recommender }
  const training = planTasks(shop.dataset, settings).training
  const given = sampled === undefined ? await unchanged(rows, shop, settings, training) : await rolled(rows, shop, settings, sampled)
  const read = given.map((output) => ({ ...output, request: output.task.spec.parse(output.task.asked, output.output.text) }))
  const ranked = await rankAnswers(ports.recommender, settings, read.map(({ task, request }) => ({ task, reading: readingOf(request) })), settings.trainK)
  const whole: Ranked[] = read.map(({ task, request, output }, i) => ({ task, request, output, ranked: ranked[i]! }))
  const parts = await openRewarding(ports satisfies Pick<Ports, 'catalogue'>, every, training).partsOf(whole, settings.trainK)
  return {
    step: sampled?.step, columns,
    outputs: read.map(({ task, request, earned }, i): ValuedOutput => {
      const { failed } = ranked[i]!
      // ids tell people nothing
      const items = request.kind === 'query' ? request.items?.map((item) => task.case.facts.product(item)?.title || item).join(' · ') : undefined
      const answer = request.kind === 'query' ? (items ?? request.query).trim() : request.reason
      return { asked: task.said, answer, parts: parts[i], ...(failed === undefined ? {} : { failed }), ...(earned === undefined ? {} : { earned }) }
    }),
  }
}

interface Given {
  readonly task: Task
  readonly output: Ranked['output']
  readonly earned?: number
}

async function rolled(rows: Pick<Rows, 'prepared'>, shop: Shop, settings: Settings, { rollouts }: StepRollouts): Promise<readonly Given[]> {
  const some = rollouts.slice(0, MOST_OUTPUTS)
  const asked = new Map(some.map(({ queryId, query }) => [queryId, { id: queryId, text: query }]))
  const tasks = new Map((await rows.prepared([...asked.values()], shop, settings)).map((task) => [task.query.id, task]))
  // rows of data that is no longer open have no task
  return some.flatMap(({ queryId, text, stop, reward }): Given[] => {
    const task = tasks.get(queryId)
    return task === undefined ? [] : [{ task, output: { text, stop }, ...(reward === undefined ? {} : { earned: reward }) }]
  })
}

async function unchanged(rows: Pick<Rows, 'prepared'>, shop: Shop, settings: Settings, training: readonly Task[]): Promise<readonly Given[]> {
  const tasks = await rows.prepared(training.slice(0, MOST_ROWS).map(({ query }) => query), shop, settings)
  return tasks.map((task) => {
    const { text, items } = task.spec.original(task.case)
    return { task, output: { text: task.spec.completion('', items ?? text, task.case), stop: 'token' } }
  })
}

/** Every part has a weight, but for columns that the catalogue lacks: a run with them would be refused. */
function everyPart(settings: Settings, columns: readonly string[]): Settings {
  const lacks = { expression: true, freshness: !columns.includes(settings.freshnessColumn), business: !columns.includes(settings.businessColumn) } as Partial<Record<string, boolean>>
  return { ...settings, ...Object.fromEntries(REWARD_PARTS.map((part) => [REWARD_WEIGHTS[part], lacks[part] === true ? 0 : 1])) }
}

async function columnsOf(catalogue: Catalogue): Promise<readonly string[]> {
  const step = Math.max(1, Math.floor(catalogue.size / SOME_PRODUCTS))
  const places = Array.from({ length: Math.min(catalogue.size, SOME_PRODUCTS) }, (_, at) => at * step)
  const products = await catalogue.productsAt(places)
  return [...new Set(products.flatMap(({ numbers }) => Object.keys(numbers ?? {})))].toSorted()
}
