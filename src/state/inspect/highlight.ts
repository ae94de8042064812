// The words of a text that a query asks for, as the recommender's own analyzer sees both.
import { termsOf } from '../../domain/analysis/analyzers.ts'
import { eachWord } from '../../domain/analysis/wordBreaks.ts'
import { parseBoolean, scoringTexts } from '../../domain/boolean.ts'
import type { AnalyzerName, RecommenderSpec } from '../../domain/recommender.ts'

export interface Piece {
  /** where it begins */
  readonly at: number
  readonly text: string
  readonly matches: boolean
}

/** What a searched text asks for: terms, and the analyzer that makes them. */
export interface Wanted {
  readonly analyzer: AnalyzerName
  readonly terms: ReadonlySet<string>
}

/** Terms that can score; where what ranks has no terms (embeddings, a server), plain words. What a Boolean query prohibits is not asked for. */
export function wantedTerms(searched: string, spec: RecommenderSpec | undefined): Wanted {
  const lexical = spec?.kind === 'hybrid' ? spec.parts.find((part) => 'analyzer' in part) : spec
  const analyzer = lexical !== undefined && 'analyzer' in lexical ? lexical.analyzer : 'plain'
  const boolean = lexical !== undefined && 'query' in lexical && lexical.query === 'boolean' ? parseBoolean(searched).query : undefined
  const texts = boolean === undefined ? [searched] : scoringTexts(boolean)
  return { analyzer, terms: new Set(texts.flatMap((text) => termsOf(analyzer, text))) }
}

/** The text in pieces that join to it again. */
export function highlight(text: string, { analyzer, terms }: Wanted): Piece[] {
  if (terms.size === 0 || text === '') return text === '' ? [] : [{ at: 0, text, matches: false }]
  const pieces: Piece[] = []
  let from = 0
  eachWord(text, (start, end) => {
    const word = text.slice(start, end)
    if (!termsOf(analyzer, word).some((term) => terms.has(term))) return
    if (start > from) pieces.push({ at: from, text: text.slice(from, start), matches: false })
    pieces.push({ at: start, text: word, matches: true })
    from = end
  })
  if (from < text.length) pieces.push({ at: from, text: text.slice(from), matches: false })
  return pieces
}
