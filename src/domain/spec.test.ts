// From settings to the plain data that opens a recommender.
import { describe, expect, it } from 'vitest'
import { parseSettings } from './config.ts'
import type { LexicalSpec } from './recommender.ts'
import { specOf } from './spec.ts'

const spec = (...pairs: readonly string[]) => specOf(parseSettings(pairs))
const lexical = (...pairs: readonly string[]) => spec(...pairs) as LexicalSpec
const ONES = { title: 1, description: 1, bullets: 1, brand: 1, color: 1 }

describe('the recommender of settings', () => {
  it('is MiniSearch as it comes, unless another is named', () => {
    expect(spec()).toEqual({ kind: 'minisearch', analyzer: 'plain', k1: 1.2, b: 0.7, weights: ONES, query: 'bag' })
    expect(spec('preset=rec-r1')).toEqual({ kind: 'lucene', analyzer: 'lucene', k1: 1.2, b: 0.75, weights: ONES, query: 'bag' })
  })

  it('takes its scoring’s own b and analyzer where none is given', () => {
    const own = (['minisearch', 'bm25', 'lucene'] as const).map((name) => lexical(`recommender=${name}`))
    expect(own.map(({ analyzer, b }) => [analyzer, b])).toEqual([['plain', 0.7], ['plain', 0.75], ['lucene', 0.75]])
    expect(lexical('recommender=lucene', 'analyzer=plain', 'b=0')).toMatchObject({ analyzer: 'plain', b: 0 })
    expect(lexical('recommender=bm25', 'analyzer=lucene', 'b=0.4', 'k1=0.9', 'brandWeight=0', 'titleWeight=2.5', 'queryMode=boolean')).toEqual(
      { kind: 'bm25', analyzer: 'lucene', k1: 0.9, b: 0.4, weights: { ...ONES, brand: 0, title: 2.5 }, query: 'boolean' })
  })

  it('of a hybrid holds its parts in the given order with a weight each', () => {
    const given = ['recommender=hybrid', 'hybridParts=lucene, dense,http', 'hybridFusion=weighted', 'hybridWeights=0.5, 1,2e-1', 'hybridDepth=50']
    const hybrid = spec(...given)
    expect(hybrid).toMatchObject({ kind: 'hybrid', fusion: 'weighted', weights: [0.5, 1, 0.2], depth: 50, rrfConstant: 60 })
    expect(hybrid.kind === 'hybrid' && hybrid.parts.map(({ kind }) => kind)).toEqual(['lucene', 'dense', 'http'])
    expect(hybrid).toMatchObject({ parts: [{ analyzer: 'lucene' }, { model: 'sample', pooling: 'mean' }, { engine: 'elasticsearch' }] })
    expect(spec('recommender=hybrid', 'hybridParts=all')).toMatchObject({ weights: [1, 1, 1, 1, 1] })
  })

  it('of a server holds all that a request needs but its authentication', () => {
    const template = '{"query": {"match": {"title": "{{query}}"}}}'
    const given = ['httpEngine=opensearch', 'httpUrl=https://a.b/shop', `httpTemplate=${template}`, 'httpIdField=asin', 'httpTimeout=50']
    expect(spec('recommender=http', ...given)).toEqual({
      kind: 'http', engine: 'opensearch', url: 'https://a.b/shop', template, idField: 'asin', concurrency: 4, timeoutMs: 50, retries: 3 })
    expect(spec('recommender=http', 'httpIdField= ')).toMatchObject({ idField: '_id' })
    expect(spec('recommender=http', 'httpEngine=json', 'httpTemplate={"q":{{query}}}', 'httpIdField=asin')).toMatchObject({ template: '', idField: '_id' })
  })

  it('refuses settings that don’t fit together', () => {
    expect(() => spec('recommender=hybrid', 'hybridParts=bm25')).toThrow('is "bm25"; name at least 2 parts, or set recommender to bm25')
    expect(() => spec('recommender=hybrid', 'hybridWeights=1')).toThrow('setting hybridWeights holds 1 numbers for 2 hybridParts (bm25,dense)')
    expect(() => spec('recommender=hybrid', 'hybridWeights=0,0')).toThrow('"0,0"; give no part a weight below 0, and one at least a weight above')
    expect(() => spec('recommender=hybrid', 'hybridWeights=2,-1')).toThrow('"2,-1"; give no part a weight below 0')
    expect(() => spec('titleWeight=0', 'descriptionWeight=0', 'bulletsWeight=0', 'brandWeight=0', 'colorWeight=0')).toThrow('are all 0')
    expect(() => spec('recommender=dense', 'encoder= ')).toThrow('setting encoder is empty')
  })
})
