// Numbers as the page writes them: few digits, one meaning each, a dash where there is none.

const NONE = '–'
const NO_BREAK = '\u00a0'
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

const minus = (text: string): string => text.replace(/^-/, '−')

/** 1,234 */
export function count(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? NONE : whole.format(value)
}

/** 512, 3.5 k, 0.9 M, 494 M, 1.54 B: parameters as their makers name them. */
export function millions(value: number): string {
  if (value < 1000) return whole.format(value)
  const [unit, name] = value < 1e5 ? [1e3, 'k'] : value < 9.995e8 ? [1e6, 'M'] : [1e9, 'B']
  return `${Number((value / unit).toPrecision(3))}${NO_BREAK}${name}`
}

/** Three decimals for a metric between −10 and 10, fewer beyond. */
export function score(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE
  return minus(value.toFixed(Math.abs(value) < 10 ? 3 : 1))
}

/** A share as a percentage with one decimal, none where it is whole. */
export function percent(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE
  return minus(`${(value * 100).toFixed(1).replace(/\.0$/, '')}${NO_BREAK}%`)
}

/** Three significant digits, in powers of ten where the value is very small or large. */
export function digits(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE
  if (value === 0) return '0'
  const size = Math.abs(value)
  return minus(size < 1e-3 || size >= 1e6 ? value.toExponential(1) : size >= 1000 ? whole.format(value) : String(Number(value.toPrecision(3))))
}

/** +0.123, −0.045, ±0 */
export function signed(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE
  const text = score(Math.abs(value))
  return Number(text) === 0 ? '±0' : `${value > 0 ? '+' : '−'}${text}`
}

/** p-values are never written as 0. */
export function pValue(value: number): string {
  return value < 0.001 ? '< 0.001' : value.toFixed(3)
}

/** 45 s, 3 min 20 s, 1 h 05 min */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return NONE
  const rounded = Math.round(seconds)
  if (rounded < 60) return `${rounded} s`
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min ${String(rounded % 60).padStart(2, '0')} s`
  return `${Math.floor(rounded / 3600)} h ${String(Math.floor((rounded % 3600) / 60)).padStart(2, '0')} min`
}

/** Four significant digits, for scores whose scale is the recommender's own. */
export function significant(value: number): string {
  return minus(Math.abs(value) >= 1000 ? whole.format(value) : value.toPrecision(4))
}

/** 512 B, 4.6 MB, 10.7 GB */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

/** 512 B, 3.5 KiB, 7.5 MiB, 1.42 GiB: graphics memory, in the unit of budgets and limits. */
export function memory(bytes: number): string {
  if (bytes < 1024) return `${bytes}${NO_BREAK}B`
  if (bytes < 2 ** 20) return `${(bytes / 1024).toFixed(bytes < 10240 ? 1 : 0)}${NO_BREAK}KiB`
  if (bytes < 2 ** 30) return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)}${NO_BREAK}MiB`
  return `${(bytes / 2 ** 30).toFixed(2)}${NO_BREAK}GiB`
}
