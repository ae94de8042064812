// A chart's numbers as they are, unthinned and unsmoothed: a row for every point, for files and for tables.
import { csvCell, csvLine } from '../../domain/csv.ts'
import type { Column } from './column.ts'
import { linesOf, type Curve } from './curves.ts'
import type { RunSeries } from './runSeries.ts'

/** A number as files hold it: NaN by name for what is not a finite number (JSON keeps no more of it), nothing where nothing was measured. */
export type Cell = number | string | undefined

export interface DataRow {
  readonly run: string
  readonly step: number
  readonly tokens: number
  readonly seconds: number
  /** by the keys of `keysOf` */
  readonly values: Readonly<Record<string, Cell>>
}

/** The names of a chart's columns: its lines, and the edges of its band. */
export function keysOf(curve: Curve, all: readonly RunSeries[]): readonly string[] {
  return [...linesOf(curve, all.map(({ settings }) => settings)).map(({ key }) => key), ...(curve.band === undefined ? [] : ['low', 'high'])]
}

function cellOf(column: Column, broken: ReadonlySet<number>, place: number): Cell {
  const value = column.values[place]!
  if (!Number.isNaN(value)) return value
  return broken.has(place) ? 'NaN' : undefined
}

/** Rows of a chart, run after run, from `first` to before `last` of each. */
export function* rowsOf(curve: Curve, all: readonly RunSeries[], first = 0, last = Infinity): Generator<DataRow> {
  const lines = linesOf(curve, all.map(({ settings }) => settings))
  for (const series of all) {
    const { axes: { step, tokens, wall }, length } = series.tracks[curve.of]
    const columns = lines.map((line) => [line.key, series.column(curve, line)] as const)
    const band = series.band(curve)
    const named = [...columns, ...(band === undefined ? [] : [['low', band[0]], ['high', band[1]]] as const)]
      .map(([key, column]) => [key, column, new Set(column.broken)] as const)
    for (let at = first; at < Math.min(last, length); at++) {
      yield {
        run: series.name, step: step.values[at]!, tokens: tokens.values[at]!, seconds: wall.values[at]!,
        values: Object.fromEntries(named.map(([key, column, broken]) => [key, cellOf(column, broken, at)])),
      }
    }
  }
}

const lineOf = (cells: readonly Cell[]): string => csvLine(cells.map(csvCell))

/** One chart as a table with a column for each line; several as one long table with a row for each value (RFC 4180). */
export function* csvOf(curves: readonly Curve[], all: readonly RunSeries[]): Generator<string> {
  const [only] = curves
  if (curves.length === 1 && only !== undefined) {
    const keys = keysOf(only, all)
    yield lineOf(['run', 'step', 'tokens', 'seconds', ...keys])
    for (const { run, step, tokens, seconds, values } of rowsOf(only, all)) yield lineOf([run, step, tokens, seconds, ...keys.map((key) => values[key])])
    return
  }
  yield lineOf(['run', 'chart', 'line', 'step', 'tokens', 'seconds', 'value'])
  for (const curve of curves) {
    for (const { run, step, tokens, seconds, values } of rowsOf(curve, all)) {
      for (const [key, value] of Object.entries(values)) if (value !== undefined) yield lineOf([run, curve.id, key, step, tokens, seconds, value])
    }
  }
}

/** The same rows as one JSON object a line; what was not measured is left out. */
export function* jsonlOf(curves: readonly Curve[], all: readonly RunSeries[]): Generator<string> {
  for (const curve of curves) {
    for (const { run, step, tokens, seconds, values } of rowsOf(curve, all)) {
      yield `${JSON.stringify({ run, chart: curve.id, step, tokens, seconds, ...values })}\n`
    }
  }
}
