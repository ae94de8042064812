// How little known the first products are.
import type { PartOf } from './outcome.ts'

/**
 * Mean self-information of the first rewardK products, as a share of its largest value (Zhou et al. 2010, PNAS 107(10), where it is log2(U / k)):
 * log2(U / max(1, k)) / log2(U) with U training rows, k of which hold the product. A product that no row holds is as novel as one of a single row: 1.
 * 0 without a product, and where fewer than two rows are known.
 */
export const novelty: PartOf<'rewardK'> = ({ ids, shop }, { rewardK }) => {
  const first = ids.slice(0, rewardK)
  if (first.length === 0 || shop === undefined || shop.rows < 2) return 0
  const most = Math.log2(shop.rows)
  let sum = 0
  for (const id of first) sum += Math.log2(shop.rows / Math.min(shop.rows, Math.max(1, shop.popularity(id)))) / most
  return sum / first.length
}
