// Dense retrieval by its whole road: the embedded shop in the store, the embedded encoder in a worker, the kernel on the GPU.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { embed } from '../../../lab/sample/encoder/train.ts'
import { constantsOf } from '../../export/onnx.testing.ts'
import { encodeWith } from '../../../lab/sample/encoder/wordpiece.ts'
import { makeShop, SHOP_SEED } from '../../../lab/sample/shop.ts'
import { openDense } from '../../../src/client/dense.ts'
import { openRecommender, type OpenRecommender } from '../../../src/client/recommender.ts'
import { storeSample } from '../../../src/client/sample.ts'
import { parseSettings } from '../../../src/domain/config.ts'
import { type Fusion, fuse } from '../../../src/domain/fusion.ts'
import { mean, ndcg, targetsOf } from '../../../src/domain/metrics.ts'
import type { DenseSpec, HybridSpec, Ranking } from '../../../src/domain/recommender.ts'
import { specOf } from '../../../src/domain/spec.ts'
import { productText } from './text.ts'

const SPEC: DenseSpec = { kind: 'dense', model: 'sample', pooling: 'mean', queryPrefix: '', productPrefix: '' }
const shop = makeShop(SHOP_SEED)
const tests = shop.queries.filter(({ split }) => split === 'test')
const texts = tests.map(({ text }) => text)
let dataset = { hash: '', productCount: shop.products.length }

/** The test queries' rankings by the recommender that settings name, opened as the page opens it. */
async function rankBy(...settings: readonly string[]): Promise<Ranking[]> {
  const { recommender, close } = await openRecommender(dataset, specOf(parseSettings(settings)))
  const rankings = await recommender.rank(texts, 100)
  close()
  return rankings
}

/** Mean NDCG@10 over the shop's test queries, binary on Exact. */
function measure(rankings: readonly Ranking[]): number {
  return mean(rankings.map(({ ids }, i) => ndcg(ids, targetsOf(tests[i]!.judgements, { gains: 'exact', duplicateTargets: 'distinct' }), 10)))
}

describe('the embedded shop', () => {
  const passes: number[][] = []
  let dense: Ranking[] = []
  let again: OpenRecommender

  beforeAll(async () => {
    dataset = { ...dataset, hash: await storeSample() }
    const controller = new AbortController()
    const watch = (): (({ done }: { done: number }) => void) => {
      const seen: number[] = []
      passes.push(seen)
      return ({ done }) => {
        seen.push(done)
        if (passes.length === 1 && done > 1100) controller.abort(new Error('enough'))
      }
    }
    await expect(openDense(dataset, SPEC, { onProgress: watch(), signal: controller.signal })).rejects.toThrow('enough')
    const first = await openDense(dataset, SPEC, { onProgress: watch() })
    dense = await first.recommender.rank(texts, 100)
    first.close()
    again = await openDense(dataset, SPEC, { onProgress: watch() })
  }, 120_000)
  afterAll(() => again.close())

  test('is embedded on from where a pass was interrupted, and not again once it is whole', async () => {
    expect(passes[0]![0]).toBe(0)
    expect(Math.max(...passes[0]!)).toBeLessThan(2400)
    expect(passes[1]![0]).toBeGreaterThanOrEqual(1024)
    expect(passes[1]!.at(-1)).toBe(2400)
    expect(passes[2]).toEqual([2400])
    expect(again.bytes).toBe(2400 * 64 * 4)
    expect(await again.recommender.rank(texts.slice(0, 20), 100)).toEqual(dense.slice(0, 20))
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
      // each stands where float64 has it, but for ties beyond float32's reach
      const errors = ids.flatMap((id, i) => [scores[i]! - exact[position.get(id)!]!, exact[position.get(id)!]! - best[i]!])
      expect(Math.max(...errors.map(Math.abs))).toBeLessThan(2e-6)
    })
  })

  test('is ranked well: dense reaches 0.6 of BM25, and the hybrid of the settings\' defaults beats BM25 by 0.02', async () => {
    const spec = specOf(parseSettings(['recommender=hybrid'])) as HybridSpec
    expect(spec.parts.map(({ kind }) => kind)).toEqual(['bm25', 'dense'])
    const lexical = await rankBy('recommender=bm25')
    const fused = (by: Fusion): number => measure(texts.map((_, i) => fuse([lexical[i]!, dense[i]!], by, 10)))
    const figures = { bm25: measure(lexical), dense: measure(dense), hybrid: fused(spec), weighted: fused({ ...spec, fusion: 'weighted', weights: [1, 2] }) }
    console.info(`NDCG@10 ${JSON.stringify(figures)}`)
    expect(figures.bm25).toBeGreaterThan(0.2)
    expect(figures.dense).toBeGreaterThan(0.6 * figures.bm25)
    expect(figures.hybrid).toBeGreaterThan(figures.bm25 + 0.02)
    expect(figures.weighted).toBeGreaterThan(figures.bm25 + 0.02)
  })

  test('has no ranking for a query in which the encoder sees nothing; one that is asked twice is answered twice', async () => {
    const [blank, one, strange, twice] = await again.recommender.rank(['', 'desk lamp', '☃', 'desk lamp'], 3)
    expect(blank).toEqual({ ids: [], scores: new Float64Array(0) })
    expect(strange!.ids).toEqual([])
    expect(one!.ids).toHaveLength(3)
    expect(twice).toEqual(one)
    expect((await again.recommender.rank(['desk lamp'], 5000))[0]!.ids).toHaveLength(2400)
    await expect(again.recommender.rank(['desk lamp'], 0)).rejects.toThrow('k is 0')
  })
})

test('a data set that is not stored, or files that are no encoder, are refused with a sentence', async () => {
  await expect(openDense({ hash: 'f'.repeat(64), productCount: 1 }, SPEC)).rejects.toThrow('is not in this browser\'s store')
  await expect(openDense(dataset, { ...SPEC, model: 'mine' }, { files: { 'config.json': new File(['{}'], 'config.json') } })).rejects.toThrow('encoder mine: tokenizer.json, tokenizer_config.json, onnx/model.onnx are missing')
})
