// The store of what else may answer a query beside the policy: frozen models, outputs of another system, and its rankings.
import { createStore, type StoreApi } from 'zustand/vanilla'

/** What a source says to one query. */
export type SourceAnswer =
  /** a text that is then ranked; `output` is the whole of what was written */
  | { readonly kind: 'text'; readonly rewrite: string; readonly output?: string; readonly thought?: string; readonly fault?: string }
  /** a ranking of its own, best first */
  | { readonly kind: 'ranking'; readonly ids: readonly string[]; readonly scores: readonly number[] }
  /** nothing is known for this query, and why */
  | { readonly kind: 'absent'; readonly reason: string }

export interface Source {
  /** unique, and the same after a reload for what is kept */
  readonly id: string
  readonly kind: 'frozen' | 'outputs' | 'run'
  readonly title: string
  /** what it is: the model and its dtype, the file and how many queries it has */
  readonly note: string
  readonly answer: (query: { readonly id?: string; readonly text: string }) => Promise<SourceAnswer>
}

export interface SourcesState {
  readonly list: readonly Source[]
  /** what is being brought here, and how far it is */
  readonly doing: { readonly what: string; readonly share: number | undefined } | undefined
  readonly failure: string | undefined
}

export interface Sources extends StoreApi<SourcesState> {
  readonly remove: (id: string) => void
}

export function createSources(): Sources {
  const store = createStore<SourcesState>(() => ({ list: [], doing: undefined, failure: undefined }))
  return { ...store, remove: (id) => store.setState(({ list }) => ({ list: list.filter((source) => source.id !== id) })) }
}
