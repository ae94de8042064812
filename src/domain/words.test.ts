// The bag of words, and the released wrap that loses the first of them.
import { describe, expect, it } from 'vitest'
import { distinctShare, queryWords, searchText } from './words.ts'

describe('words of a query', () => {
  it('leave out punctuation and Boolean words, and keep order and repetitions', () => {
    expect(queryWords('+Red mug, NOT (red) "mug" AND wi-fi OR $25')).toEqual(['red', 'mug', 'red', 'mug', 'wi', 'fi', '25'])
    expect(queryWords(' && and (OR) ')).toEqual([])
  })

  it('are distinct by share, which is nothing for no words', () => {
    expect(distinctShare(['a', 'b', 'a', 'a'])).toBe(0.5)
    expect(distinctShare([])).toBeUndefined()
  })
})

describe('the text that is searched', () => {
  it('is the query itself when corrected', () => expect(searchText('oculus rift', 'corrected')).toBe('oculus rift'))

  it.each([
    ['oculus rift s', 'rift s'],
    ['ps1', ''],
    ['wi-fi router', '-fi router'],
    ['don\'t starve', 'starve'],
    ['u.s.a flag', 'flag'],
    ['élan vital', 'vital'],
  ])('as released, %j loses the first word that begins with a letter', (query, searched) => expect(searchText(query, 'as-released')).toBe(searched))

  const UNLETTERED = ['"oculus rift"', '(a OR b)', '3d pen', '#1', ' pad', '_x', '無線 mouse', '']
  it.each(UNLETTERED)('as released, %j loses nothing and gains the word contents', (query) => {
    expect(searchText(query, 'as-released')).toBe(`contents ${query}`)
  })
})
