// What a wording is worth on the shop: NDCG@10, binary on Exact over distinct targets, by the MiniSearch recommender.
import { MiniSearchRecommender } from '../../workers/retrieval/minisearch.ts'
import type { Shop, ShopQuery } from './shop.ts'

const K = 10

/** Mean NDCG@10 (Järvelin and Kekäläinen 2002, gains 0 or 1) of each wording over the shop's test queries. */
export async function measure<Name extends string>(shop: Shop, wordings: Readonly<Record<Name, (query: ShopQuery) => string>>): Promise<Record<Name, number>> {
  const recommender = await MiniSearchRecommender.build(shop.products)
  const queries = shop.queries.filter((query) => query.split === 'test')
  const result: Partial<Record<Name, number>> = {}
  for (const name of Object.keys(wordings) as Name[]) {
    const rankings = await recommender.rank(queries.map((query) => wordings[name](query)), K)
    result[name] = queries.reduce((sum, query, i) => sum + ndcg(query, rankings[i]!.ids), 0) / queries.length
  }
  return result as Record<Name, number>
}

function ndcg(query: ShopQuery, ids: readonly string[]): number {
  const targets = new Set(query.judgements.filter((judgement) => judgement.label === 'E').map((judgement) => judgement.productId))
  const discount = (rank: number): number => 1 / Math.log2(rank + 2)
  const gained = ids.slice(0, K).reduce((sum, id, rank) => sum + (targets.has(id) ? discount(rank) : 0), 0)
  const ideal = Array.from({ length: Math.min(K, targets.size) }, (_, rank) => discount(rank)).reduce((sum, gain) => sum + gain, 0)
  return gained / ideal
}
