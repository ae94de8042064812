// A stored catalogue as its writer and its readers see it: text stays out of the JavaScript heap, read back as it is asked for.
import type { Product } from '../../src/domain/dataset.ts'

/** Filled once, in catalogue order; the store makes it visible only when its dataset is whole. */
export interface CatalogueWriter {
  readonly count: number
  /** Throws a sentence when the disk is full, or when an id could not be told apart from two (it holds a line break). */
  add(product: Product): void
}

export interface CatalogueReader {
  readonly count: number
  /** every id in catalogue order */
  ids(): Promise<readonly string[]>
  /** All products in catalogue order, `size` at a time: bounded memory whatever the catalogue. Every byte is checked; damage is an Error. */
  chunks(size: number): AsyncIterable<readonly Product[]>
  /** products by position, in the order asked for */
  at(positions: readonly number[]): Promise<readonly Product[]>
}
