// A query as the bag of words that a recommender sees: no punctuation, no Boolean words, repetitions kept.
import type { Settings } from './settings.ts'

/** Spaces, punctuation and symbols separate words: `+black`, `(black)` and `black,` are one word, `$25` is `25`, `wi-fi` is two. */
const SEPARATORS = /[\s\p{Z}\p{P}\p{S}]+/u

/** In Rec-R1's BM25 they are stop words: AND and OR change nothing, and NOT x asks for x. */
const BOOLEAN = new Set(['and', 'or', 'not'])

/** The weighing words of a text in their order, lower case, repetitions kept. */
export function queryWords(text: string): string[] {
  return text.split(SEPARATORS).map((word) => word.toLowerCase()).filter((word) => word !== '' && !BOOLEAN.has(word))
}

/** Share of words that are distinct, 0 to 1; undefined where there are no words. */
export function distinctShare(words: readonly string[]): number | undefined {
  return words.length === 0 ? undefined : new Set(words).size / words.length
}

/** A letter to Lucene's StandardTokenizer: scripts that it splits by character or dictionary are none (Unicode annex 29, ALetter). */
const UNLETTERED = String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]`
const LETTER = String.raw`[\p{L}--${UNLETTERED}]`
const WORD = String.raw`[${LETTER}\p{M}\p{N}_]`
const FIRST_WORD = new RegExp(String.raw`^${LETTER}${WORD}*(?:(?:(?<=${LETTER})[:·.'’](?=${LETTER})|(?<=\p{N})[.,;'’](?=\p{N}))${WORD}+)*`, 'v')

/**
 * The text that goes to the recommender. As released, the query is searched as `(contents:` + query + `)` through a generator that
 * analyses the whole string. A first word that begins with a letter fuses with `contents:` into a term that no document holds, and is
 * lost; otherwise `contents` joins the query as a word. The effect is made here, so that it is the same for every recommender.
 */
export function searchText(query: string, mode: Settings['mode']): string {
  if (mode === 'corrected') return query
  return FIRST_WORD.test(query) ? query.replace(FIRST_WORD, '').trimStart() : `contents ${query}`
}
