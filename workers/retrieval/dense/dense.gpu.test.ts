// Dense retrieval by its whole road: the embedded shop in the store, the embedded encoder in a worker, the kernel on the GPU.
import { beforeAll, describe, expect, test } from 'vitest'
import { embed } from '../../../lab/sample/encoder/train.ts'
import { constantsOf } from '../../../lab/sample/encoder/onnx.testing.ts'
import { encodeWith } from '../../../lab/sample/encoder/wordpiece.ts'
import { makeShop, SHOP_SEED } from '../../../lab/sample/shop.ts'
import { openDense } from '../../../src/client/dense.ts'
import { storeSample } from '../../../src/client/sample.ts'
import { fuse } from '../../../src/domain/fusion.ts'
import { mean, ndcg, targetsOf } from '../../../src/domain/metrics.ts'
import type { DenseSpec, Ranking } from '../../../src/domain/recommender.ts'
import { MiniSearchRecommender } from '../minisearch.ts'
import { productText } from './text.ts'

const SPEC: DenseSpec = { kind: 'dense', model: 'sample', pooling: 'mean', queryPrefix: '', productPrefix: '' }
const shop = makeShop(SHOP_SEED)
const tests = shop.queries.filter(({ split }) => split === 'test')
const texts = tests.map(({ text }) => text)
let dataset = { hash: '', productCount: shop.products.length }

beforeAll(async () => {
  dataset = { ...dataset, hash: await storeSample() }
})

/** Mean NDCG@10 over the shop's test queries, binary on Exact. */
function measure(rankings: readonly Ranking[]): number {
  return mean(rankings.map(({ ids }, i) => ndcg(ids, targetsOf(tests[i]!.judgements, { gains: 'exact', duplicateTargets: 'distinct' }), 10)))
}

test('an interrupted pass goes on where it stopped, and a finished one is not computed again', async () => {
  const passes: number[][] = []
  const controller = new AbortController()
  const pass = (): (({ done }: { done: number }) => void) => {
    const seen: number[] = []
    passes.push(seen)
    return ({ done }) => {
      seen.push(done)
      if (passes.length === 1 && done > 1100) controller.abort(new Error('enough'))
    }
  }
  await expect(openDense(dataset, SPEC, { onProgress: pass(), signal: controller.signal })).rejects.toThrow('enough')
  const second = await openDense(dataset, SPEC, { onProgress: pass() })
  const answers = await second.recommender.rank(texts.slice(0, 20), 50)
  second.close()
  const third = await openDense(dataset, SPEC, { onProgress: pass() })
  expect(await third.recommender.rank(texts.slice(0, 20), 50)).toEqual(answers)
  third.close()
  expect(passes[0]![0]).toBe(0)
  expect(Math.max(...passes[0]!)).toBeLessThan(2400)
  expect(passes[1]![0]).toBeGreaterThanOrEqual(1024)
  expect(passes[1]!.at(-1)).toBe(2400)
  expect(passes[2]).toEqual([2400])
})

describe('the embedded shop', () => {
  let dense: Ranking[] = []
  beforeAll(async () => {
    const { recommender, close } = await openDense(dataset, SPEC)
    expect(recommender.name).toBe('dense')
    dense = await recommender.rank(texts, 100)
    close()
  })

  test('is ranked as float64 arithmetic on the encoder\'s numbers ranks it', async () => {
    const constants = constantsOf(new Uint8Array(await (await fetch('/sample/encoder/onnx/model.onnx')).arrayBuffer()))
    const { model: { vocab } } = await (await fetch('/sample/encoder/tokenizer.json')).json() as { model: { vocab: Readonly<Record<string, number>> } }
    const encode = encodeWith(Object.entries(vocab).toSorted(([, a], [, b]) => a - b).map(([token]) => token))
    const [tokens, places] = [constants.get('tokens')!, constants.get('places')!]
    const model = { width: tokens.dims[1]!, tokens: Float64Array.from(tokens.data as Float32Array), places: Float64Array.from(places.data as Float32Array) }
    const vectors = shop.products.map((product) => embed(model, encode(productText(product))).vector)
    const position = new Map(shop.products.map(({ id }, at) => [id, at]))
    dense.forEach(({ ids, scores }, at) => {
      const query = embed(model, encode(texts[at]!)).vector
      const exact = vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * query[i]!, 0))
      const best = exact.toSorted((a, b) => b - a)
      expect(ids).toHaveLength(100)
      expect(new Set(ids).size).toBe(100)
      ids.forEach((id, i) => {
        expect(Math.abs(scores[i]! - exact[position.get(id)!]!)).toBeLessThan(2e-6)
        expect(Math.abs(exact[position.get(id)!]! - best[i]!)).toBeLessThan(2e-6) // the i-th, but for ties beyond float32's reach
      })
    })
  })

  test('is ranked well: dense reaches 0.6 of BM25, and the best hybrid beats BM25 by 0.02', async () => {
    const lexical = await (await MiniSearchRecommender.build(shop.products)).rank(texts, 100)
    const rrf = texts.map((_, i) => fuse([lexical[i]!, dense[i]!], { fusion: 'rrf', rrfConstant: 60, weights: [] }, 10))
    const [bm25, alone, hybrid] = [measure(lexical), measure(dense), measure(rrf)]
    expect(bm25).toBeGreaterThan(0.2)
    expect(alone).toBeGreaterThan(0.6 * bm25)
    expect(hybrid).toBeGreaterThan(bm25 + 0.02)
  })
})

test('a query in which the encoder sees nothing has no ranking; one that is asked twice is answered twice', async () => {
  const { recommender, close } = await openDense(dataset, SPEC)
  const [blank, one, strange, again] = await recommender.rank(['', 'desk lamp', '☃', 'desk lamp'], 3)
  expect(blank).toEqual({ ids: [], scores: new Float64Array(0) })
  expect(strange!.ids).toEqual([])
  expect(one!.ids).toHaveLength(3)
  expect(again).toEqual(one)
  expect((await recommender.rank(['desk lamp'], 5000))[0]!.ids).toHaveLength(2400)
  await expect(recommender.rank(['desk lamp'], 0)).rejects.toThrow('k is 0')
  close()
})

test('a data set that is not stored, or files that are no encoder, are refused with a sentence', async () => {
  await expect(openDense({ hash: 'f'.repeat(64), productCount: 1 }, SPEC)).rejects.toThrow('is not in this browser\'s store')
  await expect(openDense(dataset, { ...SPEC, model: 'mine' }, { files: { 'config.json': new File(['{}'], 'config.json') } })).rejects.toThrow('encoder mine: tokenizer.json, tokenizer_config.json, onnx/model.onnx are missing')
})
