// One chart as recharts draws it: raw values faint, smoothed values on top, a band behind, marks along the edges. It knows nothing of pointers.
import { Area, CartesianGrid, ComposedChart, Line, XAxis, YAxis } from 'recharts'
import { memo } from 'react'
import type { ChartAxis } from '../../state/cursor.ts'
import { xTick, yTick } from './axes.ts'
import type { Format } from './curves.ts'
import type { DrawnBand, DrawnLine, Frame, Point } from './frame.ts'
import { boxOf, heightAt, MARGIN, pixelOf, X_HEIGHT, Y_WIDTH, type Box } from './geometry.ts'
import type { Mark, MarkKind } from './marks.ts'

/** Resolves `var(--name)`: on the page the browser does, a figure holds colours. */
export type Paint = (colour: string) => string

export interface PlotProps {
  readonly frame: Frame
  readonly format: Format
  readonly axis: ChartAxis
  readonly width: number
  readonly height: number
  /** names at the ends of the lines, in a margin of this width */
  readonly labels: number
  readonly paint: Paint
}

const FAINT = 0.28

/** Points that no line reaches, as they stand between two gaps. */
function lone(points: readonly Point[]): Point[] {
  return points.filter(({ y }, at) => y !== null && (points[at - 1]?.y ?? null) === null && (points[at + 1]?.y ?? null) === null)
}

function lineOf({ key, points, smoothed, colour, dash }: DrawnLine, paint: Paint) {
  const stroke = paint(colour)
  const few = points.length < 4
  const common = { dataKey: 'y', isAnimationActive: false, activeDot: false, connectNulls: false, type: 'linear' } as const
  return [
    <Line
      key={key} {...common} data={points as Point[]} stroke={stroke} strokeWidth={smoothed === undefined ? 1.5 : 1} strokeDasharray={smoothed === undefined ? dash : 'none'}
      strokeOpacity={smoothed === undefined ? 1 : FAINT} dot={few ? { r: 2, fill: stroke, strokeDasharray: 'none' } : false}
    />,
    smoothed === undefined ? null : (
      <Line key={`${key}~`} {...common} data={smoothed as Point[]} stroke={stroke} strokeWidth={1.75} strokeDasharray={dash} dot={false} />
    ),
  ]
}

function bandOf({ colour, points }: DrawnBand, at: number, paint: Paint) {
  return (
    <Area
      key={`band ${at}`} data={points as DrawnBand['points'][number][]} dataKey="y" stroke="none" fill={paint(colour)} fillOpacity={0.13}
      isAnimationActive={false} activeDot={false} connectNulls={false} type="linear"
    />
  )
}

const SIGNS: Readonly<Record<MarkKind, { readonly colour: string; readonly path: string; readonly at: 'top' | 'bottom'; readonly line?: string }>> = {
  alarm: { colour: 'var(--warn)', path: 'M0 0V-9L6 -6.5L0 -4', at: 'bottom' },
  best: { colour: 'var(--good)', path: 'M-4 0H4L0 6Z', at: 'top' },
  fork: { colour: 'var(--ink-soft)', path: 'M0 0L-3.5 5H3.5Z', at: 'top', line: '2 2' },
  change: { colour: 'var(--ink-soft)', path: 'M-3 0H3V4H-3Z', at: 'top', line: '1 3' },
  broken: { colour: 'var(--bad)', path: 'M-3 -7L3 -1M-3 -1L3 -7', at: 'bottom' },
}

function Marks({ marks, frame, box, paint }: { readonly marks: readonly Mark[]; readonly frame: Frame; readonly box: Box; readonly paint: Paint }) {
  return (
    <g className="marks">
      {marks.map(({ kind, x, step }) => {
        const { colour, path, at, line } = SIGNS[kind]
        const left = pixelOf(frame, box, x)
        const stroke = paint(colour)
        return (
          <g key={`${kind} ${step}`} className={`mark-${kind}`} transform={`translate(${left.toFixed(1)} ${at === 'top' ? box.top : box.top + box.height})`}>
            {line !== undefined && <path d={`M0 0V${box.height}`} stroke={stroke} strokeWidth={1} strokeDasharray={line} fill="none" />}
            <path d={path} stroke={stroke} strokeWidth={kind === 'broken' ? 1.75 : 1} fill={kind === 'broken' ? 'none' : stroke} />
          </g>
        )
      })}
    </g>
  )
}

/** Error bars: a stroke from end to end at every point. */
function Bars({ frame, box, paint }: { readonly frame: Frame; readonly box: Box; readonly paint: Paint }) {
  const [from, to] = frame.x.domain
  return frame.bands.map(({ colour, points }, at) => (
    <path
      key={`bars ${at}`} className="bars" fill="none" stroke={paint(colour)} strokeOpacity={0.6} strokeWidth={1}
      d={points.flatMap(({ x, y }) => {
        if (y === null || x < from || x > to) return []
        const left = pixelOf(frame, box, x)
        const [low, high] = y.map((value) => Math.min(box.top + box.height, Math.max(box.top, heightAt(frame, box, value)))) as [number, number]
        return [`M${left.toFixed(1)} ${low.toFixed(1)}V${high.toFixed(1)}M${(left - 2).toFixed(1)} ${low.toFixed(1)}h4M${(left - 2).toFixed(1)} ${high.toFixed(1)}h4`]
      }).join('')}
    />
  ))
}

const LABEL_HEIGHT = 11

/** Names beside the ends of the lines, moved apart where they would overlap. */
function Labels({ frame, box, paint }: { readonly frame: Frame; readonly box: Box; readonly paint: Paint }) {
  let below = box.top - LABEL_HEIGHT / 2
  const placed = frame.lines.flatMap((line) => (line.end === undefined || line.end.y === null ? [] : [{ line, y: heightAt(frame, box, line.end.y) }]))
    .toSorted((a, b) => a.y - b.y)
    .map(({ line, y }) => ({ line, y: below = Math.max(below + LABEL_HEIGHT, Math.min(y, box.top + box.height)) }))
  return placed.map(({ line: { key, name, colour }, y }) => (
    <text key={key} x={box.left + box.width + 4} y={y} dy="0.32em" fontSize={10} fill={paint(colour)}>{name.length > 12 ? `${name.slice(0, 11)}…` : name}</text>
  ))
}

function PlotBase({ frame, format, axis, width, height, labels, paint }: PlotProps) {
  const box = boxOf({ width, height }, labels)
  const tick = { fontSize: 10, fill: paint('var(--ink-faint)') }
  const { x, y, log } = frame
  return (
    <ComposedChart width={width} height={height} margin={{ ...MARGIN, right: MARGIN.right + labels }} accessibilityLayer={false} style={{ pointerEvents: 'none' }}>
      <CartesianGrid vertical={false} stroke={paint('var(--series-grid)')} />
      <XAxis
        dataKey="x" type="number" domain={[...x.domain]} ticks={[...x.ticks]} allowDataOverflow height={X_HEIGHT} interval={0}
        tick={tick} tickLine={false} axisLine={{ stroke: paint('var(--line)') }} tickFormatter={xTick(axis, x.domain[1])}
      />
      <YAxis
        type="number" width={Y_WIDTH} domain={[...y.domain]} ticks={[...y.ticks]} scale={log ? 'log' : 'linear'} allowDataOverflow interval={0}
        tick={tick} tickLine={false} axisLine={false} tickFormatter={yTick(format)}
      />
      {!frame.bars && frame.bands.map((band, at) => bandOf(band, at, paint))}
      {frame.bars && <Bars frame={frame} box={box} paint={paint} />}
      {frame.lines.flatMap((line) => lineOf(line, paint))}
      {frame.lines.map(({ key, points, colour }) => lone(points).map((point) => (
        <circle key={`${key} ${point.x}`} r={1.75} fill={paint(colour)} cx={pixelOf(frame, box, point.x)} cy={heightAt(frame, box, point.y!)} />
      )))}
      <Marks marks={frame.marks} frame={frame} box={box} paint={paint} />
      {labels > 0 && <Labels frame={frame} box={box} paint={paint} />}
    </ComposedChart>
  )
}

/** Draws again only for a new frame or size. */
export const Plot = memo(PlotBase)
