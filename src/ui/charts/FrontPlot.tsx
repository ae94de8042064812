// Trade-offs as recharts draws them: a point for each outcome, those that no other one beats joined by a line and named by their steps.
import { CartesianGrid, Scatter, ScatterChart, XAxis, YAxis } from 'recharts'
import type { Measure, TradePoint } from '../../state/runs/tradeOffs.ts'
import { digits } from '../parts/format.ts'
import { RUN_COLOURS } from '../runs/palette.ts'
import { Y_WIDTH } from './geometry.ts'

/** Marks of runs, beside their colours: colour is never the only sign. */
const SHAPES = ['circle', 'square', 'triangle', 'diamond'] as const

interface FrontPlotProps {
  readonly points: readonly TradePoint[]
  readonly x: Measure
  readonly y: Measure
  readonly width: number
  readonly height: number
  /** place of each run in colours and marks; one run alone has the first colour of charts */
  readonly places: readonly number[]
}

interface MarkProps {
  readonly cx?: number | undefined
  readonly cy?: number | undefined
  readonly payload?: TradePoint | undefined
}

/** A mark of about `size` pixels around a place. */
function outline(shape: (typeof SHAPES)[number], cx: number, cy: number, size: number): string {
  switch (shape) {
    case 'circle': return `M${cx - size},${cy}a${size},${size} 0 1,0 ${2 * size},0a${size},${size} 0 1,0 ${-2 * size},0`
    case 'square': return `M${cx - size},${cy - size}h${2 * size}v${2 * size}h${-2 * size}z`
    case 'triangle': return `M${cx},${cy - 1.2 * size}l${1.2 * size},${2.1 * size}h${-2.4 * size}z`
    case 'diamond': return `M${cx},${cy - 1.3 * size}l${1.3 * size},${1.3 * size}l${-1.3 * size},${1.3 * size}l${-1.3 * size},${-1.3 * size}z`
  }
}

export function FrontPlot({ points, x, y, width, height, places }: FrontPlotProps) {
  const colourOf = (run: number): string => (places.length === 1 ? 'var(--chart-1)' : RUN_COLOURS[places[run]! % RUN_COLOURS.length]!)
  const mark = ({ cx = 0, cy = 0, payload }: MarkProps) => {
    if (payload === undefined) return <g />
    const { run, onFront, steps: [first, last] } = payload
    return (
      <g>
        <path d={outline(SHAPES[places[run]! % SHAPES.length]!, cx, cy, onFront ? 4.5 : 3)} fill={colourOf(run)} fillOpacity={onFront ? 1 : 0.35} stroke={onFront ? 'var(--ink)' : 'none'} strokeWidth={1} />
        {onFront && <text x={cx + 7} y={cy - 5} fontSize={10} fill="var(--ink-soft)">{first === last ? first : `${first}–${last}`}</text>}
      </g>
    )
  }
  const front = points.filter(({ onFront }) => onFront).toSorted((a, b) => a.x - b.x || a.y - b.y)
  const domain: [string, string] = ['auto', 'auto']
  const axis = { type: 'number' as const, domain, tickFormatter: (value: number) => digits(value), tick: { fontSize: 10, fill: 'var(--ink-soft)' }, stroke: 'var(--line-strong)', tickLine: false }
  return (
    <ScatterChart width={width} height={height} margin={{ top: 16, right: 40, bottom: 16, left: 4 }}>
      <CartesianGrid stroke="var(--line)" vertical={false} />
      <XAxis {...axis} dataKey="x" label={{ value: `${x.name}${x.better < 0 ? ' (less is better)' : ''}`, position: 'bottom', offset: 0, fontSize: 11, fill: 'var(--ink-soft)' }} />
      <YAxis {...axis} dataKey="y" width={Y_WIDTH + 8} />
      <Scatter data={front} line={{ stroke: 'var(--ink-faint)', strokeDasharray: '4 3' }} shape={() => <g />} isAnimationActive={false} name={`front of ${x.name} and ${y.name}`} />
      <Scatter data={[...points]} shape={mark} isAnimationActive={false} />
    </ScatterChart>
  )
}
