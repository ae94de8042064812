// Files to one data set: shards written here as Parquet, CSV and JSON, and every real file that lies beside the project.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import type { Product } from '../../src/domain/dataset.ts'
import { leaveLastOut, splitQueries, REC_R1_DOMAINS } from '../../src/domain/splits.ts'
import { ESCI_REC_R1, ESCI_US } from '../../src/protocol/ingest.ts'
import type { EsciFilter } from '../../src/protocol/ingest.ts'
import { memoryCatalogue } from './assemble.ts'
import { readShards } from './shards.ts'
import type { ReadShards, ShardOptions } from './shards.ts'

type Example = { query_id?: number | null; query?: string | null; product_id?: string | null; esci_label?: string; split?: string; product_locale?: string; small_version?: number }
type Item = { product_id?: string | null; product_title?: string | null; product_locale?: string }

const column = (name: string, data: unknown[], type: 'STRING' | 'INT64') => ({ name, data, type, nullable: true })
const shard = (name: string, columnData: ReturnType<typeof column>[], rowGroupSize = 1000) => new File([parquetWriteBuffer({ columnData, rowGroupSize })], name)
const given = <T>(value: T | undefined, otherwise: T): T => (value === undefined ? otherwise : value)

function examplesShard(rows: readonly Example[], name = 'examples.parquet', rowGroupSize?: number): File {
  return shard(name, [
    column('query', rows.map((row) => given(row.query, 'red mug')), 'STRING'),
    column('query_id', rows.map((row) => (row.query_id === null ? null : BigInt(row.query_id ?? 1))), 'INT64'),
    column('product_id', rows.map((row) => given(row.product_id, 'P1')), 'STRING'),
    column('product_locale', rows.map((row) => row.product_locale ?? 'us'), 'STRING'),
    column('esci_label', rows.map((row) => row.esci_label ?? 'E'), 'STRING'),
    column('small_version', rows.map((row) => BigInt(row.small_version ?? 1)), 'INT64'),
    column('split', rows.map((row) => row.split ?? 'train'), 'STRING'),
  ], rowGroupSize)
}

function productsShard(rows: readonly Item[], name = 'products.parquet', rowGroupSize?: number): File {
  return shard(name, [
    column('product_id', rows.map((row) => given(row.product_id, 'P1')), 'STRING'),
    column('product_title', rows.map((row) => given(row.product_title, 'Red mug')), 'STRING'),
    column('product_description', rows.map(() => null), 'STRING'),
    column('product_bullet_point', rows.map(() => 'holds tea'), 'STRING'),
    column('product_brand', rows.map(() => null), 'STRING'),
    column('product_color', rows.map(() => 'red'), 'STRING'),
    column('product_locale', rows.map((row) => row.product_locale ?? 'us'), 'STRING'),
  ], rowGroupSize)
}

async function read(files: readonly File[], { filter = ESCI_US, ...options }: ShardOptions & { readonly filter?: EsciFilter } = {}): Promise<ReadShards & { readonly products: readonly Product[] }> {
  const catalogue = memoryCatalogue()
  return { ...await readShards(files, { filter, mappings: {} }, catalogue, options), products: catalogue.products }
}

describe('shards of ESCI', () => {
  it('join products and judged queries, absent text as the empty string', async () => {
    const { products, queries, report, problem } = await read([examplesShard([{ product_id: 'P1' }, { product_id: 'P2', esci_label: 'S' }]), productsShard([{ product_id: 'P1' }, { product_id: 'P2', product_title: null }])])
    expect(products[0]).toEqual({ id: 'P1', title: 'Red mug', description: '', bullets: 'holds tea', brand: '', color: 'red' })
    expect(queries).toEqual([{ id: '1', text: 'red mug', split: 'train', judgements: [{ productId: 'P1', label: 'E' }, { productId: 'P2', label: 'S' }] }])
    expect(report).toMatchObject({ products: 2, queries: 1, trainQueries: 1, testQueries: 0, judgements: 2, joined: 2, labels: { E: 1, S: 1, C: 0, I: 0 }, rejectedCount: 0 })
    expect(problem).toBeUndefined()
  })

  it('are known by their content: any names, any order, several of each give the same data set', async () => {
    const shards = [
      productsShard([{ product_id: 'P1' }], 'a'), productsShard([{ product_id: 'P2' }], 'b'),
      examplesShard([{ product_id: 'P1' }], 'c'), examplesShard([{ product_id: 'P2', query_id: 2, query: 'cup' }], 'd'),
    ]
    const one = await read(shards)
    const renamed = await Promise.all(shards.toReversed().map(async (file, i) => new File([await file.arrayBuffer()], `${i}.bin`)))
    const other = await read(renamed)
    expect([other.products, other.queries]).toEqual([one.products, one.queries])
    expect(one.queries.map((query) => query.text).toSorted()).toEqual(['cup', 'red mug'])
  })

  it('give the same data set as Parquet, as CSV and as lines of JSON', async () => {
    const examples = [{ query_id: 1, query: 'mug, "red"', product_id: 'P1', product_locale: 'us', esci_label: 'Exact', split: 'train' }, { query_id: 2, query: 'café\n<b>cup</b>', product_id: 'P2', product_locale: 'us', esci_label: 'Exact', split: 'test' }]
    const products = [{ product_id: 'P1', product_title: 'Red "mug"', product_description: '', product_bullet_point: 'holds tea', product_brand: '', product_color: 'red', product_locale: 'us' }, { product_id: 'P2', product_title: 'Cup, blue', product_description: '', product_bullet_point: 'holds tea', product_brand: '', product_color: 'red', product_locale: 'us' }]
    const csv = (rows: readonly Record<string, unknown>[]) => [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))].map((cells) => cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(',')).join('\n') + '\n'
    const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n') + '\n'
    const parquet = await read([examplesShard(examples), productsShard(products)])
    const table = await read([new File([csv(examples)], 'e.csv'), new File([csv(products)], 'p.csv')])
    const json = await read([new File([lines(examples)], 'e.jsonl'), new File([lines(products)], 'p.jsonl')])
    expect(table.queries).toEqual(parquet.queries)
    expect(json.queries).toEqual(parquet.queries)
    expect([table.products, json.products]).toEqual([parquet.products, parquet.products])
  })

  it('are filtered as Rec-R1 filters by one switch', async () => {
    const rows = [{}, { esci_label: 'S' }, { small_version: 0 }, { product_locale: 'es' }]
    const { report } = await read([productsShard([{}, { product_id: 'ES', product_locale: 'es' }]), examplesShard(rows)], { filter: ESCI_REC_R1 })
    expect(report).toMatchObject({ products: 1, judgements: 1, leftOut: { filtered: { product_locale: 2, small_version: 1, esci_label: 1 } } })
  })

  it('reject rows by file, row, column and reason, across row groups', async () => {
    const rows: Example[] = [{}, { query: '  ' }, { query_id: null }, { product_id: null }, { esci_label: 'X' }, { split: 'dev' }, { query: 'another' }, { split: 'test' }, { product_id: 'P2' }]
    const { report } = await read([productsShard([{}, { product_id: null }, { product_id: 'P2' }]), examplesShard(rows, 'e.parquet', 2)])
    expect(report.rejected.map(({ file, row, column: name }) => `${file} ${row} ${name}`)).toEqual([
      'products.parquet 2 product_id', 'e.parquet 2 query', 'e.parquet 3 query_id', 'e.parquet 4 product_id', 'e.parquet 5 esci_label', 'e.parquet 6 split',
      'e.parquet 7 query', 'e.parquet 8 split',
    ])
    expect(report).toMatchObject({ rejectedCount: 8, judgements: 2, joined: 2 })
  })

  it('tell how far they are, up to all bytes, and stop when cancelled', async () => {
    const files = [productsShard(Array.from({ length: 50 }, (_, i) => ({ product_id: `P${i}` })), 'p', 10), examplesShard([{}])]
    const seen: number[] = []
    await read(files, { onProgress: ({ bytes }) => seen.push(bytes) })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(files[0]!.size + files[1]!.size)
    await expect(read(files, { signal: AbortSignal.abort(new Error('cancelled; nothing was kept')) })).rejects.toThrow('cancelled; nothing was kept')
  })

  it('that lack a column are refused by name; the same bytes twice, a table nobody knows and no file at all too', async () => {
    const lacking = shard('e.parquet', ['query', 'query_id', 'esci_label'].map((name) => column(name, [name === 'query_id' ? 1n : 'E'], name === 'query_id' ? 'INT64' : 'STRING')))
    await expect(read([productsShard([{}]), lacking])).rejects.toThrow(/shard e\.parquet looks like ESCI's examples but lacks product_id; its columns are query, query_id/)
    const twin = productsShard([{}], 'twin')
    await expect(read([productsShard([{}]), twin])).rejects.toThrow(/shard (twin|products\.parquet) holds the same bytes as (twin|products\.parquet); add each shard once/)
    await expect(read([shard('other.parquet', [column('made', ['x'], 'STRING')])])).rejects.toThrow(/shard other\.parquet is parquet of no known kind; its columns are made; say what they mean/)
    await expect(read([])).rejects.toThrow('no files were given; add products and judged queries')
  })
})

describe('a test collection of BEIR\'s layout', () => {
  it('joins corpus, queries and qrels', async () => {
    const files = [
      new File(['query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n'], 'test.tsv'),
      new File(['{"_id": "q1", "text": "what is a mug", "metadata": {}}\n'], 'queries.jsonl'),
      new File(['{"_id": "d1", "title": "Mug", "text": "A cup.", "metadata": {}}\n{"_id": "d2", "title": "", "text": "", "metadata": {}}\n'], 'corpus.jsonl'),
    ]
    const { queries, report, problem } = await read(files)
    expect(queries).toEqual([{ id: 'q1', text: 'what is a mug', split: 'test', judgements: [{ productId: 'd1', label: 'E', grade: 2 }, { productId: 'd2', label: 'I', grade: 0 }] }])
    expect([report.untitled, problem]).toEqual([1, undefined])
  })
})

const REAL = new URL('../../../shared/data/', import.meta.url)
const real = (path: string) => new File([readFileSync(new URL(path, REAL))], path.split('/').at(-1)!)

describe.skipIf(!existsSync(REAL))('the real files (left out where ../shared is absent)', () => {
  it('are all recognised, and read together without one rejected row', async () => {
    const paths = readdirSync(REAL, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(?:parquet|json|gz|csv|tsv|jsonl)$/.test(path))
    expect(paths.length).toBeGreaterThan(15)
    const { report, problem } = await read(paths.map(real))
    expect([report.rejected, problem]).toEqual([[], undefined])
    expect(report.files).toHaveLength(paths.length)
    expect(report.files.filter((file) => file.role === 'unknown')).toEqual([])
  }, 60_000)

  it('ESCI: 6,764 products, 4,066 judgements, 419 training and 75 test queries; Rec-R1\'s switch keeps the Exact ones', async () => {
    const files = ['esci/shopping_queries_dataset_examples.parquet', 'esci/shopping_queries_dataset_products.parquet'].map(real)
    const { report, queries } = await read(files)
    expect(report).toMatchObject({ products: 6764, judgements: 4066, joined: 4066, queries: 494, trainQueries: 419, testQueries: 75, rejectedCount: 0, duplicates: 0 })
    const exact = await read(files, { filter: ESCI_REC_R1 })
    expect(exact.report.labels).toEqual({ E: exact.report.judgements, S: 0, C: 0, I: 0 })
    expect(exact.report.judgements + Object.values(exact.report.leftOut.filtered).reduce((sum, rows) => sum + rows, 0)).toBe(4066)
    expect(queries.some((query) => query.domain !== undefined)).toBe(false)
  })

  it('ESCI with the map of categories: queries have the department of their first target', async () => {
    const categories = JSON.parse(readFileSync(new URL('esci/product_top_category.json', REAL), 'utf8')) as Record<string, string | null>
    const { queries, products } = await read(['esci/product_top_category.json', 'esci/shopping_queries_dataset_examples.parquet', 'esci/shopping_queries_dataset_products.parquet'].map(real))
    const plain = (name: string) => name.replaceAll(/\W|and|_/g, '').toLowerCase()
    for (const query of queries) {
      const first = query.judgements.find((judgement) => judgement.label === 'E' && categories[judgement.productId] !== null)
      expect(plain(query.domain ?? '')).toBe(plain(categories[first?.productId ?? ''] ?? ''))
    }
    expect(products.filter((product) => product.category !== undefined)).toHaveLength(Object.values(categories).filter((category) => category !== null).length)
    expect([...splitQueries(queries, { seed: 1, validation: 40, domains: REC_R1_DOMAINS }).testByDomain.keys()].length).toBeGreaterThan(1)
  })

  it('the catalogue as Reviews 2023 metadata is the catalogue of the Parquet, text for text', async () => {
    const [metadata, parquet] = [await read([real('esci/meta_ESCI_sample.jsonl.gz')]), await read([real('esci/shopping_queries_dataset_products.parquet')])]
    const words = ({ id, title, description, bullets, brand, color }: Product) => [id, title, description, bullets, brand, color].map((text) => text.split(/\s+/).join(' '))
    const byId = new Map(parquet.products.map((product) => [product.id, words(product)]))
    expect(metadata.products).toHaveLength(6764)
    expect(metadata.products.filter((product) => JSON.stringify(words(product)) !== JSON.stringify(byId.get(product.id))).map((product) => product.id)).toEqual([])
  })

  it('Beauty 2014: 22,363 users, 198,502 interactions, 12,101 items, each history in time, each last item a test', async () => {
    const { report, users } = await read(['amazon-2014-beauty/meta_Beauty.json.gz', 'amazon-2014-beauty/reviews_Beauty_5.json.gz'].map(real))
    expect(report).toMatchObject({ products: 12_101, users: 22_363, interactions: 198_502, items: 12_101, itemsJoined: 12_101, rejectedCount: 0 })
    expect(users.every((user) => user.times!.every((time, i) => i === 0 || time >= user.times![i - 1]!))).toBe(true)
    const splits = leaveLastOut(users)
    expect([splits.test.length, splits.validation.length, splits.train.length]).toEqual([22_363, 22_363, 198_502 - 3 * 22_363])
  })

  it.each([
    ['esci_train.json', 4610, 7443, 'train'], ['esci_Video_Games.json', 103, 406, 'test'], ['esci_Baby_Products.json', 103, 323, 'test'],
    ['esci_Office_Products.json', 184, 807, 'test'], ['esci_Sports_and_Outdoors.json', 408, 1600, 'test'], ['c4_Video_Games_test.json', 150, 150, 'test'],
  ])('Rec-R1\'s list %s: %i queries, %i targets', async (name, queries, judgements, split) => {
    const { report, queries: told } = await read([real(`rec-r1/${name}`)])
    expect(report).toMatchObject({ queries, judgements, rejectedCount: 0 })
    expect(new Set(told.map((query) => query.split))).toEqual(new Set([split]))
  })

  it('Rec-R1\'s RL Parquet: the queries of its lists, by department; Beauty\'s 538 transductive and 1000 inductive histories', async () => {
    const domains = ['Video_Games', 'Baby_Products', 'Office_Products', 'Sports_and_Outdoors']
    const rl = await read([real('rec-r1/esci_sparse_test.parquet')])
    expect(rl.report.domains).toEqual({ Video_Games: 103, Baby_Products: 103, Office_Products: 184, Sports_and_Outdoors: 408 })
    const lists = await read(domains.map((domain) => real(`rec-r1/esci_${domain}.json`)))
    const byId = new Map(lists.queries.map((query) => [query.id, query]))
    expect(rl.queries.map((query) => byId.get(query.id))).toEqual(rl.queries)
    const { users, report } = await read([real('rec-r1/beauty_test.parquet')])
    expect(['transductive', 'inductive'].map((setting) => users.filter((user) => user.next?.setting === setting).length)).toEqual([538, 1000])
    expect(report).toMatchObject({ sequences: 1538, interactions: 3415, rejectedCount: 0 })
  })

  it('stored results and generations: every entry, with lists as Python printed them', async () => {
    for (const [path, entries, measure] of [['results_esci_Video_Games_gpt-4o.json', 103, 'ndcg@100'], ['results_esci_Video_Games_original.json', 103, 'ndcg@100'], ['results_beauty_transductive_gpt-4o.json', 538, 'recall@50']] as const) {
      const { rankings } = await read([real(`rec-r1/${path}`)])
      const stored = Object.entries(JSON.parse(readFileSync(new URL(`rec-r1/${path}`, REAL), 'utf8')) as Record<string, { retrieved: string; target: string } & Record<string, number>>)
      expect(rankings).toHaveLength(entries)
      for (const [i, [key, entry]] of stored.entries()) {
        const ranking = rankings[i]!
        expect(`${ranking.queryId}_${ranking.text}`).toBe(key)
        expect(`[${ranking.ids.map((id) => `'${id}'`).join(', ')}]`).toBe(entry.retrieved)
        expect(ranking.measures![measure]).toBe(entry[measure])
      }
    }
    for (const name of ['gpt-4o', 'rec-r1']) {
      const { outputs } = await read([real(`rec-r1/outputs_esci_Video_Games_${name}.json`)])
      expect([outputs.length, outputs.filter((output) => output.text !== '' && output.targets!.length > 0).length]).toEqual([103, 103])
    }
    const { outputs } = await read([real('rec-r1/esci_sft_train.parquet')])
    expect([outputs.length, outputs[0]!.query, outputs.filter((output) => output.prompt === undefined || output.query === '').length]).toEqual([4510, 'led race wire', 0])
  })

  it('the runs of Lucene beside them: every query with its ranking, best first', async () => {
    for (const name of ['test.trec.gz', 'r1.trec.gz']) {
      const bytes = readFileSync(new URL(`../golden/bm25/${name}`, REAL))
      const lines = gunzipSync(bytes).toString('utf8').trim().split('\n').map((line) => line.split(' '))
      const { rankings } = await read([new File([bytes], name)])
      expect(rankings.map((ranking) => ranking.queryId)).toEqual([...new Set(lines.map(([query]) => query))])
      expect(rankings.flatMap((ranking) => ranking.ids)).toEqual(lines.map((fields) => fields[2]))
      expect(rankings.every(({ scores }) => scores!.every((score, i) => i === 0 || score <= scores![i - 1]!))).toBe(true)
    }
  })
})
