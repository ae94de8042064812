// The three scorings against what they claim to be: MiniSearch itself, formulas written down anew, and their own explanations.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { termsOf } from '../../src/domain/analysis/analyzers.ts'
import type { Product } from '../../src/domain/dataset.ts'
import { Stream } from '../../src/domain/random.ts'
import { FIELDS, type LexicalSpec } from '../../src/domain/recommender.ts'
import type { WireRanking } from '../../src/protocol/retrieval.ts'
import { memoryReader } from '../store/memory.ts'
import { LexicalIndex } from './lexical.ts'
import { createEngine } from './minisearch.ts'

const EVEN = { title: 1, description: 1, bullets: 1, brand: 1, color: 1 }
const spec = (kind: LexicalSpec['kind'], changes: Partial<LexicalSpec> = {}): LexicalSpec =>
  ({ kind, analyzer: kind === 'lucene' ? 'lucene' : 'plain', k1: -1, b: -1, weights: EVEN, query: 'bag', ...changes })
const product = (id: string, texts: Partial<Product> = {}): Product => ({ id, title: '', description: '', bullets: '', brand: '', color: '', ...texts })
const build = (products: readonly Product[], of: LexicalSpec) => LexicalIndex.build(memoryReader(products), of)
const hitsOf = ({ ids, scores }: WireRanking) => (ids === '' ? [] : ids.split('\n')).map((id, rank) => [id, scores[rank]] as const)

const WORDS = ['red', 'Red', 'blue', 'mug', 'MUG', 'cup', 'tall', 'and', 'Not', 'lid,', '$5', 'wi-fi', 'İstanbul', 'ΟΔΟΣ', 'naïve', '無線', '😀', 'don\'t', 'cups', 'a', '3.5', '\u202f', 'constructor', '__proto__']
const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 9 }).map((words) => words.join(' '))
const long = fc.tuple(text, fc.constantFrom(0, 0, 14, 15, 40, 1100)).map(([words, times]) => `${words} ${'mug '.repeat(times)}`)
const catalogue = fc.array(fc.record({ title: text, description: long, bullets: text, brand: text, color: text }), { minLength: 1, maxLength: 14 })
  .map((rows) => [...rows, ...rows.slice(0, 2)].map((row, at): Product => ({ id: `p${at}`, ...row })))
const queries = fc.array(text, { minLength: 1, maxLength: 4 })
const depth = fc.integer({ min: 1, max: 17 })

describe('the scoring minisearch', () => {
  it('gives MiniSearch\'s own scores to the bit and its order, ties in catalogue order, whatever the catalogue', async () => {
    await fc.assert(fc.asyncProperty(catalogue, queries, depth, async (products, asked, k) => {
      const engine = createEngine()
      engine.addAll(products.map((row, position) => ({ ...row, position })))
      const rankings = (await build(products, spec('minisearch'))).rank(asked, k)
      for (const [at, query] of asked.entries()) {
        const hits = engine.search(query).sort((a, b) => b.score - a.score || a.id - b.id).slice(0, k)
        expect(hitsOf(rankings[at]!)).toEqual(hits.map(({ id, score }) => [`p${id}`, score]))
      }
    }), { numRuns: 300 })
  })

  it('gives long queries with repetitions the same bits, over catalogues where few products are among the best and where hundreds tie', async () => {
    const stream = new Stream(7, 'long queries')
    const word = (): string => `w${Math.floor(stream.uniform() ** 3 * 300)}`
    const say = (words: number): string => Array.from({ length: words }, word).join(' ')
    const varied = Array.from({ length: 1500 }, (_, at) => product(`p${at}`, { title: say(6), description: say(20) }))
    const tied = [...varied.slice(0, 40), ...Array.from({ length: 400 }, () => varied[40]!)].map((row, at) => ({ ...row, id: `p${at}` }))
    for (const products of [varied, tied]) {
      const engine = createEngine()
      engine.addAll(products.map((row, position) => ({ ...row, position })))
      const asked = [...Array.from({ length: 12 }, (_, at) => say(8 + 15 * at)), `${varied[40]!.title} ${varied[40]!.description}`]
      const index = await build(products, spec('minisearch'))
      for (const k of [1, 10, 100]) {
        for (const [at, ranking] of index.rank(asked, k).entries()) {
          const hits = engine.search(asked[at]!).sort((a, b) => b.score - a.score || a.id - b.id).slice(0, k)
          expect(hitsOf(ranking)).toEqual(hits.map(({ id, score }) => [`p${id}`, score]))
        }
      }
    }
  })

  it('gives MiniSearch\'s scores with its settings too: k1, b, boosts and a choice of fields', async () => {
    const weights = { title: 3, description: 0.7, bullets: 0, brand: 1.3, color: 0 }
    await fc.assert(fc.asyncProperty(catalogue, text, fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), async (products, query, k1, b) => {
      const engine = createEngine()
      engine.addAll(products.map((row, position) => ({ ...row, position })))
      const hits = engine.search(query, { fields: ['title', 'description', 'brand'], boost: weights, bm25: { k: k1, b, d: 0.5 } })
      const [ranking] = (await build(products, spec('minisearch', { k1, b, weights }))).rank([query], 100)
      expect(hitsOf(ranking!)).toEqual(hits.sort((x, y) => y.score - x.score || x.id - y.id).map(({ id, score }) => [`p${id}`, score]))
    }))
  })
})

describe('the scoring bm25', () => {
  it('is BM25F over weighted fields: counts are weighted and normalised by field, then saturate together', async () => {
    const weights = { title: 2, description: 1, bullets: 0.5, brand: 0, color: 1 }
    await fc.assert(fc.asyncProperty(catalogue, text, async (products, query) => {
      const terms = products.map((row) => FIELDS.map((field) => termsOf('plain', row[field])))
      const means = FIELDS.map((_, field) => terms.reduce((sum, fields) => sum + fields[field]!.length, 0) / products.length)
      const expected = terms.map((fields) => {
        let score = 0
        for (const word of termsOf('plain', query)) {
          const having = terms.filter((other) => other.some((list, field) => weights[FIELDS[field]!] > 0 && list.includes(word))).length
          const idf = Math.log(1 + (products.length - having + 0.5) / (having + 0.5))
          let tf = 0
          for (const [field, list] of fields.entries()) {
            const count = list.filter((term) => term === word).length
            if (count > 0) tf += weights[FIELDS[field]!] * count / (1 - 0.75 + 0.75 * list.length / means[field]!)
          }
          score += idf * tf * 2.2 / (1.2 + tf)
        }
        return score
      })
      const [ranking] = (await build(products, spec('bm25', { weights }))).rank([query], 100)
      const hits = hitsOf(ranking!)
      expect(hits).toHaveLength(expected.filter((score) => score > 0).length)
      for (const [id, score] of hits) expect(score).toBeCloseTo(expected[Number(id.slice(1))]!, 9)
      expect([...ranking!.scores]).toEqual([...ranking!.scores].sort((a, b) => b - a))
    }))
  })
})

describe.each(['minisearch', 'bm25', 'lucene'] as const)('the scoring %s', (kind) => {
  it('is taken apart term by term, and the parts add up to its scores', async () => {
    await fc.assert(fc.asyncProperty(catalogue, text, async (products, query) => {
      const index = await build(products, spec(kind))
      const hits = new Map(hitsOf(index.rank([query], 100)[0]!))
      for (const { id } of products) {
        const explanation = index.explain(query, id)
        expect(explanation === undefined).toBe(!hits.has(id))
        if (explanation === undefined) continue
        const { score, sum, factor, terms } = explanation
        expect(score).toBeCloseTo(hits.get(id)!, kind === 'lucene' ? 5 : 9)
        expect(terms.reduce((total, { share }) => total + share, 0)).toBeCloseTo(sum, 9)
        expect(sum * factor).toBeCloseTo(score, kind === 'lucene' ? 5 : 9)
        expect(factor).toBe(kind === 'minisearch' ? new Set(terms.map(({ term }) => term)).size : 1)
      }
    }))
  })

  it('keeps equal scores in catalogue order, also where the top k cuts through them', async () => {
    const products = Array.from({ length: 40 }, (_, i) => product(`p${i}`, { title: i === 23 ? 'mug mug' : 'mug cup' }))
    const index = await build(products, spec(kind))
    expect(hitsOf(index.rank(['mug'], 5)[0]!).map(([id]) => id)).toEqual(['p23', 'p0', 'p1', 'p2', 'p3'])
    expect(hitsOf(index.rank(['mug'], 1000)[0]!)).toHaveLength(40)
  })

  it('ranks the same from one segment of products as from many, through shared memory and by another spec of the same index', async () => {
    const words = ['red', 'blue', 'mug', 'cup', 'tall', 'lid']
    const products = Array.from({ length: 70_000 }, (_, i) => product(`p${i}`, { title: `${words[i % 6]} ${words[(i >> 3) % 5]}`, brand: words[(i * 7) % 4]! }))
    const index = await build(products, spec('bm25', { analyzer: spec(kind).analyzer }))
    const ranked = LexicalIndex.attach(index.share()!).withSpec(spec(kind)).rank(['tall red red cup'], 70_000)[0]!
    expect(ranked).toEqual((await build(products, spec(kind))).rank(['tall red red cup'], 70_000)[0])
    // products repeat with period 120: equal texts score equally and stand in catalogue order, across the border between segments too
    const places = new Map(hitsOf(ranked).map(([id], rank) => [Number(id.slice(1)), rank]))
    for (let at = 65_000; at < 69_000; at += 7) {
      if (places.has(at)) expect(places.get(at + 120)! > places.get(at)!).toBe(true)
      expect(ranked.scores[places.get(at) ?? -1]).toBe(ranked.scores[places.get(at + 120) ?? -1])
    }
  }, 60_000)

  it('finds words of every field, whatever their case', async () => {
    for (const field of FIELDS) {
      const index = await build([product('other'), product('hit', { [field]: 'Walnut' })], spec(kind))
      expect(hitsOf(index.rank(['wALNUT'], 10)[0]!).map(([id]) => id)).toEqual(['hit'])
    }
  })

  it('gives punctuation and Boolean words no weight', async () => {
    const index = await build([product('a', { title: 'wireless mouse | black and or not' }), product('b', { title: 'wireless keyboard' }), product('c', { title: '$25 fan' })], spec(kind))
    const [plain, signs, none, sum, dollars] = index.rank(['wireless mouse black', '(wireless AND "mouse") OR +black', 'and OR Not | && ()', '25 fan', '$25 fan'], 10)
    expect(signs).toEqual(plain)
    expect(none!.ids).toBe('')
    expect(dollars).toEqual(sum)
  })

  it('finds no word by its prefix, and nothing for words that no product has', async () => {
    const index = await build([product('a', { title: 'keyboards' })], spec(kind))
    expect(index.rank(['key', '', 'the and or', 'constructor'], 3).map(({ ids, scores }) => [ids, scores.length])).toEqual(Array(4).fill(['', 0]))
    expect(index.explain('keyboards', 'b')).toBeUndefined()
  })

  it('refuses a k that is no count, with its value', async () => {
    const index = await build([product('a')], spec(kind))
    expect(() => index.rank(['x'], 0)).toThrow('k is 0')
    expect(() => index.rank(['x'], 1.5)).toThrow('k is 1.5')
  })
})

describe('the compiled index', () => {
  it('is built anew for another analyzer, and says so', async () => {
    const index = await build([product('a')], spec('bm25'))
    expect(() => index.withSpec(spec('lucene'))).toThrow('its analyzer is plain and lucene is asked for')
  })

  it('reports the share indexed, rising to one, and ends when told to', async () => {
    const products = Array.from({ length: 1200 }, (_, i) => product(`p${i}`))
    const shares: number[] = []
    await LexicalIndex.build(memoryReader(products), spec('bm25'), { onProgress: (share) => shares.push(share) })
    expect(shares).toEqual([512 / 1200, 1024 / 1200, 1, 1])
    await expect(LexicalIndex.build(memoryReader(products), spec('bm25'), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })

  it('ranks an empty catalogue as nothing', async () => {
    expect((await build([], spec('lucene'))).rank(['mug'], 10)).toEqual([{ ids: '', scores: new Float64Array(0) }])
  })
})
