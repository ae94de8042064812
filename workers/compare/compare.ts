// Compares two systems over their values by query, as the page hands them over: typed arrays, NaN where a value is lacking.
import { compareRankings } from '../../src/domain/compare.ts'
import type { QueryValues } from '../../src/domain/evaluation.ts'
import type { Compared, ComparedValues } from '../../src/protocol/compare.ts'

const LABEL = 'value'

export function compareValues({ before, after, domains, names, seed }: ComparedValues): Compared | undefined {
  const side = (values: Float64Array): QueryValues[] => {
    const known: QueryValues[] = []
    values.forEach((value, at) => {
      if (Number.isNaN(value)) return
      const domain = names?.[domains?.[at] ?? -1]
      known.push({ id: String(at), ...(domain === undefined ? {} : { domain }), ranked: true, values: { [LABEL]: value } })
    })
    return known
  }
  const [one, other] = [side(before), side(after)]
  if (!before.some((value, at) => !Number.isNaN(value) && !Number.isNaN(after[at]))) return undefined
  const { perQuery: _, ...compared } = compareRankings(one, other, LABEL, seed)
  return compared
}
