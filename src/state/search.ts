// The store of the search box: the catalogue searched as it is typed, by MiniSearch itself, with suggestions.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Library } from './library.ts'
import { sentenceOf } from './sentence.ts'

export interface SearchState {
  readonly text: string
  /** words may be beginnings of words */
  readonly prefix: boolean
  /** words may be misspelt */
  readonly fuzzy: boolean
  readonly searching: boolean
  readonly hits: readonly { readonly id: string; readonly score: number }[]
  readonly suggestions: readonly string[]
  /** why there is nothing: beyond MiniSearch's limit, or nothing lexical ranks */
  readonly fault: string | undefined
}

export interface Search extends StoreApi<SearchState> {
  readonly type: (text: string) => void
  readonly set: (options: Partial<Pick<SearchState, 'prefix' | 'fuzzy'>>) => void
}

export const HITS = 20
/** edits allowed as a share of a word's length */
const FUZZY = 0.2
const TYPING_PAUSE_MS = 120
const SUGGESTED = 5

export function createSearch(library: Library): Search {
  const store = createStore<SearchState>(() => (
    { text: '', prefix: true, fuzzy: true, searching: false, hits: [], suggestions: [], fault: undefined }))
  const { getState, setState } = store
  let latest = 0
  let pause: ReturnType<typeof setTimeout> | undefined

  const ask = async (): Promise<void> => {
    const mine = ++latest
    const { text, prefix, fuzzy } = getState()
    const opened = library.getState().shop?.opened
    if (text.trim() === '') return setState({ hits: [], suggestions: [], searching: false, fault: undefined })
    if (opened?.search === undefined || opened.suggest === undefined) {
      const fault = 'the search box needs a lexical recommender beside it: minisearch, bm25, lucene, or a hybrid with one of them'
      return setState({ hits: [], suggestions: [], searching: false, fault })
    }
    setState({ searching: true })
    try {
      const [ranking, suggestions] = await Promise.all([opened.search(text, { prefix, fuzzy: fuzzy ? FUZZY : 0, limit: HITS }), opened.suggest(text)])
      if (mine !== latest) return
      const same = text.trim().toLowerCase()
      setState({
        hits: ranking.ids.map((id, at) => ({ id, score: ranking.scores[at] ?? 0 })), fault: undefined,
        suggestions: suggestions.filter((suggestion) => suggestion !== same).slice(0, SUGGESTED),
      })
    } catch (error) {
      if (mine === latest) setState({ hits: [], suggestions: [], fault: sentenceOf(error) })
    } finally {
      if (mine === latest) setState({ searching: false })
    }
  }

  library.subscribe(({ shop }, before) => {
    if (shop?.opened === before.shop?.opened) return
    latest++
    const same = shop?.dataset.hash === before.shop?.dataset.hash
    setState({ hits: [], suggestions: [], searching: false, fault: undefined, ...(same ? {} : { text: '' }) })
    if (same) void ask()
  })

  return {
    ...store,
    type: (text) => {
      setState({ text })
      clearTimeout(pause)
      pause = setTimeout(() => void ask(), TYPING_PAUSE_MS)
    },
    set: (options) => {
      setState(options)
      void ask()
    },
  }
}
