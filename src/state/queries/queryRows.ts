// Two systems' answers side by side, query by query: joined once, then measured, filtered and sorted as typed arrays, so that 10,000 rows answer at once.
import { TIE } from '../../domain/compare.ts'
import type { JudgedQuery } from '../../domain/dataset.ts'
import type { Answer } from '../../experiment/events.ts'

/** The measures that every answer carries. */
export const TABLE_METRICS = ['ndcg@10', 'ndcg@100', 'recall@10'] as const
export type TableMetric = (typeof TABLE_METRICS)[number]

/** An answer, and of its first ten products how many nobody judged, where its ranking was seen. */
export interface TableAnswer extends Answer {
  readonly unjudged?: number
}

export interface QueryRow {
  readonly id: string
  readonly text: string
  readonly domain: string | undefined
  /** undefined where the system was not asked this query */
  readonly a: TableAnswer | undefined
  readonly b: TableAnswer | undefined
  /** products that were judged for it, and exact ones among them; undefined where the open data does not hold the query */
  readonly judged: number | undefined
  readonly exact: number | undefined
}

export interface QueryRows {
  readonly rows: readonly QueryRow[]
  /** query and rewrites of every row in lower case, which the search looks through */
  readonly said: readonly string[]
  /** domains in alphabetical order */
  readonly domains: readonly string[]
  /** how many rows each system answered, and how many it did not */
  readonly answered: { readonly a: number; readonly b: number }
  readonly lacking: { readonly a: number; readonly b: number }
}

/** One value per row; NaN where there is none. */
export interface RowValues {
  readonly a: Float64Array
  readonly b: Float64Array
  /** b − a */
  readonly delta: Float64Array
}

export const FILTERS = ['all', 'improved', 'worse', 'same', 'failed', 'noted'] as const
export type RowFilter = (typeof FILTERS)[number]

export const COLUMNS = ['query', 'domain', 'a', 'b', 'delta', 'format', 'judged', 'unjudged', 'note'] as const
export type TableColumn = (typeof COLUMNS)[number]

export interface RowOrder {
  readonly by: TableColumn
  readonly down: boolean
}

export interface RowChoice {
  readonly filter: RowFilter
  /** undefined shows every domain */
  readonly domain: string | undefined
  readonly search: string
  /** undefined keeps the queries' own order */
  readonly sort: RowOrder | undefined
}

export const NO_ROWS: QueryRows = { rows: [], said: [], domains: [], answered: { a: 0, b: 0 }, lacking: { a: 0, b: 0 } }

type Asked = Pick<JudgedQuery, 'id' | 'text' | 'domain'>

/** Rows in the order of `asked`, then of what only `a`, then only `b` answered. `judgedOf` finds a query of the open data by its id. */
export function joinAnswers(
  asked: readonly Asked[], a: readonly TableAnswer[], b: readonly TableAnswer[], judgedOf: (id: string) => JudgedQuery | undefined,
): QueryRows {
  const [ofA, ofB] = [byQuery(a), byQuery(b)]
  const places = new Map<string, Asked>()
  for (const query of asked) if (!places.has(query.id)) places.set(query.id, query)
  for (const answers of [a, b]) {
    for (const { queryId, query, domain } of answers) {
      if (!places.has(queryId)) places.set(queryId, { id: queryId, text: query, ...(domain === undefined ? {} : { domain }) })
    }
  }
  const rows = [...places.values()].map(({ id, text, domain }): QueryRow => {
    const judgements = judgedOf(id)?.judgements
    return {
      id, text, domain, a: ofA.get(id), b: ofB.get(id), judged: judgements?.length,
      exact: judgements?.reduce((sum, { label }) => sum + (label === 'E' ? 1 : 0), 0),
    }
  })
  const domains = [...new Set(rows.flatMap((row) => row.domain ?? []))].toSorted()
  return { rows, said: rows.map(saidIn), domains, answered: { a: ofA.size, b: ofB.size }, lacking: { a: rows.length - ofA.size, b: rows.length - ofB.size } }
}

const byQuery = (answers: readonly TableAnswer[]): Map<string, TableAnswer> => new Map(answers.map((answer) => [answer.queryId, answer]))

function saidIn({ text, a, b }: QueryRow): string {
  const parts = [text]
  if (a !== undefined && a.rewrite !== text) parts.push(a.rewrite)
  if (b !== undefined && b.rewrite !== text) parts.push(b.rewrite)
  return parts.join('\n').toLowerCase()
}

export function valuesOf({ rows }: QueryRows, metric: TableMetric): RowValues {
  const a = Float64Array.from(rows, (row) => row.a?.metrics?.[metric] ?? Number.NaN)
  const b = Float64Array.from(rows, (row) => row.b?.metrics?.[metric] ?? Number.NaN)
  return { a, b, delta: Float64Array.from(b, (value, at) => value - a[at]!) }
}

export type Outcome = 'win' | 'tie' | 'loss'

/** What a difference means; undefined where one side has no value. */
export function outcomeOf(delta: number): Outcome | undefined {
  if (Number.isNaN(delta)) return undefined
  return delta > TIE ? 'win' : delta < -TIE ? 'loss' : 'tie'
}

/** A broken format, or no ranking, on either side. */
export function hasFailed({ a, b }: QueryRow): boolean {
  return a?.format === false || b?.format === false || a?.failed !== undefined || b?.failed !== undefined
}

const FILTERED: Readonly<Record<Exclude<RowFilter, 'all' | 'failed' | 'noted'>, Outcome>> = { improved: 'win', worse: 'loss', same: 'tie' }

/** Places of the rows that are shown, in the order shown. Ties keep the rows' own order, whichever way is up; what has no value stands last. */
export function arrange({ rows, said }: QueryRows, values: RowValues, { filter, domain, search, sort }: RowChoice, noted: ReadonlyMap<string, string>): Int32Array {
  const words = search.toLowerCase().split(/\s+/u).filter((word) => word !== '')
  const passes = (at: number): boolean => {
    const row = rows[at]!
    if (domain !== undefined && row.domain !== domain) return false
    if (filter === 'failed' ? !hasFailed(row) : filter === 'noted' ? !noted.has(row.id) : filter !== 'all' && outcomeOf(values.delta[at]!) !== FILTERED[filter]) return false
    return words.every((word) => said[at]!.includes(word))
  }
  const shown = new Int32Array(rows.length)
  let count = 0
  for (let at = 0; at < rows.length; at++) if (passes(at)) shown[count++] = at
  const order = shown.subarray(0, count)
  return sort === undefined ? order : order.sort(comparing(rows, values, sort, noted))
}

/** How two places compare: TypedArray.sort is stable, yet a comparator that never says 0 keeps that so whatever the engine. */
function comparing(rows: readonly QueryRow[], values: RowValues, { by, down }: RowOrder, noted: ReadonlyMap<string, string>): (one: number, other: number) => number {
  const sign = down ? -1 : 1
  if (by === 'query' || by === 'domain') {
    const key = by === 'query' ? (row: QueryRow) => row.text.toLowerCase() : (row: QueryRow) => row.domain
    const keys = rows.map(key)
    return (one, other) => {
      const [x, y] = [keys[one], keys[other]]
      if (x === y) return one - other
      if (x === undefined || y === undefined) return x === undefined ? 1 : -1
      return x < y ? -sign : sign
    }
  }
  const keys = by === 'a' || by === 'b' || by === 'delta' ? values[by] : Float64Array.from(rows, (row) => numberOf(row, by, noted))
  return (one, other) => {
    const [x, y] = [keys[one]!, keys[other]!]
    if (x === y) return one - other
    // the one comparison of NaN that is cheap: it differs from itself
    if (x !== x || y !== y) return x !== x ? (y !== y ? one - other : 1) : -1
    return x < y ? -sign : sign
  }
}

/** Broken before whole, then by how much was judged: every column that is a count or a sign. */
function numberOf(row: QueryRow, by: 'format' | 'judged' | 'unjudged' | 'note', noted: ReadonlyMap<string, string>): number {
  switch (by) {
    case 'format': return row.a === undefined && row.b === undefined ? Number.NaN : hasFailed(row) ? 0 : 1
    case 'judged': return row.judged ?? Number.NaN
    case 'unjudged': return row.b?.unjudged ?? Number.NaN
    case 'note': return noted.has(row.id) ? 0 : 1
  }
}

/** Wins, ties and losses among rows, and rows without a value on one side. */
export function countOutcomes(delta: Float64Array, places: Iterable<number>): Readonly<Record<Outcome | 'unknown', number>> {
  const counts = { win: 0, tie: 0, loss: 0, unknown: 0 }
  for (const at of places) counts[outcomeOf(delta[at]!) ?? 'unknown']++
  return counts
}
