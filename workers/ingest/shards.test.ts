// Files to one data set: shards of ESCI and of BEIR's layout, written here as Parquet, CSV, TSV and lines of JSON.
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { ESCI_REC_R1 } from '../../src/protocol/ingest.ts'
import { readTogether as read } from './assembly/testing.ts'

type Example = {
  query_id?: number | null
  query?: string | null
  product_id?: string | null
  esci_label?: string
  split?: string
  product_locale?: string
  small_version?: number
}
type Item = { product_id?: string | null; product_title?: string | null; product_locale?: string }

const column = (name: string, data: unknown[], type: 'STRING' | 'INT64') => ({ name, data, type, nullable: true })
const shard = (name: string, columnData: ReturnType<typeof column>[], rowGroupSize = 1000) =>
  new File([parquetWriteBuffer({ columnData, rowGroupSize })], name)
const given = <T>(value: T | undefined, otherwise: T): T => (value === undefined ? otherwise : value)

function examplesShard(rows: readonly Example[], name = 'examples.parquet', rowGroupSize?: number): File {
  const texts = (named: string, of: (row: Example) => unknown) => column(named, rows.map(of), 'STRING')
  const numbers = (named: string, of: (row: Example) => unknown) => column(named, rows.map(of), 'INT64')
  const columns = [
    texts('query', (row) => given(row.query, 'red mug')),
    numbers('query_id', (row) => (row.query_id === null ? null : BigInt(row.query_id ?? 1))),
    texts('product_id', (row) => given(row.product_id, 'P1')),
    texts('product_locale', (row) => row.product_locale ?? 'us'),
    texts('esci_label', (row) => row.esci_label ?? 'E'),
    numbers('small_version', (row) => BigInt(row.small_version ?? 1)),
    texts('split', (row) => row.split ?? 'train'),
  ]
  return shard(name, columns, rowGroupSize)
}

function productsShard(rows: readonly Item[], name = 'products.parquet', rowGroupSize?: number): File {
  const texts = (named: string, of: (row: Item) => unknown) => column(named, rows.map(of), 'STRING')
  const columns = [
    texts('product_id', (row) => given(row.product_id, 'P1')),
    texts('product_title', (row) => given(row.product_title, 'Red mug')),
    texts('product_description', () => null),
    texts('product_bullet_point', () => 'holds tea'),
    texts('product_brand', () => null),
    texts('product_color', () => 'red'),
    texts('product_locale', (row) => row.product_locale ?? 'us'),
  ]
  return shard(name, columns, rowGroupSize)
}

describe('shards of ESCI', () => {
  it('join products and judged queries, absent text as the empty string', async () => {
    const { products, queries, report, problem } = await read([
      examplesShard([{ product_id: 'P1' }, { product_id: 'P2', esci_label: 'S' }]),
      productsShard([{ product_id: 'P1' }, { product_id: 'P2', product_title: null }]),
    ])
    expect(products[0]).toEqual({ id: 'P1', title: 'Red mug', description: '', bullets: 'holds tea', brand: '', color: 'red' })
    expect(queries).toEqual([
      {
        id: '1',
        text: 'red mug',
        split: 'train',
        judgements: [
          { productId: 'P1', label: 'E' },
          { productId: 'P2', label: 'S' },
        ],
      },
    ])
    expect(report).toMatchObject({
      products: 2,
      queries: 1,
      trainQueries: 1,
      testQueries: 0,
      judgements: 2,
      joined: 2,
      labels: { E: 1, S: 1, C: 0, I: 0 },
      rejectedCount: 0,
    })
    expect(problem).toBeUndefined()
  })

  it('are known by their content: any names, any order, several of each give the same data set', async () => {
    const shards = [
      productsShard([{ product_id: 'P1' }], 'a'),
      productsShard([{ product_id: 'P2' }], 'b'),
      examplesShard([{ product_id: 'P1' }], 'c'),
      examplesShard([{ product_id: 'P2', query_id: 2, query: 'cup' }], 'd'),
    ]
    const one = await read(shards)
    const renamed = await Promise.all(shards.toReversed().map(async (file, i) => new File([await file.arrayBuffer()], `${i}.bin`)))
    const other = await read(renamed)
    expect([other.products, other.queries]).toEqual([one.products, one.queries])
    expect(one.queries.map((query) => query.text).toSorted()).toEqual(['cup', 'red mug'])
  })

  it('give the same data set as Parquet, as CSV and as lines of JSON', async () => {
    const examples = [
      { query_id: 1, query: 'mug, "red"', product_id: 'P1', product_locale: 'us', esci_label: 'Exact', split: 'train' },
      { query_id: 2, query: 'café\n<b>cup</b>', product_id: 'P2', product_locale: 'us', esci_label: 'Exact', split: 'test' },
    ]
    const products = [
      {
        product_id: 'P1',
        product_title: 'Red "mug"',
        product_description: '',
        product_bullet_point: 'holds tea',
        product_brand: '',
        product_color: 'red',
        product_locale: 'us',
      },
      {
        product_id: 'P2',
        product_title: 'Cup, blue',
        product_description: '',
        product_bullet_point: 'holds tea',
        product_brand: '',
        product_color: 'red',
        product_locale: 'us',
      },
    ]
    const csv = (rows: readonly Record<string, unknown>[]) =>
      [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))]
        .map((cells) => cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(','))
        .join('\n') + '\n'
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
    const rows: Example[] = [
      {},
      { query: '  ' },
      { query_id: null },
      { product_id: null },
      { esci_label: 'X' },
      { split: 'dev' },
      { query: 'another' },
      { split: 'test' },
      { product_id: 'P2' },
    ]
    const { report } = await read([productsShard([{}, { product_id: null }, { product_id: 'P2' }]), examplesShard(rows, 'e.parquet', 2)])
    expect(report.rejected.map(({ file, row, column: name }) => `${file} ${row} ${name}`)).toEqual([
      'products.parquet 2 product_id',
      'e.parquet 2 query',
      'e.parquet 3 query_id',
      'e.parquet 4 product_id',
      'e.parquet 5 esci_label',
      'e.parquet 6 split',
      'e.parquet 7 query',
      'e.parquet 8 split',
    ])
    expect(report).toMatchObject({ rejectedCount: 8, judgements: 2, joined: 2 })
  })

  it('tell how far they are, up to all bytes, and stop when cancelled', async () => {
    const files = [
      productsShard(
        Array.from({ length: 50 }, (_, i) => ({ product_id: `P${i}` })),
        'p',
        10,
      ),
      examplesShard([{}]),
    ]
    const seen: number[] = []
    await read(files, { onProgress: ({ bytes }) => seen.push(bytes) })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(files[0]!.size + files[1]!.size)
    await expect(read(files, { signal: AbortSignal.abort(new Error('cancelled; nothing was kept')) })).rejects.toThrow('cancelled; nothing was kept')
  })

  it('that lack a column are refused by name; the same bytes twice, a table nobody knows and no file at all too', async () => {
    const lacking = shard(
      'e.parquet',
      ['query', 'query_id', 'esci_label'].map((name) => column(name, [name === 'query_id' ? 1n : 'E'], name === 'query_id' ? 'INT64' : 'STRING')),
    )
    await expect(read([productsShard([{}]), lacking])).rejects.toThrow(
      /shard e\.parquet looks like ESCI's examples but lacks product_id; its columns are query, query_id/,
    )
    const twin = productsShard([{}], 'twin')
    await expect(read([productsShard([{}]), twin])).rejects.toThrow(
      /shard (twin|products\.parquet) holds the same bytes as (twin|products\.parquet); add each shard once/,
    )
    await expect(read([shard('other.parquet', [column('made', ['x'], 'STRING')])])).rejects.toThrow(
      /shard other\.parquet is parquet of no known kind; its columns are made; say what they mean/,
    )
    await expect(read([])).rejects.toThrow('no files were given; add products and judged queries')
  })
})

describe("a test collection of BEIR's layout", () => {
  it('joins corpus, queries and qrels', async () => {
    const files = [
      new File(['query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\n'], 'test.tsv'),
      new File(['{"_id": "q1", "text": "what is a mug", "metadata": {}}\n'], 'queries.jsonl'),
      new File(
        ['{"_id": "d1", "title": "Mug", "text": "A cup.", "metadata": {}}\n{"_id": "d2", "title": "", "text": "", "metadata": {}}\n'],
        'corpus.jsonl',
      ),
    ]
    const { queries, report, problem } = await read(files)
    expect(queries).toEqual([
      {
        id: 'q1',
        text: 'what is a mug',
        split: 'test',
        judgements: [
          { productId: 'd1', label: 'E', grade: 2 },
          { productId: 'd2', label: 'I', grade: 0 },
        ],
      },
    ])
    expect([report.untitled, problem]).toEqual([1, undefined])
  })
})
