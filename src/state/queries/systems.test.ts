// Checks who is offered for comparison, and what is compared when nobody chose.
import { expect, test } from 'vitest'
import type { RunRecord } from '../../client/runs.ts'
import { settingsOf, settingsRecord } from '../../domain/config.ts'
import { specOf } from '../../domain/spec.ts'
import type { AnswersEvent, RunEvent } from '../../experiment/events.ts'
import { emptyRun, type RunState } from '../../experiment/reduce.ts'
import { AnswerBook } from './answerBook.ts'
import { keptPlace, listSystems, ORIGINAL, pairOf, runOf, sameSystems, type SystemsWorld } from './systems.ts'
import { rankedOtherwise, termsNow, termsOfRun, unlike } from './terms.ts'

const ANSWER = { queryId: 'q', query: 'q', rewrite: 'r', format: true }
const answers = (policy: AnswersEvent['policy'], split: AnswersEvent['split'], step: number, size = 1): AnswersEvent => ({
  type: 'answers', policy, split, step, answers: Array.from({ length: size }, () => ANSWER),
})
const START = { type: 'start' } as RunEvent
const record = (id: string, over: Partial<RunRecord> = {}): RunRecord => ({ id, name: `name of ${id}`, checkpoints: [], notes: {}, ...over }) as unknown as RunRecord
const world = (over: Partial<SystemsWorld> = {}): SystemsWorld => ({
  book: new AnswerBook(), run: emptyRun, record: undefined, records: [], opened: new Map(), sources: [], policy: undefined, terms: undefined, fits: () => true, ...over,
})
function bookOf(...events: readonly RunEvent[]): AnswerBook {
  const book = new AnswerBook()
  for (const event of events) book.hear(event)
  return book
}
const ids = (over: Partial<SystemsWorld>): string[] => listSystems(world(over)).map(({ id }) => id)

test('a run’s answers are offered as they are told, its own queries as typed among them', () => {
  const book = bookOf(START, answers('original', 'test', 0), answers('before', 'test', 0), answers('current', 'validation', 20), answers('after', 'test', 20))
  expect(ids({ book })).toEqual([ORIGINAL, 'live:original', 'live:before', 'live:step:20', 'live:after'])
  // what a run measured is not what would be measured now
  expect(listSystems(world({ book }))[0]).toMatchObject({ known: [], asks: true })
  expect(book.hear(START)).toBe(true)
  expect(ids({ book })).toEqual([ORIGINAL])
})

test('of very many validations the first and the latest stay in memory', () => {
  const book = bookOf(...[10, 20, 30, 40].map((step) => answers('current', 'validation', step, 90_000)))
  expect(book.systems().map(({ id }) => id)).toEqual(['live:step:10', 'live:step:40'])
})

test('by itself the run’s test is compared with the query as typed, before there is one its latest validation', () => {
  const pair = (book: AnswerBook): object => pairOf(listSystems(world({ book })))
  expect(pair(bookOf(answers('before', 'test', 0)))).toEqual({ split: 'test', a: ORIGINAL, b: 'live:before' })
  expect(pair(bookOf(answers('before', 'test', 0), answers('current', 'validation', 0), answers('current', 'validation', 20)))).toEqual({ split: 'validation', a: ORIGINAL, b: 'live:step:20' })
  expect(pair(bookOf(answers('current', 'validation', 20), answers('after', 'test', 20)))).toEqual({ split: 'test', a: ORIGINAL, b: 'live:after' })
  expect(pair(bookOf(answers('original', 'test', 0), answers('after', 'test', 20)))).toEqual({ split: 'test', a: 'live:original', b: 'live:after' })
})

test('a kept run offers what its events say, an unread finished one the ends that every run has, and its checkpoints where they fit', () => {
  const state = { ...emptyRun, tests: { before: {} }, validations: [{ step: 0 }, { step: 20 }] } as unknown as RunState
  const records = [record('read'), record('done', { summary: {}, checkpoints: [{ stage: 'grpo', step: 8 }] as unknown as RunRecord['checkpoints'] }), record('begun')]
  const opened = new Map([['read', { state }]])
  expect(ids({ records, opened })).toEqual([
    ORIGINAL, 'kept:read:before', 'kept:read:step:0', 'kept:read:step:20', 'kept:done:original', 'kept:done:before', 'kept:done:after', 'checkpoint:done:grpo:8',
  ])
  expect(ids({ records, opened, fits: () => false })).not.toContain('checkpoint:done:grpo:8')
})

test('the page’s run that was reloaded is still this run', () => {
  const here = record('here', { summary: {} })
  const systems = listSystems(world({ record: here, records: [here] }))
  expect(pairOf(systems)).toEqual({ split: 'test', a: 'kept:here:original', b: 'kept:here:after' })
})

test('a policy that answered here keeps its step when training goes on', () => {
  const book = new AnswerBook()
  book.put('policy@grpo:12', 'test', [])
  expect(ids({ book, policy: { stage: 'grpo', step: 12 } })).toEqual([ORIGINAL, 'start', 'policy@grpo:12'])
  expect(ids({ book, policy: { stage: 'grpo', step: 13 } })).toEqual([ORIGINAL, 'start', 'policy', 'policy@grpo:12'])
})

test('names say which run they are of, and lists are compared by what they say', () => {
  expect(keptPlace('kept:r1:step:40')).toEqual({ run: 'r1', part: 'step:40' })
  expect([runOf('kept:r1:after'), runOf('checkpoint:r2:grpo:8'), runOf('live:after'), runOf('source:kept')]).toEqual(['r1', 'r2', undefined, undefined])
  const [one, other] = [listSystems(world()), listSystems(world({ sources: [{ id: 's', title: 't', kind: 'outputs' }] }))]
  expect([sameSystems(one, listSystems(world())), sameSystems(one, other)]).toEqual([true, false])
})

test('a title names the run, and every system says who ranks it', () => {
  const settings = settingsRecord(settingsOf('sample', { recommender: 'bm25', gains: 'graded' }))
  const terms = termsNow({ recommender: { name: 'minisearch' }, spec: specOf(settingsOf('sample')) }, settingsOf('sample'))
  const kept = record('k', { summary: {}, recommender: 'bm25', settings })
  const run = { ...emptyRun, start: { recommender: 'minisearch', settings: settingsRecord(settingsOf('sample')) } } as unknown as RunState
  const systems = listSystems(world({
    book: bookOf(START, answers('after', 'test', 4)), run, record: record('own', { name: 'swift fox' }), records: [kept], terms,
    sources: [{ id: 'f', title: 'file', kind: 'run' }, { id: 'o', title: 'outputs', kind: 'outputs' }],
  }))
  const of = (id: string) => systems.find((one) => one.id === id)!
  expect([of('live:after').title, of('kept:k:after').title]).toEqual(['after · swift fox', 'after · name of k'])
  expect(systems.map(({ id, terms: one }) => [id, one?.recommender])).toEqual([
    ['original', 'minisearch'], ['live:after', 'minisearch'], ['kept:k:original', 'bm25'], ['kept:k:before', 'bm25'], ['kept:k:after', 'bm25'],
    ['source:f', undefined], ['source:o', 'minisearch'],
  ])
  expect(unlike(of(ORIGINAL).terms, of('live:after').terms)).toEqual([])
  expect(unlike(of(ORIGINAL).terms, of('kept:k:after').terms)).toEqual(['A is ranked by minisearch, B by bm25', 'A is measured with exact gains, B with graded ones'])
  expect(unlike(of('source:f').terms, of('live:after').terms)).toEqual([])
  expect(rankedOtherwise(of('kept:k:after').terms!, terms)).toBe('ranked by bm25, and minisearch is open')
  expect(rankedOtherwise(termsOfRun('minisearch', settingsRecord(settingsOf('sample', { k1: 2 })))!, terms)).toBe('ranked by minisearch with other settings than the open one’s')
})
