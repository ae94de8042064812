// The store of the one product that is looked at: where each way of asking ranked it, and what its score is made of.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Explanation } from '../client/opened.ts'
import { termsOf } from '../domain/analysis/analyzers.ts'
import { searchText } from '../domain/words.ts'
import type { Library } from './library.ts'
import type { Run } from './run.ts'
import { sentenceOf } from './sentence.ts'
import type { ColumnId } from './columns.ts'
import type { View } from './view.ts'

/** A text that was searched for: one of the inspector's columns, or what stands in the search box. */
export type AskedBy = ColumnId | 'search'

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
}

export interface Looking extends StoreApi<LookingState> {
  /** Looks at a product as one way of asking ranked it; `text` where that is the search box. */
  readonly look: (id: string, by: AskedBy, text?: string) => void
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

export function createLooking(library: Library, run: Run, view: View): Looking {
  const store = createStore<LookingState>(() => ({ looked: undefined }))
  const { getState, setState } = store
  let latest = 0

  const unmatchedOf = (searched: string, { terms }: Explanation): readonly string[] => {
    const spec = library.getState().shop?.spec
    if (spec === undefined || !('analyzer' in spec) || spec.query === 'boolean') return []
    const held = new Set(terms.map(({ term }) => term))
    return [...new Set(termsOf(spec.analyzer, searched))].filter((term) => !held.has(term))
  }

  const look = (id: string, by: AskedBy, text = ''): void => {
    const mine = ++latest
    const { shop } = library.getState()
    const column = by === 'search' ? undefined : view.getState().inspection?.columns[by]
    if (shop === undefined || (by !== 'search' && column === undefined)) return setState({ looked: undefined })
    const searched = searchText(column?.rewrite ?? text, run.getState().settings.mode)
    const at = column?.ids.indexOf(id) ?? -1
    const looked: Looked = {
      id, by, searched, rank: at < 0 ? undefined : at + 1, score: at < 0 ? undefined : column?.scores[at],
      explanation: undefined, unmatched: [], absent: undefined,
    }
    const { explain } = shop.opened
    if (column !== undefined && column.rewrite === undefined) {
      setState({ looked: { ...looked, absent: 'another system made this ranking, and no text came with it: its scores can’t be taken apart' } })
      return
    }
    if (explain === undefined) {
      setState({ looked: { ...looked, absent: `${shop.recommender.name} gives no terms: its scores can’t be taken apart` } })
      return
    }
    setState({ looked })
    explain(searched, id).then((explanation) => {
      if (mine !== latest) return
      const rest = explanation === undefined
        ? { absent: 'none of the query’s terms stands in this product' }
        : { explanation, unmatched: unmatchedOf(searched, explanation) }
      setState({ looked: { ...looked, ...rest } })
    }, (error: unknown) => {
      if (mine === latest) setState({ looked: { ...looked, absent: sentenceOf(error) } })
    })
  }
  const close = (): void => {
    latest++
    if (getState().looked !== undefined) setState({ looked: undefined })
  }

  library.subscribe(({ shop }, before) => { if (shop?.dataset.hash !== before.shop?.dataset.hash) close() })
  // another ranking of the same query is another score of the same product; another query is something else
  view.subscribe(({ inspection }, before) => {
    const { looked } = getState()
    if (looked === undefined || looked.by === 'search' || inspection === before.inspection) return
    if (inspection === undefined || inspection.query !== before.inspection?.query) return close()
    if (inspection.columns[looked.by] !== before.inspection.columns[looked.by]) look(looked.id, looked.by)
  })

  return { ...store, look, close }
}
