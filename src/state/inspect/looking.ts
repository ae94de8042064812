// The store of the one product that is looked at: where each way of asking ranked it, and what its score is made of.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Explanation } from '../../client/opened.ts'
import { termsOf } from '../../domain/analysis/analyzers.ts'
import { searchText } from '../../domain/words.ts'
import type { Library } from '../data/library.ts'
import type { Run } from '../run/run.ts'
import { sentenceOf } from '../sentence.ts'
import type { ColumnId } from './columns.ts'
import type { Column } from './inspect.ts'
import type { View } from './view.ts'

/** A text that was searched for: one of the inspector's columns by its id, or `search`, what stands in the search box. */
export type AskedBy = ColumnId

export interface Looked {
  readonly id: string
  readonly by: AskedBy
  /** what went to the recommender */
  readonly searched: string
  /** undefined beyond the depth of the inspection, and for the search box */
  readonly rank: number | undefined
  /** the ranking's own score */
  readonly score: number | undefined
  /** undefined while it is asked for, and where there is none */
  readonly explanation: Explanation | undefined
  /** terms of the query that the product does not hold */
  readonly unmatched: readonly string[]
  /** why there is no explanation */
  readonly absent: string | undefined
}

export interface LookingState {
  readonly looked: Looked | undefined
  /** the same product as another column ranks it, to compare with; undefined where nothing is compared */
  readonly beside: Looked | undefined
}

export interface Looking extends StoreApi<LookingState> {
  /** Looks at a product as one way of asking ranked it; `text` where that is the search box. */
  readonly look: (id: string, by: AskedBy, text?: string) => void
  /** Compares with the way another column ranks the product, or no more. */
  readonly compare: (by: ColumnId | undefined) => void
  readonly close: () => void
}

/** Parts of a sum this far off, as a share of it, are rounding: Lucene's scores are of single precision. */
const ROUNDING = 1e-6

/** What the parts of an explanation come to, and whether that is the score that ranked the product. */
export function sumOf({ terms, factor, score }: Explanation): { readonly sum: number; readonly total: number; readonly equal: boolean } {
  const sum = terms.reduce((all, { share }) => all + share, 0)
  const total = sum * factor
  return { sum, total, equal: Math.abs(total - score) <= ROUNDING * Math.max(1, Math.abs(score)) }
}

/** One row of two explanations side by side: what a term in a field gives to each score, as it counts there; undefined where it gives nothing. */
export interface ComparedTerm {
  readonly term: string
  readonly field: string
  readonly here: number | undefined
  readonly there: number | undefined
}

/** The terms of both, those that differ most first. Shares count times their factor, so that each side adds up to its score. */
export function compareTerms(here: Explanation | undefined, there: Explanation | undefined): ComparedTerm[] {
  const rows = new Map<string, { readonly term: string; readonly field: string; here: number | undefined; there: number | undefined }>()
  for (const [side, explanation] of [['here', here], ['there', there]] as const) {
    for (const { term, field, share } of explanation?.terms ?? []) {
      const key = `${field} ${term}`
      const row = rows.get(key) ?? { term, field, here: undefined, there: undefined }
      row[side] = (row[side] ?? 0) + share * explanation!.factor
      rows.set(key, row)
    }
  }
  const gap = (row: ComparedTerm): number => Math.abs((row.here ?? 0) - (row.there ?? 0))
  return [...rows.values()].toSorted((a, b) => gap(b) - gap(a) || Math.max(b.here ?? 0, b.there ?? 0) - Math.max(a.here ?? 0, a.there ?? 0))
}

/** The text that found a product for a column: of several names, the one that was matched to it. */
function searchedFor({ searched, entries }: Column, id: string): string | undefined {
  const at = entries?.findIndex((entry) => entry.id === id) ?? -1
  return searched[at] ?? searched[0]
}

export function createLooking(library: Library, run: Run, view: View): Looking {
  const store = createStore<LookingState>(() => ({ looked: undefined, beside: undefined }))
  const { getState, setState } = store
  /** counts what was asked for each place: an older answer is nobody's */
  const latest = { looked: 0, beside: 0 }

  const unmatchedOf = (searched: string, { terms }: Explanation): readonly string[] => {
    const spec = library.getState().shop?.spec
    if (spec === undefined || !('analyzer' in spec) || spec.query === 'boolean') return []
    const held = new Set(terms.map(({ term }) => term))
    return [...new Set(termsOf(spec.analyzer, searched))].filter((term) => !held.has(term))
  }

  /** Puts a product as one way of asking ranked it into a place, and its explanation when that comes. */
  const fill = (place: keyof LookingState, id: string, by: AskedBy, text: string): void => {
    const mine = ++latest[place]
    const put = (looked: Looked | undefined): void => setState({ [place]: looked })
    const { shop } = library.getState()
    const column = by === 'search' ? undefined : view.getState().inspection?.columns[by]
    if (shop === undefined || (by !== 'search' && column === undefined)) return put(undefined)
    const said = column === undefined ? text : searchedFor(column, id)
    const searched = searchText(said ?? '', run.getState().settings.mode)
    const at = column?.ids.indexOf(id) ?? -1
    const looked: Looked = {
      id, by, searched, rank: at < 0 ? undefined : at + 1, score: at < 0 ? undefined : column?.scores[at],
      explanation: undefined, unmatched: [], absent: undefined,
    }
    if (column !== undefined && column.rewrite === undefined) {
      return put({ ...looked, searched: '', absent: 'another system made this ranking, and no text came with it: its scores can’t be taken apart' })
    }
    if (said === undefined) return put({ ...looked, searched: '', absent: 'the answer is this list itself: no recommender scored it' })
    const { explain } = shop.opened
    if (explain === undefined) return put({ ...looked, absent: `${shop.recommender.name} gives no terms: its scores can’t be taken apart` })
    put(looked)
    explain(searched, id).then((explanation) => {
      if (mine !== latest[place]) return
      put({ ...looked, ...(explanation === undefined
        ? { absent: 'none of the query’s terms stands in this product' }
        : { explanation, unmatched: unmatchedOf(searched, explanation) }) })
    }, (error: unknown) => {
      if (mine === latest[place]) put({ ...looked, absent: sentenceOf(error) })
    })
  }
  const compare = (by: ColumnId | undefined): void => {
    const { looked } = getState()
    if (looked !== undefined && by !== undefined && by !== looked.by) return fill('beside', looked.id, by, '')
    latest.beside++
    setState({ beside: undefined })
  }
  const close = (): void => {
    latest.looked++
    latest.beside++
    if (getState().looked !== undefined) setState({ looked: undefined, beside: undefined })
  }

  library.subscribe(({ shop }, before) => { if (shop?.dataset.hash !== before.shop?.dataset.hash) close() })
  // another ranking of the same query is another score of the same product; another query is something else
  view.subscribe(({ inspection }, before) => {
    const { looked, beside } = getState()
    if (looked === undefined || looked.by === 'search' || inspection === before.inspection) return
    if (inspection === undefined || inspection.query !== before.inspection?.query) return close()
    if (inspection.columns[looked.by] === undefined) return close()
    if (inspection.columns[looked.by] !== before.inspection.columns[looked.by]) fill('looked', looked.id, looked.by, '')
    if (beside === undefined) return
    if (inspection.columns[beside.by] === undefined) compare(undefined)
    else if (inspection.columns[beside.by] !== before.inspection.columns[beside.by]) fill('beside', beside.id, beside.by, '')
  })

  return {
    ...store, compare, close,
    look: (id, by, text = '') => {
      const { beside } = getState()
      fill('looked', id, by, text)
      // what is compared stays compared from one product to the next
      if (by === 'search' || beside === undefined || beside.by === by) compare(undefined)
      else fill('beside', id, beside.by, '')
    },
  }
}
