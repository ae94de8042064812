// Axes of charts: round ends, round ticks, and how ticks are written.
import type { ChartAxis } from '../../state/cursor.ts'
import { count, digits } from '../parts/format.ts'

export interface Scale {
  readonly domain: readonly [low: number, high: number]
  readonly ticks: readonly number[]
}

/** The least of 1, 2 or 5 times a power of ten that is `step` or more. */
function roundUp(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const found = [1, 2, 5].find((times) => times * power >= step * (1 - 1e-9)) ?? 10
  return found * power
}

/** Two ends this near are one value: what lies between them is rounding, and ticks there could not be told apart. */
function alike(low: number, high: number): boolean {
  return !(high - low > Math.max(1e-12 * Math.max(Math.abs(low), Math.abs(high)), NOTHING))
}
/** Smaller spans have no steps: their powers of ten are 0. */
const NOTHING = 1e-290
const LARGEST = Number.MAX_VALUE
const MOST_TICKS = 1000

/** Multiples of `step` within `low` to `high`, without the dust of floating point. Counted, as adding 1 to a large float may leave it as it is. */
function multiples(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-6)
  const many = Math.floor(high / step + 1e-6) - first + 1
  return many > 0 ? Array.from({ length: Math.min(many, MOST_TICKS) }, (_, at) => Number(((first + at) * step).toPrecision(15))) : []
}

/** A linear axis that holds `low` to `high` and ends at ticks, about `parts` of them apart. A single value stands in the middle. */
export function linear(low: number, high: number, parts: number): Scale {
  if (alike(low, high)) {
    const around = Math.abs(low) / 5
    if (around <= NOTHING) return { domain: [0, 1], ticks: [0, 0.5, 1] }
    ;[low, high] = [low - around, high + around].map((end) => Math.min(LARGEST, Math.max(-LARGEST, end))) as [number, number]
  }
  const step = roundUp((high - low) / parts)
  const [least, most] = [Math.floor(low / step + 1e-6) * step, Math.ceil(high / step - 1e-6) * step]
  // round ends beyond the largest float
  if (!Number.isFinite(most - least)) return { domain: [low, high], ticks: [low, high] }
  const ticks = multiples(least, most, step)
  return { domain: [ticks[0]!, ticks.at(-1)!], ticks }
}

/** A logarithmic axis from `low` to `high`, both above 0; ticks are powers of ten, or round numbers where there are fewer than two of those. */
export function logarithmic(low: number, high: number, parts: number): Scale {
  const [from, to] = alike(low, high) && low > 2 * NOTHING ? [low / 2, high * 2] : [low, high]
  const margin = 10 ** (0.04 * (Math.log10(to) - Math.log10(from)))
  const [first, last] = [Math.max(from / margin, Number.MIN_VALUE), Math.min(to * margin, Number.MAX_VALUE)]
  const [least, most] = [Math.ceil(Math.log10(first)), Math.floor(Math.log10(last))]
  if (most - least < 1) {
    const ticks = multiples(first, last, roundUp((last - first) / parts)).filter((tick) => tick > 0)
    return { domain: [first, last], ticks }
  }
  const every = Math.max(1, Math.ceil((most - least) / parts))
  const ticks: number[] = []
  for (let power = least; power <= most; power += every) ticks.push(Number(`1e${power}`))
  return { domain: [first, last], ticks }
}

/** Units of time that divide well, in seconds. */
const TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400]

/** The x axis between two ends as they are: what is drawn fills it. */
export function along([low, high]: readonly [number, number], axis: ChartAxis, parts: number): Scale {
  if (alike(low, high)) return { domain: [low, high], ticks: [low] }
  const rough = (high - low) / Math.max(1, parts)
  const round = axis === 'wall' ? TIMES.find((time) => time >= rough) ?? roundUp(rough / 86400) * 86400 : roundUp(rough)
  return { domain: [low, high], ticks: multiples(low, high, axis === 'wall' && round > 1 ? round : axis === 'wall' ? roundUp(rough) : Math.max(1, round)) }
}

const UNITS = [[1e9, 'B'], [1e6, 'M'], [1e3, 'k']] as const

/** Numbers beside each other have one unit, that of the largest. */
function scaled(value: number, largest: number, decimals: number): string {
  const [unit, name] = largest < 1e4 ? [1, ''] as const : UNITS.find(([one]) => largest >= one)!
  return unit === 1 || value === 0 ? digits(value).replace('.0e', 'e') : `${Number((value / unit).toFixed(decimals))}${name}`
}

/** 45 s, 3 min, 1:05 min, 1:05 h, 2 d; rounded before it is split, so that no part of it is 60. */
function time(seconds: number): string {
  const [short, whole, minutes] = [Number(seconds.toPrecision(3)), Math.round(seconds), Math.round(seconds / 60)]
  if (short < 60) return `${short} s`
  if (whole < 3600) return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`
  return `${Number((minutes / (24 * 60)).toFixed(2))} d`
}

/** A tick of an x axis that reaches to `last`: 400; 5k, 20k; 1.5M; 10 min. */
export function xTick(axis: ChartAxis, last: number): (value: number) => string {
  return axis === 'wall' ? time : (value) => (last < 1e4 ? count(value) : scaled(value, last, 3))
}

/** A tick of the y axis needs fewer digits than a value: 0.45, 50 %, 12k. */
export function yTick(format: typeof count): (value: number) => string {
  const shares = format(0.5).endsWith('%')
  return (value) => (shares ? `${Number((value * 100).toPrecision(3))}\u00a0%` : scaled(Number(value.toPrecision(3)), Math.abs(value), 2))
}

/**
 * Bounds beyond which a value is an outlier: three interquartile ranges outside the quartiles (Tukey's far out). Where half of the values are alike, the
 * middle 98 in 100 stand. `values` may be a sample of what reaches from `least` to `most`; undefined where nothing of that lies beyond.
 */
export function fences(values: Float64Array, least: number, most: number): readonly [low: number, high: number] | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  if (sorted.length < 8) return undefined
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!
  const spread = at(0.75) - at(0.25)
  const bounds = spread > 0 ? [at(0.25) - 3 * spread, at(0.75) + 3 * spread] as const : [at(0.01), at(0.99)] as const
  return least < bounds[0] || most > bounds[1] ? bounds : undefined
}
