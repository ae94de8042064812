// What the worker of comparisons offers: two systems' values query by query in, and whether they differ by more than chance out.
import type { Comparison } from '../domain/compare.ts'

export interface ComparedValues {
  /** one value per query, NaN where the system has none */
  readonly before: Float64Array
  readonly after: Float64Array
  /** place of the query's domain in `names`, −1 where it has none; absent: no domains are told apart */
  readonly domains?: Int32Array
  readonly names?: readonly string[]
  /** decides the resampling */
  readonly seed: number
}

/** All but the values by query, which the caller has. */
export type Compared = Omit<Comparison, 'perQuery'>

/** The procedures of workers/compare.worker.ts. */
export interface CompareService {
  /** Undefined where no query has a value on both sides. */
  compare(values: ComparedValues): Promise<Compared | undefined>
}

/** A table's resampling, one cell at a time. `seed` decides it. */
export interface ResamplingService {
  /** Mean of `one` less `other`, its 95 % bootstrap interval and two-sided randomisation p; one value for every query on both sides. */
  gain(one: Float64Array, other: Float64Array, seed: number): Promise<{ readonly delta: number; readonly low: number; readonly high: number; readonly p: number }>
  /** 95 % bootstrap interval of the mean. */
  interval(values: Float64Array, seed: number): Promise<{ readonly low: number; readonly high: number }>
}
