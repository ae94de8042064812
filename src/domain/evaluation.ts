// Rankings of many queries against their judgements: a value for every query and measure, and their means, over all and by domain.
import type { Judgement } from './dataset.ts'
import { judgedOf, measure, type Judged, type Measure } from './measures.ts'
import { mean, trecOrder } from './metrics.ts'
import type { Settings } from './settings.ts'

/** A query with its judgements; of a `JudgedQuery` only this is read. */
export interface EvaluatedQuery {
  readonly id: string
  readonly domain?: string
  readonly judgements: readonly Judgement[]
}

export interface EvaluationOptions extends Pick<Settings, 'gains' | 'duplicateTargets'> {
  readonly measures: readonly Measure[]
  /**
   * What becomes of a judged query without a ranking. `zero`: every measure of it is 0 and it counts (trec_eval -c), as a recommender
   * that finds nothing leaves no line in a run. `skip`: means are over the others (trec_eval without -c).
   */
  readonly missing: 'zero' | 'skip'
}

export interface QueryValues {
  readonly id: string
  readonly domain?: string
  /** false where no ranking came for it */
  readonly ranked: boolean
  /** by label of measure */
  readonly values: Readonly<Record<string, number>>
}

export interface Evaluation {
  /** in the queries' order */
  readonly queries: readonly QueryValues[]
  readonly means: Readonly<Record<string, number>>
  /** by domain, in the order in which domains first stand; queries without one are left out */
  readonly domains: readonly { readonly domain: string; readonly queries: number; readonly means: Readonly<Record<string, number>> }[]
  /** judged queries without a ranking */
  readonly missing: number
  /** rankings whose query nobody judged; nothing can be said of them */
  readonly unknown: number
  /** queries without a relevant product: 0 in every measure but `unjudged`, and counted, as in trec_eval */
  readonly withoutRelevant: number
}

/**
 * Measures the rankings (product ids by query id, best first) of `queries`. Time is linear in both.
 * Two queries of one id are an Error, since their rankings could not be told apart.
 */
export function evaluateRankings(
  queries: readonly EvaluatedQuery[], rankings: ReadonlyMap<string, readonly string[]>, options: EvaluationOptions,
): Evaluation {
  const seen = new Set<string>()
  const values: QueryValues[] = []
  let [missing, withoutRelevant] = [0, 0]
  for (const { id, domain, judgements } of queries) {
    if (seen.has(id)) throw new Error(`query ${id} stands twice among the judged queries; give every query an id of its own`)
    seen.add(id)
    const ids = rankings.get(id)
    if (ids === undefined) missing++
    if (ids === undefined && options.missing === 'skip') continue
    const judged = judgedOf(judgements, options)
    if (judged.relevant.size === 0) withoutRelevant++
    values.push({ id, ...(domain === undefined ? {} : { domain }), ranked: ids !== undefined, values: valuesOf(ids ?? [], judged, options.measures) })
  }
  const unknown = [...rankings.keys()].filter((id) => !seen.has(id)).length
  return { queries: values, means: meansOf(values, options.measures), domains: byDomain(values, options.measures), missing, unknown, withoutRelevant }
}

/** trec_eval's reading of a run: score falling, ties by falling id (ranks in the file are ignored); `ranked` keeps the file's order. */
export function rankingsOfRun(
  run: ReadonlyMap<string, readonly { readonly id: string; readonly score: number }[]>, ties: 'trec' | 'ranked',
): Map<string, string[]> {
  const order = (entries: readonly { readonly id: string; readonly score: number }[]): string[] => (
    ties === 'trec' ? trecOrder(entries.map(({ id, score }) => [id, score] as const)) : entries.map(({ id }) => id))
  return new Map([...run].map(([query, entries]) => [query, order(entries)]))
}

function valuesOf(ids: readonly string[], judged: Judged, measures: readonly Measure[]): Record<string, number> {
  return Object.fromEntries(measures.map((each) => [each.label, measure(each, ids, judged)]))
}

function meansOf(queries: readonly QueryValues[], measures: readonly Measure[]): Record<string, number> {
  return Object.fromEntries(measures.map(({ label }) => [label, mean(queries.map(({ values }) => values[label]!))]))
}

function byDomain(queries: readonly QueryValues[], measures: readonly Measure[]): Evaluation['domains'] {
  const groups = new Map<string, QueryValues[]>()
  for (const query of queries) {
    if (query.domain === undefined) continue
    const group = groups.get(query.domain)
    if (group === undefined) groups.set(query.domain, [query])
    else group.push(query)
  }
  return [...groups].map(([domain, members]) => ({ domain, queries: members.length, means: meansOf(members, measures) }))
}
