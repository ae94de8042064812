// How unlike one another the first products of a ranking are.
import type { Product } from '../dataset.ts'
import type { Settings } from '../settings.ts'
import { queryWords } from '../words.ts'
import type { PartOf } from './outcome.ts'

/** Titles are compared pair by pair: no more of them than this, or a deep rewardK would take minutes. */
const MOST_TITLES = 50

/**
 * Intra-list diversity: the mean over all pairs of the first rewardK products of 1 − similarity (Ziegler et al. 2005, whose intra-list similarity
 * is that sum before it is turned round). Similarity is 1 for the same category or brand and 0 for another, or the Jaccard index of the titles' words
 * (first 50 products). Products that are unknown, or say no category or brand, are in no pair; without a pair it is 0.
 */
export const diversity: PartOf<'rewardK' | 'diversityBy'> = ({ ids, facts }, { rewardK, diversityBy }) => {
  const products = [...new Set(ids.slice(0, rewardK))].flatMap((id) => facts.product(id) ?? [])
  return diversityBy === 'text' ? unlikeTitles(products.slice(0, MOST_TITLES)) : unlikeKinds(products, diversityBy)
}

/** Pairs of two kinds among all pairs, counted and not listed: n² would be 10⁸ at the deepest. */
function unlikeKinds(products: readonly Product[], by: Exclude<Settings['diversityBy'], 'text'>): number {
  const counts = new Map<string, number>()
  for (const product of products) {
    const kind = (product[by] ?? '').trim().toLowerCase()
    if (kind !== '') counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  let [all, alike] = [0, 0]
  for (const count of counts.values()) {
    all += count
    alike += count * (count - 1)
  }
  return all < 2 ? 0 : 1 - alike / (all * (all - 1))
}

function unlikeTitles(products: readonly Product[]): number {
  const titles = products.map(({ title }) => new Set(queryWords(title)))
  let [sum, pairs] = [0, 0]
  for (const [i, a] of titles.entries()) {
    for (const b of titles.slice(i + 1)) {
      const both = [...a].filter((word) => b.has(word)).length
      const either = a.size + b.size - both
      sum += either === 0 ? 0 : 1 - both / either
      pairs++
    }
  }
  return pairs === 0 ? 0 : sum / pairs
}
