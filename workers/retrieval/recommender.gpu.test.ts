// Recommenders opened in Chromium over a stored dataset, through the page's own client and real workers.
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFiles } from '../../src/client/ingest.ts'
import { openRecommender, type OpenOptions, type OpenRecommender, type StoredDataset } from '../../src/client/recommender.ts'
import { parseSettings } from '../../src/domain/config.ts'
import type { Product } from '../../src/domain/dataset.ts'
import { Stream } from '../../src/domain/random.ts'
import type { LexicalSpec } from '../../src/domain/recommender.ts'
import { specOf } from '../../src/domain/spec.ts'
import { memoryReader } from '../store/memory.ts'
import { LexicalIndex } from './lexical.ts'

const chance = new Stream(3, 'recommender test')
const WORDS = Array.from({ length: 200 }, (_, at) => `${'bcdfghklm'[at % 9]}${'aeiou'[at % 5]}${'lmnrst'[at % 6]}${at}`)
const words = (count: number): string => Array.from({ length: count }, () => WORDS[Math.floor(200 * chance.uniform() ** 2)]).join(' ')
const PRODUCTS = Array.from({ length: 3000 }, (_, at): Product => (
  { id: `B${at}`, title: words(6), description: words(20), bullets: words(8), brand: words(1), color: '' }))
const QUERIES = Array.from({ length: 150 }, () => words(5))

let dataset: StoredDataset
const open: OpenRecommender[] = []

const clear = async (): Promise<void> => {
  await (await navigator.storage.getDirectory()).removeEntry('datasets', { recursive: true }).catch(() => undefined)
}

async function opened(pairs: readonly string[], options: OpenOptions = {}): Promise<OpenRecommender> {
  const one = await openRecommender(dataset, specOf(parseSettings(pairs)), options)
  open.push(one)
  return one
}

beforeAll(async () => {
  await clear()
  const text = (name: string, data: readonly string[]) => ({ name, data: [...data], type: 'STRING' as const })
  const fields = ['title', 'description', 'bullets', 'brand', 'color'] as const
  const columns = ['product_title', 'product_description', 'product_bullet_point', 'product_brand', 'product_color']
  const products = parquetWriteBuffer({ columnData: [
    text('product_id', PRODUCTS.map(({ id }) => id)), text('product_locale', PRODUCTS.map(() => 'us')),
    ...fields.map((field, at) => text(columns[at]!, PRODUCTS.map((product) => product[field]))),
  ] })
  const examples = parquetWriteBuffer({ columnData: [
    text('query', ['one', 'two']), text('query_id', ['1', '2']), text('product_id', ['B1', 'B2']), text('product_locale', ['us', 'us']),
    text('esci_label', ['E', 'E']), text('split', ['train', 'test']),
  ] })
  const hash = await readFiles([new File([products], 'products.parquet'), new File([examples], 'examples.parquet')], { name: 'shop' })
  dataset = { hash, productCount: PRODUCTS.length }
})
afterAll(async () => {
  for (const one of open) one.close()
  await clear()
})

describe.each(['minisearch', 'bm25', 'lucene'])('%s', (name) => {
  test('over two workers ranks as one index in memory does, whatever the depth, and again from the cache', async () => {
    expect(crossOriginIsolated).toBe(true)
    const { recommender } = await opened([`recommender=${name}`])
    expect(recommender.name).toBe(name)
    const alone = await LexicalIndex.build(memoryReader(PRODUCTS), specOf(parseSettings([`recommender=${name}`])) as LexicalSpec)
    for (const k of [1, 10, 150]) {
      const expected = alone.rank(QUERIES, k).map(({ ids, scores }) => ({ ids: ids.split('\n'), scores }))
      expect(await recommender.rank(QUERIES, k)).toEqual(expected)
      expect(await recommender.rank(QUERIES.toReversed(), k)).toEqual(expected.toReversed())
    }
  })

  test('explains each of its scores as parts that add up to it', async () => {
    const { recommender, explain } = await opened([`recommender=${name}`, 'k1=0.9', 'titleWeight=2'])
    const [ranking] = await recommender.rank([QUERIES[0]!], 5)
    for (const [at, id] of ranking!.ids.entries()) {
      const explanation = (await explain!(QUERIES[0]!, id))!
      expect(explanation.score).toBeCloseTo(ranking!.scores[at]!, 10)
      expect(explanation.terms.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(explanation.sum, 6)
      expect(explanation.sum * explanation.factor).toBeCloseTo(explanation.score, 5)
    }
    expect(await explain!('nothing', 'B0')).toBeUndefined()
  })
})

describe('opening', () => {
  test('another scoring of an open index asks for no second index, and ranks by its own settings', async () => {
    const first = await opened(['recommender=bm25'])
    const told: number[] = []
    const second = await opened(['recommender=minisearch', 'analyzer=plain', 'k1=2'], { onProgress: (share) => told.push(share) })
    expect(told).toEqual([])
    const [one, other] = await Promise.all([first.recommender.rank([QUERIES[1]!], 5), second.recommender.rank([QUERIES[1]!], 5)])
    expect(one[0]!.scores[0]).not.toBe(other[0]!.scores[0])
    first.close()
    expect((await second.recommender.rank([QUERIES[2]!], 5))[0]!.ids).toHaveLength(5)
  })

  test('another analyzer tells how far its index is', async () => {
    const told: number[] = []
    await opened(['recommender=bm25', 'analyzer=lucene', 'queryMode=boolean'], { onProgress: (share) => told.push(share) })
    expect(told.at(-1)).toBe(1)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
  })

  test('a dataset that is not stored is refused with a sentence, and an aborted one with its reason', async () => {
    const absent = openRecommender({ hash: 'f00d', productCount: 1 }, specOf(parseSettings([])))
    await expect(absent).rejects.toThrow('dataset f00d is not in this browser')
    const abort = new AbortController()
    const anew = openRecommender(dataset, specOf(parseSettings(['queryMode=boolean'])), { signal: abort.signal })
    const shared = openRecommender(dataset, specOf(parseSettings(['recommender=bm25'])), { signal: abort.signal })
    abort.abort(new Error('the person chose another'))
    await expect(anew).rejects.toThrow('the person chose another')
    await expect(shared).rejects.toThrow('the person chose another')
  })
})

test('MiniSearch’s own box finds beginnings and misspellings, and suggests', async () => {
  const { search, suggest } = await opened([])
  const word = PRODUCTS[7]!.title.split(' ')[0]!
  const exact = await search!(word, { prefix: false, fuzzy: 0, limit: 3000 })
  const prefix = await search!(word.slice(0, 3), { prefix: true, fuzzy: 0, limit: 3000 })
  expect(exact.ids).toContain('B7')
  expect(prefix.ids).toContain('B7')
  expect(await search!(word.slice(0, 3), { prefix: false, fuzzy: 0, limit: 5 })).toMatchObject({ ids: [] })
  expect((await search!(`${word.slice(0, 2)}x${word.slice(3)}`, { prefix: false, fuzzy: 0.3, limit: 3000 })).ids).toContain('B7')
  expect(await suggest!(word.slice(0, 3))).toContain(word)
})

test('a hybrid fuses its parts, which share one index, and its box is theirs', async () => {
  const hybrid = await opened(['recommender=hybrid', 'hybridParts=minisearch,bm25,lucene', 'hybridDepth=20'])
  expect(hybrid.recommender.name).toBe('hybrid(minisearch+bm25+lucene)')
  const parts = await Promise.all(['minisearch', 'bm25', 'lucene'].map((name) => opened([`recommender=${name}`])))
  const rankings = await Promise.all(parts.map(async ({ recommender }) => (await recommender.rank([QUERIES[3]!], 20))[0]!))
  const [fused] = await hybrid.recommender.rank([QUERIES[3]!], 10)
  const sum = (id: string): number => rankings.reduce((total, { ids }) => total + (ids.includes(id) ? 1 / (61 + ids.indexOf(id)) : 0), 0)
  expect(fused!.ids).toHaveLength(10)
  for (const [at, id] of fused!.ids.entries()) expect(fused!.scores[at]).toBeCloseTo(sum(id), 12)
  expect((await hybrid.search!(QUERIES[3]!, { prefix: false, fuzzy: 0, limit: 3 })).ids).toHaveLength(3)
})

test('a step’s rankings come without holding the page’s thread for long', async () => {
  const { recommender } = await opened(['recommender=bm25', 'k1=1.21'])
  const many = Array.from({ length: 384 }, () => words(30))
  let longest = 0
  let last = performance.now()
  const channel = new MessageChannel()
  channel.port1.onmessage = () => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
    channel.port2.postMessage(0)
  }
  channel.port2.postMessage(0)
  const started = performance.now()
  for (const times of [1, 2]) {
    const rankings = await recommender.rank(many, 1000)
    expect(rankings.reduce((sum, { ids }) => sum + ids.length, 0), String(times)).toBeGreaterThan(100_000)
  }
  channel.port1.close()
  console.log(`384 × top 1000 twice in ${Math.round(performance.now() - started)} ms; longest task of this thread ${longest.toFixed(1)} ms`)
  expect(longest).toBeLessThan(200)
})

test('a server that the browser can’t reach is told with CORS as its likely cause, and both remedies', async () => {
  const refusal = openRecommender(dataset, specOf(parseSettings(['recommender=http', 'httpUrl=http://127.0.0.1:9/shop', 'httpRetries=0'])))
  const message = await refusal.then(() => 'opened', (error: unknown) => (error as Error).message)
  expect(message).toContain('the search server http://127.0.0.1:9/shop/_search can\'t be reached from this page, or is blocked')
  expect(message).toContain('The likely cause is CORS')
  expect(message).toContain(`http.cors.allow-origin: "${location.origin}"`)
  expect(message).toContain('npm start -- --proxy http://127.0.0.1:9')
})
