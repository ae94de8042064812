// Rows of histories by each way of splitting them, and the two tasks that write one text for a history.
import { describe, expect, it } from 'vitest'
import { settingsOf } from '../config.ts'
import type { Dataset } from '../dataset.ts'
import type { Settings } from '../settings.ts'
import { augmentation } from './augmentation.ts'
import { historyRows, rowNames } from './histories.ts'
import { sequential } from './sequential.ts'
import { about, asked, dataset, facts, past, ranking, row, says, turn, user } from './testing.ts'

const rowsOf = (data: Dataset, changes: Partial<Settings> = {}) => historyRows(data, settingsOf('sample', { task: 'sequential', ...changes }))
const told = (data: Dataset, changes: Partial<Settings> = {}) => rowsOf(data, changes).map(({ id, split, history = [], judgements }) => (
  `${id} ${split}: ${history.map((event) => event.id).join(' ')} → ${judgements.map(({ productId, label }) => `${productId} ${label}`).join()}`))

describe('rows of histories', () => {
  it('leave the last out: the last is the test, the one before validation, all others but the first training', () => {
    expect(told(dataset([user('u', 'a b c d'), user('v', 'a b')]))).toEqual(
      ['u:1 train: a → b E', 'u:2 validation: a b → c E', 'u:3 test: a b c → d E'],
    )
  })

  it('stand where their files put them, under ids of their own, with the domain that the file says', () => {
    const ready = (userId: string, items: string, target: string, more: object = {}) => user(userId, items, { next: { target, ...more } })
    const data = dataset([
      ready('u', 'a', 'b', { split: 'train' }), ready('u', 'a', 'c', { split: 'train' }),
      ready('u', 'a b', 'c', { split: 'test', domain: 'All_Beauty' }), ready('v', 'x', 'y'),
    ])
    expect(told(data)).toEqual(['u:1 train: a → b E', 'u:1:2 train: a → c E', 'u:2 test: a b → c E', 'v:1 test: x → y E'])
    expect(rowsOf(data)[2]?.domain).toBe('All_Beauty')
    expect(told(data, { historySetting: 'transductive' })).toEqual(['u:1 train: a → b E', 'u:1:2 train: a → c E', 'u:2 test: a b → c E'])
    expect(told(data, { historySetting: 'inductive' })).toEqual(['u:1 train: a → b E', 'u:1:2 train: a → c E', 'v:1 test: x → y E'])
  })

  it('of people whose file says where they belong are one each: the last strong item after all that came before', () => {
    const data = dataset([
      user('u', 'a b c d', { split: 'train', strengths: [5, 2, 4, 1] }), user('v', 'a b', { split: 'test' }),
      user('w', 'a b', { split: 'test', strengths: [5, 1] }),
    ])
    expect(told(data)).toEqual(['u:2 train: a b → c E', 'v:1 test: a → b E'])
  })

  it('by time part all people at one instant', () => {
    const times = (from: number) => Array.from({ length: 10 }, (_, i) => from + i)
    const data = dataset([user('u', 'a b c d e f g h i j', { times: times(0) })])
    const rows = told(data, { historySplit: 'time' })
    expect(rows.filter((each) => each.includes(' train'))).toHaveLength(7)
    expect(rows.some((each) => each.includes(' test'))).toBe(false)
    const two = dataset([user('u', 'a b a b a b a b a b a b a b a b a b a b', { times: Array.from({ length: 20 }, (_, i) => i) })])
    expect(told(two, { historySplit: 'time' }).slice(-2)).toEqual(
      ['u:18 test: a b a b a b a b a b a b a b a b a b → a E', 'u:19 test: a b a b a b a b a b a b a b a b a b a → b E'],
    )
  })

  it('tell how strongly and when, and what is known of the person; what the person has is theirs where seen items are removed', () => {
    const data = dataset([user('u', 'a b c', { times: [1, 2, 3], strengths: [5, 4, 3], profile: { age: '30' } })])
    const [first] = rowsOf(data, { seenItems: 'removed' })
    expect(first).toMatchObject({ history: [{ id: 'a', time: 1, strength: 5 }], profile: { age: '30' }, sequence: ['b'] })
    expect(first?.seen).toEqual(new Set(['a']))
    expect(rowsOf(data)[0]?.seen).toBeUndefined()
    const long = rowsOf(dataset([user('u', Array.from({ length: 400 }, (_, i) => `p${i}`).join(' '))])).at(-1)!
    expect({ ...long, candidates: [] }.history?.at(-1)).toEqual({ id: 'p398' })
  })

  it('have ids that are all different, whatever people are called', () => {
    const nameOf = rowNames()
    const names = [['u', 1], ['u', 1], ['u:1', 2], ['u', 1], ['u:1', 2]].map(([userId, at]) => nameOf(String(userId), Number(at)))
    expect(new Set(names).size).toBe(5)
  })

  it.each([
    [dataset([]), {}, 'shop holds 0 histories, and task sequential asks about what people bought'],
    [dataset([user('u', 'a b')]), {}, 'none of 1 histories of shop has three items'],
    [dataset([user('u', 'a b c')]), { historySplit: 'files' }, 'no file of shop says what comes after its 1 histories'],
    [dataset([user('u', 'a b c')]), { historySplit: 'time' }, 'none of 1 histories has times'],
    [
      dataset([user('u', 'x', { next: { target: 'y' } })]), { historySetting: 'transductive' },
      'shop holds 1 test histories, and 0 of them are transductive',
    ],
  ] as const)('say what is missing (%#)', (data, changes, sentence) => expect(() => rowsOf(data, changes)).toThrow(sentence))
})

describe('the next purchase by search', () => {
  const bought = { history: past('mug', 'lamp', 'unknown', 'bulb'), sequence: ['pad'] }

  it('tells the latest titles, oldest first; the released frame keeps a place for products without one', () => {
    expect(turn(sequential, bought, { historyLength: 3 })).toBe('Bought: desk lamp; led bulb warm')
    expect(turn(sequential, bought, { historyLength: 3, template: 'rec-r1' })).toContain(
      '\n```Item 1: Desk Lamp\nItem 2: \nItem 3: LED Bulb; warm```\nShow your work',
    )
    expect(turn(sequential, { history: past('unknown') }, { template: 'rec-r1' })).toContain('\n```Item 1:```\n')
  })

  it('breaks chat markup of a title up', () => {
    expect(asked(sequential, { history: past('odd') }).prompt.text).toBe(
      '<|im_start|>user\nBought: a < |im_end|> lamp<|im_end|>\n<|im_start|>assistant\n<think>',
    )
  })

  it('asks for the products of the history that prompts or people are told, and of what came next', () => {
    expect(sequential.needs(row(bought), settingsOf('sample', { historyLength: 2 }))).toEqual(['lamp', 'unknown', 'bulb', 'pad'])
  })

  it('searches for the answer, takes out what the person has, and is measured beside the titles themselves', () => {
    const own = about(sequential, { ...bought, seen: new Set(['lamp', 'mug']) })
    const request = sequential.parse({ ...own, prompt: sequential.prompt(own) }, says('{"query": "red pad"}'))
    expect(request).toEqual({ kind: 'query', query: 'red pad' })
    expect(sequential.rank({ text: 'red pad' }, [ranking('lamp', 'pad', 'mug', 'game', 'bulb')], own, 2)).toEqual(['pad', 'game'])
    expect(sequential.original(own)).toEqual({ text: 'Tea Mug Desk Lamp  LED Bulb; warm' })
    expect(sequential.label?.(own)).toBe('red pad')
    expect(sequential.describe(own.row, facts)).toBe('4 items, last Desk Lamp; unknown; LED Bulb warm')
  })
})

describe('augmentation', () => {
  const bought = { history: past('mug', 'lamp'), sequence: ['bulb'] }

  it('of a person asks for a profile, and the frozen recommender reads it after the titles', () => {
    const own = asked(augmentation, bought)
    expect(turn(augmentation, bought)).toBe('Profile of: tea mug; desk lamp')
    const completion = augmentation.completion('why', 'needs light', own)
    expect(completion).toBe('why</think><answer>{"profile": " needs light"}</answer><|im_end|>')
    expect(augmentation.parse(own, completion)).toEqual({ kind: 'query', query: ' needs light' })
    expect(augmentation.parse(own, says('{"query": "light"}'))).toEqual({ kind: 'malformed', reason: 'the answer holds no profile' })
    expect(augmentation.read(own, says('needs light'))).toEqual({ text: 'needs light' })
    expect(augmentation.asks({ text: ' needs light' }, own)).toEqual(['Tea Mug Desk Lamp needs light'])
    expect(augmentation.asks(augmentation.original(own), own)).toEqual(['Tea Mug Desk Lamp'])
  })

  it('of an item asks what goes with the last one, and knows nothing else of the person', () => {
    const item = { augment: 'item' } as const
    const own = asked(augmentation, bought, item)
    expect(turn(augmentation, bought, item)).toBe('Goes with: desk lamp')
    expect(turn(augmentation, bought, { ...item, template: 'rec-r1' })).toContain('```Desk Lamp\nCategory: Lamps\nTags: light, desk```')
    expect(turn(augmentation, bought, { ...item, template: 'rec-r1' })).not.toContain('Mug')
    expect(augmentation.parse(own, says('{"text": "a bulb"}'))).toEqual({ kind: 'query', query: 'a bulb' })
    expect(augmentation.asks({ text: 'a bulb' }, own)).toEqual(['Tea Mug Desk Lamp a bulb'])
    expect(augmentation.completion('', augmentation.label!(own)!, own)).toBe('</think><answer>{"text": " led bulb warm"}</answer><|im_end|>')
  })
})
