// The store of the search box: the catalogue searched as it is typed, by MiniSearch itself, with suggestions; else by what ranks.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { MINISEARCH_LIMIT } from '../../client/opened.ts'
import type { Library, Shop } from './library.ts'
import { sentenceOf } from '../sentence.ts'

export interface SearchState {
  readonly text: string
  /** words may be beginnings of words */
  readonly prefix: boolean
  /** words may be misspelt */
  readonly fuzzy: boolean
  readonly searching: boolean
  readonly hits: readonly { readonly id: string; readonly score: number }[]
  readonly suggestions: readonly string[]
  /** why MiniSearch did not answer and the recommender did, for whole words only */
  readonly instead: string | undefined
  /** why there is nothing */
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

/** Why MiniSearch cannot answer for a shop; undefined where it can. */
function unanswered({ dataset: { productCount }, opened, recommender: { name } }: Shop): string | undefined {
  if (opened.search === undefined || opened.suggest === undefined) return `ranked by ${name}: nothing lexical stands beside it for beginnings and misspellings`
  if (productCount <= MINISEARCH_LIMIT) return undefined
  return `ranked by ${name}, whole words only: MiniSearch holds up to ${count(MINISEARCH_LIMIT)} products and this catalogue has ${count(productCount)}`
}

const count = (value: number): string => value.toLocaleString('en')

export function createSearch(library: Library): Search {
  const store = createStore<SearchState>(() => (
    { text: '', prefix: true, fuzzy: true, searching: false, hits: [], suggestions: [], instead: undefined, fault: undefined }))
  const { getState, setState } = store
  let latest = 0
  let pause: ReturnType<typeof setTimeout> | undefined

  const ask = async (): Promise<void> => {
    const mine = ++latest
    const { text, prefix, fuzzy } = getState()
    const { shop } = library.getState()
    if (text.trim() === '' || shop === undefined) return setState({ hits: [], suggestions: [], searching: false, instead: undefined, fault: undefined })
    const { opened, recommender } = shop
    const instead = unanswered(shop)
    setState({ searching: true })
    try {
      const asked = instead === undefined
        ? [opened.search!(text, { prefix, fuzzy: fuzzy ? FUZZY : 0, limit: HITS }), opened.suggest!(text)] as const
        : [recommender.rank([text], HITS).then(([ranking]) => ranking!), Promise.resolve<readonly string[]>([])] as const
      const [ranking, suggestions] = await Promise.all(asked)
      if (mine !== latest) return
      const same = text.trim().toLowerCase()
      setState({
        hits: ranking.ids.map((id, at) => ({ id, score: ranking.scores[at] ?? 0 })), instead, fault: ranking.failed,
        suggestions: suggestions.filter((suggestion) => suggestion !== same).slice(0, SUGGESTED),
      })
    } catch (error) {
      if (mine === latest) setState({ hits: [], suggestions: [], instead, fault: sentenceOf(error) })
    } finally {
      if (mine === latest) setState({ searching: false })
    }
  }

  library.subscribe(({ shop }, before) => {
    if (shop?.opened === before.shop?.opened) return
    latest++
    const same = shop?.dataset.hash === before.shop?.dataset.hash
    setState({ hits: [], suggestions: [], searching: false, instead: undefined, fault: undefined, ...(same ? {} : { text: '' }) })
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
