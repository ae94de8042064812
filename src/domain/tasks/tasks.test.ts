// Every task alike: a completion that it writes is read back strictly and leniently, and no output makes it throw.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingsOf } from '../config.ts'
import type { Product } from '../dataset.ts'
import type { Settings } from '../settings.ts'
import { openSet } from './openSet.ts'
import { rerank } from './rerank.ts'
import { sequential } from './sequential.ts'
import type { Asked, Case, Facts, Row, TaskSpec } from './task.ts'
import { TASKS, taskOf } from './tasks.ts'

const product = (id: string, title: string): Product => (
  { id, title, description: `about ${title}`, bullets: '', brand: '', color: '', category: 'Lamps', tags: ['light'] })
const shop = new Map([['a', product('a', 'Desk Lamp')], ['b', product('b', 'Floor Lamp; tall')], ['c', product('c', 'Red Pad')]])
const facts: Facts = { product: (id) => shop.get(id) }
const row: Row = {
  id: '1', text: 'a lamp', split: 'train', judgements: [{ productId: 'c', label: 'E' }], sequence: ['c'], candidates: ['b', 'c', 'a'],
  history: [{ id: 'a', time: 0 }, { id: 'b', time: 86_400 * 30 }],
}

const asked = (spec: TaskSpec, changes: Partial<Settings> = {}): Asked => {
  const about: Case = { row, facts, settings: settingsOf('sample', { task: spec.name, ...changes }) }
  return { ...about, prompt: spec.prompt(about) }
}

const FRAMES = (['compact', 'rec-r1'] as const).flatMap((template) => [true, false].flatMap((thinking) => (
  (['json', 'plain'] as const).map((answerForm) => ({ template, thinking, answerForm })))))

describe.each(TASKS.map((task) => [task.name, task] as const))('the task %s', (_, task) => {
  it('is found by its name and says what it is', () => {
    expect(taskOf({ task: task.name })).toBe(task)
    for (const text of [task.title, task.explanation, task.source]) expect(text).not.toBe('')
    expect(task.version).toBeGreaterThan(0)
  })

  it.each(FRAMES)('reads back what it writes: %o', (frame) => {
    const about = asked(task, frame)
    expect(about.prompt.text.endsWith(about.prompt.prefill)).toBe(true)
    const label = task.label?.(about)
    expect(label).toBeDefined()
    const completion = task.completion('why not', label!, about)
    expect(completion.endsWith('<|im_end|>')).toBe(true)
    const request = task.parse(about, completion)
    expect(request.kind).toBe('query')
    const reading = task.read(about, completion)
    if (request.kind !== 'query') return
    if (task.answers !== 'ids') expect(reading.text.trim()).toBe(request.query.trim())
    expect(reading.items).toEqual(request.items)
    expect(request.items === undefined).toBe(task.answers === 'query' || task.answers === 'text')
    if (task.answers === 'ids') expect(task.rank(reading, [], about, 10)).toEqual(label)
    if (task.answers === 'names') expect(request.items).toEqual(label)
  })

  it('does not throw, whatever the output', () => {
    const known = [
      '<think>', '</think>', '<answer>', '</answer>', '{"items": [', '{"query": "', '{"profile": ', '"}', ']}', '[[', '3, 1',
      '\\u', '\ud800', '\0', '{"__proto__": ', 'NaN',
    ]
    const piece = fc.oneof(fc.constantFrom(...known), fc.string())
    const cases = FRAMES.map((frame) => asked(task, frame))
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), fc.constantFrom(...cases), (pieces, about) => {
      const text = pieces.join('')
      const request = task.parse(about, text)
      const reading = task.read(about, text)
      expect(typeof reading.text).toBe('string')
      const asks = task.asks(reading, about)
      const ids = task.rank(reading, asks.map(() => ({ ids: ['a', 'b'], scores: [2, 1] })), about, 10)
      expect(new Set(ids).size).toBe(ids.length)
      if (request.kind === 'query') expect(typeof request.query).toBe('string')
    }), { numRuns: 200 })
  })
})

// every task reads by one of these three: a text, names, or ids of candidates
describe.each([sequential, openSet, rerank].map((task) => [task.answers, task] as const))('a megabyte of hostile output, read as %s,', (_, task) => {
  const MEGABYTE = 1_000_000
  const filled = (text: string): string => text.repeat(MEGABYTE / text.length)
  const hostile = [
    filled('['), filled('{"items": ['), `{"items": [${filled('1,')}1]}`, `[${filled('"a",')}"a"]`, filled('"'), filled('9'),
    filled('- '), filled('1. '), filled('{"'), filled('\u202e\0💥'),
    filled('<answer>'), filled('</think><answer></answer>'), filled(']}'), filled(' \n;'), filled('<|'), `[${filled('“ ')}]`,
  ]
  it.each([{ answerForm: 'json' }, { answerForm: 'plain' }] as const)('takes no more than its length in time: %o', (form) => {
    const about = asked(task, form)
    for (const text of hostile) {
      for (const output of [text, `why</think><answer>${text}</answer>`]) {
        const begin = performance.now()
        const request = task.parse(about, output)
        task.rank(task.read(about, output), [], about, 10)
        expect(performance.now() - begin, output.slice(0, 40)).toBeLessThan(3000)
        if (request.kind === 'query') expect(request.items?.length ?? 0).toBeLessThanOrEqual(1000)
      }
    }
  })
})

it.each([
  '{"__proto__": {"items": [1]}}', '{"items": {"length": 3}}', '{"items": [null]}', '{"items": [[1]]}', '{"items": [1e999]}', '{"items": "1, 2"}',
  '[1, 2]', 'NaN', '{"constructor": [1]}',
])(
  'a list is malformed as %s', (json) => {
    for (const task of [openSet, rerank]) expect(task.parse(asked(task), `why</think><answer>${json}</answer>`).kind).toBe('malformed')
  })
