// Methods × data × measures from the values of single queries: means with intervals, what is more than chance, and what is best.
import { holm } from './holm.ts'
import type { Gained, Resampled } from './resampled.ts'
import { NORMAL_FROM } from './statistics.ts'

/** Every measure that a table may have. */
export const ALL_MEASURES = ['recall@5', 'ndcg@5', 'recall@10', 'ndcg@10', 'ndcg@100', 'format'] as const
export type TableMeasure = (typeof ALL_MEASURES)[number]
/** Those of a table that nobody chose them for. */
export const TABLE_MEASURES: readonly TableMeasure[] = ['ndcg@10', 'ndcg@100', 'recall@10', 'format']
export const MEASURE_TITLES: Readonly<Record<TableMeasure, string>> = {
  'recall@5': 'Recall@5', 'ndcg@5': 'NDCG@5', 'ndcg@10': 'NDCG@10', 'ndcg@100': 'NDCG@100', 'recall@10': 'Recall@10', 'format': 'Format',
}
/** Format is counted, not tested: comparisons that nobody asks for would cost the others their power. */
const isTested = (measure: TableMeasure): boolean => measure !== 'format'

/** One system's answers to one set of test queries. */
export interface System {
  /** `stored`: another system, by its outputs; it is compared as a trained policy is */
  readonly role: 'original' | 'start' | 'trained' | 'stored'
  readonly title: string
  /** says more of it: the recommender, the policy, the stages */
  readonly detail: string
  /** the run that measured it, whose original and start it is compared with */
  readonly run: { readonly id: string; readonly name: string }
  readonly data: { readonly name: string; readonly hash: string }
  /** by query id; a measure that is absent was not measured for that query */
  readonly values: SystemValues
}
export type SystemValues = ReadonlyMap<string, Readonly<Partial<Record<TableMeasure, number>>>>

/** † below 0.05, ‡ below 0.01, after Holm's adjustment. */
export interface Mark {
  readonly against: 'original' | 'start'
  readonly level: 1 | 2
  /** the difference is a loss */
  readonly lower: boolean
}

export interface Test {
  readonly delta: number
  readonly low: number
  readonly high: number
  /** two-sided, of the paired randomisation test (`fineRandomisationTest`), before and after Holm's adjustment */
  readonly p: number
  readonly adjusted: number
  readonly queries: number
}

export interface Cell {
  readonly mean: number
  /** 95 % percentile bootstrap over queries */
  readonly low: number
  readonly high: number
  readonly queries: number
  readonly best: boolean
  readonly tests: Readonly<Partial<Record<'original' | 'start', Test>>>
  readonly marks: readonly Mark[]
}

export interface TableRow {
  readonly role: System['role']
  readonly title: string
  readonly detail: string
  /** by set of data, then by measure; undefined where nothing was measured */
  readonly cells: readonly (Readonly<Partial<Record<TableMeasure, Cell>>> | undefined)[]
}

/** Runs that were measured on the same data and the same test queries. */
export interface TableData {
  readonly name: string
  readonly hash: string
  readonly queries: number
}

/** Two trained policies on the same queries: the table's first measure (NDCG@10 unless others were chosen) of `one` less that of `other`. */
export interface Pair extends Test {
  readonly data: number
  readonly one: string
  readonly other: string
}

export interface MethodsTable {
  readonly data: readonly TableData[]
  /** in the order of the columns; pairs are compared by the first */
  readonly measures: readonly TableMeasure[]
  readonly rows: readonly TableRow[]
  readonly pairs: readonly Pair[]
  /** how many tests Holm's adjustment is over */
  readonly comparisons: number
  readonly notes: readonly string[]
}

const ORDER: Readonly<Record<System['role'], number>> = { original: 0, start: 1, stored: 2, trained: 3 }
const isCompared = (role: System['role']): boolean => role === 'trained' || role === 'stored'
const SAME = 1e-12

function sameValues(one: System, other: System): boolean {
  if (one.values.size !== other.values.size) return false
  for (const [id, values] of one.values) {
    const others = other.values.get(id)
    if (others === undefined || ALL_MEASURES.some((name) => values[name] !== others[name])) return false
  }
  return true
}

/** Whether both hold the same query ids. */
function sameQueries(one: SystemValues, other: SystemValues): boolean {
  if (one.size !== other.size) return false
  for (const id of one.keys()) if (!other.has(id)) return false
  return true
}

/** Systems by data and test queries, in the order in which they first stand. */
function group(systems: readonly System[]): { readonly data: readonly TableData[]; readonly of: ReadonlyMap<System, number> } {
  const data: TableData[] = []
  const queries: SystemValues[] = []
  const of = new Map<System, number>()
  // all systems of one run are measured on the same queries: those of its largest set, should an answer be missing somewhere
  const asked = new Map<string, SystemValues>()
  for (const { run, values } of systems) if ((asked.get(run.id)?.size ?? -1) < values.size) asked.set(run.id, values)
  for (const system of systems) {
    const own = asked.get(system.run.id)!
    let at = data.findIndex(({ hash }, place) => hash === system.data.hash && sameQueries(queries[place]!, own))
    if (at < 0) {
      at = data.push({ name: system.data.name, hash: system.data.hash, queries: own.size }) - 1
      queries.push(own)
    }
    of.set(system, at)
  }
  return { data, of }
}

interface Row {
  readonly role: System['role']
  readonly title: string
  detail: string
  readonly cells: (System | undefined)[]
}

/** Equal originals and starts of several runs are one row; a method of one name on different data is one row too. */
function arrange(systems: readonly System[], of: ReadonlyMap<System, number>, groups: number): { readonly rows: readonly Row[]; readonly rowOf: ReadonlyMap<System, Row> } {
  const rows: Row[] = []
  const rowOf = new Map<System, Row>()
  for (const system of systems) {
    const at = of.get(system)!
    const alike = rows.filter(({ role, title, detail }) => role === system.role && title === system.title && detail === system.detail)
    const same = alike.find(({ cells }) => cells[at] !== undefined && !isCompared(system.role) && sameValues(cells[at], system))
      ?? alike.find(({ cells }) => cells[at] === undefined)
    const row = same ?? { role: system.role, title: system.title, detail: system.detail, cells: Array.from({ length: groups }, () => undefined) }
    if (same === undefined) {
      rows.push(row)
      // what is called the same and answers otherwise is told apart by its run
      if (alike.length > 0 && !isCompared(system.role)) row.detail = `${row.detail}, ${system.run.name}`
    }
    row.cells[at] ??= system
    rowOf.set(system, row)
  }
  return { rows: rows.toSorted((a, b) => ORDER[a.role] - ORDER[b.role]), rowOf }
}

interface Wanted {
  readonly measure: TableMeasure
  readonly one: System
  readonly other: System
  readonly against: 'original' | 'start' | 'trained'
}

/** Every comparison of the table, each once, however many runs share a row. */
function comparisonsOf(rows: readonly Row[], systems: readonly System[], rowOf: ReadonlyMap<System, Row>, measures: readonly TableMeasure[]): readonly Wanted[] {
  const tested = measures.filter(isTested)
  const [first] = tested
  const of = (run: string, role: System['role']): System | undefined => systems.find((system) => system.run.id === run && system.role === role)
  const wanted: Wanted[] = []
  for (const row of rows) {
    for (const one of row.cells) {
      if (one === undefined || row.role === 'original') continue
      for (const against of isCompared(row.role) ? ['original', 'start'] as const : ['original'] as const) {
        const other = of(one.run.id, against)
        if (other !== undefined) wanted.push(...tested.map((measure) => ({ measure, one, other, against })))
      }
    }
  }
  const trained = first === undefined ? [] : rows.filter(({ role }) => isCompared(role))
  for (const [at, row] of trained.entries()) {
    for (const [place, one] of row.cells.entries()) {
      for (const later of trained.slice(at + 1)) {
        const other = later.cells[place]
        if (one !== undefined && other !== undefined && rowOf.get(other) !== row) wanted.push({ measure: first!, one: other, other: one, against: 'trained' })
      }
    }
  }
  return wanted
}

/** The table of `systems`, which are compared only within one run's queries, or where data hash and test queries are the same. */
export async function methodsTable(systems: readonly System[], resampled: Resampled, measures: readonly TableMeasure[] = TABLE_MEASURES): Promise<MethodsTable> {
  const { data, of } = group(systems)
  const { rows, rowOf } = arrange(systems, of, data.length)

  const tested: (Gained & Wanted)[] = []
  for (const wanted of comparisonsOf(rows, systems, rowOf, measures)) {
    const gained = await resampled.gain(wanted.one.values, wanted.other.values, wanted.measure)
    if (gained !== undefined) tested.push({ ...wanted, ...gained })
  }
  const adjusted = holm(tested.map(({ p }) => p))
  const tests = tested.map((test, at) => ({ ...test, adjusted: adjusted[at]! }))

  const cellOf = async (system: System, measure: TableMeasure): Promise<Cell | undefined> => {
    const interval = await resampled.interval(system.values, measure)
    if (interval === undefined) return undefined
    const own: Partial<Record<'original' | 'start', Test>> = {}
    for (const { one, measure: tried, against, delta, low, high, p, adjusted: after, queries } of tests) {
      if (one === system && tried === measure && against !== 'trained') own[against] = { delta, low, high, p, adjusted: after, queries }
    }
    const marks = (['original', 'start'] as const).flatMap((against): Mark[] => {
      const test = own[against]
      return test === undefined || !(test.adjusted < 0.05) ? [] : [{ against, level: test.adjusted < 0.01 ? 2 : 1, lower: test.delta < 0 }]
    })
    return { ...interval, best: false, tests: own, marks }
  }
  const filled: TableRow[] = []
  for (const { role, title, detail, cells } of rows) {
    const measured: (Partial<Record<TableMeasure, Cell>> | undefined)[] = []
    for (const system of cells) {
      if (system === undefined) {
        measured.push(undefined)
        continue
      }
      const by: Partial<Record<TableMeasure, Cell>> = {}
      for (const measure of measures) {
        const cell = await cellOf(system, measure)
        if (cell !== undefined) by[measure] = cell
      }
      measured.push(by)
    }
    filled.push({ role, title, detail, cells: measured })
  }
  const pairs = tests.filter(({ against }) => against === 'trained').map(({ one, other, delta, low, high, p, adjusted: after, queries }) => (
    { data: of.get(one)!, one: one.title, other: other.title, delta, low, high, p, adjusted: after, queries }))
  return { data, measures, rows: withBest(filled, data.length), pairs, comparisons: tests.length, notes: notesOf(data) }
}

function withBest(rows: readonly TableRow[], groups: number): readonly TableRow[] {
  const most = Array.from({ length: groups }, (_, at) => Object.fromEntries(ALL_MEASURES.map((measure) => {
    const means = rows.flatMap(({ cells }) => cells[at]?.[measure]?.mean ?? [])
    // one value alone is no best
    return [measure, means.length < 2 ? Infinity : Math.max(...means)]
  })) as Record<TableMeasure, number>)
  return rows.map((row) => ({
    ...row,
    cells: row.cells.map((by, at) => by && Object.fromEntries(Object.entries(by).map(([measure, cell]) => (
      [measure, { ...cell, best: cell.mean >= most[at]![measure as TableMeasure] - SAME }])))),
  }))
}

function notesOf(data: readonly TableData[]): readonly string[] {
  const notes: string[] = []
  const hashes = new Set(data.map(({ hash }) => hash))
  if (hashes.size > 1) notes.push('Runs on different data are not compared with each other: each set of data has its own columns, marks and best.')
  if (hashes.size < data.length) notes.push('Runs on the same data were measured on different test queries; they stand in columns of their own and are not compared with each other.')
  return notes
}

/** What the table's signs mean, as one paragraph without markup. */
export function captionOf({ data, comparisons, measures }: MethodsTable): string {
  const queries = data.map(({ name, queries: many }) => `${name}: ${many} test queries`).join('; ')
  return `Means over queries with 95 % bootstrap intervals (${queries}). † p < .05, ‡ p < .01 against the original query (o) and the run’s start (s); ↓ marks a loss. `
    + `Two-sided paired randomisation tests over the same queries (exact or drawn; in their normal limit where ${NORMAL_FROM} or more differences weigh in), `
    + `Holm–Bonferroni over the ${comparisons} comparisons of this table. Best in bold.${measures.includes('format') ? ' Format is not tested.' : ''}`
}
