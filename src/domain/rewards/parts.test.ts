// Every part of a reward against numbers worked out by hand; the arithmetic stands beside them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settingsOf } from '../config.ts'
import { rewardParts } from '../reward.ts'
import { business, freshness, rangesOf } from './columns.ts'
import { batchOf, coverage } from './coverage.ts'
import { diversity } from './diversity.ts'
import { hit, mrr, recall } from './found.ts'
import { duplicates, strangers, wrongLength } from './list.ts'
import { novelty } from './novelty.ts'
import { format, length, malformed, ndcgPart, overlong, repetition } from './released.ts'
import { lcs } from './sequence.ts'
import { shopOf } from './shop.ts'
import { ids, output, product } from './testing.ts'
import { thought, thoughtWords } from './thought.ts'

describe('what is found', () => {
  // relevant: a b
  test.each([
    // found, K, NDCG at 10, recall, MRR, hit
    ['a b c', 10, 1, 1, 1, 1],
    // ideal 1 + 1/log2 3 = 1.630930; 1/log2 3 + 1/log2 4 = 0.630930 + 0.5 = 1.130930; over ideal 0.693426
    ['c a b', 10, 0.693426, 1, 1 / 2, 1],
    // 1/log2 5 = 0.430677; over 1.630930 = 0.264068; one of two
    ['c d e a', 10, 0.264068, 1 / 2, 1 / 4, 1],
    // beyond K = 3 nothing is found; NDCG goes on to its own depth
    ['c d e a', 3, 0.264068, 0, 0, 0],
    // a counts where it first stands: 1 / 1.630930 = 0.613147
    ['a a a', 10, 0.613147, 1 / 2, 1, 1],
    ['', 10, 0, 0, 0, 0],
    ['x y z', 10, 0, 0, 0, 0],
  ])('of %j within %d', (ranking, rewardK, ndcg, ofAll, reciprocal, any) => {
    const given = output({ ids: ids(ranking), relevant: ['a', 'b'] })
    expect(ndcgPart(given, {})).toBeCloseTo(ndcg, 5)
    expect(recall(given, { rewardK })).toBeCloseTo(ofAll, 12)
    expect(mrr(given, { rewardK })).toBeCloseTo(reciprocal, 12)
    expect(hit(given, { rewardK })).toBe(any)
  })

  test('is nothing where nothing is relevant', () => {
    const given = output({ ids: ids('a b') })
    expect([ndcgPart(given, {}), recall(given, { rewardK: 10 }), mrr(given, { rewardK: 10 }), hit(given, { rewardK: 10 })]).toEqual([0, 0, 0, 0])
  })
})

describe('the order of a list (LCS)', () => {
  // w1 = 1, w2 = 1/log2 3 = 0.630930, w3 = 1/log2 4 = 0.5, w4 = 1/log2 5 = 0.430677
  test.each([
    // list, label, k, R
    ['a b c', 'a b c', 3, 1],
    // one right item at the first of three: 1 / (1 + 0.630930 + 0.5) = 0.469279
    ['a', 'a b c', 3, 0.469279],
    // a, c in order at places 1, 2: 1.630930 / 2.130930 = 0.765361
    ['a c', 'a b c', 3, 0.765361],
    // reversed: only one can keep its order, the first of the list: 1 / 2.130930
    ['c b a', 'a b c', 3, 0.469279],
    // x pushes both back: (0.630930 + 0.5) / 1.630930 = 0.693426
    ['x a b', 'a b', 3, 0.693426],
    // two matches late beat one early: b, c at 2, 3 (1.130930) against a at 1... of label b c a: a is 1; 1.130930 / 2.130930 = 0.530721
    ['a b c', 'b c a', 3, 0.530721],
    // what stands beyond k = 2 counts nothing: 1 / (1 + 0.630930)
    ['a x b', 'a b', 2, 0.613147],
    // k beyond the label: only min(k, m) = 1 is to be had
    ['a b c', 'a', 10, 1],
    // a repeated item is matched once: 1 / 1.630930
    ['a a', 'a b', 2, 0.613147],
    ['x y', 'a b', 2, 0],
    ['', 'a b', 2, 0],
    ['a', '', 2, 0],
  ])('of %j for %j with %d asked for', (list, label, listLength, expected) => {
    expect(lcs(output({ items: ids(list), row: { sequence: ids(label) } }), { listLength })).toBeCloseTo(expected, 5)
  })

  test('measures an answer that is no list by its ranking, and a row without a sequence by its relevant products', () => {
    // 0.630930 / 1 with one relevant product at the second place
    expect(lcs(output({ ids: ['x', 'a'], relevant: ['a'] }), { listLength: 5 })).toBeCloseTo(0.63093, 5)
  })
})

describe('what is wrong with a list', () => {
  const row = { candidates: ids('a b c d') }
  test.each([
    // list, duplicates, strangers, wrong length of 4
    ['a b c d', 0, 0, 0],
    ['a a b b', 2 / 4, 0, 0],
    ['a a a', 2 / 3, 0, 1 / 4],
    ['a x y', 0, 2 / 3, 1 / 4],
    ['x x', 1 / 2, 1, 2 / 4],
    // 9 of 4: |9 − 4| / 4 is above 1
    ['a a a a a a a a a', 8 / 9, 0, 1],
    ['', 0, 0, 1],
  ])('of %j', (list, repeated, strange, wrong) => {
    const given = output({ items: ids(list), row })
    expect(duplicates(given, {})).toBeCloseTo(repeated, 12)
    expect(strangers(given, {})).toBeCloseTo(strange, 12)
    expect(wrongLength(given, { listLength: 4 })).toBeCloseTo(wrong, 12)
  })

  test('is measured by what can be asked for: three candidates are a whole list of five', () => {
    const given = output({ items: ids('a b c'), row: { candidates: ids('a b c'), sequence: ids('a b c') } })
    expect(wrongLength(given, { listLength: 5 })).toBe(0)
    expect(lcs(given, { listLength: 5 })).toBe(1)
    // |3 − 2| / 2
    expect(wrongLength(output({ items: ids('a b b'), row: { candidates: ids('a b') } }), { listLength: 5 })).toBe(0.5)
  })

  test('counts names by what they matched, and names that matched nothing by how they read', () => {
    const products = [product('p', { title: 'Oak desk lamp' }), product('q', { title: 'Blue mug' })]
    const items = ['oak lamp', 'Desk lamp', 'zzz', ' ZZZ ', 'garden hose mug holder']
    const given = output({ items, matched: ['p', 'p', undefined, undefined, 'q'], products })
    // p twice, zzz twice: 2 of 5; zzz twice, and one of four words of the last name in its title: 3 of 5
    expect(duplicates(given, {})).toBeCloseTo(2 / 5, 12)
    expect(strangers(given, {})).toBeCloseTo(3 / 5, 12)
  })

  test('is nothing of an answer that is no list, nor of a broken one', () => {
    for (const given of [output({ ids: ids('a a') }), output({ request: { kind: 'malformed', reason: '' } })]) {
      expect([duplicates(given, {}), strangers(given, {}), wrongLength(given, { listLength: 4 })]).toEqual([0, 0, 0])
    }
  })
})

describe('the form of an output', () => {
  const query = (text: string) => output({ request: { kind: 'query', query: text } })
  test.each([
    // query, repetition, length beyond 4 words
    ['red mug', 0, 0],
    ['red red mug', 1 / 3, 0],
    // 6 words, 2 distinct; (6 − 4) / 4
    ['a a a b b b', 4 / 6, 2 / 4],
    // 20 words: (20 − 4) / 4 is above 1
    [Array.from({ length: 20 }, (_, i) => `w${i}`).join(' '), 0, 1],
    ['', 0, 0],
  ])('of %j', (text, repeated, long) => {
    expect(repetition(query(text), {})).toBeCloseTo(repeated, 12)
    expect(length(query(text), { lengthFree: 4 })).toBeCloseTo(long, 12)
  })

  test.each([
    // thought, budget in words, part
    [undefined, 4, 0], ['one two three', 4, 0], ['one two three four', 4, 0],
    // (6 − 4) / 4; (12 − 4) / 4 is above 1; no budget
    ['a b c d e f', 4, 0.5], ['a '.repeat(12), 4, 1], ['a '.repeat(12), 0, 0],
    // ideographs are words by themselves: (6 − 4) / 4
    ['木机灯杯桌椅', 4, 0.5],
  ])('with the thought %j and a budget of %d', (said, thoughtBudget, expected) => {
    expect(thought(output({ thought: said }), { thoughtBudget })).toBe(expected)
  })

  test('counts a thought’s words', () => {
    expect([thoughtWords(undefined), thoughtWords(''), thoughtWords('It’s a 3.5 mm plug.'), thoughtWords('红色 mug — 2個')]).toEqual([0, 0, 5, 5])
  })

  test('is broken, or cut, or neither', () => {
    expect([malformed(output(), {}), malformed(output({ request: { kind: 'unusable', reason: '' } }), {}), malformed(output({ request: { kind: 'malformed', reason: '' } }), {})]).toEqual([0, 0, 1])
    expect([overlong(output(), {}), overlong(output({ cut: true }), {})]).toEqual([0, 1])
  })

  test('earns its bonus by a hit: of the ranking, or of the list’s own items', () => {
    const bonus = (given: Parameters<typeof output>[0]) => format(output({ relevant: ['a'], ...given }), { listLength: 2 })
    expect([bonus({ ids: ['x', 'a'] }), bonus({ ids: ['x'] }), bonus({ request: { kind: 'malformed', reason: '' }, ids: ['a'] })]).toEqual([1, 0, 0])
    // a ranking that was filled up finds what the list did not name
    expect([bonus({ items: ['x', 'a'] }), bonus({ items: ['x'], ids: ['x', 'a'] })]).toEqual([1, 0])
  })
})

describe('what lies beyond relevance', () => {
  const products = [
    product('a', { category: 'lamps', brand: 'Oak', title: 'red lamp', numbers: { price: 10, released: 100 } }),
    product('b', { category: 'lamps', brand: 'Elm', title: 'blue lamp', numbers: { price: 30, released: 200 } }),
    product('c', { category: 'mugs', brand: 'Oak', title: 'red mug', numbers: { price: 20 } }),
    product('d', { title: 'red lamp' }),
  ]
  test.each([
    // ranking, K, by category, by brand, by title
    // pairs ab ac bc: category 0 1 1; brand 1 0 1; titles share lamp of {red lamp blue} 1/3, red 1/3, nothing: (2/3 + 2/3 + 1) / 3
    ['a b c', 10, 2 / 3, 2 / 3, 7 / 9],
    ['a b c', 2, 0, 1, 2 / 3],
    // d has no category and no brand, and the title of a
    ['a d', 10, 0, 0, 0],
    // the same product twice is one; unknown products are in no pair
    ['a a x', 10, 0, 0, 0],
    ['', 10, 0, 0, 0],
  ])('diversity of %j within %d', (ranking, rewardK, category, brand, text) => {
    const by = (diversityBy: 'category' | 'brand' | 'text') => diversity(output({ ids: ids(ranking), products }), { rewardK, diversityBy })
    expect(by('category')).toBeCloseTo(category, 12)
    expect(by('brand')).toBeCloseTo(brand, 12)
    expect(by('text')).toBeCloseTo(text, 12)
  })

  // 8 training rows: a stands in all of them, b in two, c in one
  const rows = Array.from({ length: 8 }, (_, i) => ({
    id: `r${i}`, text: '', split: 'train' as const,
    history: i < 2 ? [{ id: 'b' }, { id: 'b' }] : [], judgements: [{ productId: 'a', label: 'E' as const }, ...(i === 7 ? [{ productId: 'c', label: 'E' as const }] : [{ productId: 'z', label: 'I' as const }])],
  }))
  test.each([
    // log2(8/8) / 3, log2(8/2) / 3, log2(8/1) / 3; what no row holds is as novel as what one holds
    ['a', 10, 0], ['b', 10, 2 / 3], ['c', 10, 1], ['z', 10, 1],
    ['a b c', 10, (0 + 2 / 3 + 1) / 3], ['a b c', 1, 0], ['', 10, 0],
  ])('novelty of %j within %d', (ranking, rewardK, expected) => {
    expect(novelty(output({ ids: ids(ranking), shop: shopOf(rows) }), { rewardK })).toBeCloseTo(expected, 12)
  })

  test('novelty is nothing without training rows to tell it', () => {
    expect([novelty(output({ ids: ['a'] }), { rewardK: 5 }), novelty(output({ ids: ['a'], shop: shopOf(rows.slice(0, 1)) }), { rewardK: 5 })]).toEqual([0, 0])
  })

  test('coverage credits a product to all outputs that show it, and the credits add up to the distinct products', () => {
    const rankings = ['a b', 'a c', 'a', ''].map(ids)
    const batch = batchOf(rankings, 2)
    const credits = rankings.map((ranking) => coverage(output({ ids: ranking, batch }), { rewardK: 2 }))
    // (1/3 + 1) / 2 twice, 1/3, and nothing
    expect(credits[0]).toBeCloseTo(2 / 3, 12)
    expect(credits[1]).toBeCloseTo(2 / 3, 12)
    expect(credits[2]).toBeCloseTo(1 / 3, 12)
    expect(credits[3]).toBe(0)
    // 2 · 2/3 + 2 · 2/3 + 1 · 1/3 = 3 products
    expect(rankings.reduce((sum, ranking, i) => sum + ranking.length * credits[i]!, 0)).toBeCloseTo(3, 12)
    expect(coverage(output({ ids: ['a', 'b'] }), { rewardK: 2 })).toBe(1)
  })

  const shop = shopOf([], rangesOf(products, ['price', 'released', 'stock']))
  test.each([
    // price from 10 to 30: 0, 1, 1/2; released from 100 to 200: 0, 1, none
    ['a', 0, 0], ['b', 1, 1], ['c', 1 / 2, 0], ['d', 0, 0], ['a b c', 1 / 2, 1 / 3], ['b x', 1 / 2, 1 / 2], ['', 0, 0],
  ])('price and freshness of %j', (ranking, price, fresh) => {
    const given = output({ ids: ids(ranking), products, shop })
    expect(business(given, { rewardK: 10, businessColumn: 'price' })).toBeCloseTo(price, 12)
    expect(freshness(given, { rewardK: 10, freshnessColumn: 'released' })).toBeCloseTo(fresh, 12)
  })

  test('a column that no product has, or that is the same for all, is worth nothing', () => {
    const given = output({ ids: ids('a b'), products, shop })
    expect(business(given, { rewardK: 10, businessColumn: 'stock' })).toBe(0)
    expect(business(given, { rewardK: 10, businessColumn: '__proto__' })).toBe(0)
    const same = shopOf([], rangesOf([products[0]!], ['price']))
    expect(business({ ...given, shop: same }, { rewardK: 10, businessColumn: 'price' })).toBe(0)
  })

  test('a column of numbers as wide as numbers go keeps its shares', () => {
    const wide = [product('lo', { numbers: { x: -Number.MAX_VALUE } }), product('mid', { numbers: { x: 0 } }), product('hi', { numbers: { x: Number.MAX_VALUE } })]
    const of = (id: string) => business(output({ ids: [id], products: wide, shop: shopOf([], rangesOf(wide, ['x'])) }), { rewardK: 1, businessColumn: 'x' })
    expect([of('lo'), of('mid'), of('hi')]).toEqual([0, 0.5, 1])
  })
})

test('every part of any output is a finite number from 0 to 1', () => {
  const every = settingsOf('sample', {
    rewardRecall: 1, rewardMrr: 1, rewardHit: 1, rewardLcs: 1, rewardDuplicates: -1, rewardStrangers: -1, rewardWrongLength: -1, rewardThought: -1,
    rewardDiversity: 1, rewardNovelty: 1, rewardCoverage: 1, rewardFreshness: 1, rewardBusiness: 1, thoughtBudget: 3,
  })
  const id = fc.constantFrom('a', 'b', 'c', '', '__proto__', '\ud800')
  const list = fc.array(id, { maxLength: 8 })
  const products = ['a', 'b', '__proto__'].map((one, i) => product(one, { category: one, numbers: { margin: i, released: -i } }))
  const shop = shopOf([], rangesOf(products, ['margin', 'released']))
  fc.assert(fc.property(list, list, list, list, fc.option(list, { nil: undefined }), fc.string(), fc.integer({ min: 1, max: 10 }), (items, ranking, relevant, sequence, candidates, said, rewardK) => {
    const given = output({
      items, ids: ranking, relevant, products, shop, thought: said, batch: batchOf([ranking, items], rewardK), row: { sequence, ...(candidates === undefined ? {} : { candidates }) },
    })
    const parts = Object.entries(rewardParts(given, { ...every, rewardK }))
    expect(parts).toHaveLength(19)
    for (const [part, value] of parts) expect(value >= 0 && value <= 1, `${part} is ${value}`).toBe(true)
  }))
})
