// Tasks whose answer is a list: re-ranking and naming; how entries are read, what they name, and what is then ranked.
import { describe, expect, it } from 'vitest'
import { settingsOf } from '../config.ts'
import type { Judgement } from '../dataset.ts'
import { openSet, roundRobin } from './openSet.ts'
import { rerank } from './rerank.ts'
import { about, asked, dataset, past, ranking, row, says, turn } from './testing.ts'

const POOL = { candidates: ['bulb', 'lamp', 'game'] }
const LONG = { template: 'rec-r1' } as const
const judged = (labels: Readonly<Record<string, Judgement['label']>>): Judgement[] =>
  Object.entries(labels).map(([productId, label]) => ({ productId, label }))

describe('re-ranking', () => {
  it('shows the query and numbered titles in the compact frame', () => {
    expect(turn(rerank, POOL)).toBe('Order for: a lamp\n1 led bulb warm\n2 desk lamp\n3 race “game”')
    expect(turn(rerank, { candidates: ['nowhere'] })).toBe('Order for: a lamp\n1 nowhere')
  })

  it('has the words of the released prompt, line ends and stray comma included', () => {
    expect(asked(rerank, POOL, LONG).prompt.text.split('\n')).toEqual([
      '<|im_start|>system',
      'You are a helpful AI assistant. You first think about the reasoning process in the mind and then provide the user with the answer.<|im_end|>',
      '<|im_start|>user',
      'You are an expert in product reranking. ',
      'Given a customer query and a list of candidate products, ',
      'your task is to rerank the products so that the most relevant items to the query are placed at the top. ',
      'Consider semantic meaning, product attributes, and customer intent.',
      '',
      'Below are the candidate products (item_id and metadata):',
      '```Item_1: , LED Bulb; warm', '', 'Item_2: , Desk Lamp A bright lamp.', '', 'Item_3: , Race “Game”```',
      '',
      'Below is the query:', '```a lamp```', '------', '', 'Show your work in <think> </think> tags. ',
      'Your final response must be in JSON format within <answer> </answer> tags. ',
      'The output JSON should contain the reranked list of item_ids in order of relevance. '
        + 'The length of the reranked list should match the number of input candidates.',
      'For example,', '<answer>', '{',
      '    "reranked_items": ["Item_4", "Item_8", "Item_x", ..., all candidate item_ids in order]', '}', '</answer><|im_end|>',
      '<|im_start|>assistant', 'Let me solve this step by step.', '<think>',
    ])
    expect(turn(rerank, POOL, { ...LONG, listLength: 2 })).toContain('The reranked list should hold the 2 most relevant of them.\nFor example,')
    expect(turn(rerank, { candidates: ['nowhere'] }, LONG)).toContain('```Item_1: , No metadata available```')
  })

  it.each([
    ['numbers', '{"items": [2, 1, 3]}', ['lamp', 'bulb', 'game']],
    ['numbers as texts', '{"items": ["2", " 1 "]}', ['lamp', 'bulb']],
    ['ids', '{"items": ["game", "lamp"]}', ['game', 'lamp']],
    ['exact titles', '{"items": ["Desk Lamp", "LED Bulb; warm"]}', ['lamp', 'bulb']],
    ['the released names', '{"reranked_items": ["Item_3", "Item_1"]}', ['game', 'bulb']],
    [
      'duplicates and strangers, for the penalties', '{"items": [2, 2, 9, 0, -1, 1.5, "sofa", "desk lamp"]}',
      ['lamp', 'lamp', '9', '0', '-1', '1.5', 'sofa', 'desk lamp'],
    ],
  ])('reads %s strictly', (_, json, items) => {
    const request = rerank.parse(asked(rerank, POOL), says(json))
    expect(request).toMatchObject({ kind: 'query', items })
    expect(rerank.read(asked(rerank, POOL), says(json))).toMatchObject({ items })
  })

  it.each([
    ['no list', '{"items": 3}', 'malformed', 'the items are no list'],
    ['no items', '{"query": "a"}', 'malformed', 'the answer holds no items'],
    ['a bare list', '[1, 2]', 'malformed', 'the answer is JSON, but no object'],
    ['a nested list', '{"items": [1, [2]]}', 'malformed', 'item 2 is neither text nor number'],
    ['text', '2, 1', 'malformed', 'the answer is not JSON'],
    ['an empty list', '{"items": []}', 'unusable', 'the list is empty'],
  ])('calls %s what it is', (_, json, kind, reason) => expect(rerank.parse(asked(rerank, POOL), says(json))).toEqual({ kind, reason }))

  it.each([
    ['a bare list', says('[2, 1]'), ['lamp', 'bulb']],
    ['numbers in words', says('first 3, then 1'), ['game', 'bulb']],
    ['numbers after the thought, not in it', '1 is bad</think> 3 > 2', ['game', 'lamp']],
    ['a list that was cut', says('{"items": [3, 2'), ['game', 'lamp']],
    ['nothing', '', []],
  ])('reads %s leniently', (_, completion, items) => expect(rerank.read(asked(rerank, POOL), completion).items).toEqual(items))

  it('a number is a place first, a text an id first, where ids are numbers', () => {
    const own = asked(rerank, { candidates: ['2', '1'] })
    expect(rerank.parse(own, says('{"items": [2]}'))).toMatchObject({ items: ['1'] })
    expect(rerank.parse(own, says('{"items": ["2"]}'))).toMatchObject({ items: ['2'] })
  })

  it('ranks what was named, once and of the pool alone; what was not named does not follow', () => {
    const own = about(rerank, POOL)
    expect(rerank.rank({ text: '', items: ['game', 'sofa', 'game', 'lamp'] }, [], own, 10)).toEqual(['game', 'lamp'])
    expect(rerank.rank({ text: '', items: ['game', 'lamp'] }, [], own, 1)).toEqual(['game'])
    expect(rerank.rank(rerank.original(own), [], own, 10)).toEqual(POOL.candidates)
    expect(rerank.asks({ text: '' }, own)).toEqual([])
  })

  it('draws candidates as the settings say: the recommender’s best, relevant ones among random ones, or what was judged', () => {
    const poolOf = (candidates: 'recommender' | 'random' | 'given') => rerank.pool!(settingsOf('sample', { candidates, candidateCount: 6 }))
    expect(poolOf('recommender')).toMatchObject({ size: 6, by: 'recommender', withTargets: false })
    expect(poolOf('random')).toMatchObject({ size: 6, by: 'random', withTargets: true })
    expect(poolOf('given')).toBeUndefined()
    const queries = [row({ judgements: judged({ a: 'E', b: 'E', c: 'I', d: 'I', e: 'I' }) }), { ...row(), candidates: ['z'] }]
    const rows = (seed: number) => rerank.rows(dataset([], { queries }), settingsOf('sample', { task: 'rerank', candidates: 'given', seed }))
    expect([...rows(1)[0]!.candidates!].sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(rows(1)).toEqual(rows(1))
    const orders = new Set(Array.from({ length: 10 }, (_, seed) => rows(seed)[0]!.candidates!.join()))
    expect(orders.size).toBeGreaterThan(3)
    expect(rows(1)[1]!.candidates).toEqual(['z'])
  })

  it('teaches by labels the candidates by their gain, as many as are asked for, in the answers’ own words', () => {
    const relevant = { ...POOL, judgements: judged({ game: 'E', lamp: 'S', mug: 'E' }) }
    expect(rerank.label!(about(rerank, relevant, { gains: 'graded' }))).toEqual(['game', 'lamp', 'bulb'])
    expect(rerank.label!(about(rerank, relevant, { listLength: 2 }))).toEqual(['game', 'bulb'])
    expect(rerank.label!(about(rerank, { ...POOL, judgements: judged({ mug: 'E' }) }))).toBeUndefined()
    expect(rerank.completion('why', ['game', 'bulb', 'sofa'], about(rerank, POOL))).toBe('why</think><answer>{"items": [3,1]}</answer><|im_end|>')
    expect(rerank.completion('why', '3, 1', about(rerank, POOL))).toBe('why</think><answer>{"items": [3,1]}</answer><|im_end|>')
    expect(rerank.completion('why', ['game'], about(rerank, POOL, LONG))).toBe('why</think><answer>{"reranked_items": ["Item_3"]}</answer><|im_end|>')
  })
})

describe('naming items', () => {
  const bought = { history: past('mug', 'lamp'), sequence: ['bulb', 'pad', 'nowhere'] }

  it('shows what was bought and asks for names', () => {
    expect(turn(openSet, bought)).toBe('Next for: tea mug; desk lamp')
    expect(turn(openSet, bought, { ...LONG, listLength: 3 })).toContain('Name 3 products of the shop')
  })

  it('reads names strictly, trimmed, duplicates kept for the penalties', () => {
    const own = asked(openSet, bought)
    expect(openSet.parse(own, says('{"items": [" red pad", "mug", "mug", 7]}'))).toEqual(
      { kind: 'query', query: 'red pad; mug; mug; 7', items: ['red pad', 'mug', 'mug', '7'] },
    )
    expect(openSet.parse(own, says('{"items": [" "]}'))).toEqual({ kind: 'unusable', reason: 'the list holds no names' })
    expect(openSet.parse(own, says('red pad'))).toEqual({ kind: 'malformed', reason: 'the answer is not JSON' })
  })

  it.each([
    ['a list of lines', says('1. Red pad\n2) "Tea mug"\n- lamp\n'), ['Red pad', 'Tea mug', 'lamp']],
    ['semicolons', says('red pad; tea, mug'), ['red pad', 'tea, mug']],
    ['commas', says('red pad, tea mug'), ['red pad', 'tea mug']],
    ['JSON that was cut', '</think><answer>{"items": ["red pad", "tea mug", "la', ['red pad', 'tea mug']],
    ['JSON with a comma too many', says('{"items": ["red pad", "tea mug",]}'), ['red pad', 'tea mug']],
    ['an answer without tags', 'hm, a; b</think>red pad', ['red pad']],
  ])('reads %s leniently', (_, completion, items) => expect(openSet.read(asked(openSet, bought), completion).items).toEqual(items))

  it('matches as many names as were asked for, each by a ranking of its own; best hits first, then the second best', () => {
    const own = about(openSet, bought, { listLength: 2 })
    expect(openSet.asks({ text: '', items: ['x', 'y', 'z'] }, own)).toEqual(['x', 'y'])
    const rankings = [ranking('a', 'b', 'c'), ranking('b', 'd'), ranking()]
    expect(openSet.rank({ text: '' }, rankings, own, 10)).toEqual(['a', 'b', 'd', 'c'])
    expect(roundRobin(rankings, 3)).toEqual(['a', 'b', 'd'])
    expect(roundRobin(rankings, 3, new Set(['a', 'd']))).toEqual(['b', 'c'])
    expect(roundRobin([], 3)).toEqual([])
  })

  it('stands beside the titles of the history, the latest first, and teaches the titles of what came next', () => {
    const own = about(openSet, bought)
    expect(openSet.original(own)).toEqual({ text: 'Desk Lamp; Tea Mug', items: ['Desk Lamp', 'Tea Mug'] })
    expect(openSet.label!(own)).toEqual(['led bulb warm', 'red pad'])
    expect(openSet.label!(about(openSet, { history: past('mug'), sequence: ['nowhere'] }))).toBeUndefined()
    expect(openSet.completion('why', ['a', 'b c'], own)).toBe('why</think><answer>{"items": [" a"," b c"]}</answer><|im_end|>')
    expect(openSet.completion('why', 'a; b c', own)).toBe('why</think><answer>{"items": [" a"," b c"]}</answer><|im_end|>')
  })
})
