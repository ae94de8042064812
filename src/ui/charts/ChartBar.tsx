// How all charts are drawn: the x axis, the y axes, smoothing, the stretch that is shown, the pinned step; and the figures as files.
import { useId } from 'react'
import { useStore } from 'zustand'
import type { ChartAxis, Cursor } from '../../state/cursor.ts'
import { count } from '../parts/format.ts'
import { useView, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

const AXES: readonly (readonly [axis: ChartAxis, says: string])[] = [['step', 'Steps'], ['tokens', 'Tokens'], ['wall', 'Time']]

/** Weights of the moving average, closer together where each means more. */
const SMOOTHINGS = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999] as const

const POINTING = 'Point at a chart to read every chart there. Click to pin the step everywhere; drag to show a stretch; double-click to show all. '
  + 'Keys on a chart: ← → move (with Shift by ten), Enter pins, Escape lets go, [ and ] set the stretch’s ends, 0 shows all.'

function Axis({ cursor }: { readonly cursor: Cursor }) {
  const axis = useStore(cursor, (state) => state.axis)
  const name = useId()
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">X axis</legend>
      {AXES.map(([value, says]) => (
        <label key={value}>
          <input type="radio" name={name} checked={axis === value} onChange={() => cursor.setState({ axis: value })} /><span>{says}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Smoothing() {
  const { view } = useWorkbench()
  const smoothing = useView((state) => state.smoothing)
  const id = useId()
  const at = SMOOTHINGS.findLastIndex((weight) => weight <= smoothing + 1e-9)
  return (
    <p className="smoothing">
      <Term about="smoothing"><label htmlFor={id}>Smoothing</label></Term>
      <input
        id={id} type="range" min={0} max={SMOOTHINGS.length - 1} step={1} value={at} aria-valuetext={String(smoothing)}
        onChange={(event) => view.setSmoothing(SMOOTHINGS[event.currentTarget.valueAsNumber] ?? 0)}
      />
      <output htmlFor={id}>{smoothing === 0 ? 'off' : smoothing}</output>
    </p>
  )
}

function Stretch({ cursor }: { readonly cursor: Cursor }) {
  const range = useStore(cursor, (state) => state.range)
  const pinned = useStore(cursor, (state) => state.pinned)
  if (range === undefined && pinned === undefined) return null
  return (
    <p className="stretch">
      {pinned !== undefined && (
        <span className="chip">step {count(pinned)} pinned <button type="button" className="plain" onClick={cursor.unpin}>Let go</button></span>
      )}
      {range !== undefined && (
        <span className="chip">
          steps {count(range[0])} to {count(range[1])} <button type="button" className="plain" onClick={cursor.showAll}>Show all</button>
        </span>
      )}
    </p>
  )
}

export function ChartBar({ cursor, onExport }: { readonly cursor: Cursor; readonly onExport: () => void }) {
  const log = useStore(cursor, (state) => state.log)
  const ignoring = useStore(cursor, (state) => state.ignoreOutliers)
  return (
    <div className="chart-bar" role="group" aria-label="How the curves are drawn">
      <Axis cursor={cursor} />
      <label className="check"><input type="checkbox" checked={log} onChange={(event) => cursor.setState({ log: event.currentTarget.checked })} />Log y</label>
      <label className="check">
        <input type="checkbox" checked={ignoring} onChange={(event) => cursor.setState({ ignoreOutliers: event.currentTarget.checked })} />Ignore outliers
      </label>
      <Smoothing />
      <Stretch cursor={cursor} />
      <span className="chart-bar-end">
        <Term explain={POINTING}>Keys</Term>
        <button type="button" className="plain" onClick={onExport}>Save figures …</button>
      </span>
    </div>
  )
}
