// What an experiment found: its tables with their tests, its figures, and in sentences what is best and whether that is more than chance.
import { methodsTable, MEASURE_TITLES, type MethodsTable, type TableMeasure, type TableRow, type Test } from '../methodsTable.ts'
import type { Resampled } from '../resampled.ts'
import type { Experiment, Figure, Given, Layout, Printed, TablePlan } from './experiment.ts'
import { pSaid } from './forgetting.ts'

export interface Report {
  readonly experiment: string
  readonly title: string
  readonly from: string
  readonly tables: readonly { readonly title: string; readonly table: MethodsTable }[]
  readonly figures: readonly Figure[]
  readonly lists: readonly Printed[]
  readonly printed: readonly Printed[]
  /** what is best, and whether significantly; why what was expected is not */
  readonly verdict: readonly string[]
  readonly runs: { readonly planned: number; readonly done: number; readonly seconds: number }
}

const score = (value: number): string => value.toFixed(3)
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${score(Math.abs(value))}`

interface Compared extends Pick<Test, 'delta' | 'low' | 'high' | 'adjusted'> {}

/** `one` less `other` in a column, wherever the table has compared them; undefined where it has not. */
function comparedIn(table: MethodsTable, at: number, measure: TableMeasure, one: TableRow, other: TableRow): Compared | undefined {
  const turned = (test: Compared | undefined, by: 1 | -1): Compared | undefined => test && (by === 1 ? test : { delta: -test.delta, low: -test.high, high: -test.low, adjusted: test.adjusted })
  const against = (row: TableRow, base: TableRow): Compared | undefined => (
    base.role === 'original' || base.role === 'start' ? row.cells[at]?.[measure]?.tests[base.role] : undefined)
  const direct = against(one, other)
  if (direct !== undefined) return direct
  const reverse = against(other, one)
  if (reverse !== undefined) return turned(reverse, -1)
  const pair = table.pairs.find((test) => test.data === at && ((test.one === one.title && test.other === other.title) || (test.one === other.title && test.other === one.title)))
  return pair && turned(pair, pair.one === one.title ? 1 : -1)
}

const chance = ({ adjusted }: Compared): string => (adjusted < 0.05 ? 'significantly' : 'within chance')
const range = ({ delta, low, high, adjusted }: Compared): string => `${signed(delta)}, 95 % ${signed(low)} to ${signed(high)}, ${pSaid(adjusted)} after Holm`

/** The sentences on one table: for every column what is best, against the next and against prompting; then what was expected to be. */
export function verdictOf(table: MethodsTable, plan: Pick<TablePlan, 'expected'>): readonly string[] {
  const [measure] = table.measures
  if (measure === undefined) return []
  return table.data.flatMap(({ name, queries }, at) => {
    const meanIn = (row: TableRow): number => row.cells[at]?.[measure]?.mean ?? Number.NaN
    const rows = table.rows.filter((row) => Number.isFinite(meanIn(row))).toSorted((a, b) => meanIn(b) - meanIn(a))
    const [best, second] = rows
    if (best === undefined || second === undefined) return []
    const said: string[] = []
    const next = comparedIn(table, at, measure, best, second)
    const where = `On ${name} (${queries} rows, ${MEASURE_TITLES[measure]})`
    if (meanIn(rows.at(-1)!) === meanIn(best)) return [`${where} nothing tells the methods apart: all have ${score(meanIn(best))}.`]
    const lead = next === undefined ? `above ${second.title} (${score(meanIn(second))})` : next.delta === 0 ? `level with ${second.title}` : `above ${second.title} ${chance(next)} (${range(next)})`
    said.push(`${where} ${best.title} is best with ${score(meanIn(best))}; it is ${lead}.`)
    const start = rows.find(({ role }) => role === 'start')
    const gained = start === undefined || start === second || start === best ? undefined : comparedIn(table, at, measure, best, start)
    if (gained !== undefined) said.push(`It is above ${start!.title} ${chance(gained)} (${range(gained)}).`)
    const { expected } = plan
    const wanted = expected && rows.find(({ title }) => title === expected.title)
    if (wanted !== undefined && wanted !== best) {
      const behind = comparedIn(table, at, measure, best, wanted)
      const level = behind === undefined || behind.delta === 0
      const far = level ? `level with ${best.title}` : `${chance(behind)} below ${best.title} (${range(behind)})`
      said.push(`${wanted.title} is not best here: ${score(meanIn(wanted))}, ${far}.`)
      if (expected!.why.length > 0) said.push(`Why not: ${expected!.why.join('; ')}.`)
    }
    return said
  })
}

/** The report of what is done so far. */
export async function makeReport(experiment: Experiment, given: Given, resampled: Resampled): Promise<Report> {
  const layout: Layout = experiment.layout(given)
  const tables: { title: string; table: MethodsTable }[] = []
  const verdict: string[] = []
  for (const plan of layout.tables) {
    if (plan.systems.length === 0) continue
    const table = await methodsTable(plan.systems, resampled, plan.measures)
    tables.push({ title: plan.title, table })
    verdict.push(...verdictOf(table, plan))
  }
  const done = given.plan.flatMap(({ key }) => given.results.get(key) ?? [])
  return {
    experiment: experiment.name, title: experiment.title, from: experiment.from, tables,
    figures: layout.figures.filter(({ series }) => series.some(({ points }) => points.length > 0)),
    lists: (layout.lists ?? []).filter(({ rows }) => rows.length > 0), printed: experiment.printed ?? [], verdict: [...verdict, ...layout.notes],
    runs: { planned: given.plan.length, done: done.length, seconds: done.reduce((sum, { seconds }) => sum + seconds, 0) },
  }
}
