// Meets a file's entries with the judged queries of a dataset: by id, by the query's words, or by the products that are relevant.
import type { JudgedQuery } from '../../src/domain/dataset.ts'
import type { MatchReport } from '../../src/protocol/sources.ts'
import type { Entry } from './entries.ts'

export interface Matched {
  /** place in the entries by query id */
  readonly byQuery: ReadonlyMap<string, number>
  readonly report: MatchReport
}

/** Words whatever their case and spaces. */
export const wordsOf = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/gu, ' ')

/** Each query is met by one entry at most, the first. */
export function matchEntries(entries: readonly Entry[], queries: readonly JudgedQuery[]): Matched {
  const byId = new Map(queries.map((query) => [query.id, query]))
  const byWords = new Map<string, JudgedQuery>()
  for (const query of queries) if (!byWords.has(wordsOf(query.text))) byWords.set(wordsOf(query.text), query)
  const targets = new Targets(queries)
  const byQuery = new Map<string, number>()
  const by = { id: 0, text: 0, targets: 0 }
  let firstUnmatched: MatchReport['firstUnmatched']
  for (const [place, entry] of entries.entries()) {
    const met = meet(entry, byId, byWords, targets)
    const free = met !== undefined && 'query' in met && !byQuery.has(met.query.id)
    if (free) {
      by[met.by]++
      byQuery.set(met.query.id, place)
      continue
    }
    const why = met === undefined ? undefined : 'why' in met ? met.why : `the judged query ${named(met.query.id, met.query.text)} has an answer already`
    firstUnmatched ??= { named: named(entry.queryId, entry.query), why: why ?? 'no judged query has this id or this text' }
  }
  const report = { entries: entries.length, matched: byQuery.size, by, judged: queries.length, ...(firstUnmatched === undefined ? {} : { firstUnmatched }) }
  return { byQuery, report }
}

type Met = { readonly query: JudgedQuery; readonly by: keyof MatchReport['by'] } | { readonly why: string }

function meet(entry: Entry, byId: ReadonlyMap<string, JudgedQuery>, byWords: ReadonlyMap<string, JudgedQuery>, targets: Targets): Met | undefined {
  const said = entry.query === '' ? undefined : byWords.get(wordsOf(entry.query))
  if (!entry.numbered) {
    const query = byId.get(entry.queryId)
    if (query !== undefined) return { query, by: 'id' }
    return said === undefined ? undefined : { query: said, by: 'text' }
  }
  // a row's number is no id: "7" may be another query's. The relevant products tell, and where there are none the words do.
  if (entry.targets.length === 0) return said === undefined ? { why: 'its key is a row number of some file and it names no targets; only a query text could tell' } : { query: said, by: 'text' }
  const found = targets.take(entry.targets)
  if (found === undefined && said !== undefined) return { query: said, by: 'text' }
  return found === undefined ? { why: 'no judged query has these relevant products' } : { query: found, by: 'targets' }
}

function named(id: string, text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return id === '' ? `“${short}”` : short === '' ? id : `${id} (${short})`
}

const keyOf = (ids: Iterable<string>): string => [...new Set(ids)].sort().join('\n')

/** Queries by their relevant products. Several of one set are met in the order of the file, which is that of the queries. */
class Targets {
  readonly #queries: ReadonlyMap<string, JudgedQuery[]>
  readonly #taken = new Map<string, number>()

  constructor(queries: readonly JudgedQuery[]) {
    const known = new Map<string, JudgedQuery[]>()
    for (const query of queries) {
      const relevant = query.judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId)
      if (relevant.length === 0) continue
      const key = keyOf(relevant)
      const list = known.get(key)
      if (list === undefined) known.set(key, [query])
      else list.push(query)
    }
    this.#queries = known
  }

  take(ids: readonly string[]): JudgedQuery | undefined {
    const key = keyOf(ids)
    const at = this.#taken.get(key) ?? 0
    this.#taken.set(key, at + 1)
    return this.#queries.get(key)?.[at]
  }
}
