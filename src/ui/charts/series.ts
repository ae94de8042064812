// What a chart draws of a long series: fewer points with every extreme kept, and a smoothed line beside the raw one.

/** A row of a chart: x and named values; undefined or non-finite where there is none. */
export type Row = Readonly<Record<string, number | undefined>>

/**
 * At most about `limit` rows of `rows`: in each stretch of equal length the rows with the least and the greatest value of every key stay,
 * and so do the first and the last. Rows come back in their order; short series come back as they are.
 */
export function thin(rows: readonly Row[], keys: readonly string[], limit: number): readonly Row[] {
  if (rows.length <= limit) return rows
  const stretches = Math.max(1, Math.floor((limit - 2) / (2 * keys.length)))
  const kept = new Set<number>([0, rows.length - 1])
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * rows.length) / stretches)
    const to = Math.floor(((stretch + 1) * rows.length) / stretches)
    for (const key of keys) {
      let [least, greatest] = [-1, -1]
      for (let at = from; at < to; at++) {
        const value = rows[at]![key]
        if (value === undefined || !Number.isFinite(value)) continue
        if (least < 0 || value < rows[least]![key]!) least = at
        if (greatest < 0 || value > rows[greatest]![key]!) greatest = at
      }
      if (least >= 0) kept.add(least).add(greatest)
    }
  }
  return [...kept].toSorted((a, b) => a - b).map((at) => rows[at]!)
}

/**
 * Exponential moving average without the bias towards its start: last = w·last + (1 − w)·y, shown as last / (1 − wⁿ)
 * (TensorBoard's). Gaps stay gaps; weight 0 gives the values back.
 */
export function smooth(values: readonly (number | undefined)[], weight: number): (number | undefined)[] {
  let [last, remaining] = [0, 1]
  return values.map((value) => {
    if (value === undefined || !Number.isFinite(value)) return undefined
    last = weight * last + (1 - weight) * value
    remaining *= weight
    return last / (1 - remaining)
  })
}
