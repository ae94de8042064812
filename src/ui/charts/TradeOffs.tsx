// What runs of several goals trade for what: two measures against each other, and the front of what no other outcome beats.
import { lazy, Suspense, useMemo, useState } from 'react'
import { firstPair, measuresOf, tradeOffs, type Measure, type PointKind, type TradePoint } from '../../state/runs/tradeOffs.ts'
import { count, digits } from '../parts/format.ts'
import { Term } from '../parts/Term.tsx'
import { useSize } from '../parts/useSize.ts'
import type { ChartedRun } from './charted.ts'

const FrontPlot = lazy(async () => ({ default: (await import('./FrontPlot.tsx')).FrontPlot }))

const KINDS: Readonly<Record<PointKind, string>> = { steps: 'training steps, means of neighbours', validations: 'validations', runs: 'whole runs' }

const stepsOf = ({ steps: [first, last] }: TradePoint): string => (first === last ? `step ${count(first)}` : `steps ${count(first)} to ${count(last)}`)

interface ChooseProps {
  readonly label: string
  readonly measures: readonly Measure[]
  readonly value: Measure
  readonly onChange: (key: string) => void
}

function Choose({ label, measures, value, onChange }: ChooseProps) {
  return (
    <label>
      {label}{' '}
      <select value={value.key} onChange={(event) => onChange(event.currentTarget.value)}>
        {measures.map(({ key, name, better }) => <option key={key} value={key}>{name}{better < 0 ? ' (less is better)' : ''}</option>)}
      </select>
    </label>
  )
}

function Front({ points, runs, x, y }: { readonly points: readonly TradePoint[]; readonly runs: readonly ChartedRun[]; readonly x: Measure; readonly y: Measure }) {
  const front = points.filter(({ onFront }) => onFront).toSorted((a, b) => b.x - a.x)
  return (
    <details className="front-table">
      <summary>{front.length} of {points.length} on the front</summary>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Outcomes on the front">
        <table>
          <thead><tr>{runs.length > 1 && <th scope="col">Run</th>}<th scope="col">Steps</th><th scope="col" className="number">{x.name}</th><th scope="col" className="number">{y.name}</th></tr></thead>
          <tbody>
            {front.map((point) => (
              <tr key={`${point.run} ${point.steps[0]}`}>
                {runs.length > 1 && <td>{runs[point.run]!.name}</td>}<td>{stepsOf(point)}</td><td className="number">{digits(point.x)}</td><td className="number">{digits(point.y)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function Drawn({ runs }: { readonly runs: readonly ChartedRun[] }) {
  const kinds: readonly PointKind[] = runs.length > 1 ? ['runs', 'steps', 'validations'] : ['steps', 'validations']
  const [chosen, setChosen] = useState<PointKind>()
  const kind = chosen !== undefined && kinds.includes(chosen) ? chosen : kinds[0]!
  const [keys, setKeys] = useState<{ readonly x?: string; readonly y?: string }>({})
  const [box, size] = useSize()
  const measures = useMemo(() => measuresOf(runs, kind), [runs, kind])
  const pair = useMemo(() => firstPair(runs, kind), [runs, kind])
  const [x, y] = [measures.find(({ key }) => key === keys.x) ?? pair?.[0], measures.find(({ key }) => key === keys.y) ?? pair?.[1]]
  const points = useMemo(() => (x === undefined || y === undefined ? [] : tradeOffs(runs, kind, x, y)), [runs, kind, x, y])
  const said = x === undefined || y === undefined ? '' : `${y.name} against ${x.name}: ${points.length} points, ${points.filter(({ onFront }) => onFront).length} of them on the front`
  return (
    <div className="trade-offs">
      <p className="trade-choices">
        <label>
          One point for{' '}
          <select value={kind} onChange={(event) => setChosen(event.currentTarget.value as PointKind)}>{kinds.map((one) => <option key={one} value={one}>{KINDS[one]}</option>)}</select>
        </label>
        {x !== undefined && y !== undefined && (
          <>
            <Choose label="up" measures={measures} value={y} onChange={(key) => setKeys({ ...keys, y: key })} />
            <Choose label="across" measures={measures} value={x} onChange={(key) => setKeys({ ...keys, x: key })} />
          </>
        )}
      </p>
      {points.length === 0 ? <p className="waiting">Nothing has two of these measures yet.</p> : (
        <>
          <p className="quiet trade-y">{y!.name}{y!.better < 0 ? ' (less is better)' : ''} · filled and named: the <Term about="front">front</Term></p>
          <div className="trade-box" ref={box} role="img" aria-label={said}>
            {size !== undefined && size.width > 0 && (
              <Suspense fallback={null}><FrontPlot points={points} x={x!} y={y!} width={size.width} height={size.height} places={runs.map(({ place }, at) => place ?? at)} /></Suspense>
            )}
          </div>
          <Front points={points} runs={runs} x={x!} y={y!} />
        </>
      )}
    </div>
  )
}

/** Closed until somebody asks: what is not looked at costs a run nothing. */
export function TradeOffs({ runs }: { readonly runs: readonly ChartedRun[] }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="curves-section trade" onToggle={(event) => { if (event.target === event.currentTarget) setOpen(event.currentTarget.open) }}>
      <summary>Trade-offs <span className="quiet">two measures against each other, and the front of what nothing else beats</span></summary>
      {open && <Drawn runs={runs} />}
    </details>
  )
}
