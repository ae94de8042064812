// What stands in the papers' tables beside our runs: other systems' outputs, ranked as a column ranks, and what a kept policy forgot.
import type { Dataset } from '../../domain/dataset.ts'
import { metricsOfRank, type DecoderResult } from '../../domain/decoder.ts'
import type { SystemValues } from '../../domain/methodsTable.ts'
import type { Extra, PlannedRun } from '../../domain/papers/experiment.ts'
import { popularityRanks } from '../../domain/papers/popularity.ts'
import { ALL_PEOPLE } from '../../domain/papers/recllm.ts'
import type { Recommender } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Catalogue } from '../../experiment/ports.ts'
import { planTasks } from '../../experiment/tasks.ts'
import { evaluateAll } from '../queries/evaluating.ts'
import type { TableAnswer } from '../queries/queryRows.ts'
import { sourceWriter } from '../queries/writers.ts'
import type { Source } from '../inspect/sources.ts'
import { valuesOf } from '../runs/runSystems.ts'

const RANKED_AT_ONCE = 64

/** The settings that each column of a plan ranks by: those of its first run. */
export function columnSettings(plan: readonly PlannedRun[]): ReadonlyMap<string, Settings> {
  const columns = new Map<string, Settings>()
  for (const { column, settings } of plan) if (!columns.has(column)) columns.set(column, settings)
  return columns
}

interface Ranked {
  readonly dataset: Dataset
  readonly settings: Settings
  readonly recommender: Recommender
  readonly catalogue: Catalogue
  readonly signal: AbortSignal
}

/** What a source's answers to the test rows are worth, by row id. Rows that it says nothing to are left out. */
async function storedValues(source: Source, { dataset, settings, recommender, catalogue, signal }: Ranked): Promise<SystemValues> {
  const told: TableAnswer[] = []
  await evaluateAll(planTasks(dataset, settings).test, sourceWriter(source, signal), {
    recommender, catalogue, settings, batch: RANKED_AT_ONCE, signal, onPart: (answers) => { for (const answer of answers) told.push(answer) },
  })
  return new Map(told.map((answer) => [answer.queryId, valuesOf(answer, false)]))
}

/** The sources that hold stored answers to this data, as rows of one column. */
export async function storedExtras(sources: readonly Source[], column: string, ranked: Ranked): Promise<readonly Extra[]> {
  const extras: Extra[] = []
  for (const source of sources) {
    const values = await storedValues(source, ranked)
    if (values.size > 0) extras.push({ column, title: source.title, detail: source.kind === 'run' ? 'stored rankings' : 'stored outputs', values })
  }
  return extras
}

/** The decoder and popularity on the rows that the policy is tested on, where these are the same predictions; else on everyone's, in a column apart. */
export function baselineExtras({ users = [], ...dataset }: Dataset, settings: Settings, { values, epochs, bestEpoch }: Pick<DecoderResult, 'values' | 'epochs' | 'bestEpoch'>): readonly Extra[] {
  const popular = popularityRanks(users)
  const titled = [
    { title: 'Decoder over item ids', detail: `SASRec’s class, epoch ${bestEpoch} of ${epochs}`, ranked: new Map(values.map(({ userId, target, ranked }) => [userId, { target, ranked }] as const)) },
    { title: 'Popularity', detail: 'what most people had', ranked: popular },
  ]
  const rows = planTasks({ ...dataset, users }, settings).test.map(({ query: { id, judgements } }) => (
    { id, userId: id.slice(0, Math.max(0, id.lastIndexOf(':'))), relevant: new Set(judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId)) }))
  const isSame = rows.every(({ userId, relevant }) => { const target = popular.get(userId)?.target; return target !== undefined && relevant.has(target) })
  return titled.map(({ title, detail, ranked }) => ({
    column: isSame ? '' : ALL_PEOPLE, title, detail,
    values: new Map(isSame
      ? rows.flatMap(({ id, userId }) => { const own = ranked.get(userId); return own === undefined ? [] : [[id, metricsOfRank(own.ranked, own.target)] as const] })
      : [...ranked].map(([userId, { target, ranked: ids }]) => [userId, metricsOfRank(ids, target)] as const)),
  }))
}
