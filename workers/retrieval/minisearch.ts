// MiniSearch as it comes, but for its words: the search box, and the oracle of the scoring that bears its name.
import MiniSearch from 'minisearch'
import type { Product } from '../../src/domain/dataset.ts'
import { FIELDS } from '../../src/domain/recommender.ts'
import { queryWords } from '../../src/domain/words.ts'

/** A product under its position in the catalogue, which is what MiniSearch calls it. */
export type IndexedProduct = Product & { readonly position: number }

/** No prefix, no fuzziness, no boosts, k 1.2, b 0.7, d 0.5; products are made of words as queries are. */
export function createEngine(): MiniSearch<IndexedProduct> {
  return new MiniSearch<IndexedProduct>({ idField: 'position', fields: [...FIELDS], tokenize: queryWords, processTerm: (word) => word })
}
