// Whole runs on the table shop, for tests of the loop: their events, and ports that fail as a test asks.
import { parseSettings } from '../domain/config.ts'
import type { Dataset } from '../domain/dataset.ts'
import type { UpdateRequest } from '../protocol/policy.ts'
import { summaryOf, type GrpoStep, type RunEvent, type Summary } from './events.ts'
import type { Ports } from './ports.ts'
import { POLICY_INFO, tablePorts, tableShop } from './testing.ts'
import { train } from './train.ts'

export const SHOP = tableShop()
export const TABLE = ['learningRate=0.1', 'klCoefficient=0.001', 'promptsPerStep=8', 'groupSize=6', 'validationEvery=5', 'validationShare=0.2'] as const

export type Table = ReturnType<typeof tablePorts>

/** Every event of a run with the table's settings and these changes. */
export async function runOn(ports: Ports, changes: readonly string[] = [], dataset: Dataset = SHOP): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  const settings = parseSettings([...TABLE, ...changes])
  for await (const event of train(ports, { dataset, settings, policy: POLICY_INFO, versions: {} })) events.push(event)
  return events
}

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>
export const of = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type): Of<Type>[] =>
  events.filter((event): event is Of<Type> => event.type === type)
export const stepsOf = (events: readonly RunEvent[]): GrpoStep[] => of(events, 'step').flatMap((event) => (event.stage === 'grpo' ? [event] : []))
export const summary = (events: readonly RunEvent[]): Summary => summaryOf(of(events, 'done')[0]!)

/** The same ports with a policy whose update is changed. */
export function withUpdate(ports: Table, change: (request: UpdateRequest, count: number) => ReturnType<Table['policy']['update']>): Table {
  let count = 0
  const policy = Object.create(ports.policy) as Table['policy']
  policy.update = (request) => change(request, ++count)
  return { ...ports, policy }
}

/** The table's recommender, which fails on the queries that `failing` names. */
export function failingOn(ports: Table, failing: (query: string, call: number) => boolean): Table {
  let call = 0
  const recommender = Object.create(ports.recommender) as Table['recommender']
  recommender.rank = async (queries, k) => {
    call++
    const rankings = await ports.recommender.rank(queries, k)
    return rankings.map((ranking, at) => (failing(queries[at]!, call) ? { ids: [], scores: [], failed: 'the server answered 503' } : ranking))
  }
  return { ...ports, recommender }
}
