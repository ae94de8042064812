// Checks that words are marked exactly where the recommender's analyzer meets them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { highlight, wantedTerms } from './highlight.ts'

const lexical = (analyzer: 'plain' | 'lucene', query: 'bag' | 'boolean' = 'bag') => ({
  kind: 'bm25' as const, analyzer, k1: 1.2, b: 0.75, query, weights: { title: 1, description: 1, bullets: 1, brand: 1, color: 1 },
})
const marked = (text: string, searched: string, analyzer: 'plain' | 'lucene', query: 'bag' | 'boolean' = 'bag'): string =>
  highlight(text, wantedTerms(searched, lexical(analyzer, query))).map((piece) => (piece.matches ? `[${piece.text}]` : piece.text)).join('')

test('words match whatever their case, and parts of words do not', () => {
  expect(marked('Red Mugs, red MUG-shaped', 'red mug', 'plain')).toBe('[Red] Mugs, [red] [MUG]-shaped')
})

test('where the recommender stems, so do the marks', () => {
  expect(marked('Mugs for the running', 'mug runs', 'lucene')).toBe('[Mugs] for the [running]')
})

test('what a Boolean query prohibits is not marked, and its operators are no words', () => {
  expect(marked('red AND blue mug', 'mug AND red NOT blue', 'plain', 'boolean')).toBe('[red] AND blue [mug]')
})

test('whatever text and query, the pieces join to the text', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (text, searched) => {
    expect(highlight(text, wantedTerms(searched, undefined)).map((piece) => piece.text).join('')).toBe(text)
  }))
})
