// What one chart draws of its runs, in its pixels: points, ends of its axes, marks, and what has to be said of them. No drawing here.
import type { ChartAxis } from '../../state/cursor.ts'
import { count } from '../parts/format.ts'
import { RUN_COLOURS, RUN_DASHES } from '../runs/palette.ts'
import { along, fences, linear, logarithmic, type Scale } from './axes.ts'
import { BREAK, firstFrom, type Column } from './column.ts'
import { linesOf, ofImitation, type Curve, type CurveLine } from './curves.ts'
import { marksOf, type Mark } from './marks.ts'
import type { RunSeries } from './runSeries.ts'

export interface Look {
  readonly axis: ChartAxis
  readonly log: boolean
  readonly ignoreOutliers: boolean
  readonly range: readonly [from: number, to: number] | undefined
  /** weight of the moving average; 0 draws the values alone */
  readonly smoothing: number
  /** the line that charts of several lines draw of several runs; the first where it is not among them */
  readonly line?: string | undefined
}

/** y is null where the line is broken. */
export interface Point {
  readonly x: number
  readonly y: number | null
}

export interface DrawnLine {
  readonly key: string
  /** the run's name where there are several, else the line's */
  readonly name: string
  readonly colour: string
  readonly dash: string
  readonly points: readonly Point[]
  /** the moving average of the same, drawn over it */
  readonly smoothed?: readonly Point[]
  /** where its newest value stands */
  readonly end: Point | undefined
  /** places among all runs and lines, to read values by */
  readonly series: RunSeries
  readonly line: CurveLine
}

export interface DrawnBand {
  readonly colour: string
  readonly points: readonly { readonly x: number; readonly y: readonly [low: number, high: number] | null }[]
}

export interface Frame {
  readonly lines: readonly DrawnLine[]
  readonly bands: readonly DrawnBand[]
  /** the bands are drawn as bars with ends, one at each point */
  readonly bars: boolean
  readonly x: Scale
  readonly y: Scale
  readonly log: boolean
  readonly marks: readonly Mark[]
  /** sentences: how much was thinned, clipped, left out */
  readonly says: readonly string[]
}

const LINE_DASHES = ['none', '5 2', '1.5 2', '7 2 1.5 2', '3 1.5', '9 3'] as const
/** Six colours go round; each time round, a colour has another dash. */
const lineColour = (place: number): string => `var(--chart-${((place - 1) % LINE_DASHES.length) + 1})`
const lineDash = (place: number): string => LINE_DASHES[(place - 1 + Math.floor((place - 1) / LINE_DASHES.length)) % LINE_DASHES.length]!
const HEIGHT_PARTS = 4
const PIXELS_A_TICK = 40
/** Error bars nearer to each other than this are one band. */
const PIXELS_A_BAR = 6

/** The first and the last place of a track within [from, to], and one more to each side, so that lines reach the edge. */
function placesWithin(axis: Column, from: number, to: number): { readonly first: number; readonly last: number; readonly inner: readonly [number, number] } {
  const low = firstFrom(axis.values, axis.length, from)
  let high = firstFrom(axis.values, axis.length, to)
  if (high === axis.length || axis.values[high]! > to) high--
  return { first: Math.max(0, low - 1), last: Math.min(axis.length - 1, high + 1), inner: [low, high] }
}

/** The stretch of x that every chart of one kind shows: of all its runs, validations among them. */
function xEnds(curve: Curve, all: readonly RunSeries[], { axis, range }: Look): readonly [number, number] {
  const [first] = all
  if (range !== undefined && first !== undefined) {
    const ends = range.map((step) => first.xOf(step, axis, curve.of))
    if (ends[0] !== undefined && ends[1] !== undefined && ends[1] > ends[0]) return [ends[0], ends[1]]
  }
  let [low, high] = [Infinity, -Infinity]
  for (const { tracks } of all) {
    for (const track of ofImitation(curve.of) ? [tracks.sft, tracks.sftValidations] : [tracks.steps, tracks.validations]) {
      if (track.length === 0) continue
      low = Math.min(low, track.axes[axis].values[0]!)
      high = Math.max(high, track.axes[axis].values[track.length - 1]!)
    }
  }
  if (low > high) return [0, 1]
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

/** Points of a column, at most two a pixel; on a logarithmic axis what is not above 0 breaks the line. */
function pointsOf(column: Column, axis: Column, first: number, last: number, pixels: number, log: boolean): Point[] {
  const points: Point[] = []
  let x = 0
  for (const place of column.thinned(first, last, Math.max(16, 2 * pixels))) {
    if (place !== BREAK) x = axis.values[place]!
    const y = place === BREAK ? null : column.values[place]!
    points.push({ x, y: y !== null && log && y <= 0 ? null : y })
  }
  return points
}

/** The envelope of a band: in every stretch its lowest and its highest edge. */
function bandPoints([low, high]: readonly [Column, Column], axis: Column, first: number, last: number, pixels: number): DrawnBand['points'] {
  const point = (at: number, least: number, greatest: number): DrawnBand['points'][number] =>
    ({ x: axis.values[at]!, y: least < 0 || greatest < 0 ? null : [low.values[least]!, high.values[greatest]!] })
  const drawn = (column: Column, at: number): number => (Number.isNaN(column.values[at]) ? -1 : at)
  if (last + 1 - first <= pixels) return Array.from({ length: Math.max(0, last + 1 - first) }, (_, at) => point(first + at, drawn(low, first + at), drawn(high, first + at)))
  const above = high.stretches(first, last, Math.max(8, pixels))
  return low.stretches(first, last, Math.max(8, pixels)).map(({ from, to, least }, at) => point((from + to) >> 1, least, above[at]!.greatest))
}

/** A band on a logarithmic axis: an edge at or below 0 ends at the least value that is drawn, and what lies whole below has no place. */
function aboveZero(points: DrawnBand['points'], lines: readonly DrawnLine[]): DrawnBand['points'] {
  let least = Infinity
  const take = (value: number | null): void => { if (value !== null && value > 0) least = Math.min(least, value) }
  for (const { points: drawn } of lines) for (const { y } of drawn) take(y)
  for (const { y } of points) y?.forEach(take)
  return points.map(({ x, y }) => ({ x, y: y === null || y[1] <= 0 ? null : [y[0] > 0 ? y[0] : least, y[1]] }))
}

const plural = (value: number, one: string): string => `${count(value)} ${one}${value === 1 ? '' : 's'}`
const POINT_NAMES = { steps: 'step', sft: 'step', validations: 'validation', sftValidations: 'validation' } as const

/** The lines that are drawn: every line of one run, or one line of every run. */
function chosenLines(curve: Curve, all: readonly RunSeries[], wanted: string | undefined): { readonly series: RunSeries; readonly line: CurveLine; readonly run: number }[] {
  const lines = linesOf(curve, all.map(({ settings }) => settings))
  const [only] = all
  if (all.length === 1 && only !== undefined) return lines.map((line) => ({ series: only, line, run: 0 }))
  const line = lines.find(({ key }) => key === wanted) ?? lines[0]
  return line === undefined ? [] : all.map((series, run) => ({ series, line, run }))
}

/** What `curve` draws of `all` in `pixels` of width; its cost is that of the pixels, not of the steps. */
export function frameOf(curve: Curve, all: readonly RunSeries[], look: Look, pixels: number): Frame {
  const { axis: by, smoothing } = look
  const ends = xEnds(curve, all, look)
  const several = all.length > 1
  const inRange: { column: Column; inner: readonly [number, number] }[] = []
  let [steps, drawn] = [0, 0]

  const lines = chosenLines(curve, all, look.line).map(({ series, line, run }): DrawnLine => {
    const place = series.place ?? run
    const track = series.tracks[curve.of]
    const axis = track.axes[by]
    const column = series.column(curve, line)
    const { first, last, inner } = placesWithin(axis, ends[0], ends[1])
    const log = look.log
    const points = pointsOf(column, axis, first, last, pixels, log)
    const smooth = line.smooth === true && smoothing > 0 && column.drawnWithin(0, column.length - 1) > 2
    inRange.push({ column, inner })
    const held = column.drawnWithin(inner[0], inner[1])
    if (held > steps) [steps, drawn] = [held, points.reduce((sum, { y }) => sum + (y === null ? 0 : 1), 0)]
    const smoothed = smooth ? pointsOf(series.smooth(curve, line, smoothing), axis, first, last, pixels, log) : undefined
    return {
      key: `${run}.${line.key}`, name: several ? series.name : line.name, series, line, points,
      colour: several ? RUN_COLOURS[place % RUN_COLOURS.length]! : lineColour(line.place),
      dash: several ? RUN_DASHES[place % RUN_DASHES.length]! : lineDash(line.place),
      ...(smoothed === undefined ? {} : { smoothed }),
      end: (smoothed ?? points).findLast(({ y }) => y !== null),
    }
  })

  const bands = lines.flatMap(({ series, line, colour }): DrawnBand[] => {
    const columns = line.key === curve.lines[0]!.key ? series.band(curve) : undefined
    const axis = series.tracks[curve.of].axes[by]
    if (columns === undefined) return []
    const { first, last } = placesWithin(axis, ends[0], ends[1])
    const points = bandPoints(columns, axis, first, last, pixels)
    return [{ colour, points: look.log ? aboveZero(points, lines) : points }]
  })

  const bars = curve.bars === true && bands.every(({ points }) => points.length * PIXELS_A_BAR <= pixels)
  const says: string[] = []
  if (drawn < steps) says.push(`${plural(steps, POINT_NAMES[curve.of])} drawn as ${count(drawn)} points, extremes kept`)
  const { y, log } = heightOf(curve, { lines, bands, look, inRange, says })
  if (curve.band !== undefined && bands.length > 0) says.push(`${bars ? 'bars' : 'band'}: ${curve.band.says}`)
  const [first] = all
  const broken = first === undefined ? [] : brokenOf(curve, first, lines)
  if (broken.length > 0) says.push(`not finite at ${broken.length > 3 ? `${count(broken.length)} places` : `step ${broken.map(count).join(', ')}`}: gaps marked ×`)
  const x = along(ends, by, Math.floor(pixels / PIXELS_A_TICK))
  const marks = first === undefined ? [] : marksOf(first, curve.of, broken, (step) => first.xOf(step, by, curve.of), ends, pixels)
  return { lines, bands, bars, x, y, log, marks, says }
}

/** Steps of the first run's values that are not finite. */
function brokenOf(curve: Curve, first: RunSeries, lines: readonly DrawnLine[]): number[] {
  const axis = first.tracks[curve.of].axes.step
  const [one = [], ...more] = lines.filter(({ series }) => series === first).map(({ line }) => first.column(curve, line).broken)
  if (more.every((places) => places.length === 0)) return one.map((place) => axis.values[place]!)
  const places = new Set([one, ...more].flat())
  return [...places].toSorted((a, b) => a - b).map((place) => axis.values[place]!)
}

interface Height {
  readonly lines: readonly DrawnLine[]
  readonly bands: readonly DrawnBand[]
  readonly look: Look
  readonly inRange: readonly { readonly column: Column; readonly inner: readonly [number, number] }[]
  /** hears what is left out */
  readonly says: string[]
}

function heightOf(curve: Curve, { lines, bands, look, inRange, says }: Height): { readonly y: Scale; readonly log: boolean } {
  let [low, high] = [Infinity, -Infinity]
  const take = (value: number | null): void => {
    if (value === null) return
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  for (const { points } of lines) for (const { y } of points) take(y)
  for (const { points } of bands) for (const { y } of points) if (y !== null) y.forEach(take)

  if (look.log) {
    const left = inRange.reduce((sum, { column, inner }) => sum + column.notAboveZero(...inner), 0)
    if (left > 0) says.push(`${plural(left, 'value')} at or below 0 ${left === 1 ? 'has' : 'have'} no place on a log axis`)
    if (low > high) return { y: linear(0, 1, HEIGHT_PARTS), log: false }
  }
  if (look.ignoreOutliers) {
    const bounds = fences(sampleOf(inRange), low, high)
    if (bounds !== undefined) {
      const [from, to] = [Math.max(low, bounds[0]), Math.min(high, bounds[1])]
      const clipped = inRange.reduce((sum, { column, inner }) => sum + column.beyond(...inner, from, to), 0)
      if (clipped > 0) {
        says.push(`clipped ${plural(clipped, 'point')}`)
        ;[low, high] = [from, to]
      }
    }
  }
  if (low > high) return { y: linear(curve.least ?? 0, curve.most ?? 1, HEIGHT_PARTS), log: false }
  if (look.log) return { y: logarithmic(low, high, HEIGHT_PARTS), log: true }
  return { y: linear(Math.min(low, curve.least ?? low), Math.max(high, curve.most ?? high), HEIGHT_PARTS), log: false }
}

const SAMPLE = 2000

/** Values to take quartiles of: all, or every so manieth. */
function sampleOf(inRange: Height['inRange']): Float64Array {
  const total = inRange.reduce((sum, { inner: [from, to] }) => sum + Math.max(0, to + 1 - from), 0)
  const every = Math.max(1, Math.ceil(total / SAMPLE))
  const values: number[] = []
  for (const { column, inner: [from, to] } of inRange) for (let at = from; at <= to; at += every) values.push(column.values[at]!)
  return Float64Array.from(values)
}
