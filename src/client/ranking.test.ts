// Rankings on the page's thread: each query asked once, failures not remembered, and room for others in between.
import { describe, expect, test } from 'vitest'
import type { HybridSpec, Ranking } from '../domain/recommender.ts'
import { askParts } from './hybrid.ts'
import { cachedRecommender, inTurns, pack, unpack, type Ask } from './ranking.ts'
import { RankingCache } from './rankingCache.ts'

const ranking = (...ids: string[]): Ranking => ({ ids, scores: Float64Array.from(ids, (_, at) => ids.length - at) })

describe('a cached recommender', () => {
  test('asks for each distinct query once, and gives every query its ranking in order', async () => {
    const asked: string[][] = []
    const ask: Ask = (queries, k, found) => {
      asked.push([...queries])
      for (const query of queries.toReversed()) found(query, pack(ranking(query, String(k))))
      return Promise.resolve()
    }
    const recommender = cachedRecommender('test', 'key', new RankingCache(), ask)
    expect((await recommender.rank(['b', 'a', 'b'], 5)).map(({ ids }) => ids)).toEqual([['b', '5'], ['a', '5'], ['b', '5']])
    expect((await recommender.rank(['c', 'a'], 5)).map(({ ids }) => ids)).toEqual([['c', '5'], ['a', '5']])
    await recommender.rank(['a'], 6)
    await recommender.rank([], 6)
    expect(asked).toEqual([['b', 'a'], ['c'], ['a']])
  })

  test('asks again for what failed, and tells each failure', async () => {
    let times = 0
    const ask: Ask = (queries, _, found) => {
      times++
      for (const query of queries) found(query, times === 1 ? { ids: '', scores: new Float64Array(0), failed: '503' } : pack(ranking('x')))
      return Promise.resolve()
    }
    const recommender = cachedRecommender('test', 'key', new RankingCache(), ask)
    expect(await recommender.rank(['a', 'a'], 5)).toEqual([1, 2].map(() => ({ ids: [], scores: new Float64Array(0), failed: '503' })))
    expect(await recommender.rank(['a'], 5)).toEqual([ranking('x')])
  })

  test('shares its cache with recommenders of the same key alone', async () => {
    const cache = new RankingCache()
    let asked = 0
    const ask: Ask = (queries, _, found) => {
      asked++
      for (const query of queries) found(query, pack(ranking('x')))
      return Promise.resolve()
    }
    for (const key of ['one', 'one', 'two']) await cachedRecommender('test', key, cache, ask).rank(['a'], 1)
    expect(asked).toBe(2)
  })

  test('refuses an answer that leaves a query out', async () => {
    const recommender = cachedRecommender('test', 'key', new RankingCache(), () => Promise.resolve())
    await expect(recommender.rank(['a'], 1)).rejects.toThrow('test left 1 of 1 queries without an answer')
  })
})

test('a ranking packed and unpacked is the same, empty and failed ones too', () => {
  for (const one of [ranking('a', 'b'), ranking(), { ...ranking(), failed: 'why' }]) expect(unpack(pack(one))).toEqual(one)
})

test('long work gives other tasks their turns, about every eight milliseconds', async () => {
  let others = 0
  const beat = setInterval(() => others++, 1)
  const busy = (): void => { for (const until = performance.now() + 5; performance.now() < until;); }
  expect(await inTurns([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], (item) => (busy(), 2 * item))).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20])
  clearInterval(beat)
  expect(others).toBeGreaterThanOrEqual(3)
})

describe('a hybrid', () => {
  const spec: HybridSpec = { kind: 'hybrid', parts: [], fusion: 'rrf', rrfConstant: 60, weights: [1, 1], depth: 50 }
  const part = (name: string, rankings: Readonly<Record<string, Ranking>>, depths: number[]) => ({
    name, rank: (queries: readonly string[], k: number) => {
      depths.push(k)
      return Promise.resolve(queries.map((query) => rankings[query] ?? ranking()))
    },
  })

  test('asks every part at its depth, or deeper when asked for deeper, and fuses query by query', async () => {
    const depths: number[] = []
    const parts = [part('one', { q: ranking('a', 'b', 'c') }, depths), part('two', { q: ranking('c', 'a') }, depths)]
    const recommender = cachedRecommender('hybrid', 'key', new RankingCache(), askParts(spec, parts))
    const [fused, empty] = await recommender.rank(['q', 'nothing'], 2)
    expect(fused!.ids).toEqual(['a', 'c'])
    expect(fused!.scores[0]).toBeCloseTo(1 / 61 + 1 / 62, 12)
    expect(empty!.ids).toEqual([])
    await recommender.rank(['q'], 70)
    expect(depths).toEqual([50, 50, 70, 70])
  })

  test('has no ranking where one of its parts failed', async () => {
    const parts = [part('one', { q: ranking('a') }, []), part('two', { q: { ...ranking(), failed: 'the server answered 503' } }, [])]
    const [failed] = await cachedRecommender('hybrid', 'key', new RankingCache(), askParts(spec, parts)).rank(['q'], 2)
    expect(failed).toMatchObject({ ids: [], failed: 'the server answered 503' })
  })
})
