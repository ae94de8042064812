// The open dataset's products as prompts and rewards read them: by id and by place, through the one store worker.
import type { Store } from '../../client/store.ts'
import type { Dataset } from '../../domain/dataset.ts'
import type { Catalogue } from '../../experiment/ports.ts'

/** The catalogue of a stored dataset. One is made with each shop that is opened: what was fetched for one reader is known to all. */
export function catalogueOf(store: Pick<Store, 'products' | 'productsAt'>, { hash, productCount }: Pick<Dataset, 'hash' | 'productCount'>): Catalogue {
  return { size: productCount, products: (ids) => store.products(hash, ids), productsAt: (places) => store.productsAt(hash, places) }
}
