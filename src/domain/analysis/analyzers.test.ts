// What becomes of text by each analyzer; Lucene's terms were printed by Lucene 8.7's EnglishAnalyzer.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { queryWords, searchText } from '../words.ts'
import { termsOf } from './analyzers.ts'
import { spell } from './terms.ts'
import { eachWord, MAX_WORD } from './wordBreaks.ts'

const lucene = (text: string) => termsOf('lucene', text)
const words = (text: string) => {
  const found: string[] = []
  eachWord(text, (start, end) => found.push(text.slice(start, end)))
  return found
}

describe('the analyzer lucene', () => {
  it.each([
    ['numbers with their separators', '3.5 1,000 10:30 1;2 .5 5.', ['3.5', '1,000', '10', '30', '1;2', '5', '5']],
    ['words joined by points, colons and underscores', 'u.s.a foo.bar dr.effect a_b __x__ contents:oculus a.1 1.a', ['u.s.a', 'foo.bar', 'dr.effect', 'a_b', '__x__', 'contents:oculu', '1', '1']],
    ['apostrophes, and possessives without their s', 'i\'m don\'t women\'s Men’S boys\' O＇s', ['i\'m', 'don\'t', 'women', 'men', 'boi', 'o']],
    ['hyphens, percents and signs as gaps', 'wi-fi 3-Pack C++ 100% $25 @home #1', ['wi', 'fi', '3', 'pack', 'c', '100', '25', 'home', '1']],
    ['the 33 stop words, by any case', 'The cup AND a lid, not for them', ['cup', 'lid', 'them']],
    ['stems', 'caresses ponies cats agreed plastered motoring hopping relational generalizations oscillators', ['caress', 'poni', 'cat', 'agre', 'plaster', 'motor', 'hop', 'relat', 'gener', 'oscil']],
    ['accents kept, case by single letters', 'Café NAÏVE İstanbul ΟΔΟΣ Straße', ['café', 'naïv', 'istanbul', 'οδοσ', 'straße']],
    ['Han and Hiragana by character, Katakana and Hangul by run', '無線マウスです 한국어 ｶﾅ', ['無', '線', 'マウス', 'で', 'す', '한국어', 'ｶﾅ']],
    ['Thai, Lao and Khmer by run', 'กระเป๋า ກະເປົາ', ['กระเป๋า', 'ກະເປົາ']],
    ['pictures as words: joined, toned, flags, key caps', '👩‍👧 👍🏽 🇩🇪🇪 1️⃣ ❤️ ™', ['👩‍👧', '👍🏽', '🇩🇪', '1️⃣', '❤️', '™']],
    ['Hebrew with its quotes', 'צה"ל ג\' אב', ['צה"ל', 'ג\'', 'אב']],
  ])('reads %s', (_, text, terms) => expect(lucene(text)).toEqual(terms))

  it('cuts words at 255 characters, and never within one beyond the basic plane', () => {
    expect(words('a'.repeat(600)).map(({ length }) => length)).toEqual([MAX_WORD, MAX_WORD, 90])
    expect(words('𐐀'.repeat(200)).map(({ length }) => length)).toEqual([MAX_WORD - 1, 146])
  })

  it('reads any text: words are in order, do not overlap and depend on nothing behind white space', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      let last = 0
      eachWord(a, (start, end) => {
        expect(start).toBeGreaterThanOrEqual(last)
        expect(end).toBeGreaterThan(start)
        last = end
      })
      expect(lucene(`${a} ${b}`)).toEqual([...lucene(a), ...lucene(b)])
    }))
  })
})

describe('the analyzer plain', () => {
  it('is a split at spaces, punctuation and symbols, lower case, without Boolean words', () => {
    const naive = (text: string) => text.split(/[\s\p{Z}\p{P}\p{S}]+/u).map((word) => word.toLowerCase()).filter((word) => word !== '' && !['and', 'or', 'not'].includes(word))
    const awkward = fc.array(fc.constantFrom('And', 'OR', 'nOt', 'android', 'ΟΔΟΣ', 'İ', '😀', '𐐀', '\ud83d', '\udc4d', '-', ' ', '\u00a0', '_', 'a\u0301', '½', '€', 'x'.repeat(300)), { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(fc.property(fc.oneof(awkward, fc.string({ unit: 'binary' })), (text) => {
      expect(queryWords(text)).toEqual(naive(text))
    }), { numRuns: 1000 })
  })
})

describe('the released wrap', () => {
  it('gives the terms of the whole wrapped string, but for the one that fuses with the field\'s name', () => {
    const pieces = fc.array(fc.constantFrom('oculus', 'rift', ' ', '\'', '.', ':', '1', '_', '-', '(', 'é', '漢', 'カ', 'א', '"', '한', 'ก', '👍', '\u0301', '\u200d', '™', 'ab.c'), { maxLength: 8 })
    fc.assert(fc.property(pieces.map((parts) => parts.join('')), (query) => {
      const whole = lucene(`(contents:${query})`)
      const searched = lucene(searchText(query, 'as-released'))
      expect(searched).toEqual(whole[0] === 'content' ? whole : whole.slice(1))
    }), { numRuns: 1000 })
  })
})

describe('a term in a buffer', () => {
  it('is spelled whatever its length', () => {
    const long = 'ab'.repeat(20_000)
    expect(spell(Uint16Array.from(long, (char) => char.charCodeAt(0)), long.length)).toBe(long)
  })
})
