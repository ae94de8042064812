// The grid of a run's curves: each card follows the run by itself, in a task of its own.
import { lazy, memo, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Settings } from '../../domain/settings.ts'
import type { RunState } from '../../state/run.ts'
import { useSize } from '../parts/useSize.ts'
import { useTurn } from '../parts/useTurn.ts'
import { useRun, useView } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import type { Row } from './series.ts'
import { CURVES, type Curve, type CurveSource } from './curves.ts'

// recharts is the heaviest part of the page and nothing needs it before the first paint
const Plot = lazy(async () => ({ default: (await import('./Plot.tsx')).Plot }))

/** A run whose curves are drawn: the live one, or a kept one. Its colour is its place in the list. */
export interface ChartedRun {
  readonly id: string
  readonly name: string
  readonly state: RunState
  readonly settings: Settings
}

type Charted = StoreApi<{ readonly runs: readonly ChartedRun[] }>

/** Selects a source that stays the same object while nothing in it changed. */
function stableSource(): (state: { readonly runs: readonly ChartedRun[] }) => CurveSource {
  let last: CurveSource = { steps: [], validations: [], iterations: 1, klCoefficient: 1 }
  return ({ runs: [first] }) => {
    const { steps, validations } = first?.state ?? { steps: [], validations: [] }
    const { iterations, klCoefficient } = first?.settings ?? last
    const next = { steps, validations, iterations, klCoefficient }
    const same = (Object.keys(next) as (keyof CurveSource)[]).every((key) => last[key] === next[key])
    if (!same) last = next
    return last
  }
}

/** Unseen points: charts are drawn once while nothing trains, so that a run only ever moves what stands. */
function blankRows({ lines, band }: Curve): Row[] {
  const zeros = Object.fromEntries([...lines.map(({ key }) => key), ...(band ?? [])].map((key) => [key, 1]))
  return [0, 1, 2].map((step) => ({ step, ...zeros }))
}

function CurveCardBase({ curve, charted }: { readonly curve: Curve; readonly charted: Charted }) {
  const [selectSource] = useState(stableSource)
  const source = useTurn(charted, selectSource)
  const smoothing = useView((state) => state.smoothing)
  const [box, size] = useSize()
  const rows = curve.rows(source)
  const note = rows.length > 0 || curve.id === 'clip' || curve.id === 'kl' ? curve.note?.(source) : undefined
  const last = rows.at(-1)
  // the line whose value stands at the right needs no key
  const keyed = curve.lines.filter(({ name }) => name !== 'all')
  const describe = useCallback(() => curve.lines.map(({ key, name }) => `${name} ${curve.format(last?.[key])}`).join(', '), [curve, last])
  return (
    <figure className="curve" data-curve={curve.id}>
      <figcaption>
        <Term explain={curve.explain}>{curve.title}</Term>
        <span className="curve-value">{note === undefined ? curve.format(last?.[curve.lines[0]!.key]) : ''}</span>
        {keyed.length > 1 && note === undefined && (
          <span className="curve-keys">{keyed.map(({ key, colour, name }) => <span key={key} className={`key series-${colour}`}>{name}</span>)}</span>
        )}
      </figcaption>
      <div className="curve-box" ref={box}>
        {note !== undefined && <p className="curve-note">{note}</p>}
        {note === undefined && rows.length === 0 && <p className="curve-note empty">no {curve.id === 'validation' ? 'validation' : 'steps'} yet</p>}
        {note === undefined && size !== undefined && size.width > 0 && (
          <Suspense fallback={null}>
            <Plot
              rows={rows.length === 0 ? blankRows(curve) : rows} blank={rows.length === 0} lines={curve.lines} format={curve.format}
              {...(curve.band === undefined ? {} : { band: curve.band })}
              {...(curve.range === undefined ? {} : { range: curve.range })} smoothing={smoothing}
              width={size.width} height={size.height} label={`${curve.title} by step: ${describe()}`}
            />
          </Suspense>
        )}
      </div>
    </figure>
  )
}
const CurveCard = memo(CurveCardBase)

/** Draws the curves of `runs` together, the first as the one that is pointed at. Its parent may render as often as it likes: a chart follows in its own time. */
export function CurveGrid({ runs }: { readonly runs: readonly ChartedRun[] }) {
  const [charted] = useState<Charted>(() => createStore(() => ({ runs })))
  useEffect(() => charted.setState({ runs }), [charted, runs])
  return <div className="curves">{CURVES.map((curve) => <CurveCard key={curve.id} curve={curve} charted={charted} />)}</div>
}

/** The curves of the run of the page. */
export function LiveCurves() {
  const state = useRun((store) => store.run)
  const settings = useRun((store) => store.settings)
  const runs = useMemo(() => [{ id: 'live', name: 'this run', state, settings }], [state, settings])
  return <CurveGrid runs={runs} />
}
