// Which server a command ranks by, and who asks it.
import { expect, test } from 'vitest'
import { parseSettings } from '../src/domain/config.ts'
import { authorisationOf, upstreamOf } from './searching.ts'

test('only settings that rank by a server, alone or in a hybrid, have one', () => {
  const url = 'httpUrl=https://search.example.org:9200/shop?x=1'
  expect(upstreamOf(parseSettings([url]))).toBeUndefined()
  expect(upstreamOf(parseSettings(['recommender=http', url]))).toBe('https://search.example.org:9200')
  expect(upstreamOf(parseSettings(['recommender=hybrid', 'hybridParts=bm25,http', url]))).toBe('https://search.example.org:9200')
  expect(upstreamOf(parseSettings(['recommender=hybrid', url]))).toBeUndefined()
  expect(() => upstreamOf(parseSettings(['recommender=hybrid', 'hybridParts=http']))).toThrow('name at least 2 parts')
})

test('the environment names a header, or the value of Authorization', () => {
  expect(authorisationOf('ApiKey abc==')).toEqual({ name: 'Authorization', value: 'ApiKey abc==' })
  expect(authorisationOf('X-Api-Key: a: b')).toEqual({ name: 'X-Api-Key', value: 'a: b' })
  for (const none of [undefined, '', ' ']) expect(authorisationOf(none)).toBeUndefined()
  expect(() => authorisationOf('secret\nX: y')).toThrow('SEARCH_AUTHORIZATION is not one line of plain text')
  expect(() => authorisationOf('secret\nX: y')).not.toThrow('secret')
})
