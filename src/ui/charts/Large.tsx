// One chart over the page, large; or as a table of its values.
import { useState } from 'react'
import { useStore } from 'zustand'
import type { Cursor } from '../../state/cursor.ts'
import { count, digits } from '../parts/format.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { Sideways } from '../parts/Sideways.tsx'
import { ChartCard, type ChartAct } from './ChartCard.tsx'
import { keysOf, rowsOf, type DataRow } from './chartData.ts'
import type { Charted } from './charted.ts'
import { linesOf, type Curve } from './curves.ts'
import { firstFrom } from './column.ts'
import type { RunSeries } from './runSeries.ts'

interface LargeProps {
  readonly curve: Curve
  readonly table: boolean
  readonly charted: Charted
  readonly cursor: Cursor
  readonly onAct: (curve: Curve, act: ChartAct, line: string | undefined) => void
  readonly onClose: () => void
  /** why the chart was not saved */
  readonly fault: string | undefined
}

const ROWS = 50
const TYPES: readonly (readonly [act: ChartAct, says: string])[] = [['png', 'PNG'], ['svg', 'SVG'], ['csv', 'CSV'], ['jsonl', 'JSONL']]

/** Where the pinned step stands in the table, else its last page. */
function pageOf(curve: Curve, series: RunSeries | undefined, pinned: number | undefined): number {
  const track = series?.tracks[curve.of]
  if (track === undefined || track.length === 0) return 0
  const place = pinned === undefined ? track.length - 1 : Math.min(track.length - 1, firstFrom(track.axes.step.values, track.length, pinned))
  return Math.floor(place / ROWS)
}

function Values({ curve, charted, cursor }: Pick<LargeProps, 'curve' | 'charted' | 'cursor'>) {
  const [of, setOf] = useState(0)
  const series = charted.series[of]
  useStore(charted.version)
  const [page, setPage] = useState(() => pageOf(curve, series, cursor.getState().pinned))
  if (series === undefined) return null
  const all = series.tracks[curve.of].length
  const pages = Math.max(1, Math.ceil(all / ROWS))
  const keys = keysOf(curve, [series])
  const names = new Map(linesOf(curve, [series.settings]).map(({ key, name }) => [key, name]))
  const rows: DataRow[] = [...rowsOf(curve, [series], page * ROWS, (page + 1) * ROWS)]
  const last = Math.min(all, (page + 1) * ROWS)
  return (
    <div className="chart-values">
      <p className="row">
        {charted.series.length > 1 && (
          <label>Run <select value={of} onChange={(event) => setOf(Number(event.currentTarget.value))}>{charted.series.map(({ id, name }, at) => <option key={id} value={at}>{name}</option>)}</select></label>
        )}
        <button type="button" className="button" disabled={page === 0} onClick={() => setPage(0)}>First</button>
        <button type="button" className="button" disabled={page === 0} onClick={() => setPage(page - 1)}>Earlier</button>
        <button type="button" className="button" disabled={page >= pages - 1} onClick={() => setPage(page + 1)}>Later</button>
        <button type="button" className="button" disabled={page >= pages - 1} onClick={() => setPage(pages - 1)}>Last</button>
        <span role="status" className="quiet">{all === 0 ? 'nothing yet' : `rows ${count(page * ROWS + 1)} to ${count(last)} of ${count(all)}, values as they are`}</span>
      </p>
      <Sideways label={`Values of ${curve.title}`}>
        <table className="cells">
          <caption className="visually-hidden">{curve.title}{curve.band === undefined ? '' : `; low and high: ${curve.band.says}`}</caption>
          <thead><tr><th scope="col">step</th><th scope="col">tokens</th><th scope="col">seconds</th>{keys.map((key) => <th key={key} scope="col">{names.get(key) ?? key}</th>)}</tr></thead>
          <tbody>
            {rows.map(({ step, tokens, seconds, values }) => (
              <tr key={step}>
                <th scope="row">{count(step)}</th><td>{count(tokens)}</td><td>{digits(seconds)}</td>
                {keys.map((key) => <td key={key}>{typeof values[key] === 'number' ? curve.format(values[key]) : values[key] === undefined ? '–' : 'not finite'}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
    </div>
  )
}

export function Large({ curve, table: opened, charted, cursor, onAct, onClose, fault }: LargeProps) {
  const [table, setTable] = useState(opened)
  return (
    <Sheet
      title={curve.title} className="large-chart" onClose={onClose}
      aside={<button type="button" className="plain" aria-pressed={table} onClick={() => setTable(!table)}>{table ? 'Show as chart' : 'Show as table'}</button>}
      footer={<p className="row"><span className="quiet">Save as</span>{TYPES.map(([act, says]) => <button key={act} type="button" className="button" onClick={() => onAct(curve, act, undefined)}>{says}</button>)}</p>}
    >
      <p className="quiet">{curve.explain}</p>
      {fault !== undefined && <p className="notice bad" role="alert">{fault}</p>}
      {table ? <Values curve={curve} charted={charted} cursor={cursor} /> : <ChartCard curve={curve} charted={charted} cursor={cursor} onAct={onAct} large />}
    </Sheet>
  )
}
