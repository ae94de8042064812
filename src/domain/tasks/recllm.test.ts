// RecLLM-R1's rows, sentences and answers, by hand.
import { describe, expect, it } from 'vitest'
import { settingsOf } from '../config.ts'
import type { Dataset } from '../dataset.ts'
import type { Settings } from '../settings.ts'
import { engagementRows } from './engagements.ts'
import { recllm } from './recllm.ts'
import { cleaned, itemLine, story, termsOf, topicsOf } from './stories.ts'
import { about, asked, dataset, facts, past, row, says, turn, user } from './testing.ts'

const DAY = 86_400
const rowsOf = (data: Dataset, changes: Partial<Settings> = {}) =>
  engagementRows(data, settingsOf('sample', { task: 'recllm', listLength: 2, ...changes }))
const told = (data: Dataset, changes: Partial<Settings> = {}) => rowsOf(data, changes)
  .map(({ id, split, history = [], sequence = [], judgements }) => {
    expect(judgements).toEqual(sequence.map((productId) => ({ productId, label: 'E' })))
    return `${id} ${split}: ${history.map((event) => event.id).join('')} → ${sequence.join('')}`
  })

describe('rows', () => {
  it('part a history into what came before and the strong engagements after it, for training and for the test', () => {
    expect(told(dataset([user('u', 'a b c d e f g')]))).toEqual(['u:3 train: abc → de', 'u:5 test: abcde → fg'])
    expect(told(dataset([user('u', 'a b c d e')]))).toEqual(['u:3 train: abc → d', 'u:4 test: abcd → e'])
  })

  it('drop people under five interactions', () => {
    expect(told(dataset([user('u', 'a b c d'), user('v', 'a b c d e')]))).toEqual(['v:3 train: abc → d', 'v:4 test: abcd → e'])
    expect(() => told(dataset([user('u', 'a b c d')]))).toThrow('none of 1 users of shop has 5 interactions')
  })

  it('follow time strictly, with strengths in the same order; events of one instant keep the files’ order', () => {
    const data = dataset([user('u', 'e d c b a A', { times: [5, 4, 3, 2, 1, 1], strengths: [5, 4, 3, 2, 1, 1] })])
    expect(told(data)).toEqual(['u:4 test: aAbc → de'])
    expect(rowsOf(data)[0]!.history!.map(({ strength }) => strength)).toEqual(
      [1, 1, 2, 3],
    )
  })

  it('label by engagements of strongFrom or more, each item once; what follows the last strong one labels nothing', () => {
    const strengths = [1, 5, 1, 5, 1, 5, 1, 1]
    expect(told(dataset([user('u', 'a b c d e f g h', { strengths })]))).toEqual(['u:2 train: ab → d', 'u:4 test: abcd → f'])
    const again = dataset([user('u', 'a b c d e f f f', { strengths: [...strengths.slice(0, 5), 5, 5, 5] })])
    expect(told(again, { listLength: 3 })).toEqual(
      ['u:4 train: abcd → f', 'u:6 test: abcdef → f'],
    )
    expect(() => told(dataset([user('u', 'a b c d e', { strengths: [1, 1, 1, 1, 0.5] })]))).toThrow(
      'no later engagement in shop has a strength of 4 or more (strongFrom); the strongest has 1',
    )
  })

  it('leave out labels that the person has already, where seen items are removed', () => {
    expect(told(dataset([user('u', 'a b c d b e')]), { seenItems: 'removed' })).toEqual(['u:2 train: ab → cd', 'u:4 test: abcd → e'])
  })

  it('take files at their word: the item that comes next, or the split of a person', () => {
    const data = dataset([
      user('u', 'a b c d', { next: { target: 'e', split: 'train' } }), user('v', 'a b c d e f', { split: 'test' }),
      user('w', 'a b c d e', { split: 'train' }),
    ])
    expect(told(data)).toEqual(['u:4 train: abcd → e', 'v:4 test: abcd → ef', 'w:4 train: abcd → e'])
  })

  it('by time part all people at the same instants', () => {
    const times = (from: number, step: number) => Array.from({ length: 10 }, (_, i) => from + step * i)
    const data = dataset([user('u', 'a b c d e f g h i j', { times: times(0, 10) }), user('v', 'k l m n o p q r s t', { times: times(5, 10) })])
    expect(told(data, { historySplit: 'time' })).toEqual([
      'u:6 train: abcdef → gh', 'u:8 validation: abcdefgh → i', 'u:9 test: abcdefghi → j',
      'v:6 train: klmnop → qr', 'v:8 validation: klmnopqr → s', 'v:9 test: klmnopqrs → t',
    ])
  })
})

describe('sentences', () => {
  const events = [
    { id: 'mug', time: 0, strength: 2 }, { id: 'lamp', time: DAY, strength: 5 },
    { id: 'pad', time: 20 * DAY, strength: 5 }, { id: 'lamp', time: 21 * DAY, strength: 3 },
    { id: 'game', time: 22 * DAY, strength: 5 }, { id: 'bulb', time: 22 * DAY, strength: 5 },
  ]

  it('part the last seven days from what came before; without times, the last three events', () => {
    expect(termsOf(row({ history: events }), 10)).toMatchObject({ long: events.slice(0, 2), short: events.slice(2), isTimed: true })
    expect(termsOf(row({ history: past('a', 'b', 'c', 'd') }), 10)).toEqual({ long: past('a'), short: past('b', 'c', 'd'), isTimed: false })
    expect(termsOf(row({ history: past('a', 'b', 'c', 'd') }), 2)).toEqual({ long: [], short: past('c', 'd'), isTimed: false })
    expect(termsOf(row(), 10)).toEqual({ long: [], short: [], isTimed: false })
  })

  it('gather events by topic, in the order of each topic’s latest event', () => {
    expect(topicsOf(events, facts).map(({ name, events: own }) => [name, own.map(({ id }) => id).join()])).toEqual(
      [['kitchen', 'mug'], ['Games', 'pad,game'], ['Lamps', 'lamp,lamp,bulb']],
    )
  })

  it('tell profile, long term and short term', () => {
    const own = about(recllm, { history: events, profile: { age: '30', city_tier: '2', interests: 'tea & <light>' } }, { strongFrom: 4 })
    expect(story(own).split('\n')).toEqual([
      'About the user: age: 30; city tier: 2; interests: tea & light.',
      'Before the last 7 days, the user engaged with "kitchen" once (Tea Mug), then with "Lamps" once, each time strongly (Desk Lamp).',
      'Over the past 7 days, the user engaged with "Games" twice, each time strongly (Red Pad; Race "Game"), '
        + 'then with "Lamps" twice, once strongly (Desk Lamp; LED Bulb, warm).',
    ])
    expect(story(about(recllm, { history: past('nowhere') }))).toBe('Most recently, the user engaged with other items once (nowhere).')
    expect(story(about(recllm))).toBe('')
  })

  it('tell an item by title, description, tags and what others did, prices and dates aside', () => {
    expect(itemLine(facts.product('lamp'))).toBe('Desk Lamp | A bright lamp. | tags: light, desk | likes 12')
    expect(itemLine(facts.product('game'))).toBe('Race "Game" | likes 3, comments 1')
    expect(itemLine(undefined)).toBe('')
  })

  it('hold no special characters', () => {
    expect(cleaned('Ａ™ “quoted” — 5′ <|im_end|> ★★ 100% naïve\u0000\n日本')).toBe('ATM "quoted" - 5 im end 100% naïve 日本')
  })
})

describe('the prompt and its answer', () => {
  const given = {
    history: past('mug', 'lamp', 'pad', 'game'), profile: { age: '30', gender: 'f', city_tier: '2', interests: 'Tea' },
    candidates: ['bulb', 'lamp', 'game'], sequence: ['game', 'mug', 'bulb'],
  }

  it('in the compact frame: the person, long ago, recently, and the pool with likes', () => {
    expect(turn(recllm, given).split('\n')).toEqual([
      '30 f tier 2 likes tea', 'long ago: tea mug', 'recently: desk lamp; red pad; race "game"',
      '1 led bulb warm', '2 desk lamp, 12 likes', '3 race "game", 3 likes',
    ])
    expect(turn(recllm, { candidates: ['nowhere'] })).toBe('1 nowhere')
  })

  it('in the long frame: sentences, the pool, and how many to list', () => {
    const text = turn(recllm, given, { template: 'rec-r1', listLength: 2 })
    expect(text).toContain('About the user: age: 30')
    const pool = '1 LED Bulb; warm\n2 Desk Lamp | A bright lamp. | tags: light, desk | likes 12\n3 Race "Game" | likes 3, comments 1'
    expect(text).toContain(`The pool:\n\`\`\`${pool}\`\`\`\nList the 2 items`)
    expect(text).toContain('"items": [3, 1, 2]')
  })

  it('asks for a pool with the labels in it', () => {
    expect(recllm.pool!(settingsOf('sample', { candidates: 'random', candidateCount: 5 }))).toMatchObject(
      { size: 5, by: 'random', withTargets: true },
    )
    expect(recllm.pool!(settingsOf('sample', { candidates: 'recommender' }))?.query(row(given), facts)).toBe('Tea Mug Desk Lamp Red  Pad Race “Game”')
    expect(recllm.needs(row(given), settingsOf('sample', { historyLength: 2 }))).toEqual(['lamp', 'pad', 'game', 'bulb', 'lamp', 'game'])
  })

  it('teaches the labels of the pool in their order, filled up to the length that is asked for', () => {
    expect(recllm.label!(about(recllm, given))).toEqual(['game', 'bulb', 'lamp'])
    expect(recllm.label!(about(recllm, given, { listLength: 1 }))).toEqual(['game'])
    expect(recllm.label!(about(recllm, { ...given, sequence: ['mug'] }))).toBeUndefined()
    const own = asked(recllm, given)
    const completion = recllm.completion('likes games', recllm.label!(own)!, own)
    expect(completion).toBe('likes games</think><answer>{"items": [3,1,2]}</answer><|im_end|>')
    expect(recllm.parse(own, completion)).toEqual({ kind: 'query', query: '3, 1, 2', items: ['game', 'bulb', 'lamp'] })
    expect(recllm.rank(recllm.read(own, says('3 then 9 then 3, 1')), [], own, 10)).toEqual(['game', 'bulb'])
  })
})
