// Checks what the ranking cache keeps and what it lets go.
import { expect, test } from 'vitest'
import { RankingCache } from './rankingCache.ts'

const ranking = (...ids: string[]) => ({ ids, scores: ids.map((_, at) => -at) })

test('a ranking is found again at its own depth only', () => {
  const cache = new RankingCache()
  cache.set('desk lamp', 2, ranking('a', 'b'))
  expect(cache.get('desk lamp', 2)?.ids).toEqual(['a', 'b'])
  expect(cache.get('desk lamp', 10)).toBeUndefined()
})

test('the least recently used ranking goes first when the hits exceed the bound', () => {
  const cache = new RankingCache(6)
  cache.set('old', 2, ranking('a', 'b'))
  cache.set('used', 2, ranking('a', 'c'))
  cache.get('old', 2)
  cache.set('new', 2, ranking('b', 'c'))
  expect(cache.get('used', 2)).toBeUndefined()
  expect(cache.get('old', 2)).toBeDefined()
  expect(cache.get('new', 2)).toBeDefined()
})

test('empty rankings count too, so that queries without a hit cannot fill memory', () => {
  const cache = new RankingCache(3)
  for (let at = 0; at < 10; at++) cache.set(`query ${at}`, 5, ranking())
  expect(Array.from({ length: 10 }, (_, at) => cache.get(`query ${at}`, 5)).filter((kept) => kept !== undefined)).toHaveLength(3)
})

test('a ranking larger than the bound is kept until the next one comes', () => {
  const cache = new RankingCache(2)
  cache.set('wide', 9, ranking('a', 'b', 'c', 'd'))
  expect(cache.get('wide', 9)).toBeDefined()
  cache.set('narrow', 1, ranking('a'))
  expect(cache.get('wide', 9)).toBeUndefined()
  expect(cache.get('narrow', 1)).toBeDefined()
})
