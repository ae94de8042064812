// Results of runs as the systems of a table: seeds are averaged row by row, and rows may be taken apart by what they are.
import { mean } from '../metrics.ts'
import { ALL_MEASURES, MEASURE_TITLES, type System, type SystemValues, type TableMeasure } from '../methodsTable.ts'
import type { Given, RunResult } from './experiment.ts'
import { ORIGINAL, PROMPTING, titleOf } from './methods.ts'

/** Row by row the mean over seeds, of the seeds that measured it. One alone is itself. */
export function averaged(all: readonly SystemValues[]): SystemValues | undefined {
  const [first, ...others] = all
  if (first === undefined || others.length === 0) return first
  const ids = new Set(all.flatMap((values) => [...values.keys()]))
  return new Map([...ids].map((id) => {
    const own = all.flatMap((values) => values.get(id) ?? [])
    return [id, Object.fromEntries(ALL_MEASURES.flatMap((measure) => {
      const known = own.flatMap((values) => values[measure] ?? [])
      return known.length === 0 ? [] : [[measure, mean(known)]]
    }))] as const
  }))
}

export function meanOf(values: SystemValues | undefined, measure: TableMeasure): number | undefined {
  const own = [...values?.values() ?? []].flatMap((row) => row[measure] ?? [])
  return own.length === 0 ? undefined : mean(own)
}

/** The rows for which `wanted` holds. */
export function rowsWhere(values: SystemValues, wanted: (id: string) => boolean): SystemValues {
  return new Map([...values].filter(([id]) => wanted(id)))
}

const score = (value: number): string => value.toFixed(3)

/** What the seeds gave one by one, where there are several. */
function seedsSaid(all: readonly SystemValues[], measure: TableMeasure): string {
  if (all.length < 2) return ''
  return `${all.length} seeds: ${all.map((values) => { const own = meanOf(values, measure); return own === undefined ? '–' : score(own) }).join(', ')} ${MEASURE_TITLES[measure]}`
}

/** The done runs of a method in a column, by seed. */
export function doneOf({ plan, results }: Pick<Given, 'plan' | 'results'>, column: string, method: string): readonly RunResult[] {
  return plan.filter((run) => run.column === column && run.method === method).flatMap(({ key }) => results.get(key) ?? [])
}

/** A column of a table: what is compared with what. */
export interface Column {
  readonly key: string
  readonly title: string
  /** the rows that count; all of them where it is absent */
  readonly rows?: (id: string) => boolean
}

export interface ColumnPlan {
  readonly column: Column
  /** which runs of the plan stand for it; its key where it is absent */
  readonly runs?: string
  readonly measure: TableMeasure
  readonly original?: string
  readonly prompting?: string
}

/** Original, prompting, stored outputs and every method of a column that has been measured. */
export function systemsOf(given: Given, { column, runs = column.key, measure, original = ORIGINAL, prompting = PROMPTING }: ColumnPlan): readonly System[] {
  const { facts: { data }, plan, extras } = given
  const own = { run: { id: column.key, name: column.title }, data: { name: column.title, hash: `${data.hash} ${column.key}`.trim() } }
  const kept = (values: SystemValues): SystemValues => (column.rows === undefined ? values : rowsWhere(values, column.rows))
  const system = (role: System['role'], title: string, all: readonly (SystemValues | undefined)[], detail = ''): System[] => {
    const known = all.flatMap((values) => (values === undefined ? [] : [kept(values)])).filter(({ size }) => size > 0)
    const values = averaged(known)
    const seeds = role === 'original' ? '' : seedsSaid(known, measure)
    return values === undefined ? [] : [{ role, title, detail: [detail, seeds].filter((part) => part !== '').join('; '), ...own, values }]
  }
  const methods = [...new Set(plan.filter((run) => run.column === runs).map(({ method }) => method))]
  const done = methods.map((method) => ({ method, results: doneOf(given, runs, method) }))
  const all = done.flatMap(({ results }) => results)
  // what a run with an earlier stage starts from is no prompting
  const prompted = all.flatMap(({ stages, tests }) => (stages.includes(',') ? tests.prompted : tests.before) ?? [])
  // a system that answers more than was tested here is measured on what was
  const tested = averaged(all.flatMap(({ tests }) => tests.original ?? tests.after ?? []))
  const among = (values: SystemValues): SystemValues => (tested === undefined ? values : rowsWhere(values, (id) => tested.has(id)))
  return [
    ...system('original', original, all.slice(0, 1).map(({ tests }) => tests.original)),
    ...system('start', prompting, distinct(prompted)),
    ...extras.filter((extra) => extra.column === runs).flatMap((extra) => system('stored', extra.title, [among(extra.values)], extra.detail)),
    ...done.flatMap(({ method, results }) => system('trained', titleOf(method), results.map(({ tests }) => tests.after))),
  ]
}

/** The same start of several runs counts once: it is no other seed. */
function distinct(all: readonly (SystemValues | undefined)[]): readonly (SystemValues | undefined)[] {
  const [first] = all
  const same = (other: SystemValues | undefined): boolean => {
    if (first === undefined || other === undefined || first.size !== other.size) return false
    for (const [id, values] of first) if (ALL_MEASURES.some((measure) => other.get(id)?.[measure] !== values[measure])) return false
    return true
  }
  return all.every(same) ? all.slice(0, 1) : all
}
