// What a wording is worth on the shop: mean NDCG@10, binary on Exact over distinct targets, by the scoring minisearch.
import { mean, ndcg, targetsOf } from '../../src/domain/metrics.ts'
import type { LexicalSpec } from '../../src/domain/recommender.ts'
import { memoryReader } from '../../workers/store/memory.ts'
import { LexicalIndex } from '../../workers/retrieval/lexical.ts'
import type { Shop, ShopQuery } from './shop.ts'

const K = 10
export const SPEC: LexicalSpec = { kind: 'minisearch', analyzer: 'plain', k1: -1, b: -1, weights: { title: 1, description: 1, bullets: 1, brand: 1, color: 1 }, query: 'bag' }

/** Mean NDCG@10 of each wording over the shop's test queries. */
export async function measure<Name extends string>(shop: Shop, wordings: Readonly<Record<Name, (query: ShopQuery) => string>>): Promise<Record<Name, number>> {
  const index = await LexicalIndex.build(memoryReader(shop.products), SPEC)
  const queries = shop.queries.filter((query) => query.split === 'test')
  const targets = queries.map((query) => targetsOf(query.judgements, { gains: 'exact', duplicateTargets: 'distinct' }))
  const result: Partial<Record<Name, number>> = {}
  for (const name of Object.keys(wordings) as Name[]) {
    const rankings = index.rank(queries.map((query) => wordings[name](query)), K)
    result[name] = mean(rankings.map(({ ids }, i) => ndcg(ids.split('\n'), targets[i]!, K)))
  }
  return result as Record<Name, number>
}
