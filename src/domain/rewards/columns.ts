// Numeric columns as rewards: how new the first products are, and what the shop earns of them.
import type { Product } from '../dataset.ts'
import type { Outcome, PartOf, Range } from './outcome.ts'

/** By freshnessColumn, larger being newer. */
export const freshness: PartOf<'rewardK' | 'freshnessColumn'> = (outcome, { rewardK, freshnessColumn }) => meanOf(outcome, freshnessColumn, rewardK)

/** By businessColumn: price, margin, stock. A negative weight prefers the smaller. */
export const business: PartOf<'rewardK' | 'businessColumn'> = (outcome, { rewardK, businessColumn }) => meanOf(outcome, businessColumn, rewardK)

/**
 * Mean over the first `k` products of (x − min) / (max − min), min and max of the whole catalogue. A product without a number counts 0; so does every
 * product where all have the same.
 */
function meanOf({ ids, facts, shop }: Outcome, column: string, k: number): number {
  const first = ids.slice(0, k)
  const range = shop?.range(column)
  if (first.length === 0 || range === undefined || !(range.max > range.min)) return 0
  let sum = 0
  for (const id of first) {
    const value = numberOf(facts.product(id), column)
    // halved first: max − min of the widest range is no finite number
    if (value !== undefined) sum += Math.min(1, Math.max(0, (value / 2 - range.min / 2) / (range.max / 2 - range.min / 2)))
  }
  return sum / first.length
}

function numberOf(product: Product | undefined, column: string): number | undefined {
  const numbers = product?.numbers
  if (numbers === undefined || !Object.hasOwn(numbers, column)) return undefined
  const value = numbers[column]
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

/** Smallest and largest finite value of each column over `products`; a column that none has is absent. */
export function rangesOf(products: Iterable<Product>, columns: readonly string[]): Map<string, Range> {
  const ranges = new Map<string, Range>()
  for (const product of products) {
    for (const column of columns) {
      const value = numberOf(product, column)
      if (value === undefined) continue
      const known = ranges.get(column)
      ranges.set(column, { min: Math.min(known?.min ?? value, value), max: Math.max(known?.max ?? value, value) })
    }
  }
  return ranges
}
