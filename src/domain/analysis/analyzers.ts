// How text becomes terms, as data by name: the same for products and queries.
import type { AnalyzerName } from '../recommender.ts'
import { eachPlainTerm } from './plain.ts'
import { stem } from './porter.ts'
import { type EachTerm, spell, type TermSink } from './terms.ts'
import { eachWord, MAX_WORD } from './wordBreaks.ts'

/** The first `length` letters as one number, five bits each; 0 where other characters are among them, or more letters than a stop word has. */
function numberOf(chars: Uint16Array, length: number): number {
  let number = 0
  for (let at = 0; at < length; at++) {
    const letter = chars[at]! - 0x60
    if (letter < 1 || letter > 26 || length > 5) return 0
    number = (number << 5) | letter
  }
  return number
}

/** Lucene's EnglishAnalyzer.ENGLISH_STOP_WORDS_SET. */
const STOP_WORDS = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(' ')
    .map((stop) => numberOf(Uint16Array.from(stop, (letter) => letter.charCodeAt(0)), stop.length)))

let lower: Uint16Array | undefined

/** Lower case of every UTF-16 unit by itself, as Java's Character.toLowerCase: İ is i, and a final Σ is any σ. */
function lowerCase(): Uint16Array {
  return Uint16Array.from({ length: 0x10000 }, (_, code) => {
    const char = String.fromCharCode(code).toLowerCase()
    return char.charCodeAt(0)
  })
}

const [APOSTROPHE, RIGHT_QUOTE, WIDE_APOSTROPHE, S, CAPITAL_S] = [0x27, 0x2019, 0xff07, 0x73, 0x53]
const word = new Uint16Array(MAX_WORD + 1)

/** Lucene 8's EnglishAnalyzer: standard tokens, a final 's dropped, lower case, 33 stop words left out, Porter's stems. */
function eachLuceneTerm(text: string, sink: TermSink): void {
  lower ??= lowerCase()
  const table = lower
  eachWord(text, (start, end) => {
    let length = end - start
    if (length >= 2) {
      const [quote, last] = [text.charCodeAt(end - 2), text.charCodeAt(end - 1)]
      if ((last === S || last === CAPITAL_S) && (quote === APOSTROPHE || quote === RIGHT_QUOTE || quote === WIDE_APOSTROPHE)) length -= 2
    }
    let beyond = false
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(start + at)
      word[at] = table[code]!
      if (code >= 0xd800 && code < 0xdc00) beyond = true
    }
    if (beyond) lowerBeyond(text.slice(start, start + length))
    if (STOP_WORDS.has(numberOf(word, length))) return
    sink(word, stem(word, length))
  })
}

/** Letters beyond the basic plane have a case too (Deseret, say); none changes its length. */
function lowerBeyond(text: string): void {
  let at = 0
  for (const char of text) {
    if (char.length === 2) {
      const small = char.toLowerCase()
      word[at] = small.charCodeAt(0)
      word[at + 1] = small.charCodeAt(1)
    }
    at += char.length
  }
}

const ANALYZERS: Readonly<Record<AnalyzerName, EachTerm>> = { plain: eachPlainTerm, lucene: eachLuceneTerm }

/** The analyzer of that name. */
export function analyzerOf(name: AnalyzerName): EachTerm {
  return ANALYZERS[name]
}

/** Every term of `text` as a string, in order, repetitions kept. */
export function termsOf(name: AnalyzerName, text: string): string[] {
  const terms: string[] = []
  ANALYZERS[name](text, (chars, length) => terms.push(spell(chars, length)))
  return terms
}
