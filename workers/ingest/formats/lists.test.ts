// Rows that hold a whole query or a whole history: Amazon-C4, Rec-R1's lists, corpora and RL Parquet, RecBole's files, maps of categories.
import { describe, expect, it } from 'vitest'
import { KEY, VALUE } from '../format.ts'
import { textId } from './cells.ts'
import { claims, hear } from './testing.ts'

describe('Amazon-C4', () => {
  const row = { qid: '142', query: "I'm looking for a cushion", item_id: 'B0C5LT9S93', user_id: 'AH', ori_rating: '5', ori_review: 'comfy' }

  it('gives each query the one product that its review was of, from CSV and from JSON', () => {
    for (const one of [row, { ...row, qid: 142, ori_rating: 5 }]) {
      expect(hear([one], { container: 'csv' }).judgement).toEqual([
        { queryId: '142', productId: 'B0C5LT9S93', label: 'E', text: "I'm looking for a cushion", whole: true },
      ])
    }
  })

  it('rejects a row without words or without a product', () => {
    expect(
      hear([
        { ...row, query: '' },
        { ...row, item_id: '' },
      ]).rejected,
    ).toEqual([
      '1 query: query is missing; a query without words ranks nothing',
      '2 item_id: item_id is empty; a query needs a product that is right for it',
    ])
  })
})

describe("Rec-R1's query lists", () => {
  it('keep order and repetition of targets, and know a query by its text', () => {
    const { judgement, format } = hear(
      [
        { query: 'oculus rift s', item_id: ['B2', 'B1', 'B2'] },
        { query: '#10 envelopes', item_id: ['B3'] },
      ],
      { container: 'json' },
    )
    expect(format.name).toBe('Rec-R1 query lists')
    expect(judgement.map((told) => told.productId)).toEqual(['B2', 'B1', 'B2', 'B3'])
    expect(judgement[0]).toEqual({ queryId: textId('oculus rift s'), productId: 'B2', label: 'E', text: 'oculus rift s', whole: true })
    expect(textId('oculus rift s')).toMatch(/^q[0-9a-f]{16}$/)
  })

  it('take a list that stands in a text, as Python prints it', () => {
    expect(hear([{ query: 'q', item_id: "['B1', \"B'2\"]" }], { container: 'csv' }).judgement.map((told) => told.productId)).toEqual(['B1', "B'2"])
    expect(hear([{ query: 'q', item_id: "['B1', " }], { container: 'csv' }).rejected).toEqual([
      '1 item_id: item_id is "[\'B1\', "; a list of product ids is needed',
    ])
  })
})

describe("Rec-R1's histories, corpora and maps of categories", () => {
  it('a history comes with the item to predict', () => {
    const heard = hear(
      [
        { user_id: 'U', history_list: ['B1', 'B2'], target: 'B3' },
        { user_id: 'U', history_list: ['B1'], target: null },
      ],
      { container: 'json' },
    )
    expect(heard.sequence).toEqual([{ userId: 'U', items: ['B1', 'B2'], target: 'B3' }])
    expect(heard.rejected).toEqual(['2 target: target is missing; the item to predict is needed'])
  })

  it('a corpus has one text for each item, with or without a title, under either of its two names for ids', () => {
    expect(hear([{ item_id: 'B1', category: 'Video_Games', metadata: 'Oculus Touch. ' }]).product).toEqual([
      { id: 'B1', title: '', description: 'Oculus Touch.', bullets: '', brand: '', color: '', category: 'Video_Games' },
    ])
    expect(hear([{ item: 'B1', category: null, metadata: 'Brush, soft', title: 'Brush' }]).product).toEqual([
      { id: 'B1', title: 'Brush', description: 'Brush, soft', bullets: '', brand: '', color: '' },
    ])
  })

  it('a map of categories may leave an id without one', () => {
    const heard = hear(
      [
        { [KEY]: 'B07CXG6C9W', [VALUE]: null },
        { [KEY]: '0777001234', [VALUE]: 'Toys & Games' },
      ],
      { container: 'json' },
    )
    expect([heard.format.name, heard.category, heard.rejected]).toEqual(['product categories', [['0777001234', 'Toys & Games']], []])
    expect(claims([{ [KEY]: 'B07CXG6C9W', [VALUE]: 3 }], 'json')).toEqual([])
    expect(claims([{ [KEY]: 'q1', [VALUE]: 'what is a mug' }], 'json')).toEqual([])
  })
})

describe("verl's RL Parquet", () => {
  const row = (more: object) => ({
    prompt: [{ content: '<|im_start|>user\nBelow is the query:\n```a "b" query```\nShow', role: 'user' }],
    ability: 'amazon_review',
    reward_model: { ground_truth: { target: ['B1', 'B1', 'B2'] }, style: 'rule' },
    extra_info: { index: 0n, split: 'test' },
    data_source: 'esci_Video_Games_test',
    ...more,
  })

  it('gives queries with targets, split and department of the data source', () => {
    const heard = hear([row({ query: 'oculus rift s', item_id: ['B1', 'B1', 'B2'] })], { container: 'parquet' })
    expect(heard.format.name).toBe('verl RL prompts')
    expect(heard.format.columns).not.toContain('prompt')
    expect(heard.judgement).toHaveLength(3)
    expect(heard.judgement[2]).toEqual({
      queryId: textId('oculus rift s'),
      productId: 'B2',
      label: 'E',
      text: 'oculus rift s',
      split: 'test',
      domain: 'Video_Games',
      whole: true,
    })
  })

  it.each([
    ['esci_train', 'train', 'train', undefined],
    ['esci_val', 'test', 'validation', undefined],
    ['esci_dense_Baby_Products_test', '', 'test', 'Baby_Products'],
    ['amazon_c4_Office_Products_test', 'val', 'test', 'Office_Products'],
    ['amazon_c4_dense_val', '', 'validation', undefined],
    ['openai/gsm8k', 'train', 'train', 'openai/gsm8k'],
  ])('reads the data source %s (extra_info: %s) as split %s, department %s', (data_source, split, ownSplit, domain) => {
    const told = hear([row({ query: 'q', data_source, extra_info: { split } })]).judgement[0]!
    expect([told.split, told.domain]).toEqual([ownSplit, domain])
  })

  it('gives histories with one target and their setting', () => {
    const history = {
      user_id: 'U',
      history_list: ['B1'],
      target: 'B9',
      history_text: 'Item 1: Nail\nItem 2: set, red',
      data_source: 'amazon_review_All_Beauty_inductive_val',
      reward_model: { ground_truth: { target: 'B9' }, style: 'rule' },
      extra_info: { index: 1n, split: 'test' },
    }
    expect(hear([row(history)], { container: 'parquet' }).sequence).toEqual([
      { userId: 'U', items: ['B1'], target: 'B9', split: 'validation', domain: 'All_Beauty', setting: 'inductive' },
    ])
    const titles = (items: readonly string[], told: string) => (
      hear([row({ ...history, history_list: items, history_text: told })], { container: 'parquet' }).product.map(({ id, title }) => `${id} ${title}`))
    expect(titles(['B1', 'B2', 'B3', 'B4'], 'Item 1: Nail\nItem polish\nItem 2: \nItem 3: Item 4: a\nItem 4:')).toEqual(['B1 Nail\nItem polish', 'B3 Item 4: a'])
    expect(titles(['B1'], 'B1: Nail')).toEqual([])
  })

  it('takes the query that the prompt quotes where no column has it, and the id of the row where it has one', () => {
    const heard = hear([row({ data_source: 'esci_train' })])
    expect([heard.format.name, heard.judgement[0]!.text]).toEqual(['verl RL prompts alone', 'a "b" query'])
    expect(
      hear([
        row({
          prompt: [
            { role: 'system', content: 's' },
            { role: 'user', content: 'find shoes' },
          ],
        }),
      ]).judgement[0]!.text,
    ).toBe('find shoes')
    expect(hear([row({ query: 'q', qid: 5n })]).judgement[0]!.queryId).toBe('5')
  })

  it('takes a target that is one text, and truths that are the list itself; rejects a row without any', () => {
    expect(hear([row({ query: 'q', reward_model: { ground_truth: { target: 'B7' } } })]).judgement.map((told) => told.productId)).toEqual(['B7'])
    expect(hear([row({ query: 'q', reward_model: { ground_truth: ['B7', 'B8'] } })]).judgement.map((told) => told.productId)).toEqual(['B7', 'B8'])
    expect(hear([row({ query: 'q', reward_model: { ground_truth: { target: [] } } })]).rejected).toEqual([
      '1 reward_model: reward_model is empty; a query needs a product that is right for it',
    ])
  })
})

describe("RecBole's files", () => {
  it('are purchases, or histories with the next item', () => {
    expect(hear([{ 'user_id:token': 'u', 'item_id_list:token_seq': 'a b', 'item_id:token': 'c' }], { container: 'tsv' }).sequence).toEqual([
      { userId: 'u', items: ['a', 'b'], target: 'c' },
    ])
    expect(
      hear([{ 'user_id:token': 'u', 'item_id:token': 'c', 'rating:float': '5', 'timestamp:float': '1474329600' }], { container: 'tsv' }).interaction,
    ).toEqual([{ userId: 'u', itemId: 'c', time: 1474329600, rating: undefined }])
  })
})
