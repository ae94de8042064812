// Amazon's dumps of three years, row by row: products, purchases, and ratings that name no columns.
import { describe, expect, it } from 'vitest'
import { claims, hear } from './testing.ts'

const META_2023 = {
  main_category: 'All Beauty',
  title: 'Howard LC0008',
  average_rating: 4.8,
  features: ['Soft', 'Smells <i>good</i>'],
  description: ['One.', 'Two.'],
  price: null,
  store: 'Howard Products',
  categories: [],
  details: { Brand: 'Howard', Color: 'Amber' },
  parent_asin: 'B01CUPMQZE',
  images: [],
  videos: [],
  bought_together: null,
}
const REVIEW_2023 = {
  rating: 5,
  title: 'Such a lovely scent',
  text: 'This spray is really nice.',
  images: [],
  asin: 'B00YQ6X8EO',
  parent_asin: 'B00YQ6X8E1',
  user_id: 'AGKHLEW2SOWHNMFQIJGBECAF7INQ',
  timestamp: 1588687728923,
  helpful_vote: 0,
  verified_purchase: true,
}

describe('Reviews 2023', () => {
  it('metadata become products: lists joined by a space, store as brand, colour from the details, the main category where there is no path', () => {
    const { product, category } = hear([META_2023, { ...META_2023, categories: ['Beauty & Personal Care', 'Hair Care', 'Shampoo'] }])
    expect(product[0]).toEqual({
      id: 'B01CUPMQZE',
      title: 'Howard LC0008',
      description: 'One. Two.',
      bullets: 'Soft Smells <i>good</i>',
      brand: 'Howard Products',
      color: 'Amber',
      category: 'All Beauty',
      numbers: { average_rating: 4.8 },
    })
    expect(product[1]).toMatchObject({ category: 'Shampoo', tags: ['Beauty & Personal Care', 'Hair Care', 'Shampoo'] })
    expect(category).toEqual([
      ['B01CUPMQZE', 'All Beauty'],
      ['B01CUPMQZE', 'All Beauty'],
    ])
  })

  it('metadata without title, category, store or description are products all the same; without an id they are rejected', () => {
    const heard = hear([
      {
        parent_asin: 'B1',
        title: null,
        main_category: null,
        store: null,
        description: null,
        features: null,
        categories: null,
        details: '{"Color": "Blue"}',
      },
      { ...META_2023, parent_asin: null },
    ])
    expect(heard.product).toEqual([{ id: 'B1', title: '', description: '', bullets: '', brand: '', color: 'Blue' }])
    expect(heard.rejected).toEqual(["2 parent_asin: parent_asin is missing; a product without an id can't be judged or bought"])
  })

  it('the first picture of a product is kept by its address, the smallest of its sizes, however the dump writes them; what is no address is left out', () => {
    const [small, large] = ['https://m.media-amazon.com/images/I/1._SS40_.jpg', 'https://m.media-amazon.com/images/I/1.jpg']
    const images = (cell: unknown) => hear([{ ...META_2023, images: cell }]).product[0]!.image
    expect(images([{ thumb: small, large, variant: 'MAIN', hi_res: null }, { thumb: 'https://x.example/2.jpg' }])).toBe(small)
    expect(images({ hi_res: [null], large: [large], thumb: [] })).toBe(large)
    expect([images([{ thumb: 'javascript:alert(1)' }]), images('data:image/png;base64,AA'), images(null)]).toEqual([undefined, undefined, undefined])
    const old = { asin: 'B1', title: 'Top', description: '', brand: '', categories: [['Tops']], imUrl: large }
    expect(hear([old], { container: 'python' }).product[0]!.image).toBe(large)
    expect(hear([{ asin: 'B1', title: 'Top', feature: [], category: ['Tops'], also_buy: [], imageURL: [large] }]).product[0]!.image).toBe(large)
  })

  it('reviews become purchases of the parent product, milliseconds as seconds', () => {
    const { interaction } = hear([REVIEW_2023, { ...REVIEW_2023, parent_asin: null }])
    expect(interaction).toEqual([
      { userId: 'AGKHLEW2SOWHNMFQIJGBECAF7INQ', itemId: 'B00YQ6X8E1', time: 1588687728.923, rating: 5 },
      { userId: 'AGKHLEW2SOWHNMFQIJGBECAF7INQ', itemId: 'B00YQ6X8EO', time: 1588687728.923, rating: 5 },
    ])
  })

  it('ratings CSV and the benchmark with histories are told apart by the history column', () => {
    const rating = { user_id: 'U', parent_asin: 'B1', rating: '5.0', timestamp: '1588687728923' }
    expect(hear([rating], { container: 'csv' }).interaction).toHaveLength(1)
    const heard = hear(
      [
        { ...rating, history: 'B2 B3' },
        { ...rating, history: '' },
      ],
      { container: 'csv' },
    )
    expect(heard.sequence).toEqual([
      { userId: 'U', items: ['B2', 'B3'], target: 'B1', time: 1588687728.923 },
      { userId: 'U', items: [], target: 'B1', time: 1588687728.923 },
    ])
  })

  it('a purchase without buyer, product or a readable time is rejected; without any time it is kept', () => {
    const heard = hear([
      { ...REVIEW_2023, user_id: '' },
      { ...REVIEW_2023, parent_asin: null, asin: null },
      { ...REVIEW_2023, timestamp: 'yesterday' },
      { ...REVIEW_2023, timestamp: null, rating: null },
    ])
    expect(heard.rejected).toEqual([
      '1 user_id: user_id is missing; a purchase without a buyer belongs to no history',
      '2 parent_asin: parent_asin is missing; a purchase without a product tells nothing',
      '3 timestamp: timestamp is "yesterday"; seconds or milliseconds since 1970 are needed',
    ])
    expect(heard.interaction).toEqual([{ userId: REVIEW_2023.user_id, itemId: 'B00YQ6X8E1', time: undefined, rating: undefined }])
  })
})

describe('numbers of products', () => {
  it('of 2023: price, ratings and the date of the first sale, from details as an object or as JSON', () => {
    const details = { 'Date First Available': 'October 5, 2017' }
    const { product } = hear([
      { ...META_2023, price: 12.99, rating_number: 10, details },
      { ...META_2023, price: '$1,012.50', average_rating: null, details: JSON.stringify(details) },
      { ...META_2023, price: '—', average_rating: null, details: '{"Date First Available": "soon"}' },
    ])
    const released = Date.UTC(2017, 9, 5) / 1000
    expect(product.map(({ numbers }) => numbers)).toEqual([{ price: 12.99, average_rating: 4.8, rating_number: 10, released }, { price: 1012.5, released }, undefined])
  })

  it('of 2018: the rank as it is printed, and a range of prices is told of once and left out', () => {
    const row = { asin: 'B1', title: 'T', category: [], feature: [], brand: 'B' }
    const { product, notes } = hear([
      { ...row, rank: ['>#1,234 in Toys & Games (See Top 100)'], price: '$5.99 - $12.00', date: 'April 5, 2015' },
      { ...row, rank: '2,938,573 in Beauty & Personal Care (', price: '$3.00 - $4.00', date: '' },
    ])
    expect(product.map(({ numbers }) => numbers)).toEqual([{ salesRank: 1234, released: Date.UTC(2015, 3, 5) / 1000 }, { salesRank: 2938573 }])
    expect(new Set(notes)).toEqual(new Set(['file: prices that are no single amount, such as "$5.99 - $12.00", are left out']))
  })
})

describe('2018 and 2014', () => {
  it('metadata of 2018 have one path and features', () => {
    const heard = hear([
      {
        category: ['Clothing, Shoes & Jewelry', 'Women', 'Tops'],
        description: ['A top.'],
        title: 'Top',
        also_buy: [],
        brand: 'Coxlures',
        feature: ['Cotton', 'Light'],
        asin: 'B00ZV9RDKK',
        price: '$1',
      },
    ])
    expect(heard.format.name).toBe('Amazon 2018 metadata')
    expect(heard.product).toEqual([
      { id: 'B00ZV9RDKK', title: 'Top', description: 'A top.', bullets: 'Cotton Light', brand: 'Coxlures', color: '', category: 'Tops', numbers: { price: 1 }, tags: ['Clothing, Shoes & Jewelry', 'Women', 'Tops'] },
    ])
    expect(heard.category).toEqual([['B00ZV9RDKK', 'Clothing, Shoes & Jewelry']])
  })

  it('metadata of 2014 have a list of paths, as Python wrote them, and often no title', () => {
    const heard = hear(
      [
        { asin: 'B0001', categories: [['Beauty', 'Makeup'], ['Gifts']], description: 'Shiny', salesRank: { Beauty: 3 } },
        { asin: 'B0002', categories: [['Beauty']], title: "Dr. Scholl's" },
      ],
      { container: 'python' },
    )
    expect(heard.format.name).toBe('Amazon 2014 metadata')
    expect(heard.product).toEqual([
      { id: 'B0001', title: '', description: 'Shiny', bullets: '', brand: '', color: '', category: 'Makeup', numbers: { salesRank: 3 }, tags: ['Beauty', 'Makeup', 'Gifts'] },
      { id: 'B0002', title: "Dr. Scholl's", description: '', bullets: '', brand: '', color: '', category: 'Beauty', tags: ['Beauty'] },
    ])
    expect(heard.category).toEqual([
      ['B0001', 'Beauty'],
      ['B0002', 'Beauty'],
    ])
  })

  it('reviews of both are purchases in seconds, told apart by what only 2018 has', () => {
    const review = { reviewerID: 'A2SUAM1J3GNN3B', asin: '0000013714', overall: 5, unixReviewTime: 1252800000 }
    const heard = hear([{ ...review, reviewerName: 'J', helpful: [2, 3] }])
    expect([heard.format.name, heard.interaction]).toEqual([
      'Amazon 2014 reviews',
      [{ userId: 'A2SUAM1J3GNN3B', itemId: '0000013714', time: 1252800000, rating: 5 }],
    ])
    expect(hear([{ ...review, verified: true }]).format.name).toBe('Amazon 2018 reviews')
  })

  it("ratings without a header are read by which column looks like a product's id, and a note says so", () => {
    const rows = (first: readonly [string, string]) => [
      { 0: first[0], 1: first[1], 2: '5.0', 3: '1474329600' },
      { 0: first[0], 1: first[1], 2: '3', 3: '1474329601' },
    ]
    const item = hear(rows(['0143026860', 'A1V6B6TNIC10QE']), { container: 'csv', file: 'r.csv' })
    expect([item.format.name, item.interaction[0]]).toEqual([
      'Amazon 2018 ratings',
      { userId: 'A1V6B6TNIC10QE', itemId: '0143026860', time: 1474329600, rating: 5 },
    ])
    expect(item.notes).toEqual(['r.csv names no columns; by their ids the first was read as the item and the second as the user'])
    const user = hear(rows(['A1V6B6TNIC10QE', 'B00LLPT4HI']), { container: 'csv' })
    expect([user.format.name, user.interaction[0]!.itemId]).toEqual(['Amazon 2014 ratings', 'B00LLPT4HI'])
  })

  it('ratings whose ids tell nothing are left to the person, and so are four columns that are no ratings', () => {
    expect(claims([{ 0: 'x', 1: 'y', 2: '5', 3: '1474329600' }], 'csv')).toEqual([])
    expect(claims([{ 0: 'A1V6B6TNIC10QE', 1: 'B00LLPT4HI', 2: '50', 3: '1474329600' }], 'csv')).toEqual([])
  })
})
