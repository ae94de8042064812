// Catalogues in memory, a reader and a writer: for tests and benches, and for reads of which nothing is stored.
import type { Product } from '../../src/domain/dataset.ts'
import type { CatalogueReader, CatalogueWriter } from './catalogue.ts'

export function memoryReader(products: readonly Product[]): CatalogueReader {
  return {
    count: products.length,
    ids: () => Promise.resolve(products.map(({ id }) => id)),
    at: (positions) => Promise.resolve(positions.map((position) => products[position]!)),
    async *chunks(size) {
      for (let at = 0; at < products.length; at += size) yield await Promise.resolve(products.slice(at, at + size))
    },
  }
}

export function memoryWriter(): CatalogueWriter & { readonly products: readonly Product[] } {
  const products: Product[] = []
  return { products, get count() { return products.length }, add: (product) => { products.push(product) } }
}
