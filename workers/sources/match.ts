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
  const targets = byTargets(entries, queries)
  const byQuery = new Map<string, number>()
  const by = { id: 0, text: 0, targets: 0 }
  let ambiguous = 0
  let firstUnmatched: MatchReport['firstUnmatched']
  for (const [place, entry] of entries.entries()) {
    const met = meet(entry, byId, byWords, targets)
    const free = met !== undefined && 'query' in met && !byQuery.has(met.query.id)
    if (free) {
      by[met.by]++
      if (met.by === 'targets' && targets.get(entry)?.ambiguous === true) ambiguous++
      byQuery.set(met.query.id, place)
      continue
    }
    const why = met === undefined ? undefined
      : 'why' in met ? met.why : `the judged query ${named(met.query.id, met.query.text)} has an answer already`
    firstUnmatched ??= { named: named(entry.queryId, entry.query), why: why ?? 'no judged query has this id or this text' }
  }
  const report = {
    entries: entries.length, matched: byQuery.size, by, ambiguous, judged: queries.length,
    ...(firstUnmatched === undefined ? {} : { firstUnmatched }),
  }
  return { byQuery, report }
}

type Met = { readonly query: JudgedQuery; readonly by: keyof MatchReport['by'] } | { readonly why: string }

function meet(
  entry: Entry, byId: ReadonlyMap<string, JudgedQuery>, byWords: ReadonlyMap<string, JudgedQuery>, targets: ReadonlyMap<Entry, ByTargets>,
): Met | undefined {
  const said = entry.query === '' ? undefined : byWords.get(wordsOf(entry.query))
  if (!entry.numbered) {
    const query = byId.get(entry.queryId)
    if (query !== undefined) return { query, by: 'id' }
    return said === undefined ? undefined : { query: said, by: 'text' }
  }
  // a row's number is no id: "7" may be another query's. The relevant products tell, and where there are none the words do.
  if (entry.targets.length === 0) {
    if (said !== undefined) return { query: said, by: 'text' }
    return { why: 'its key is a row number of some file and it names no targets; only a query text could tell' }
  }
  const found = targets.get(entry)?.query
  if (found === undefined && said !== undefined) return { query: said, by: 'text' }
  return found === undefined ? { why: 'no judged query has these relevant products' } : { query: found, by: 'targets' }
}

function named(id: string, text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return id === '' ? `“${short}”` : short === '' ? id : `${id} (${short})`
}

const keyOf = (ids: Iterable<string>): string => [...new Set(ids)].sort().join('\n')

interface ByTargets {
  readonly query: JudgedQuery
  /** others have the same relevant products, and the entry's words told none of them */
  readonly ambiguous: boolean
}

/**
 * Numbered entries by their relevant products. Of several queries that have the same, an entry's words choose; the entries that say none of them
 * get what is left in the order of the file, the test queries first: files of answers are made of those.
 */
function byTargets(entries: readonly Entry[], queries: readonly JudgedQuery[]): ReadonlyMap<Entry, ByTargets> {
  const test = queries.filter(({ split }) => split === 'test')
  const known = new Map<string, JudgedQuery[]>()
  for (const query of [...test, ...queries.filter(({ split }) => split !== 'test')]) {
    const relevant = query.judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId)
    if (relevant.length === 0) continue
    const key = keyOf(relevant)
    const list = known.get(key)
    if (list === undefined) known.set(key, [query])
    else list.push(query)
  }
  const met = new Map<Entry, ByTargets>()
  const taken = new Set<string>()
  const telling = entries.filter(({ numbered, targets }) => numbered && targets.length > 0)
  const asked = telling.map((entry) => ({ entry, same: known.get(keyOf(entry.targets)) ?? [] }))
  const give = (entry: Entry, query: JudgedQuery | undefined, ambiguous: boolean): void => {
    if (query === undefined) return
    taken.add(query.id)
    met.set(entry, { query, ambiguous })
  }
  for (const { entry, same } of asked) {
    const words = wordsOf(entry.query)
    give(entry, words === '' ? undefined : same.find(({ id, text }) => !taken.has(id) && wordsOf(text) === words), false)
  }
  for (const { entry, same } of asked) if (!met.has(entry)) give(entry, same.find(({ id }) => !taken.has(id)), same.length > 1)
  return met
}
