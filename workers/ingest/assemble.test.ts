// What many files say together: joins, orders, duplicates, departments and counts; what is no whole data set; the reading order.
import { describe, expect, it } from 'vitest'
import type { Role } from '../../src/protocol/ingest.ts'
import { readingOrder } from './assemble.ts'
import type { Assembly } from './assemble.ts'
import { at, bought, gather, judged, product, recognised, withoutText } from './assembly/testing.ts'

describe('products and judged queries', () => {
  it('join in whatever order they are told; judgements keep their order and repetitions', () => {
    const { queries, report, problem, productCount } = gather((sink) => {
      sink.judgement(judged('1', 'P2', { label: 'S' }), at(1))
      sink.product(product('P1'), at(1))
      sink.judgement(judged('2', 'P1'), at(2))
      sink.judgement(judged('1', 'P1'), at(3))
      sink.judgement(judged('1', 'P2', { label: 'S' }), at(4))
      sink.product(product('P2'), at(2))
    })
    expect(queries).toEqual([
      {
        id: '1',
        text: 'text of 1',
        split: 'train',
        judgements: [
          { productId: 'P2', label: 'S' },
          { productId: 'P1', label: 'E' },
          { productId: 'P2', label: 'S' },
        ],
      },
      { id: '2', text: 'text of 2', split: 'train', judgements: [{ productId: 'P1', label: 'E' }] },
    ])
    expect([productCount, problem]).toEqual([2, undefined])
    expect(report).toMatchObject({
      products: 2,
      queries: 2,
      trainQueries: 2,
      testQueries: 0,
      judgements: 4,
      joined: 4,
      duplicates: 1,
      labels: { E: 2, S: 2, C: 0, I: 0 },
    })
  })

  it('leave out judgements of products that are nowhere, and queries on which no ranking could score', () => {
    const { queries, report } = gather((sink) => {
      sink.product(product('P1'), at(1))
      sink.judgement(judged('1', 'P1'), at(1))
      sink.judgement(judged('1', 'GONE'), at(2))
      sink.judgement(judged('2', 'P1', { label: 'S' }), at(3))
      sink.judgement(judged('3', 'GONE'), at(4))
    })
    expect(queries.map((query) => [query.id, query.judgements.length])).toEqual([['1', 1]])
    expect(report).toMatchObject({ judgements: 4, joined: 2, leftOut: { queriesWithoutExact: 2 } })
  })

  it('refuse a product whose id has a line break, and keep the others', () => {
    const { products, report } = gather((sink) => {
      sink.product(product('P\n1'), at(1))
      sink.product(product('P2'), at(2))
    })
    expect(products.map(({ id }) => id)).toEqual(['P2'])
    expect(report.rejected).toEqual([{ ...at(1), column: 'product id', reason: 'product id is "P\\n1"; give each product an id of one line' }])
  })

  it('keep the first of two products with one id, count the second, and forgive files that tell a product with each judgement', () => {
    const { products, report } = gather((sink) => {
      sink.product(product('P1', { title: 'first' }), at(1))
      sink.product(product('P1', { title: 'second' }), at(2))
      sink.product(product('P1', { title: 'third' }), at(3), 'again')
      sink.product(product('P2', { title: '' }), at(4))
    })
    expect(products.map((one) => one.title)).toEqual(['first', ''])
    expect(report).toMatchObject({ products: 2, untitled: 1, leftOut: { duplicateProducts: 1 } })
  })

  it('reject a query that is told with another text or in another split, by row and with both values', () => {
    const { report, heard } = gather((sink) => {
      sink.product(product('P1'), at(1))
      sink.judgement(judged('1', 'P1', { text: 'red mug' }), at(1))
      sink.judgement(judged('1', 'P1', { text: 'blue mug' }), at(2))
      sink.judgement(judged('1', 'P1', { text: 'red mug', split: 'test' }), at(3))
    })
    expect(heard.map(({ row, column, reason }) => `${row} ${column}: ${reason}`)).toEqual([
      '2 query: query_id 1 has the text "blue mug" here and "red mug" before',
      '3 split: query_id 1 is in test here and in train before',
    ])
    expect(report).toMatchObject({ judgements: 1, rejectedCount: 2 })
    expect(report.rejected).toEqual(heard)
  })

  it('count rejected rows by reason whatever their values, tell the first hundred and hand on all', () => {
    const { report, heard } = gather((sink) => {
      for (let row = 1; row <= 250; row++) sink.reject(at(row), 'query', `query_id ${row} has the text "mug ${row}" here and "a "quoted" one" before`)
      for (let row = 1; row <= 30; row++) sink.reject(at(row), 'x', `x is "${'y'.repeat(row)}"; a number is needed`)
    })
    expect([report.rejected.length, report.rejectedCount, heard.length]).toEqual([100, 280, 280])
    expect(report.rejectedBy).toEqual({ 'query_id … has the text "…" before': 250, 'x is "…"; a number is needed': 30 })
  })

  it('of two formats that number their queries alike are told apart, with a note; of one format they are one query', () => {
    const { queries, report } = gather(
      (sink) => {
        sink.product(product('P1'), at(1))
        sink.judgement(judged('142', 'P1', { text: 'red mug' }), at(1, 'e'))
        sink.judgement(judged('142', 'P1', { text: 'a cushion', split: 'test' }), at(1, 'c4'))
        sink.judgement(judged('142', 'P1', { text: 'a cushion', split: 'test' }), at(2, 'c4'))
      },
      [recognised('e'), recognised('c4', 'Amazon-C4')],
    )
    expect(queries.map((query) => [query.id, query.text, query.judgements.length])).toEqual([
      ['142', 'red mug', 1],
      ['Amazon-C4:142', 'a cushion', 2],
    ])
    expect(report.rejectedCount).toBe(0)
    expect(report.notes).toEqual(['e and c4 both have query ids such as 142 for different queries; those of c4 begin with Amazon-C4: here'])
  })
})

describe('queries whose rows hold everything', () => {
  it('keep repeated targets of their row; another row of the same query is left out and counted, yet may say the split', () => {
    const { queries, report } = gather((sink) => {
      for (const id of ['P1', 'P1', 'P2']) sink.judgement({ ...judged('q', id, { whole: true }), split: undefined! }, at(1, 'list.json'))
      for (const id of ['P1', 'P1', 'P2']) sink.judgement(judged('q', id, { whole: true, split: 'validation' }), at(9, 'rl.parquet'))
    })
    expect(queries[0]).toMatchObject({ split: 'validation', judgements: [{ productId: 'P1' }, { productId: 'P1' }, { productId: 'P2' }] })
    expect(report).toMatchObject({ duplicates: 1, judgements: 3, validationQueries: 1, leftOut: { repeatedQueries: 1 } })
  })
})

describe('queries and judgements in files of their own (BEIR, TREC)', () => {
  it("meet by id, in either order; grades stay, and the file's name says the split", () => {
    const { queries, report } = gather((sink) => {
      sink.judgement(withoutText({ queryId: 'q1', productId: 'd1', label: 'E', grade: 2 }), at(1, 'qrels/dev.tsv'))
      sink.query({ id: 'q1', text: 'a question' }, at(1, 'queries.jsonl'))
      sink.query({ id: 'q2', text: 'unjudged' }, at(2, 'queries.jsonl'))
      sink.judgement(withoutText({ queryId: 'q1', productId: 'd2', label: 'I', grade: 0 }), at(2, 'qrels/dev.tsv'))
      for (const id of ['d1', 'd2']) sink.product(product(id), at(1, 'corpus.jsonl'))
    })
    expect(report.leftOut.queriesWithoutJudgement).toBe(1)
    expect(queries).toEqual([
      {
        id: 'q1',
        text: 'a question',
        split: 'validation',
        judgements: [
          { productId: 'd1', label: 'E', grade: 2 },
          { productId: 'd2', label: 'I', grade: 0 },
        ],
      },
    ])
  })

  it('are test queries where nothing says a split, and the report says so', () => {
    const { queries, report } = gather((sink) => {
      sink.judgement({ queryId: '1', productId: 'P', label: 'E', text: 'mug' }, at(1, 'lists.json'))
    })
    expect(queries[0]!.split).toBe('test')
    expect(report.notes).toEqual(['lists.json: neither rows nor file names tell a split, so their queries are test queries'])
  })

  it('without any file of queries are no data set, and the remedy is said', () => {
    const { queries, report, problem } = gather((sink) => {
      sink.product(product('d1'), at(1))
      sink.judgement(withoutText({ queryId: 'q1', productId: 'd1', label: 'E', grade: 1 }), at(1))
    })
    expect([queries, report.leftOut.withoutText]).toEqual([[], 1])
    expect(problem).toBe('none of 1 judged queries has a text in e; add the file of queries (queries.jsonl of the same set)')
  })
})

describe('departments', () => {
  it("of a query is its row's, else that of its first relevant product that has one, else that of the file's name", () => {
    const { report, queries } = gather((sink) => {
      sink.category('P2', 'Sports & Outdoors', at(1, 'map'))
      for (const id of ['P1', 'P2']) sink.product(product(id), at(1))
      sink.judgement(judged('own', 'P2', { domain: 'Video_Games' }), at(1))
      sink.judgement(judged('first', 'P2', { label: 'S' }), at(2))
      sink.judgement(judged('first', 'P1'), at(3))
      sink.judgement(judged('first', 'P2'), at(4))
      sink.judgement(judged('named', 'P1'), at(1, 'esci_Baby_Products.json'))
      sink.judgement(judged('none', 'P1'), at(5))
    })
    expect(queries.map((query) => query.domain)).toEqual(['Video_Games', 'Sports_and_Outdoors', 'Baby_Products', undefined])
    expect(report.domains).toEqual({ Video_Games: 1, Sports_and_Outdoors: 1, Baby_Products: 1 })
  })

  it("fill a product's category where its own row has none", () => {
    const { products } = gather((sink) => {
      sink.category('P1', 'Books', at(1))
      sink.category('P1', 'Toys', at(2))
      sink.product(product('P1'), at(1))
      sink.product(product('P2', { category: 'Own' }), at(2))
    })
    expect(products.map((one) => one.category)).toEqual(['Books', 'Own'])
  })
})

describe('what is no whole data set', () => {
  const products = recognised('p', 'ESCI products', 'products')
  it.each([
    [
      'products came without examples \\(p\\); add the examples shard',
      (sink: Assembly) => {
        sink.product(product('P'), at(1))
      },
      [products],
    ],
    [
      'examples came without products \\(e\\); add the products shard',
      (sink: Assembly) => {
        sink.judgement(judged('1', 'P'), at(1))
      },
      [recognised('e')],
    ],
    [
      'none of 1 queries has an Exact product among 1 products; are products and examples from the same release\\?',
      (sink: Assembly) => {
        sink.product(product('P'), at(1))
        sink.judgement(judged('1', 'GONE'), at(1))
      },
      [products, recognised('e')],
    ],
    [
      'no product of locale us in p \\(1 rows set aside by the filter: locale us; 0 rejected\\)',
      (sink: Assembly) => {
        sink.filtered('product_locale')
      },
      [products, recognised('e')],
    ],
    [
      'no usable judgement of locale us in e',
      (sink: Assembly) => {
        sink.product(product('P'), at(1))
      },
      [products, recognised('e')],
    ],
    [
      'histories came without products',
      (sink: Assembly) => {
        sink.interaction(bought('u', 'a', 1), at(1))
      },
      [recognised('r', 'reviews', 'interactions')],
    ],
    [
      'nothing in c can be ranked or trained on',
      (sink: Assembly) => {
        sink.category('P', 'Books', at(1))
      },
      [recognised('c', 'product categories', 'categories')],
    ],
  ])('is said: %s', (sentence, tell, files) => {
    expect(gather(tell, files).problem).toMatch(new RegExp(sentence))
  })

  it('still keeps the queries of examples alone, to be counted and looked at', () => {
    const { queries, report } = gather((sink) => {
      sink.judgement(judged('1', 'P'), at(1))
    })
    expect(queries).toHaveLength(1)
    expect(report).toMatchObject({ queries: 1, judgements: 1, joined: 0, products: 0 })
  })
})

describe('the reading order', () => {
  const shard = (file: string, role: Role, digest: string) => ({ recognised: recognised(file, 'f', role), digest })

  it('is that of roles and bytes, not of names or of the order given', () => {
    const shards = [shard('a', 'judgements', '2'), shard('b', 'products', '9'), shard('c', 'products', '1'), shard('d', 'categories', '5')]
    expect(readingOrder(shards).map((one) => one.recognised.file)).toEqual(['d', 'c', 'b', 'a'])
    expect(readingOrder(shards.toReversed())).toEqual(readingOrder(shards))
  })

  it('refuses the same bytes twice', () => {
    expect(() => readingOrder([shard('a', 'products', '1'), shard('b', 'products', '1')])).toThrow(
      'shard b holds the same bytes as a; add each shard once',
    )
  })
})
