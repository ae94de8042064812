// One series of a chart as a column that grows: values, where they lack, and the extremes of every stretch, so that drawing never reads it all.

/** Blocks of the finest level; each level above holds blocks twice as long. */
const FINEST = 4

/** `-1` in a list of places: the line is broken here. */
export const BREAK = -1

function grown<Kind extends Float64Array | Int32Array | Uint32Array>(array: Kind, length: number, empty: (length: number) => Kind): Kind {
  if (length <= array.length) return array
  const larger = empty(Math.max(64, length, 2 * array.length))
  larger.set(array as never)
  return larger
}

/** A stretch of places, and where its least and its greatest value stand. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly least: number
  readonly greatest: number
}

/** Places of the least and the greatest value of every block; -1 where a block has none. */
interface Level {
  least: Int32Array<ArrayBuffer>
  most: Int32Array<ArrayBuffer>
}

export class Column {
  length = 0
  /** NaN where there is no value to draw */
  values = new Float64Array(64)
  /** places whose value was given but isn't a finite number, ascending; what was never measured is not among them */
  readonly broken: number[] = []
  /** how many of the first i values are not drawn */
  private gaps = new Uint32Array(65)
  /** how many of the first i values are drawn and at or below 0 */
  private notAbove = new Uint32Array(65)
  private readonly levels: Level[] = []

  /** Adds a value. `undefined` was not measured; null is what JSON makes of NaN. Costs the same however long the column is. */
  push(value: number | null | undefined): void {
    const at = this.length++
    this.values = grown(this.values, this.length, (length) => new Float64Array(length))
    this.gaps = grown(this.gaps, this.length + 1, (length) => new Uint32Array(length))
    this.notAbove = grown(this.notAbove, this.length + 1, (length) => new Uint32Array(length))
    const drawn = typeof value === 'number' && Number.isFinite(value)
    this.values[at] = drawn ? value : Number.NaN
    this.gaps[at + 1] = this.gaps[at]! + (drawn ? 0 : 1)
    this.notAbove[at + 1] = this.notAbove[at]! + (drawn && value <= 0 ? 1 : 0)
    if (!drawn && value !== undefined) this.broken.push(at)
    for (let level = 0, size = FINEST; level === 0 || size <= at; level++, size *= 2) {
      if (this.levels.length === level) this.rise(level)
      this.extend(level, Math.floor(at / size), drawn ? at : -1)
    }
  }

  /** The last place with a value, at or before `at`; -1 where there is none. */
  lastDrawn(at = this.length - 1): number {
    let place = Math.min(at, this.length - 1)
    while (place >= 0 && Number.isNaN(this.values[place])) place--
    return place
  }

  /** True where a value between two places is not drawn, so that no line may join them. */
  brokenBetween(one: number, other: number): boolean {
    return this.gaps[other]! - this.gaps[one + 1]! > 0
  }

  /** How many values of `from` to `to` can be drawn. */
  drawnWithin(from: number, to: number): number {
    return to < from ? 0 : to + 1 - from - (this.gaps[to + 1]! - this.gaps[from]!)
  }

  /** How many values of `from` to `to` are at or below 0. */
  notAboveZero(from: number, to: number): number {
    return to < from ? 0 : this.notAbove[to + 1]! - this.notAbove[from]!
  }

  /** How many values of `from` to `to` are below `low` or above `high`; stretches that lie whole on one side are not read. */
  beyond(from: number, to: number, low: number, high: number): number {
    const within = (level: number, block: number): number => {
      const size = FINEST * 2 ** level
      const [first, last] = [Math.max(from, block * size), Math.min(to, (block + 1) * size - 1, this.length - 1)]
      if (last < first) return 0
      const [least, most] = [this.levels[level]!.least[block]!, this.levels[level]!.most[block]!]
      if (least < 0 || (this.values[least]! >= low && this.values[most]! <= high)) return 0
      if (this.values[most]! < low || this.values[least]! > high) return this.drawnWithin(first, last)
      if (level > 0) return within(level - 1, 2 * block) + within(level - 1, 2 * block + 1)
      let found = 0
      for (let at = first; at <= last; at++) if (this.values[at]! < low || this.values[at]! > high) found++
      return found
    }
    const top = this.levels.length - 1
    let found = 0
    for (let block = 0; top >= 0 && block * FINEST * 2 ** top <= to; block++) found += within(top, block)
    return found
  }

  /** True where a value was given that isn't a finite number. */
  isBroken(place: number): boolean {
    return this.broken[firstFrom(this.broken, this.broken.length, place)] === place
  }

  /**
   * Places of at most `most` points (8 or more) that stand for those of `from` to `to`, ascending: all of them where they are few, else the least and the
   * greatest of every stretch of equal length, and the two ends. BREAK stands wherever something between two places is not drawn.
   */
  thinned(from: number, to: number, most: number): number[] {
    const count = to - from + 1
    const places: number[] = []
    if (count <= most) {
      for (let at = from; at <= to; at++) if (!Number.isNaN(this.values[at])) places.push(at)
      return this.withBreaks(places)
    }
    const add = (place: number): void => { if (place >= 0 && place > (places.at(-1) ?? -1)) places.push(place) }
    const last = this.lastDrawn(to)
    let first = from
    while (first <= to && Number.isNaN(this.values[first])) first++
    if (first <= to) add(first)
    for (const { least, greatest } of this.stretches(from, to, (most - 2) / 2)) {
      add(Math.min(least, greatest))
      add(Math.max(least, greatest))
    }
    if (last >= from) add(last)
    return this.withBreaks(places)
  }

  /** At most `most` (4 or more) stretches of equal length that cover `from` to `to`, with the places of their extremes; -1 where a stretch has none. */
  stretches(from: number, to: number, most: number): Stretch[] {
    let [level, size] = [0, FINEST]
    while ((to - from + 1) / size + 2 > most && level + 1 < this.levels.length) [level, size] = [level + 1, size * 2]
    const found: Stretch[] = []
    for (let block = Math.floor(from / size); block * size <= to; block++) {
      const [start, end] = [block * size, (block + 1) * size - 1]
      const [least, greatest] = start >= from && end <= to && end < this.length
        ? [this.levels[level]!.least[block]!, this.levels[level]!.most[block]!]
        : this.extremes(Math.max(from, start), Math.min(to, end))
      found.push({ from: Math.max(from, start), to: Math.min(to, end), least, greatest })
    }
    return found
  }

  /** Places of the least and the greatest value within `from` to `to`; -1 where there is none. */
  extremes(from: number, to: number): [least: number, greatest: number] {
    let [least, greatest] = [-1, -1]
    for (let at = from; at <= to; at++) {
      const value = this.values[at]!
      if (Number.isNaN(value)) continue
      if (least < 0 || value < this.values[least]!) least = at
      if (greatest < 0 || value > this.values[greatest]!) greatest = at
    }
    return [least, greatest]
  }

  private withBreaks(places: readonly number[]): number[] {
    const broken: number[] = []
    for (const place of places) {
      const before = broken.at(-1)
      if (before !== undefined && this.brokenBetween(before, place)) broken.push(BREAK)
      broken.push(place)
    }
    return broken
  }

  /** Begins a level: its first block holds what the two below it hold. */
  private rise(level: number): void {
    const below = this.levels[level - 1]
    this.levels.push({ least: new Int32Array(16).fill(-1), most: new Int32Array(16).fill(-1) })
    if (below === undefined) return
    for (const block of [0, 1]) {
      this.extend(level, 0, below.least[block]!)
      this.extend(level, 0, below.most[block]!)
    }
  }

  private extend(level: number, block: number, at: number): void {
    const of = this.levels[level]!
    of.least = grown(of.least, block + 1, (length) => new Int32Array(length).fill(-1))
    of.most = grown(of.most, block + 1, (length) => new Int32Array(length).fill(-1))
    if (at < 0) return
    const value = this.values[at]!
    const [least, most] = [of.least[block]!, of.most[block]!]
    if (least < 0 || value < this.values[least]!) of.least[block] = at
    if (most < 0 || value > this.values[most]!) of.most[block] = at
  }
}

/** The first place of ascending `values` (its first `length`) that is `x` or more; `length` where none is. */
export function firstFrom(values: ArrayLike<number>, length: number, x: number): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}

/** The place whose value is nearest to `x`, of two as near the first; -1 where there is none. */
export function nearest(values: Float64Array, length: number, x: number): number {
  if (length === 0) return -1
  const after = firstFrom(values, length, x)
  if (after === 0) return 0
  if (after === length) return length - 1
  return x - values[after - 1]! <= values[after]! - x ? after - 1 : after
}

/**
 * Exponential moving average without the bias towards its start, as a column beside another: last = w·last + (1 − w)·y, shown as last / (1 − wⁿ)
 * (TensorBoard's). Gaps stay gaps. `follow` takes only what was added since the last time.
 */
export class Smoothed {
  readonly column = new Column()
  private last = 0
  private remaining = 1

  constructor(private readonly of: Column, readonly weight: number) {}

  follow(): Column {
    for (let at = this.column.length; at < this.of.length; at++) {
      const value = this.of.values[at]!
      if (Number.isNaN(value)) {
        this.column.push(undefined)
        continue
      }
      this.last = this.weight * this.last + (1 - this.weight) * value
      this.remaining *= this.weight
      this.column.push(this.last / (1 - this.remaining))
    }
    return this.column
  }
}
