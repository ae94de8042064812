// What a wording is worth on the shop: mean NDCG@10, binary on Exact over distinct targets, by the MiniSearch recommender.
import { mean, ndcg, targetsOf } from '../../src/domain/metrics.ts'
import { MiniSearchRecommender } from '../../workers/retrieval/minisearch.ts'
import type { Shop, ShopQuery } from './shop.ts'

const K = 10

/** Mean NDCG@10 of each wording over the shop's test queries. */
export async function measure<Name extends string>(shop: Shop, wordings: Readonly<Record<Name, (query: ShopQuery) => string>>): Promise<Record<Name, number>> {
  const recommender = await MiniSearchRecommender.build(shop.products)
  const queries = shop.queries.filter((query) => query.split === 'test')
  const targets = queries.map((query) => targetsOf(query.judgements, { gains: 'exact', duplicateTargets: 'distinct' }))
  const result: Partial<Record<Name, number>> = {}
  for (const name of Object.keys(wordings) as Name[]) {
    const rankings = await recommender.rank(queries.map((query) => wordings[name](query)), K)
    result[name] = mean(rankings.map(({ ids }, i) => ndcg(ids, targets[i]!, K)))
  }
  return result as Record<Name, number>
}
