// What a sentence encoder reads of a product, and of a query.
import type { Product } from '../../../src/domain/dataset.ts'
import type { DenseSpec } from '../../../src/domain/recommender.ts'

/** The product's fields as one text, what names it first: encoders cut long texts at the end. */
export function productText({ title, brand, color, bullets, description }: Product): string {
  return [title, brand, color, bullets, description].filter((field) => field !== '').join('\n')
}

export const passageOf = (product: Product, { productPrefix }: DenseSpec): string => productPrefix + productText(product)

export const questionOf = (query: string, { queryPrefix }: DenseSpec): string => queryPrefix + query
