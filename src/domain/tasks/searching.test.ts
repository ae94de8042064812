// Tasks over queries: prompts of either frame and of the four modes, answers, labels.
import { describe, expect, it } from 'vitest'
import { settingsOf } from '../config.ts'
import { denseSearch } from './denseSearch.ts'
import { productSearch } from './productSearch.ts'
import { pseudoReview } from './pseudoReview.ts'
import { about, asked, dataset, ranking, row, says, turn } from './testing.ts'

const LONG = { template: 'rec-r1' } as const

describe('product search', () => {
  it('asks about every judged query as it stands', () => {
    const queries = [row({ id: '1' }), row({ id: '2', domain: 'Video_Games', split: 'test' })]
    expect(productSearch.rows(dataset([], { queries }), settingsOf())).toBe(queries)
  })

  it('has the released system prompt of each mode, and asks for what the mode has', () => {
    const modes = [[true, 'json'], [true, 'plain'], [false, 'json'], [false, 'plain']] as const
    const texts = modes.map(([thinking, answerForm]) => asked(productSearch, {}, { ...LONG, thinking, answerForm }).prompt.text)
    expect(texts.map((text) => text.includes('You first think about the reasoning process'))).toEqual([true, true, false, false])
    expect(texts.map((text) => text.includes('You need to provide the user with the answer.'))).toEqual([false, false, true, true])
    expect(texts.map((text) => text.includes('Show your work in <think> </think> tags. '))).toEqual([true, true, false, false])
    expect(texts.map((text) => text.includes('in JSON format'))).toEqual([true, false, true, false])
    expect(texts.map((text) => text.endsWith('<|im_start|>assistant\nLet me solve this step by step.\n<think>'))).toEqual([true, true, false, false])
    expect(texts.slice(2).every((text) => text.endsWith('<|im_start|>assistant\n'))).toBe(true)
  })

  it('reads each mode strictly: the bare answer, or JSON; a thought only where one was asked for', () => {
    const parse = (completion: string, changes: object) => productSearch.parse(asked(productSearch, {}, { ...LONG, ...changes }), completion)
    expect(parse(says('{"query": "lamp"}'), {})).toEqual({ kind: 'query', query: 'lamp' })
    expect(parse(says(' lamp '), { answerForm: 'plain' })).toEqual({ kind: 'query', query: 'lamp' })
    expect(parse(says('lamp'), {})).toEqual({ kind: 'malformed', reason: 'the answer is not JSON' })
    expect(parse('<answer>lamp</answer>', { answerForm: 'plain' })).toEqual({ kind: 'malformed', reason: '</think> is missing' })
    const silent = { thinking: false }
    expect(parse('<answer>{"query": "lamp"}</answer>', silent)).toEqual({ kind: 'query', query: 'lamp' })
    expect(parse('<answer>lamp</answer> and more', { ...silent, answerForm: 'plain' })).toEqual({ kind: 'query', query: 'lamp' })
    expect(parse(`<think>${says('{"query": "lamp"}')}`, silent)).toEqual(
      { kind: 'malformed', reason: '<think> stands where no thought was asked for' },
    )
    expect(parse('</answer>lamp<answer>', silent)).toEqual({ kind: 'malformed', reason: '</answer> is out of order' })
    expect(parse('', silent)).toEqual({ kind: 'malformed', reason: '<answer> is missing' })
  })

  it('writes completions of each mode; in the compact frame the words begin with a space, once', () => {
    const write = (answer: string, changes: object) => productSearch.completion('why', answer, about(productSearch, {}, changes))
    expect(write('red lamp', LONG)).toBe('why</think><answer>{"query": "red lamp"}</answer><|im_end|>')
    expect(write('red lamp', { ...LONG, thinking: false })).toBe('<answer>{"query": "red lamp"}</answer><|im_end|>')
    expect(write('red lamp', { ...LONG, answerForm: 'plain' })).toBe('why</think><answer>red lamp</answer><|im_end|>')
    expect(write('red lamp', { ...LONG, thinking: false, answerForm: 'plain' })).toBe('<answer>red lamp</answer><|im_end|>')
    for (const words of ['red lamp', ' red lamp']) expect(write(words, {})).toBe('why</think><answer>{"query": " red lamp"}</answer><|im_end|>')
  })

  it('teaches by labels the title of the first Exact product, which it asks for only then', () => {
    const judgements = [{ productId: 'pad', label: 'S' }, { productId: 'lamp', label: 'E' }, { productId: 'mug', label: 'E' }] as const
    const changes = { stages: 'sft,grpo', sftFrom: 'labels' } as const
    expect(productSearch.needs(row({ judgements }), settingsOf('sample', changes))).toEqual(['lamp'])
    expect(productSearch.needs(row({ judgements }), settingsOf())).toEqual([])
    expect(productSearch.label?.(about(productSearch, { judgements }, LONG))).toBe('Desk Lamp')
    expect(productSearch.label?.(about(productSearch, { judgements }))).toBe('desk lamp')
    expect(productSearch.label?.(about(productSearch, { judgements: [] }))).toBeUndefined()
  })

  it('measures the ranking of what was written, or of the query as it stands', () => {
    const own = about(productSearch)
    expect(productSearch.asks({ text: 'lamp' }, own)).toEqual(['lamp'])
    expect(productSearch.original(own)).toEqual({ text: 'a lamp' })
    expect(productSearch.rank({ text: 'lamp' }, [ranking('a', 'b', 'c')], own, 2)).toEqual(['a', 'b'])
    expect(productSearch.rank({ text: 'lamp' }, [], own, 2)).toEqual([])
  })
})

it('the dense prompts lack the sentence on Boolean operators, and that of pseudo-reviews keeps its stray number signs', () => {
  expect(turn(productSearch, {}, LONG)).toContain('Boolean operators (AND, OR)')
  expect(turn(denseSearch, {}, LONG)).not.toContain('Boolean')
  expect(turn(denseSearch, {}, LONG)).toContain('return the original query as is.\nBelow is the query:\n```a lamp```\nShow your work')
  expect(turn(pseudoReview, {}, LONG)).not.toContain('Boolean')
  expect(turn(pseudoReview, {}, LONG)).toContain('\n# Below is the product search query:\n# ```a lamp```\nShow your work')
})

it('all searches have one compact prompt, so that one small policy serves them', () => {
  for (const task of [productSearch, denseSearch, pseudoReview]) expect(turn(task)).toBe('Rewrite: a lamp')
})
