// Asks the worker of comparisons about the table's values, the latest question only, once a person's hand has come to rest.
import type { Compared, CompareService } from '../../client/compare.ts'
import type { QueryRows, RowValues } from './queryRows.ts'
import { sentenceOf } from '../sentence.ts'

const RESTS_MS = 60

export interface Question {
  readonly table: QueryRows
  readonly values: RowValues
  /** compares this domain alone */
  readonly domain: string | undefined
  readonly seed: number
}

export interface Comparing {
  /** `tell` hears the answer to the last question asked, and of no other. */
  readonly ask: (question: Question) => void
}

export function createComparing(service: CompareService, tell: (compared: Compared | undefined) => void, fail: (sentence: string) => void, restsMs = RESTS_MS): Comparing {
  let timer: ReturnType<typeof setTimeout> | undefined
  let latest = 0
  return {
    ask: ({ table: { rows, domains }, values, domain, seed }) => {
      clearTimeout(timer)
      const mine = ++latest
      timer = setTimeout(() => {
        const places = domain === undefined ? undefined : [...rows.keys()].filter((at) => rows[at]!.domain === domain)
        const of = (side: Float64Array): Float64Array => (places === undefined ? side : Float64Array.from(places, (at) => side[at]!))
        const names = new Map(domains.map((name, at) => [name, at]))
        const split = places === undefined && names.size > 1
        service.compare({
          before: of(values.a), after: of(values.b), seed,
          ...(split ? { names: domains, domains: Int32Array.from(rows, (row) => names.get(row.domain ?? '') ?? -1) } : {}),
        }).then((compared) => { if (mine === latest) tell(compared) }, (error: unknown) => { if (mine === latest) fail(`the two systems could not be compared: ${sentenceOf(error)}`) })
      }, restsMs)
    },
  }
}
