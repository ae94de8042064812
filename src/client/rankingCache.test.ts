// Checks what the ranking cache keeps and what it lets go.
import { expect, test } from 'vitest'
import { RankingCache } from './rankingCache.ts'

const ranking = (...ids: string[]) => ({ ids: ids.join('\n'), scores: Float64Array.from(ids, (_, at) => -at) })

test('a ranking is found again by its own recommender at its own depth only', () => {
  const cache = new RankingCache()
  cache.set('bm25', 'desk lamp', 2, ranking('a', 'b'))
  expect(cache.get('bm25', 'desk lamp', 2)?.ids).toBe('a\nb')
  expect(cache.get('bm25', 'desk lamp', 10)).toBeUndefined()
  expect(cache.get('lucene', 'desk lamp', 2)).toBeUndefined()
})

test('a failed ranking is asked for again', () => {
  const cache = new RankingCache()
  cache.set('http', 'desk lamp', 2, { ...ranking(), failed: 'the server answered 503' })
  expect(cache.get('http', 'desk lamp', 2)).toBeUndefined()
})

test('the least recently used ranking goes first when the hits exceed the bound', () => {
  const cache = new RankingCache(6)
  cache.set('r', 'old', 2, ranking('a', 'b'))
  cache.set('r', 'used', 2, ranking('a', 'c'))
  cache.get('r', 'old', 2)
  cache.set('r', 'new', 2, ranking('b', 'c'))
  expect(cache.get('r', 'used', 2)).toBeUndefined()
  expect(cache.get('r', 'old', 2)).toBeDefined()
  expect(cache.get('r', 'new', 2)).toBeDefined()
})

test('empty rankings count too, so that queries without a hit cannot fill memory', () => {
  const cache = new RankingCache(3)
  for (let at = 0; at < 10; at++) cache.set('r', `query ${at}`, 5, ranking())
  expect(Array.from({ length: 10 }, (_, at) => cache.get('r', `query ${at}`, 5)).filter((kept) => kept !== undefined)).toHaveLength(3)
})

test('a ranking larger than the bound is kept until the next one comes', () => {
  const cache = new RankingCache(2)
  cache.set('r', 'wide', 9, ranking('a', 'b', 'c', 'd'))
  expect(cache.get('r', 'wide', 9)).toBeDefined()
  cache.set('r', 'narrow', 1, ranking('a'))
  expect(cache.get('r', 'wide', 9)).toBeUndefined()
  expect(cache.get('r', 'narrow', 1)).toBeDefined()
})
