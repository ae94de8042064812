// A query as the bag of words that a recommender sees: no punctuation, no Boolean words, repetitions kept.
import { termsOf } from './analysis/analyzers.ts'
import { eachWord } from './analysis/wordBreaks.ts'
import type { Settings } from './settings.ts'

/** The weighing words of a text in their order, lower case, repetitions kept: the analyzer `plain`. */
export function queryWords(text: string): string[] {
  return termsOf('plain', text)
}

/** Share of words that are distinct, 0 to 1; undefined where there are no words. */
export function distinctShare(words: readonly string[]): number | undefined {
  return words.length === 0 ? undefined : new Set(words).size / words.length
}

const FIELD = 'contents:'

/**
 * The text that goes to the recommender. As released, the query is searched as `(contents:` + query + `)` through a generator that
 * analyses the whole string. A first word that begins with a letter fuses with `contents:` into a term that no document holds, and is
 * lost; otherwise `contents` joins the query as a word. The effect is made here, so that it is the same for every recommender: with the
 * analyzer `lucene` these are the terms of the whole string, but for the fused one.
 */
export function searchText(query: string, mode: Settings['mode']): string {
  if (mode === 'corrected') return query
  let fused = 0
  eachWord(FIELD + query, (start, end) => {
    if (start === 0) fused = end - FIELD.length
  })
  return fused > 0 ? query.slice(fused).trimStart() : `contents ${query}`
}
