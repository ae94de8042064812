// ESCI shards from files to a data set: fixtures are written here as Parquet, and the real sample is read where it lies beside the project.
import { existsSync, readFileSync } from 'node:fs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { combineDigests, fileDigest } from './digest.ts'
import { readEsci } from './esci.ts'

type Example = { query_id?: number | null; query?: string | null; product_id?: string | null; esci_label?: string; split?: string; product_locale?: string }
type Item = { product_id?: string | null; product_title?: string | null; product_locale?: string; product_brand?: string }

const column = (name: string, data: unknown[], type: 'STRING' | 'INT64') => ({ name, data, type, nullable: true })
const shard = (name: string, columnData: ReturnType<typeof column>[], rowGroupSize = 1000) => new File([parquetWriteBuffer({ columnData, rowGroupSize })], name)

function examplesShard(rows: readonly Example[], name = 'examples.parquet', rowGroupSize?: number): File {
  return shard(name, [
    column('example_id', rows.map((_, i) => BigInt(i)), 'INT64'),
    column('query', rows.map((row) => (row.query === undefined ? 'red mug' : row.query)), 'STRING'),
    column('query_id', rows.map((row) => (row.query_id === null ? null : BigInt(row.query_id ?? 1))), 'INT64'),
    column('product_id', rows.map((row) => (row.product_id === undefined ? 'P1' : row.product_id)), 'STRING'),
    column('product_locale', rows.map((row) => row.product_locale ?? 'us'), 'STRING'),
    column('esci_label', rows.map((row) => row.esci_label ?? 'E'), 'STRING'),
    column('split', rows.map((row) => row.split ?? 'train'), 'STRING'),
  ], rowGroupSize)
}

function productsShard(rows: readonly Item[], name = 'products.parquet', rowGroupSize?: number): File {
  return shard(name, [
    column('product_id', rows.map((row) => (row.product_id === undefined ? 'P1' : row.product_id)), 'STRING'),
    column('product_title', rows.map((row) => (row.product_title === undefined ? 'Red mug' : row.product_title)), 'STRING'),
    column('product_description', rows.map(() => null), 'STRING'),
    column('product_bullet_point', rows.map(() => 'holds tea'), 'STRING'),
    column('product_brand', rows.map((row) => row.product_brand ?? null), 'STRING'),
    column('product_color', rows.map(() => 'red'), 'STRING'),
    column('product_locale', rows.map((row) => row.product_locale ?? 'us'), 'STRING'),
  ], rowGroupSize)
}

const bytesOf = async (file: File) => new Uint8Array(await file.arrayBuffer())

describe('reading ESCI', () => {
  it('joins products and judged queries, absent text as the empty string', async () => {
    const { dataset, report } = await readEsci([productsShard([{ product_id: 'P1' }, { product_id: 'P2', product_title: null }]), examplesShard([{ product_id: 'P1' }, { product_id: 'P2', esci_label: 'S' }])], 'mugs')
    expect(dataset.products[0]).toEqual({ id: 'P1', title: 'Red mug', description: '', bullets: 'holds tea', brand: '', color: 'red' })
    expect(dataset.queries).toEqual([{ id: '1', text: 'red mug', split: 'train', judgements: [{ productId: 'P1', label: 'E' }, { productId: 'P2', label: 'S' }] }])
    expect(report).toMatchObject({ products: 2, queries: 1, trainQueries: 1, testQueries: 0, judgements: 2, joined: 2, labels: { E: 1, S: 1, C: 0, I: 0 }, rejectedCount: 0 })
  })

  it('knows shards by their content: any names, any order, several of each give the same data set', async () => {
    const shards = [
      productsShard([{ product_id: 'P1' }], 'a'), productsShard([{ product_id: 'P2' }], 'b'),
      examplesShard([{ product_id: 'P1' }], 'c'), examplesShard([{ product_id: 'P2', query_id: 2, query: 'cup' }], 'd'),
    ]
    const one = await readEsci(shards, 'x')
    const renamed = await Promise.all(shards.toReversed().map(async (file, i) => new File([await bytesOf(file)], `${i}.bin`)))
    const other = await readEsci(renamed, 'x')
    expect(other.dataset).toEqual(one.dataset)
    expect(one.dataset.queries.map((query) => query.text).toSorted()).toEqual(['cup', 'red mug'])
  })

  it('takes labels as letters and as words', async () => {
    const labels = ['Exact', 'substitute', 'C', 'Irrelevant']
    const { dataset } = await readEsci([productsShard([{}]), examplesShard(labels.map((esci_label) => ({ esci_label })))], 'x')
    expect(dataset.queries[0]!.judgements.map((judgement) => judgement.label)).toEqual(['E', 'S', 'C', 'I'])
  })

  it('keeps repeated judgements and counts them, keeps the first of products with one id', async () => {
    const { dataset, report } = await readEsci([productsShard([{ product_title: 'first' }, { product_title: 'second' }]), examplesShard([{}, {}])], 'x')
    expect(dataset.products.map((product) => product.title)).toEqual(['first'])
    expect(dataset.queries[0]!.judgements).toHaveLength(2)
    expect(report).toMatchObject({ duplicates: 1, leftOut: { duplicateProducts: 1 } })
  })

  it('leaves out rows of other locales and says how many', async () => {
    const { dataset, report } = await readEsci([productsShard([{}, { product_id: 'ES', product_locale: 'es' }]), examplesShard([{}, { product_locale: 'jp', query_id: 9 }])], 'x')
    expect(dataset.products.map((product) => product.id)).toEqual(['P1'])
    expect(report.leftOut).toEqual({ queriesWithoutExact: 0, otherLocales: 2, duplicateProducts: 0 })
  })

  it('leaves out queries on which no ranking could score: without an Exact product in the catalogue', async () => {
    const rows = [{}, { query_id: 2, query: 'cup', esci_label: 'S' }, { query_id: 3, query: 'jar', product_id: 'GONE' }]
    const { dataset, report } = await readEsci([productsShard([{}]), examplesShard(rows)], 'x')
    expect(dataset.queries.map((query) => query.id)).toEqual(['1'])
    expect(report).toMatchObject({ queries: 1, judgements: 3, joined: 2, leftOut: { queriesWithoutExact: 2 } })
  })

  it('rejects rows that cannot be used by file, row, column and reason, across row groups', async () => {
    const rows: Example[] = [
      {}, { query: '  ' }, { query_id: null }, { product_id: null }, { esci_label: 'X' }, { split: 'dev' },
      { query: 'another' }, { split: 'test' }, { product_id: 'P2' },
    ]
    const { report } = await readEsci([productsShard([{}, { product_id: null }, { product_id: 'P2' }]), examplesShard(rows, 'e.parquet', 2)], 'x')
    expect(report.rejected.map(({ file, row, column: name }) => `${file} ${row} ${name}`)).toEqual([
      'products.parquet 2 product_id', 'e.parquet 2 query', 'e.parquet 3 query_id', 'e.parquet 4 product_id', 'e.parquet 5 esci_label', 'e.parquet 6 split',
      'e.parquet 7 query', 'e.parquet 8 split',
    ])
    expect(report.rejected[6]!.reason).toBe('query_id 1 has the text "another" here and "red mug" before')
    expect(report).toMatchObject({ rejectedCount: 8, judgements: 2, joined: 2 })
  })

  it('counts products without any text', async () => {
    const bare = shard('p', ['product_id', 'product_title', 'product_description', 'product_bullet_point', 'product_brand', 'product_color'].map((name) => column(name, [name === 'product_id' ? 'P1' : null], 'STRING')))
    expect((await readEsci([bare, examplesShard([{}])], 'x')).report.untitled).toBe(1)
  })

  it('tells how far it is, up to all bytes', async () => {
    const files = [productsShard([{}, { product_id: 'P2' }, { product_id: 'P3' }], 'p', 1), examplesShard([{}])]
    const seen: number[] = []
    await readEsci(files, 'x', { onProgress: ({ bytes }) => seen.push(bytes) })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(files[0]!.size + files[1]!.size)
  })

  it('stops when it is cancelled, and says so', async () => {
    const controller = new AbortController()
    const files = [productsShard(Array.from({ length: 50 }, (_, i) => ({ product_id: `P${i}` })), 'p', 10), examplesShard([{}])]
    const read = readEsci(files, 'x', { signal: controller.signal, onProgress: ({ rows }) => { if (rows >= 20) controller.abort(new Error('cancelled; nothing was kept')) } })
    await expect(read).rejects.toThrow('cancelled; nothing was kept')
  })
})

describe('a shard that cannot be used', () => {
  const products = productsShard([{}])
  const examples = examplesShard([{}])
  const failing = async (...files: File[]) => readEsci(files, 'x').then(() => 'was read', (error: Error) => error.message)

  it('is refused by name when it is no Parquet, empty, or cut off', async () => {
    expect(await failing(products, new File(['query,product_id\n'], 'e.csv'))).toMatch(/shard e\.csv does not begin with PAR1, so it is no Parquet file/)
    expect(await failing(products, new File([], 'e.parquet'))).toMatch(/shard e\.parquet is empty/)
    const bytes = await bytesOf(examples)
    expect(await failing(products, new File([bytes.slice(0, bytes.length - 100)], 'half.parquet'))).toMatch(/shard half\.parquet begins as Parquet but .* cut off at \d+ bytes/)
    expect(await failing(products, new File(['PAR1PAR1'], 'tiny.parquet'))).toMatch(/shard tiny\.parquet .* cut off at 8 bytes/)
  })

  it('is refused by name when bytes in its middle or its footer are damaged', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({ query_id: i, query: `query number ${i} of many` }))
    const bytes = await bytesOf(examplesShard(rows))
    const damage = (start: number, length: number) => new File([bytes.map((byte, i) => (i >= start && i < start + length ? byte ^ 0xa5 : byte))], 'bad.parquet')
    expect(await failing(products, damage(Math.floor(bytes.length / 4), 400))).toMatch(/shard bad\.parquet is damaged \(rows 1 to 300: /)
    expect(await failing(products, damage(bytes.length - 300, 200))).toMatch(/shard bad\.parquet/)
    const cutInside = new File([bytes.slice(0, 200), bytes.slice(500)], 'bad.parquet')
    expect(await failing(products, cutInside)).toMatch(/shard bad\.parquet is damaged/)
  })

  it('is refused with its columns when it is some other table, or lacks a column', async () => {
    expect(await failing(products, examples, shard('other.parquet', [column('asin', ['x'], 'STRING')]))).toMatch(/shard other\.parquet is Parquet but neither .* its columns are asin/)
    const lacking = shard('e.parquet', ['query', 'query_id', 'product_id', 'esci_label'].map((name) => column(name, ['E'], 'STRING')))
    expect(await failing(products, lacking)).toMatch(/shard e\.parquet looks like ESCI's examples but lacks split; its columns are query, query_id/)
  })

  it('is refused when the other half is missing, when it was given twice, and when nothing can be joined', async () => {
    expect(await failing(products)).toMatch(/products came without examples \(products\.parquet\)/)
    expect(await failing(examples)).toMatch(/examples came without products \(examples\.parquet\)/)
    expect(await failing()).toMatch(/no files were given/)
    expect(await failing(products, examples, new File([await bytesOf(products)], 'again'))).toMatch(/shard again holds the same bytes as products\.parquet/)
    expect(await failing(products, examplesShard([{ product_id: 'GONE' }]))).toMatch(/none of 1 queries has an Exact product among 1 products/)
    expect(await failing(productsShard([{ product_locale: 'es' }], 'es'), examples)).toMatch(/no product of locale us in shard es \(1 rows of other locales, 0 rejected\)/)
  })
})

describe('the digest', () => {
  it('is the plain SHA-256 of a file, and of blocks for a long one', async () => {
    expect(await fileDigest(new Blob(['abc']))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(await fileDigest(new Blob([]))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    const blocks = await Promise.all(['ab', 'c'].map(async (part) => new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(part)))))
    expect(await fileDigest(new Blob(['abc']), 2)).toBe(await fileDigest(new Blob(blocks)))
  })

  it('of several files does not depend on their order, and changes with a byte', async () => {
    expect(await combineDigests(['a', 'b'])).toBe(await combineDigests(['b', 'a']))
    expect(await combineDigests(['a', 'b'])).not.toBe(await combineDigests(['a', 'c']))
  })
})

const REAL = new URL('../../../shared/data/esci/', import.meta.url)
const real = (name: string) => new File([readFileSync(new URL(name, REAL))], name)

describe('the real ESCI sample', () => {
  it.skipIf(!existsSync(REAL))('joins whole: 6,764 products, 4,066 judgements, 419 training and 75 test queries (left out where ../shared is absent)', async () => {
    const { dataset, report } = await readEsci([real('shopping_queries_dataset_examples.parquet'), real('shopping_queries_dataset_products.parquet')], 'esci')
    expect(report).toMatchObject({ products: 6764, judgements: 4066, trainQueries: 419, testQueries: 75, rejectedCount: 0 })
    expect(dataset.queries).toHaveLength(494)
    expect(dataset.hash).toMatch(/^[0-9a-f]{64}$/)
  })
})
