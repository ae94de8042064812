// Tables beside a catalogue: what is told of products and people, and how it joins by id.
import { describe, expect, it } from 'vitest'
import { readTogether } from '../assembly/testing.ts'
import { claims, hear } from './testing.ts'

const file = (name: string, lines: readonly string[]) => new File([lines.join('\n')], name)
const PRODUCTS = file('products.csv', ['product_id,product_title,product_description,product_bullet_point,product_brand,product_color', 'p1,Mug,,,,', 'p2,Pot,,,,'])

describe('product facts', () => {
  it('are numbers by their columns’ names and tags; what is no number in a column of any other name is none', () => {
    const heard = hear([
      { product_id: 'p1', price: 9.5, margin: 0.25, stock: 3n, released: 1.6e12, weight: '12', colour: 'red', tags: ['tea', 'gift', 'tea'] },
      { product_id: 'p2', price: '', stock: '0', released: '2020-09-13', tags: "['a, b', 'c']" },
      { product_id: 'p3', tags: 'tea, large;  green tea' },
    ])
    expect(heard.format.name).toBe('product facts')
    expect(heard.facts).toEqual([
      ['p1', { numbers: { price: 9.5, margin: 0.25, stock: 3, released: 1.6e9, weight: 12 }, tags: ['tea', 'gift'] }],
      ['p2', { numbers: { stock: 0, released: Date.UTC(2020, 8, 13) / 1000 }, tags: ['a, b', 'c'] }],
      ['p3', { tags: ['tea', 'large', 'green tea'] }],
    ])
  })

  it('are refused by row where a price is no number, a date is none, or the product is missing', () => {
    expect(hear([{ product_id: 'p1', price: 'cheap' }, { product_id: 'p2', released: 'soon' }, { product_id: ' ', price: 1 }]).rejected).toEqual([
      '1 price: price is "cheap"; a number or nothing is needed',
      '2 released: released is "soon"; a date, or seconds since 1970, or nothing is needed',
      '3 product_id: product_id is missing; nothing can be told of a product without an id',
    ])
  })

  it('are no table of products, judgements or reviews that happens to have a price', () => {
    expect(claims([{ product_id: 'p', product_title: 'Mug', price: 1 }]).map(({ name }) => name)).toEqual(['ESCI products'])
    expect(claims([{ asin: 'p', title: 'Mug', price: '1', categories: [] }]).map(({ name }) => name)).toEqual(['Amazon 2014 metadata'])
    expect(claims([{ user_id: 'u', item_id: 'p', price: 1 }])).toEqual([])
  })

  it('join the catalogue by id, in any order of the files; they stand over the product’s own, and strangers are told of', async () => {
    const facts = file('items.csv', ['product_id,price,tags,category', 'p2,12.5,"tea, gift",Pots', 'p9,1,,'])
    for (const files of [[PRODUCTS, facts], [facts, PRODUCTS]]) {
      const { products, report } = await readTogether(files)
      expect(products.map(({ id, numbers, tags, category }) => [id, numbers, tags, category])).toEqual([['p1', undefined, undefined, undefined], ['p2', { price: 12.5 }, ['tea', 'gift'], 'Pots']])
      expect(report).toMatchObject({ products: 2, facts: { numbers: { price: 1 }, tagged: 1 } })
      expect(report.notes).toEqual(['numbers and tags are told of 1 products that are in no catalogue'])
    }
    // a department is what queries of the product are told apart by; a category is only the product's
    const filed = await readTogether([PRODUCTS, file('items.csv', ['product_id,price,department,category', 'p2,1,Home & Kitchen,Pots']), file('e.csv', ['query,query_id,product_id,esci_label,split', 'pot,1,p2,E,train'])])
    expect(filed.queries[0]?.domain).toBe('Home_and_Kitchen')
    expect(filed.products[1]?.category).toBe('Pots')
    const own = file('meta.jsonl', [JSON.stringify({ parent_asin: 'p2', title: 'Pot', average_rating: 4, price: 99, categories: ['Kitchen'] })])
    expect((await readTogether([own, facts])).products[0]).toMatchObject({ numbers: { price: 12.5, average_rating: 4 }, tags: ['tea', 'gift'], category: 'Pots' })
  })
})

describe('people and engagements', () => {
  it('tell profiles as texts and strengths as numbers, joined into histories', async () => {
    const people = file('users.jsonl', ['{"user_id":"u","age":31,"gender":"f","interests":["tea","games"],"city_tier":null,"split":"test"}', '{"user_id":"","age":1}'])
    const events = file('log.csv', ['user_id,item_id,timestamp,strength', 'u,p2,1600000000,0.5', 'u,p1,1500000000,1', 'u,p1,1500000001,lots'])
    const { users, report } = await readTogether([PRODUCTS, people, events])
    expect(users).toEqual([{
      userId: 'u', items: ['p1', 'p2'], times: [1.5e9, 1.6e9], strengths: [1, 0.5], profile: { age: '31', gender: 'f', interests: 'tea, games' }, split: 'test',
    }])
    expect(report.files.map(({ format }) => format).toSorted()).toEqual(['ESCI products', 'engagements', 'people'])
    expect(report.rejected.map(({ row, column, reason }) => `${row} ${column}: ${reason}`).toSorted()).toEqual([
      '2 user_id: user_id is missing; nothing can be told of a person without an id',
      '3 strength: strength is "lots"; a number is needed, the larger the stronger',
    ])
  })
})

describe('unknown tables', () => {
  it('of products keep numeric columns under their own names, and of people all columns; ids are no numbers', async () => {
    const { recogniseFile } = await import('../recognise.ts')
    const { FORMATS } = await import('./formats.ts')
    const suggested = async (lines: readonly string[]) => (await recogniseFile(file('t.csv', lines), FORMATS)).recognised.suggested
    const products = await suggested(['sku,name,cost,shop_id,note,keywords', 's1,Mug,2.5,7,new,a', 's2,Pot,,8,old,b'])
    expect(products).toEqual({ role: 'products', columns: { id: 'sku', title: 'name', tags: 'keywords', 'numbers.cost': 'cost' } })
    const facts = await suggested(['sku,views', 's1,2'])
    expect(facts).toEqual({ role: 'products', columns: { id: 'sku', 'numbers.views': 'views' } })
    expect(await suggested(['uid,job,age', 'u,cook,3'])).toEqual({ role: 'people', columns: { userId: 'uid', 'profile.job': 'job', 'profile.age': 'age' } })
  })

  it('of numbers alone are read before the products they speak of', async () => {
    const views = file('views.csv', ['sku,views', 'p1,2', 'p2,many'])
    const mappings = { 'views.csv': { role: 'products', columns: { id: 'sku', 'numbers.views': 'views' } } } as const
    const { products, report } = await readTogether([PRODUCTS, views], { mappings })
    expect(products.map(({ numbers }) => numbers)).toEqual([{ views: 2 }, undefined])
    expect(report.rejected.map(({ file: name, row, reason }) => [name, row, reason])).toEqual([['views.csv', 2, 'views is "many"; a number or nothing is needed']])
  })
})
