// The embedded shop: its bytes come from its seed, its difficulty is the one promised, and it takes a user's shard's road.
import { readFileSync } from 'node:fs'
import { parquetMetadata } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { ESCI_US } from '../../src/protocol/ingest.ts'
import { assemble } from '../../workers/ingest/assemble.ts'
import { memoryWriter } from '../../workers/store/memory.ts'
import { FORMATS } from '../../workers/ingest/formats/formats.ts'
import { readFile } from '../../workers/ingest/read.ts'
import { recogniseFile } from '../../workers/ingest/recognise.ts'
import { queryWords } from '../../src/domain/words.ts'
import { CONCEPTS } from './concepts.ts'
import type { Concept } from './concepts.ts'
import { measure } from './measure.ts'
import { examplesParquet, productsParquet } from './parquet.ts'
import { bestWording, makeShop, SHOP_SEED } from './shop.ts'
import type { Shop } from './shop.ts'

const shop = makeShop(SHOP_SEED)
const shipped = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(`../../public/sample/shop/${name}`, import.meta.url)))
const setOf = (concepts: readonly Concept[]) => concepts.map((concept) => concept.key).toSorted().join('+')
const inSplit = (of: Shop, split: 'train' | 'test') => of.queries.filter((query) => query.split === split)

describe('the word lists', () => {
  it('say no two concepts of one domain in the same way, and nothing in one way only', () => {
    const ways = CONCEPTS.flatMap((concept) => concept.ways)
    expect(ways.filter((way, i) => ways.indexOf(way) !== i)).toEqual([])
    expect(CONCEPTS.filter((concept) => new Set(concept.ways).size < 3)).toEqual([])
  })
})

describe('the shipped shop', () => {
  it('is what its seed gives, to the byte', () => {
    expect(Buffer.from(productsParquet(shop)).equals(Buffer.from(shipped('products.parquet')))).toBe(true)
    expect(Buffer.from(examplesParquet(shop)).equals(Buffer.from(shipped('examples.parquet')))).toBe(true)
  })

  it('has the size promised and the schemas of ESCI', async () => {
    const files = ['examples.parquet', 'products.parquet'].map((name) => new File([shipped(name)], name))
    const known = await Promise.all(files.map((file) => recogniseFile(file, FORMATS)))
    const catalogue = memoryWriter()
    const assembly = assemble({ files: known.map(({ recognised }) => recognised), filter: ESCI_US, catalogue })
    for (const { file, format } of known.toReversed()) await readFile(file, format!, assembly)
    const { queries, report } = assembly.finish()
    expect(report).toMatchObject({ products: 2400, trainQueries: 480, testQueries: 240, rejectedCount: 0, duplicates: 0, untitled: 0 })
    expect(report.joined).toBe(report.judgements)
    expect(Object.values(report.labels).every((count) => count > 500)).toBe(true)
    expect(catalogue.products).toEqual(shop.products)
    expect(queries).toEqual(shop.queries.map(({ id, text, split, judgements }) => ({ id, text, split, judgements })))
    const columns = (name: string) => parquetMetadata(shipped(name).buffer).schema.slice(1).map((column) => `${column.name} ${column.type} ${column.converted_type ?? ''}`.trim())
    expect(columns('examples.parquet')).toEqual([
      'example_id INT64', 'query BYTE_ARRAY UTF8', 'query_id INT64', 'product_id BYTE_ARRAY UTF8', 'product_locale BYTE_ARRAY UTF8', 'esci_label BYTE_ARRAY UTF8',
      'small_version INT64', 'large_version INT64', 'split BYTE_ARRAY UTF8',
    ])
    expect(columns('products.parquet')).toEqual(['id', 'title', 'description', 'bullet_point', 'brand', 'color', 'locale'].map((name) => `product_${name} BYTE_ARRAY UTF8`))
  })
})

describe.each([SHOP_SEED, 101, 102, 103])('the shop of seed %i', (seed) => {
  const of = seed === SHOP_SEED ? shop : makeShop(seed)

  it('is hard for shoppers, easy in its own words, and not beaten by writing every way at once', async () => {
    const ndcg = await measure(of, {
      original: (query) => query.text,
      best: (query) => bestWording(of, query),
      everyWay: (query) => query.concepts.flatMap((concept) => concept.ways).join(' '),
    })
    expect(ndcg.original).toBeGreaterThan(0.25)
    expect(ndcg.original).toBeLessThan(0.45)
    expect(ndcg.best).toBeGreaterThan(0.9)
    expect(ndcg.everyWay).toBeLessThan(0.45)
  })

  it('asks in the test for new combinations of concepts that training queries also use', () => {
    const trained = new Set(inSplit(of, 'train').map((query) => setOf(query.concepts)))
    const known = new Set(inSplit(of, 'train').flatMap((query) => query.concepts))
    for (const query of inSplit(of, 'test')) {
      expect(trained.has(setOf(query.concepts))).toBe(false)
      expect(query.concepts.every((concept) => known.has(concept))).toBe(true)
    }
  })

  it('puts the other ways of saying a thing into products that are something else', () => {
    const texts = of.products.map((product) => ` ${queryWords(Object.values(product).slice(1).join(' ')).join(' ')} `)
    const found = CONCEPTS.flatMap((concept) => concept.ways.filter((way) => way !== of.catalogueWay(concept)))
      .filter((way) => texts.some((text) => text.includes(` ${queryWords(way).join(' ')} `)))
    expect(found.length).toBeGreaterThan(0.9 * CONCEPTS.flatMap((concept) => concept.ways.slice(1)).length)
  })
})

describe('another seed', () => {
  it('draws the catalogue\'s ways anew, so that they cannot be known from another shop', () => {
    const other = makeShop(101)
    const same = CONCEPTS.filter((concept) => shop.catalogueWay(concept) === other.catalogueWay(concept)).length
    expect(same / CONCEPTS.length).toBeGreaterThan(0.1)
    expect(same / CONCEPTS.length).toBeLessThan(0.45)
  })
})
