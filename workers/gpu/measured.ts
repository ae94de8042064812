// What every bench reports, and how its figures are made of repeated times.

export interface MeasuredCase {
  readonly shape: string
  readonly op: string
  /** in `unit` */
  readonly ours: number
  readonly unit: string
  /** the same of others, by name */
  readonly peers: Readonly<Record<string, number>>
  /** of the adapter's multiply-add peak, where the operations are known */
  readonly share?: number
}

export interface Measured<Case extends MeasuredCase = MeasuredCase> {
  readonly name: string
  /** the adapter's architecture */
  readonly adapter: string
  /** GFLOP/s that the adapter's multiply-adds reach at most */
  readonly peak: number
  readonly cases: readonly Case[]
  /** how many times better than a peer, or than another way */
  readonly ratios: Readonly<Record<string, number>>
}

/** The upper one of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
}

/** Four digits: more is noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
