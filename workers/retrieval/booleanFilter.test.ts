// Boolean queries over the index against a plain reading of the tree over every product's own words.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { termsOf } from '../../src/domain/analysis/analyzers.ts'
import { type BooleanQuery, parseBoolean, scoringTexts } from '../../src/domain/boolean.ts'
import type { Product } from '../../src/domain/dataset.ts'
import { FIELDS, type LexicalSpec } from '../../src/domain/recommender.ts'
import { memoryReader } from '../store/memory.ts'
import { LexicalIndex } from './lexical.ts'

const WEIGHTS = { title: 1, description: 1, bullets: 1, brand: 1, color: 1 }
const spec = (changes: Partial<LexicalSpec> = {}): LexicalSpec => ({ kind: 'bm25', analyzer: 'plain', k1: -1, b: -1, weights: WEIGHTS, query: 'boolean', ...changes })
const product = (id: string, texts: Partial<Product>): Product => ({ id, title: '', description: '', bullets: '', brand: '', color: '', ...texts })
const idsOf = (index: LexicalIndex, query: string) => index.rank([query], 1000)[0]!.ids.split('\n').filter((id) => id !== '')

/** Whether the product matches, by looking; undefined where the query asks nothing of it. */
function matches(query: BooleanQuery, fields: readonly (readonly string[])[], analyzer: LexicalSpec['analyzer']): boolean | undefined {
  if (query.kind !== 'group') {
    const wanted = termsOf(analyzer, query.text)
    if (wanted.length === 0) return undefined
    return fields.some((field) => field.some((_, start) => wanted.every((term, at) => field[start + at] === term)))
  }
  const read = (nodes: readonly BooleanQuery[]) => nodes.map((node) => matches(node, fields, analyzer)).filter((found) => found !== undefined)
  const [must, should, not] = [read(query.must), read(query.should), read(query.not)]
  if (must.length + should.length + not.length === 0) return undefined
  return must.every(Boolean) && !not.some(Boolean) && (must.length > 0 || should.length === 0 || should.some(Boolean))
}

describe('a Boolean query', () => {
  const words = fc.constantFrom('red', 'blue', 'mug', 'cup', 'wi-fi', 'router', 'the', 'tall')
  const text = fc.array(words, { maxLength: 7 }).map((list) => list.join(' '))
  const query = fc.array(fc.constantFrom('red', 'blue', 'mug', '"red mug"', '"wi fi router"', 'wi-fi', 'AND', 'OR', 'NOT', '+cup', '-tall', '(', ')', 'the', '"the red"', 'unheard', '+mug', 'NOT (', '"'), { maxLength: 9 })
    .map((parts) => parts.join(' '))
  const catalogue = fc.array(fc.record({ title: text, description: text, brand: words }), { minLength: 1, maxLength: 10 })

  it.each(['plain', 'lucene'] as const)('finds what a reading of every product finds, whatever it says (%s)', async (analyzer) => {
    await fc.assert(fc.asyncProperty(catalogue, query, async (rows, asked) => {
      const products = rows.map((row, at) => product(`p${at}`, row))
      const index = await LexicalIndex.build(memoryReader(products), spec({ analyzer }))
      const tree = parseBoolean(asked).query
      const scoring = tree === undefined ? [] : scoringTexts(tree).flatMap((part) => termsOf(analyzer, part))
      const expected = products.filter((row) => {
        const fields = FIELDS.map((field) => termsOf(analyzer, row[field]))
        return tree !== undefined && matches(tree, fields, analyzer) !== false && scoring.some((term) => fields.some((field) => field.includes(term)))
      })
      expect(idsOf(index, asked).sort()).toEqual(expected.map(({ id }) => id).sort())
      for (const { id } of products) expect(index.explain(asked, id) !== undefined).toBe(expected.some((row) => row.id === id))
    }), { numRuns: 200 })
  })

  it('ranks what it lets through by the words that are not excluded, as a bag of them would', async () => {
    const products = [product('a', { title: 'red mug' }), product('b', { title: 'mug red tall' }), product('c', { title: 'red red cup' }), product('d', { title: 'blue mug' })]
    const index = await LexicalIndex.build(memoryReader(products), spec())
    const bag = (await LexicalIndex.build(memoryReader(products), spec({ query: 'bag' }))).rank(['red mug'], 10)[0]!
    const scores = new Map(bag.ids.split('\n').map((id, rank) => [id, bag.scores[rank]]))
    expect(idsOf(index, 'red AND mug NOT tall')).toEqual(['a'])
    expect(index.rank(['red AND mug NOT tall'], 10)[0]!.scores[0]).toBe(scores.get('a'))
    expect(idsOf(index, '"red mug"')).toEqual(['a'])
    expect(idsOf(index, 'red OR blue').sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(idsOf(index, 'NOT red')).toEqual([])
  })

  it('finds phrases within one field, across segments of products and far into long texts', async () => {
    const products = Array.from({ length: 66_000 }, (_, at) => product(`p${at}`, at === 65_900 ? { description: `${'filler '.repeat(300)}red mug` } : { title: 'mug red', brand: 'mug' }))
    const index = await LexicalIndex.build(memoryReader(products), spec({ kind: 'minisearch' }))
    expect(idsOf(LexicalIndex.attach(index.share()!), '"red mug"')).toEqual(['p65900'])
  }, 60_000)

  it('needs an index that keeps where words stand, and says so', async () => {
    const index = await LexicalIndex.build(memoryReader([product('a', { title: 'mug' })]), spec({ query: 'bag' }))
    expect(() => index.withSpec(spec())).toThrow('index the catalogue anew for Boolean queries')
  })
})
