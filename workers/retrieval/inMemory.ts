// A catalogue that is in memory: for benches and tests, where nothing is stored.
import type { Product } from '../../src/domain/dataset.ts'
import type { CatalogueReader } from '../store/catalogue.ts'

export function inMemory(products: readonly Product[]): CatalogueReader {
  return {
    count: products.length,
    ids: () => Promise.resolve(products.map(({ id }) => id)),
    at: (positions) => Promise.resolve(positions.map((position) => products[position]!)),
    async *chunks(size) {
      for (let at = 0; at < products.length; at += size) yield await Promise.resolve(products.slice(at, at + size))
    },
  }
}
