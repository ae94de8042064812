// The retrieval service on a catalogue in memory: what it answers before, while and after something is open.
import { afterEach, describe, expect, test } from 'vitest'
import { answerWith, serveSearch } from '../../lab/searchServer.ts'
import { parseSettings } from '../../src/domain/config.ts'
import type { Product } from '../../src/domain/dataset.ts'
import type { HttpSpec, LexicalSpec } from '../../src/domain/recommender.ts'
import { specOf } from '../../src/domain/spec.ts'
import { MINISEARCH_LIMIT } from '../../src/protocol/retrieval.ts'
import { memoryReader } from '../store/memory.ts'
import { Retrieval } from './service.ts'

const PRODUCTS = ['red mug', 'blue mug', 'red lamp', 'green chair'].map((title, at): Product => (
  { id: `p${at}`, title, description: '', bullets: '', brand: '', color: '' }))
const lexical = (...pairs: readonly string[]): LexicalSpec => specOf(parseSettings(pairs)) as LexicalSpec
const catalogue = () => Promise.resolve(memoryReader(PRODUCTS))

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

describe('the retrieval service', () => {
  test('says what is missing while nothing is open', async () => {
    const service = new Retrieval(catalogue)
    await expect(service.rank(['red'], 1)).rejects.toThrow('retrieval: nothing is indexed yet; open a catalogue before ranking')
    await expect(service.explain('red', 'p0')).rejects.toThrow('nothing is indexed yet')
    await expect(service.search('red', { prefix: true, fuzzy: 0, limit: 5 })).rejects.toThrow('nothing is open yet')
    expect(await service.counts()).toBeUndefined()
    expect(await service.share()).toBeUndefined()
  })

  test('ranks by what it was opened with, or by another scoring of the same terms', async () => {
    const service = new Retrieval(catalogue)
    expect(await service.open('f00d', lexical('recommender=bm25'))).toMatchObject({ name: 'bm25', products: 4 })
    const [own] = await service.rank(['red mug'], 2)
    const [other] = await service.rank(['red mug'], 2, lexical('recommender=minisearch'))
    expect([own!.ids, other!.ids]).toEqual(['p0\np1', 'p0\np1'])
    expect(own!.scores[0]).not.toBe(other!.scores[0])
    expect((await service.explain('red mug', 'p0', lexical('recommender=minisearch')))!.score).toBeCloseTo(other!.scores[0]!, 10)
    await expect(service.rank(['red'], 1, lexical('recommender=lucene'))).rejects.toThrow('its analyzer is plain and lucene is asked for')
    for (const k of [0, 1.5, Number.NaN]) await expect(service.rank(['red'], k)).rejects.toThrow(`rank: k is ${k}; a whole number`)
  })

  test('attaches to what another worker shares, and ranks alike', async () => {
    const [first, second] = [new Retrieval(catalogue), new Retrieval(catalogue)]
    await first.open('f00d', lexical())
    const shared = await first.share()
    await second.attach('f00d', shared)
    expect(await second.rank(['red lamp', 'mug'], 3)).toEqual(await first.rank(['red lamp', 'mug'], 3))
    expect((await second.search('chai', { prefix: true, fuzzy: 0, limit: 5 })).ids).toBe('p3')
  })

  test('hands every buffer over once, also where one query is asked twice', async () => {
    const handed: Transferable[][] = []
    const service = new Retrieval(catalogue, (value, buffers) => {
      handed.push(buffers)
      return value
    })
    await service.open('f00d', lexical())
    const rankings = await service.rank(['red', 'red', 'mug'], 2)
    expect(new Set(handed[0]).size).toBe(handed[0]!.length)
    expect(new Set(handed[0])).toEqual(new Set(rankings.map(({ scores }) => scores.buffer)))
  })

  test('forgets what was open when the next cannot be opened', async () => {
    const service = new Retrieval((hash) => (hash === 'gone' ? Promise.reject(new Error('dataset gone is not stored')) : catalogue()))
    await service.open('f00d', lexical())
    await expect(service.open('gone', lexical())).rejects.toThrow('dataset gone is not stored')
    await expect(service.rank(['red'], 1)).rejects.toThrow('nothing is indexed yet')
  })

  test('has a search box up to MiniSearch’s limit, and says so beyond', async () => {
    const service = new Retrieval(catalogue)
    await service.open('f00d', lexical())
    expect((await service.search('rde', { prefix: false, fuzzy: 0.7, limit: 1 })).ids).toBe('p0')
    expect(await service.suggest('mu')).toEqual(['mug'])
    const large = new Retrieval(() => Promise.resolve({ ...memoryReader(PRODUCTS), count: MINISEARCH_LIMIT + 1 }))
    await large.open('f00d', lexical())
    await expect(large.search('red', { prefix: true, fuzzy: 0, limit: 1 })).rejects.toThrow('holds up to 100000 products and this catalogue has 100001')
    expect((await large.rank(['red'], 5))[0]!.ids).toBe('p0\np2')
  })

  test('asks a server with the header of the moment, counts ids that the catalogue lacks, and refuses one that does not answer', async () => {
    const server = await serveSearch({ products: [...PRODUCTS, { ...PRODUCTS[0]!, id: 'stranger' }], authorization: 'Bearer t0ken' })
    closing.push(() => server.close())
    const spec = specOf(parseSettings(['recommender=http', `httpUrl=${server.origin}/products`, 'httpRetries=0'])) as HttpSpec
    const service = new Retrieval(catalogue)
    await expect(service.open('f00d', spec)).rejects.toThrow('answered 401')
    await service.authorise({ name: 'Authorization', value: 'Bearer t0ken' })
    expect(await service.open('f00d', spec)).toMatchObject({ name: 'http-elasticsearch', products: 4 })
    expect((await service.rank(['red mug'], 3))[0]!.ids).toBe('p0\nstranger\np1')
    expect(await service.counts()).toMatchObject({ requests: 2, ids: 3, unknownIds: 1, failed: 0 })
    await service.authorise(undefined)
    expect((await service.rank(['red mug'], 3))[0]!.failed).toContain('answered 401')
    server.faults.push(answerWith(200, 'welcome'))
    await expect(service.open('f00d', spec)).rejects.toThrow('answered what is no JSON: welcome')
  })
})
