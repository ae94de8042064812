// Products of the open dataset as they come into view: asked for in batches, kept while they are likely to be seen again.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Store } from '../../client/store.ts'
import type { Product } from '../../domain/dataset.ts'
import type { Library } from './library.ts'

/** Held at most: a page shows a few dozen at once. */
const MOST_HELD = 2_000

export interface ProductsState {
  /** by id; null for an id that the catalogue lacks, absent until it is known */
  readonly found: ReadonlyMap<string, Product | null>
}

export interface Products extends StoreApi<ProductsState> {
  /** Makes sure that products are looked up; those asked for in one task cross to the store together. */
  readonly want: (ids: readonly string[]) => void
}

export function createProducts(client: Pick<Store, 'products'>, library: Library): Products {
  const store = createStore<ProductsState>(() => ({ found: new Map() }))
  const wanted = new Set<string>()
  const asked = new Set<string>()

  const ask = async (): Promise<void> => {
    const { shop } = library.getState()
    const ids = [...wanted].filter((id) => !asked.has(id))
    wanted.clear()
    if (shop === undefined || ids.length === 0) return
    for (const id of ids) asked.add(id)
    const { hash } = shop.dataset
    try {
      const products = await client.products(hash, ids)
      if (library.getState().shop?.dataset.hash !== hash) return
      const found = new Map([...store.getState().found, ...ids.map((id, at) => [id, products[at] ?? null] as const)])
      for (const oldest of found.keys()) {
        if (found.size <= MOST_HELD) break
        found.delete(oldest)
        asked.delete(oldest)
      }
      store.setState({ found })
    } catch {
      // what ranks the catalogue tells of a damaged store; ids stand where their titles would
      for (const id of ids) asked.delete(id)
    }
  }

  library.subscribe(({ shop }, before) => {
    if (shop?.dataset.hash === before.shop?.dataset.hash) return
    asked.clear()
    store.setState({ found: new Map() })
  })

  return {
    ...store,
    want: (ids) => {
      const first = wanted.size === 0
      for (const id of ids) wanted.add(id)
      if (first && wanted.size > 0) queueMicrotask(() => void ask())
    },
  }
}
