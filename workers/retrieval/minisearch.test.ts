// The recommender against MiniSearch itself, and the promises of the interface: bag of words, ties in catalogue order, top k.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Product } from '../../src/domain/dataset.ts'
import { createEngine, MiniSearchRecommender } from './minisearch.ts'

const product = (id: string, texts: Partial<Product> = {}): Product => ({ id, title: '', description: '', bullets: '', brand: '', color: '', ...texts })

const rankOne = async (products: readonly Product[], query: string, k = 10) => {
  const recommender = await MiniSearchRecommender.build(products)
  return (await recommender.rank([query], k))[0]!
}

describe('the MiniSearch recommender', () => {
  it('ranks exactly as one MiniSearch search over the whole query does, repeated words included', async () => {
    const text = fc.array(fc.constantFrom('red', 'blue', 'mug', 'Mug', 'cup', 'tall', 'and', 'not', 'lid,', '$5', 'wi-fi'), { maxLength: 8 }).map((words) => words.join(' '))
    const catalogue = fc.array(fc.record({ title: text, description: text, bullets: text, brand: text, color: text }), { minLength: 1, maxLength: 12 })
    await fc.assert(fc.asyncProperty(catalogue, fc.array(text, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 14 }), async (rows, queries, k) => {
      const products = rows.map((row, i) => ({ id: `p${i}`, ...row }))
      const engine = createEngine()
      engine.addAll(products.map((row, position) => ({ ...row, position })))
      const rankings = await (await MiniSearchRecommender.build(products)).rank(queries, k)
      for (const [i, query] of queries.entries()) {
        const hits = engine.search(query).sort((a, b) => b.score - a.score || a.id - b.id).slice(0, k)
        expect(rankings[i]).toEqual({ ids: hits.map((hit) => `p${hit.id}`), scores: hits.map((hit) => hit.score) })
      }
    }))
  })

  it('finds words of title, description, bullets, brand and colour, whatever their case', async () => {
    for (const field of ['title', 'description', 'bullets', 'brand', 'color'] as const) {
      expect((await rankOne([product('other'), product('hit', { [field]: 'Walnut' })], 'wALNUT')).ids).toEqual(['hit'])
    }
  })

  it('gives punctuation and Boolean words no weight', async () => {
    const products = [product('a', { title: 'wireless mouse | black and or not' }), product('b', { title: 'wireless keyboard' }), product('c', { title: '$25 fan' })]
    const plain = await rankOne(products, 'wireless mouse black')
    expect(await rankOne(products, '(wireless AND "mouse") OR +black')).toEqual(plain)
    expect((await rankOne(products, 'and OR Not | && ()')).ids).toEqual([])
    expect((await rankOne(products, '25 fan')).ids).toEqual((await rankOne(products, '$25 fan')).ids)
  })

  it('finds no word by its prefix or by a similar spelling', async () => {
    expect((await rankOne([product('a', { title: 'keyboard' })], 'key keybord')).ids).toEqual([])
  })

  it('keeps equal scores in catalogue order, also where the top k cuts through them', async () => {
    const products = Array.from({ length: 40 }, (_, i) => product(`p${i}`, { title: i === 23 ? 'mug mug' : 'mug cup' }))
    expect((await rankOne(products, 'mug', 5)).ids).toEqual(['p23', 'p0', 'p1', 'p2', 'p3'])
    expect((await rankOne(products, 'mug', 1000)).ids).toHaveLength(40)
  })

  it('keeps the first of products that share an id', async () => {
    const products = [product('a', { title: 'mug' }), product('a', { title: 'cup' }), product('b', { title: 'cup' })]
    expect((await rankOne(products, 'cup')).ids).toEqual(['b'])
    expect((await rankOne(products, 'mug')).ids).toEqual(['a'])
  })

  it('answers a query without known words with an empty ranking, in the place of the query', async () => {
    const recommender = await MiniSearchRecommender.build([product('a', { title: 'mug' })])
    const rankings = await recommender.rank(['', 'mug', 'constructor', 'mug'], 3)
    expect(rankings.map((ranking) => ranking.ids)).toEqual([[], ['a'], [], ['a']])
    expect(rankings[1]!.scores).toHaveLength(1)
  })

  it('refuses a k that is no count, with its value', async () => {
    const recommender = await MiniSearchRecommender.build([product('a')])
    await expect(recommender.rank(['x'], 0)).rejects.toThrow('k is 0')
    await expect(recommender.rank(['x'], 1.5)).rejects.toThrow('k is 1.5')
  })

  it('reports the share indexed, rising to one', async () => {
    const shares: number[] = []
    await MiniSearchRecommender.build(Array.from({ length: 1200 }, (_, i) => product(`p${i}`)), (share) => shares.push(share))
    expect(shares).toEqual([500 / 1200, 1000 / 1200, 1])
  })
})
