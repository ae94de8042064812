// The scoring lucene against Lucene's own rankings of the published ESCI sample, and against the NDCG published of them.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EsciLabel, Judgement, Product } from '../../src/domain/dataset.ts'
import { ndcg, targetsOf } from '../../src/domain/metrics.ts'
import { searchText } from '../../src/domain/words.ts'
import { memoryReader } from '../store/memory.ts'
import { LexicalIndex } from './lexical.ts'

const SHARED = new URL('../../../shared/', import.meta.url)
const sharedAbsent = !existsSync(SHARED)
const pathOf = (name: string): string => fileURLToPath(new URL(name, SHARED))
const linesOf = (text: string): string[][] => text.trimEnd().split('\n').map((line) => line.split(/[\t ]/))

async function rowsOf(file: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(pathOf(`data/esci/shopping_queries_dataset_${file}.parquet`)), compressors })
}

async function catalogue(): Promise<Product[]> {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return (await rowsOf('products')).map((row) => ({
    id: text(row.product_id), title: text(row.product_title), description: text(row.product_description), bullets: text(row.product_bullet_point),
    brand: text(row.product_brand), color: text(row.product_color),
  }))
}

describe.skipIf(sharedAbsent)('the scoring lucene on the ESCI sample (left out without ../shared)', () => {
  let index: LexicalIndex
  beforeAll(async () => {
    const weights = { title: 1, description: 1, bullets: 1, brand: 1, color: 1 }
    index = await LexicalIndex.build(memoryReader(await catalogue()), { kind: 'lucene', analyzer: 'lucene', k1: -1, b: -1, weights, query: 'bag' })
  }, 120_000)

  const rank = (set: string, mode: 'corrected' | 'as-released'): Map<string, { ids: string[]; scores: Float64Array }> => {
    const queries = readFileSync(pathOf(`golden/bm25/queries_${set}.tsv`), 'utf8').trimEnd().split('\n').map((line) => line.split('\t') as [string, string])
    const rankings = index.rank(queries.map(([, text]) => searchText(text, mode)), 100)
    return new Map(queries.map(([id], at) => [id, { ids: rankings[at]!.ids.split('\n'), scores: rankings[at]!.scores }]))
  }

  it.each([
    ['test', 'corrected', 'test'], ['test', 'as-released', 'test.faithful'], ['r1', 'corrected', 'r1'], ['r1', 'as-released', 'r1.faithful'],
  ] as const)('gives Lucene\'s order, ties included, and its scores for %s, %s', (set, mode, name) => {
    const expected = new Map<string, { ids: string[]; scores: number[] }>()
    for (const [query, , product, , score] of linesOf(gunzipSync(readFileSync(pathOf(`golden/bm25/${name}.trec.gz`))).toString())) {
      const ranking = expected.get(query!) ?? { ids: [], scores: [] }
      ranking.ids.push(product!)
      ranking.scores.push(Number(score))
      expected.set(query!, ranking)
    }
    for (const [query, { ids, scores }] of rank(set, mode)) {
      const found = expected.get(query)
      expect(ids, query).toEqual(found?.ids ?? [''])
      for (const [at, score] of (found?.scores ?? []).entries()) expect(scores[at], query).toBeCloseTo(score, 5)
    }
  })

  it.each([['test', 'corrected', 'test'], ['test', 'as-released', 'test.faithful']] as const)('has the published NDCG for %s, %s', async (set, mode, name) => {
    const judged = new Map<string, Judgement[]>()
    for (const row of await rowsOf('examples')) {
      const id = String(row.query_id)
      judged.set(id, [...(judged.get(id) ?? []), { productId: row.product_id as string, label: row.esci_label as EsciLabel }])
    }
    const published = (JSON.parse(readFileSync(pathOf('golden/bm25/metrics.json'), 'utf8')) as Record<string, Record<string, number>>)[name]!
    const rankings = [...rank(set, mode)]
    for (const gains of ['exact', 'graded'] as const) {
      for (const k of [10, 100]) {
        const values = rankings.map(([id, { ids }]) => ndcg(ids, targetsOf(judged.get(id)!, { gains, duplicateTargets: 'distinct' }), k))
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length
        expect(mean, `ndcg@${k}/${gains}`).toBeCloseTo(published[`ndcg@${k}/${gains}`]!, 6)
      }
    }
  })
})
