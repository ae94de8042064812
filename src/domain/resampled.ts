// What chance makes of a table's values: differences and means with their intervals, each drawn once and remembered.
import type { Cell, SystemValues, TableMeasure, Test } from './methodsTable.ts'
import { mean } from './metrics.ts'

/** Values of one measure of the queries that both have it for, in order. */
function paired(one: SystemValues, other: SystemValues, measure: TableMeasure): readonly [Float64Array, Float64Array] {
  const [first, second]: [number[], number[]] = [[], []]
  for (const [id, values] of one) {
    const [a, b] = [values[measure], other.get(id)?.[measure]]
    if (a === undefined || b === undefined) continue
    first.push(a)
    second.push(b)
  }
  return [Float64Array.from(first), Float64Array.from(second)]
}

export type Gained = Omit<Test, 'adjusted'>
type Interval = Pick<Cell, 'mean' | 'low' | 'high' | 'queries'>

/** Who draws: thousands of times over thousands of queries, so the page has a worker do it. */
export interface Resampling {
  /** mean of `one` less `other`, its 95 % bootstrap interval and two-sided randomisation p */
  gain(one: Float64Array, other: Float64Array): Promise<{ readonly delta: number; readonly low: number; readonly high: number; readonly p: number }>
  /** 95 % bootstrap interval of the mean */
  interval(values: Float64Array): Promise<{ readonly low: number; readonly high: number }>
}

/** Resampling is the price of a table: what was computed for the same values is remembered, so that one more run costs what is new about it. */
export class Resampled {
  readonly #gains = new WeakMap<SystemValues, WeakMap<SystemValues, Map<TableMeasure, Gained | undefined>>>()
  readonly #intervals = new WeakMap<SystemValues, Map<TableMeasure, Interval | undefined>>()
  readonly #resampling: Resampling

  constructor(resampling: Resampling) {
    this.#resampling = resampling
  }

  /** `one` less `other` over the queries that both have the measure for; undefined where there are none. */
  async gain(one: SystemValues, other: SystemValues, measure: TableMeasure): Promise<Gained | undefined> {
    const against = this.#gains.get(one) ?? new WeakMap<SystemValues, Map<TableMeasure, Gained | undefined>>()
    this.#gains.set(one, against)
    const known = against.get(other) ?? new Map<TableMeasure, Gained | undefined>()
    against.set(other, known)
    if (!known.has(measure)) {
      const [first, second] = paired(one, other, measure)
      // equal values need no chance to tell
      const same = first.every((value, at) => value === second[at])
      const gained = same ? { delta: 0, low: 0, high: 0, p: 1 } : await this.#resampling.gain(first, second)
      known.set(measure, first.length === 0 ? undefined : { ...gained, queries: first.length })
    }
    return known.get(measure)
  }

  async interval(values: SystemValues, measure: TableMeasure): Promise<Interval | undefined> {
    const known = this.#intervals.get(values) ?? new Map<TableMeasure, Interval | undefined>()
    this.#intervals.set(values, known)
    if (!known.has(measure)) {
      const own = Float64Array.from([...values.values()].flatMap((of) => of[measure] ?? []))
      const [first] = own
      const bounds = first === undefined || own.every((value) => value === first) ? { low: first ?? 0, high: first ?? 0 } : await this.#resampling.interval(own)
      known.set(measure, first === undefined ? undefined : { mean: mean(own), ...bounds, queries: own.length })
    }
    return known.get(measure)
  }
}
