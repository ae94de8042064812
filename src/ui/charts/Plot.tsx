// One small line chart: raw values faint, smoothed values on top, a band behind. No animation; extremes survive the thinning.
import { Area, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts'
import { digits } from '../parts/format.ts'
import { smooth, thin, type Row } from './series.ts'

export interface PlotLine {
  readonly key: string
  readonly name: string
  readonly colour: 1 | 2 | 3
  readonly smooth?: boolean
}

export interface PlotProps {
  readonly rows: readonly Row[]
  readonly lines: readonly PlotLine[]
  /** draws the axes alone */
  readonly blank: boolean
  readonly band?: readonly [low: string, high: string]
  readonly format: (value: number | undefined) => string
  readonly range?: readonly [low: number | undefined, high: number | undefined]
  readonly smoothing: number
  readonly width: number
  readonly height: number
  readonly label: string
}

const MAX_POINTS = 160
const colourOf = (colour: 1 | 2 | 3, blank: boolean): string => (blank ? 'none' : `var(--series-${colour})`)
/** Ticks need fewer digits than values: 0.45, 50 %. */
function tick(value: number, format: (value: number) => string): string {
  const text = format(value)
  if (text.endsWith('%')) return `${Math.round(value * 100)}\u00a0%`
  return Math.abs(value) >= 1000 ? `${Number((value / 1000).toPrecision(2))}k` : digits(Number(value.toPrecision(2)))
}
const TICK = { fontSize: 10, fill: 'var(--ink-faint)' } as const
const MARGIN = { top: 4, right: 6, bottom: 0, left: 0 } as const

/** Rows with a smoothed value beside each line that wants one; smoothing comes before thinning, so it sees every step. */
function withSmoothed(rows: readonly Row[], lines: readonly PlotLine[], weight: number): Row[] {
  const wanted = lines.filter((line) => line.smooth === true)
  const smoothed = wanted.map(({ key }) => [`${key}~`, smooth(rows.map((row) => row[key]), weight)] as const)
  return rows.map((row, at) => ({ ...row, ...Object.fromEntries(smoothed.map(([key, values]) => [key, values[at]])) }))
}

export function Plot({ rows, lines, blank, band, format, range, smoothing, width, height, label }: PlotProps) {
  const keys = [...lines.map(({ key }) => key), ...(band ?? [])]
  const drawn = thin(withSmoothed(rows, lines, smoothing), keys, MAX_POINTS)
  const few = rows.length < 3
  return (
    <ComposedChart
      width={width} height={height} data={drawn as Row[]} margin={MARGIN} syncId="run" syncMethod="value"
      accessibilityLayer={false} role="img" aria-label={label}
    >
      <CartesianGrid vertical={false} stroke="var(--series-grid)" />
      <XAxis
        dataKey="step" type="number" domain={['dataMin', 'dataMax']} allowDecimals={false} height={16} minTickGap={28}
        tick={TICK} tickLine={false} axisLine={{ stroke: 'var(--line)' }}
      />
      <YAxis
        width={38} tick={TICK} tickLine={false} axisLine={false} tickCount={3} tickFormatter={(value: number) => tick(value, format)}
        domain={[range?.[0] ?? 'auto', range?.[1] ?? 'auto']}
      />
      <Tooltip
        isAnimationActive={false} cursor={{ stroke: 'var(--line-strong)' }} separator=" "
        labelFormatter={(step) => (typeof step === 'number' ? `step ${step}` : '')}
        formatter={(value) => [value].flat().map((end) => format(Number(end))).join(' to ')}
      />
      {band !== undefined && (
        <Area
          dataKey={(row: Row) => [row[band[0]], row[band[1]]]} name="spread" stroke="none" fill={colourOf(1, blank)} fillOpacity={0.14}
          isAnimationActive={false} connectNulls activeDot={false}
        />
      )}
      {lines.map((line) => (
        <Line
          key={line.key} dataKey={line.key} name={line.name} stroke={colourOf(line.colour, blank)} strokeWidth={1.5}
          isAnimationActive={false} connectNulls
          strokeOpacity={line.smooth === true && smoothing > 0 ? 0.28 : 1} dot={few ? { r: 2 } : false} activeDot={{ r: 2.5 }}
        />
      ))}
      {smoothing > 0 && lines.filter((line) => line.smooth === true).map((line) => (
        <Line
          key={`${line.key}~`} dataKey={`${line.key}~`} name={`${line.name}, smoothed`} stroke={colourOf(line.colour, blank)} strokeWidth={1.75}
          isAnimationActive={false} connectNulls dot={false} activeDot={false}
        />
      ))}
    </ComposedChart>
  )
}
