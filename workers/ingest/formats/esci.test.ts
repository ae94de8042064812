// ESCI's rows: what they say, which the filter sets aside and by which column, and which can't be used.
import { describe, expect, it } from 'vitest'
import { ESCI_REC_R1, ESCI_US } from '../../../src/protocol/ingest.ts'
import { claims, hear } from './testing.ts'

const PRODUCT = {
  product_id: 'P1',
  product_title: 'Red mug',
  product_description: null,
  product_bullet_point: 'holds tea\nholds coffee',
  product_brand: 'Mugs & Co',
  product_color: 'red',
  product_locale: 'us',
}
const EXAMPLE = {
  example_id: 1n,
  query: 'red mug',
  query_id: 7n,
  product_id: 'P1',
  product_locale: 'us',
  esci_label: 'E',
  small_version: 1n,
  large_version: 1n,
  split: 'train',
}

describe('products', () => {
  it('keep their texts as the shard has them; absent text is empty, markup stays text', () => {
    const { product } = hear([{ ...PRODUCT, product_title: ' <b>Red</b> mug &amp; saucer ' }], { container: 'parquet' })
    expect(product).toEqual([
      { id: 'P1', title: '<b>Red</b> mug &amp; saucer', description: '', bullets: 'holds tea\nholds coffee', brand: 'Mugs & Co', color: 'red' },
    ])
  })

  it('of other locales are set aside, whatever the case of the letters; a row that tells no locale is kept', () => {
    const heard = hear(
      [
        PRODUCT,
        { ...PRODUCT, product_id: 'P2', product_locale: 'es' },
        { ...PRODUCT, product_id: 'P3', product_locale: null },
        { ...PRODUCT, product_id: 'P4', product_locale: 'US' },
      ],
      { filter: ESCI_US },
    )
    expect(heard.product.map((product) => product.id)).toEqual(['P1', 'P3', 'P4'])
    expect(heard.filtered).toEqual(['product_locale'])
    expect(hear([{ ...PRODUCT, product_locale: 'jp' }]).product).toHaveLength(1)
  })

  it('without an id are rejected, without a title kept', () => {
    const heard = hear([
      { ...PRODUCT, product_title: null },
      { ...PRODUCT, product_id: ' ' },
    ])
    expect(heard.product.map((product) => product.title)).toEqual([''])
    expect(heard.rejected).toEqual(['2 product_id: product_id is missing, so no judgement can mean this product'])
  })
})

describe('examples', () => {
  it('give judgements with text and split, ids as whole numbers, labels as letters or words in any case', () => {
    const { judgement } = hear(
      ['E', 'substitute', 'Complement', 'IRRELEVANT'].map((esci_label) => ({ ...EXAMPLE, esci_label })),
      { container: 'parquet' },
    )
    expect(judgement.map((told) => told.label)).toEqual(['E', 'S', 'C', 'I'])
    expect(judgement[0]).toEqual({ queryId: '7', productId: 'P1', label: 'E', text: 'red mug', split: 'train' })
  })

  it('may come as CSV text, without split, versions and locale, or without query ids: the text is the id then', () => {
    const { judgement } = hear(
      [
        { query: 'red mug', product_id: 'P1', esci_label: 'Exact' },
        { query: 'red mug', product_id: 'P2', esci_label: 'Exact' },
        { query: 'cup', product_id: 'P2', esci_label: 'Exact' },
      ],
      { container: 'csv', filter: ESCI_US },
    )
    expect(judgement[0]).toEqual({ queryId: judgement[1]!.queryId, productId: 'P1', label: 'E', text: 'red mug' })
    expect(judgement[2]!.queryId).not.toBe(judgement[0]!.queryId)
  })

  it("of Rec-R1's switch are us, Exact and of the small version; each row set aside counts under the column that decided", () => {
    const rows = [
      { ...EXAMPLE },
      { ...EXAMPLE, product_locale: 'jp', small_version: 0n },
      { ...EXAMPLE, small_version: 0n, esci_label: 'S' },
      { ...EXAMPLE, small_version: '0' },
      { ...EXAMPLE, small_version: 'True', esci_label: 'Irrelevant' },
      { ...EXAMPLE, small_version: '1.0' },
    ]
    const heard = hear(rows, { filter: ESCI_REC_R1 })
    expect(heard.judgement).toHaveLength(2)
    expect(heard.filtered).toEqual(['product_locale', 'small_version', 'small_version', 'esci_label'])
    expect(heard.rejected).toEqual([])
  })

  it('are filtered by split and by the large version too', () => {
    const filter = { ...ESCI_US, split: 'test', version: 'large' } as const
    const heard = hear([EXAMPLE, { ...EXAMPLE, split: 'test' }, { ...EXAMPLE, split: 'test', large_version: 0 }], { filter })
    expect([heard.judgement.length, heard.filtered]).toEqual([1, ['split', 'large_version']])
  })

  it('that do not tell the version asked for all count, and a note says so', () => {
    const heard = hear([{ query: 'q', query_id: 1, product_id: 'P', esci_label: 'E' }], { filter: ESCI_REC_R1, file: 'e.csv' })
    expect(heard.judgement).toHaveLength(1)
    expect(heard.notes).toEqual(['e.csv does not say small_version, so all of its rows count as small'])
  })

  it("that can't be used are rejected with column, value and remedy", () => {
    const rows = [
      { ...EXAMPLE, query: '  ' },
      { ...EXAMPLE, query_id: null },
      { ...EXAMPLE, product_id: null },
      { ...EXAMPLE, esci_label: 'X' },
      { ...EXAMPLE, split: 'dev' },
    ]
    expect(hear(rows).rejected).toEqual([
      '1 query: query is missing for query_id 7',
      '2 query_id: query_id is missing',
      '3 product_id: product_id is missing for query_id 7',
      '4 esci_label: esci_label is "X"; E, S, C, I or their words are known',
      '5 split: split is "dev"; train and test are known',
    ])
  })

  it('without a column that everything hangs on are refused whole', () => {
    const { query: _, ...lacking } = EXAMPLE
    expect(() => hear([lacking], { file: 'e.parquet' })).toThrow(/shard e\.parquet looks like ESCI's examples but lacks query; its columns are /)
  })
})

describe('examples that carry their products (tasksource/esci)', () => {
  it('give both: the catalogue is every product of the locale, whatever the filter sets aside of the judgements', () => {
    const rows = [
      { ...EXAMPLE, ...PRODUCT },
      { ...EXAMPLE, ...PRODUCT, product_id: 'P2', esci_label: 'Substitute' },
      { ...EXAMPLE, ...PRODUCT, product_id: 'P3', product_locale: 'es' },
    ]
    const heard = hear(rows, { filter: ESCI_REC_R1, container: 'parquet' })
    expect(heard.format.name).toBe('ESCI examples with products')
    expect(heard.product.map((product) => product.id)).toEqual(['P1', 'P2'])
    expect(heard.judgement.map((told) => told.productId)).toEqual(['P1'])
    expect(heard.filtered).toEqual(['esci_label', 'product_locale'])
  })
})

describe('a table that is not ESCI', () => {
  it('is claimed by no format', () => {
    expect(claims([{ id: 1, name: 'x', price: 2 }], 'csv')).toEqual([])
  })
})
