// One chart as recharts draws it: raw values faint, smoothed values on top, a band behind, marks along the edges. It knows nothing of pointers.
import { CartesianGrid, ComposedChart, Curve, XAxis, YAxis } from 'recharts'
import { memo, useId } from 'react'
import type { ChartAxis } from '../../state/cursor.ts'
import { xTick, yTick } from './axes.ts'
import type { Format } from './curves.ts'
import type { DrawnBand, DrawnLine, Frame, Point } from './frame.ts'
import { boxOf, heightAt, MARGIN, pixelOf, X_HEIGHT, Y_WIDTH, type Box } from './geometry.ts'
import type { MarkKind } from './marks.ts'

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

interface Within {
  readonly frame: Frame
  readonly box: Box
  readonly paint: Paint
}

/** Points in pixels; y is NaN where the line is broken, which recharts leaves out. */
const inPixels = (points: readonly Point[], { frame, box }: Within): { x: number; y: number }[] =>
  points.map(({ x, y }) => ({ x: pixelOf(frame, box, x), y: y === null ? Number.NaN : heightAt(frame, box, y) }))

/** Points that no line reaches, as they stand between two gaps. */
function lone(points: readonly Point[]): Point[] {
  return points.filter(({ y }, at) => y !== null && (points[at - 1]?.y ?? null) === null && (points[at + 1]?.y ?? null) === null)
}

/**
 * The raw line and its moving average. They are recharts' own curves, given pixels: its Line would keep an object for the tooltip, the label and the animation
 * of every point, which is most of what drawing would cost, and none of which is used here.
 */
function Lines({ line: { points, smoothed, colour, dash }, within }: { readonly line: DrawnLine; readonly within: Within }) {
  const stroke = within.paint(colour)
  const dots = points.length < 4 ? points.filter(({ y }) => y !== null) : lone(points)
  return (
    <>
      <Curve
        className="recharts-line-curve" type="linear" points={inPixels(points, within)} fill="none" stroke={stroke}
        strokeWidth={smoothed === undefined ? 1.5 : 1} strokeOpacity={smoothed === undefined ? 1 : FAINT} strokeDasharray={smoothed === undefined ? dash : 'none'}
      />
      {smoothed !== undefined && (
        <Curve className="smoothed" type="linear" points={inPixels(smoothed, within)} fill="none" stroke={stroke} strokeWidth={1.75} strokeDasharray={dash} />
      )}
      {dots.map(({ x, y }) => <circle key={x} r={2} fill={stroke} cx={pixelOf(within.frame, within.box, x)} cy={heightAt(within.frame, within.box, y!)} />)}
    </>
  )
}

function Band({ band: { colour, points }, within }: { readonly band: DrawnBand; readonly within: Within }) {
  const edge = (at: 0 | 1): { x: number; y: number }[] => inPixels(points.map(({ x, y }) => ({ x, y: y === null ? null : y[at] })), within)
  return <Curve type="linear" points={edge(1)} baseLine={edge(0)} stroke="none" fill={within.paint(colour)} fillOpacity={0.13} />
}

const SIGNS: Readonly<Record<MarkKind, { readonly colour: string; readonly path: string; readonly at: 'top' | 'bottom'; readonly line?: string }>> = {
  alarm: { colour: 'var(--warn)', path: 'M0 0V-9L6 -6.5L0 -4', at: 'bottom' },
  best: { colour: 'var(--good)', path: 'M-4 0H4L0 6Z', at: 'top' },
  fork: { colour: 'var(--ink-soft)', path: 'M0 0L-3.5 5H3.5Z', at: 'top', line: '2 2' },
  change: { colour: 'var(--ink-soft)', path: 'M-3 0H3V4H-3Z', at: 'top', line: '1 3' },
  broken: { colour: 'var(--bad)', path: 'M-3 -7L3 -1M-3 -1L3 -7', at: 'bottom' },
}

function Marks({ frame, box, paint }: Within) {
  return (
    <g className="marks">
      {frame.marks.map(({ kind, x, step }) => {
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
function Bars({ frame, box, paint }: Within) {
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

/** Moves what would overlap apart, within the box: down from the top, then up from the bottom. */
function apart<Label extends { readonly y: number }>(labels: readonly Label[], { top, height }: Box): Label[] {
  let [above, below] = [top - LABEL_HEIGHT, top + height + LABEL_HEIGHT]
  return labels.toSorted((a, b) => a.y - b.y)
    .map((label) => ({ ...label, y: above = Math.max(above + LABEL_HEIGHT, label.y) }))
    .toReversed().map((label) => ({ ...label, y: below = Math.min(below - LABEL_HEIGHT, label.y) }))
}

/** Names beside the ends of the lines. */
function Labels({ frame, box, paint }: Within) {
  const placed = apart(frame.lines.flatMap((line) => (line.end === undefined || line.end.y === null ? [] : [{ line, y: heightAt(frame, box, line.end.y) }])), box)
  return placed.map(({ line: { key, name, colour }, y }) => (
    <text key={key} x={box.left + box.width + 4} y={y} dy="0.32em" fontSize={10} fill={paint(colour)}>{name.length > 12 ? `${name.slice(0, 11)}…` : name}</text>
  ))
}

function PlotBase({ frame, format, axis, width, height, labels, paint }: PlotProps) {
  const box = boxOf({ width, height }, labels)
  const tick = { fontSize: 10, fill: paint('var(--ink-faint)') }
  const { x, y, log } = frame
  const within: Within = { frame, box, paint }
  const clip = useId()
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
      <clipPath id={clip}><rect x={box.left - 1} y={box.top - 1} width={box.width + 2} height={box.height + 2} /></clipPath>
      <g clipPath={`url(#${clip})`}>
        {!frame.bars && frame.bands.map((band, at) => <Band key={`band ${at}`} band={band} within={within} />)}
        {frame.bars && <Bars {...within} />}
        {frame.lines.map((line) => <Lines key={line.key} line={line} within={within} />)}
      </g>
      <Marks {...within} />
      {labels > 0 && frame.lines.length > 1 && <Labels {...within} />}
    </ComposedChart>
  )
}

/** Draws again only for a new frame or size. */
export const Plot = memo(PlotBase)
