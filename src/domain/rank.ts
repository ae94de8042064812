// Where a product stands in a ranking.

/** Rank from 1, or undefined when the product is not among `ids`. */
export function rankOf(ids: readonly string[], productId: string): number | undefined {
  const at = ids.indexOf(productId)
  return at < 0 ? undefined : at + 1
}
