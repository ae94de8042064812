// One chart: its title, the values under the cursor, the drawing, and what has to be said of it.
import { lazy, memo, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { Cursor } from '../../state/cursor.ts'
import { useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { useSize } from '../parts/useSize.ts'
import type { Charted } from './charted.ts'
import { linesOf, type Curve } from './curves.ts'
import { useFrame, type Drawn } from './useFrame.ts'
import { boxOf, LABELS_WIDTH } from './geometry.ts'
import { Pointing } from './pointing.ts'

// recharts is the heaviest part of the page and nothing needs it before the first paint
const Plot = lazy(async () => ({ default: (await import('./Plot.tsx')).Plot }))
const ChartMenu = lazy(async () => ({ default: (await import('./ChartMenu.tsx')).ChartMenu }))

const asOnPage = (colour: string): string => colour

export type ChartAct = 'enlarge' | 'table' | 'png' | 'svg' | 'csv' | 'jsonl'

interface CardProps {
  readonly curve: Curve
  readonly charted: Charted
  readonly cursor: Cursor
  readonly onAct: (curve: Curve, act: ChartAct, line: string | undefined) => void
  /** names at the ends of lines, and no menu: the large view */
  readonly large?: boolean
}

/** The chart in words: what stands last, lowest and highest on every line. */
export function describe(curve: Curve, { frame, look }: Pick<Drawn, 'frame' | 'look'>): string {
  const by = { step: 'step', tokens: 'tokens', wall: 'time' }[look.axis]
  const lines = frame.lines.flatMap(({ name, points, series, line }) => {
    const values = points.flatMap(({ y }) => y ?? [])
    if (values.length === 0) return []
    const column = series.column(curve, line)
    const last = column.values[column.lastDrawn()]
    return [`${name}: last ${curve.format(last)}, least ${curve.format(Math.min(...values))}, greatest ${curve.format(Math.max(...values))}`]
  })
  return `${curve.title} by ${by}. ${lines.length === 0 ? 'Nothing yet' : lines.join('; ')}.`
}

function Keys({ drawn }: { readonly drawn: Drawn }) {
  return (
    <p className="curve-keys" data-part="keys">
      {drawn.frame.lines.map(({ key, name, colour, dash }) => (
        <span key={key} className="key">
          <svg width="16" height="6" aria-hidden="true"><line x1="0" y1="3" x2="16" y2="3" stroke={colour} strokeWidth="2" strokeDasharray={dash} /></svg>
          <span className="key-name">{name}</span> <b data-value="" />
        </span>
      ))}
    </p>
  )
}

function ChartCardBase({ curve, charted, cursor, onAct, large = false }: CardProps) {
  useStore(charted.version, () => charted.series.length)
  const figure = useRef<HTMLElement>(null)
  const surface = useRef<HTMLDivElement>(null)
  const pointing = useRef<Pointing>(undefined)
  const { view } = useWorkbench()
  const [line, setLine] = useState<string>()
  const [box, size] = useSize()
  const several = charted.series.length > 1
  const labels = several || large ? LABELS_WIDTH : 0
  const drawn = useFrame({ curve, charted, cursor, view, line, size, labels, element: figure })
  const notes = charted.series.map(({ settings }) => curve.note?.(settings))
  const note = notes.length > 0 && notes.every((one) => one !== undefined) ? notes[0] : undefined
  const lines = linesOf(curve, charted.series.map(({ settings }) => settings))
  const keyed = drawn !== undefined && (drawn.frame.lines.length > 1 || several)

  useEffect(() => {
    const made = new Pointing(figure.current!, surface.current!, cursor)
    pointing.current = made
    return () => made.stop()
  }, [cursor])
  useEffect(() => {
    if (drawn === undefined) return
    pointing.current?.show({ curve, frame: drawn.frame, box: boxOf(drawn.size, drawn.labels), axis: drawn.look.axis, series: charted.series })
  }, [curve, charted, drawn])
  const act = useCallback((what: ChartAct) => onAct(curve, what, line), [curve, line, onAct])

  const empty = drawn !== undefined && drawn.frame.lines.every(({ points }) => points.length === 0)
  return (
    <figure className="curve" data-curve={curve.id} ref={figure}>
      <figcaption>
        <Term explain={curve.explain} {...(curve.about && { about: curve.about })}>{curve.title}</Term>
        <span className="curve-value" data-part="value" hidden={keyed || note !== undefined}>–</span>
        {!large && <Suspense fallback={<span className="chart-more" />}><ChartMenu title={curve.title} onAct={act} /></Suspense>}
      </figcaption>
      <div className="curve-top">
        {several && lines.length > 1 && (
          <label className="curve-line">
            <span className="visually-hidden">Line of {curve.title}</span>
            <select value={line ?? lines[0]!.key} onChange={(event) => setLine(event.currentTarget.value)}>
              {lines.map(({ key, name }) => <option key={key} value={key}>{name}</option>)}
            </select>
          </label>
        )}
        {keyed && note === undefined && <Keys drawn={drawn} />}
      </div>
      <div className="curve-box" ref={box}>
        {note !== undefined && <p className="curve-note">{note}</p>}
        {note === undefined && empty && <p className="curve-note empty">no {curve.of === 'validations' || curve.of === 'sftValidations' ? 'validation' : 'steps'} yet</p>}
        <div className="curve-drawn" role="img" aria-label={note ?? (drawn === undefined ? curve.title : describe(curve, drawn))}>
          {note === undefined && drawn !== undefined && (
            <Suspense fallback={null}>
              <Plot
                frame={drawn.frame} format={curve.format} axis={drawn.look.axis} width={drawn.size.width} height={drawn.size.height}
                labels={drawn.labels} paint={asOnPage}
              />
            </Suspense>
          )}
        </div>
        <div className="curve-over" aria-hidden="true">
          <i data-part="brush" className="brush" hidden /><i data-part="pin" className="pin" hidden /><i data-part="cross" className="cross" hidden />
          <span data-part="dots" className="dots" /><span data-part="tip" className="tip" hidden />
        </div>
        <div
          ref={surface} className="curve-surface" hidden={note !== undefined || empty} role="slider" tabIndex={0} aria-label={`${curve.title}: step under the cursor`}
          aria-valuemin={0} aria-valuemax={charted.series[0]?.tracks[curve.of].axes.step.values[Math.max(0, charted.series[0].tracks[curve.of].length - 1)] ?? 0}
          aria-valuenow={0} aria-keyshortcuts="ArrowLeft ArrowRight Enter Escape"
        />
      </div>
      <div className="curve-says">
        {curve.look !== undefined && <p className="curve-look">look for {curve.look}</p>}
        {note === undefined && !empty && drawn !== undefined && drawn.frame.says.length > 0 && <p>{drawn.frame.says.join(' · ')}</p>}
      </div>
    </figure>
  )
}

export const ChartCard = memo(ChartCardBase)
