// Checks the store of the table on fakes of what is around it: what it follows, what it asks, and how often.
import { expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { ComparedValues } from '../../client/compare.ts'
import { settingsOf, settingsRecord } from '../../domain/config.ts'
import type { Dataset, JudgedQuery } from '../../domain/dataset.ts'
import type { Answer, AnswersEvent, RunEvent, StartEvent } from '../../experiment/events.ts'
import { emptyRun } from '../../experiment/reduce.ts'
import { createRows } from '../tasks/rows.ts'
import { createQueryTable, type QueryTableParts } from './queryTable.ts'

const queries: readonly JudgedQuery[] = Array.from({ length: 12 }, (_, at) => ({
  id: `q${at}`, text: `query ${at}`, split: at < 4 ? 'train' : 'test', judgements: [{ productId: `p${at}`, label: 'E' }],
}))
const dataset: Dataset = { name: 'shop', hash: 'h', productCount: 20, queries }
const answersOf = (policy: AnswersEvent['policy'], value: (at: number) => number): AnswersEvent => ({
  type: 'answers', split: 'test', policy, step: 0,
  answers: queries.slice(4).map(({ id, text }, at): Answer => ({ queryId: id, query: text, rewrite: text, format: true, metrics: { 'ndcg@10': value(at), 'ndcg@100': value(at), 'recall@10': 0 } })),
})

function open() {
  const ranked: (readonly string[])[] = []
  const inspected: string[] = []
  const compared: ComparedValues[] = []
  const recommender = {
    name: 'fake', rank: (texts: readonly string[]) => {
      ranked.push(texts)
      return Promise.resolve(texts.map((text) => ({ ids: [`p${text.split(' ')[1]}`], scores: [1] })))
    },
  }
  const library = createStore(() => ({ shop: { dataset, recommender } as unknown }))
  const run = { ...createStore(() => ({ settings: settingsOf('sample'), run: emptyRun, record: undefined, phase: 'idle', engine: { is: 'absent', reason: 'no adapter' } })), engine: { service: undefined } }
  const view = createStore((): { query: string; queryId: string | undefined } => ({ query: '', queryId: undefined }))
  const runs = { ...createStore(() => ({ records: [], opened: new Map(), looked: true })), service: {}, open: () => Promise.resolve(undefined), answers: () => Promise.resolve([]) }
  const sources = createStore(() => ({ list: [] }))
  const memory = new Map<string, string>()
  const table = createQueryTable({
    library, run, runs, sources, rows: createRows({ library, run } as never),
    view: {
      ...view, setQuery: (query: string, queryId?: string) => {
        inspected.push(query)
        view.setState({ query, queryId })
      },
    },
    comparer: {
      compare: (values: ComparedValues) => {
        compared.push(values)
        return Promise.resolve(undefined)
      },
    },
    memory: { getItem: (key: string) => memory.get(key) ?? null, setItem: (key: string, value: string) => void memory.set(key, value), removeItem: (key: string) => void memory.delete(key), key: (at: number) => [...memory.keys()][at] ?? null, get length() { return memory.size } },
  } as unknown as QueryTableParts)
  return { table, ranked, inspected, compared, library, view, run }
}
const ids = ({ table }: ReturnType<typeof open>): string[] => Array.from(table.getState().order, (at) => table.getState().table.rows[at]!.id)

test('a table that nobody sees asks for nothing; one that is opened ranks the test queries as typed', async () => {
  const opened = open()
  opened.table.hear(answersOf('after', () => 0.5))
  expect([opened.ranked.length, opened.table.getState().table.rows.length]).toEqual([0, 0])
  opened.table.watch()
  expect(opened.table.getState()).toMatchObject({ split: 'test', a: 'original', b: 'live:after' })
  await vi.waitFor(() => expect(opened.table.getState().table.answered).toEqual({ a: 8, b: 8 }))
  expect(opened.ranked).toHaveLength(1)
  expect(opened.table.getState().outcomes).toEqual({ win: 0, tie: 0, loss: 8, unknown: 0 })
})

test('it follows the run until a person chooses', async () => {
  const opened = open()
  opened.table.watch()
  opened.table.hear(answersOf('before', () => 0.2))
  expect(opened.table.getState().b).toBe('live:before')
  opened.table.choose({ a: 'live:before', b: 'original' })
  opened.table.hear(answersOf('after', () => 0.5))
  expect(opened.table.getState()).toMatchObject({ a: 'live:before', b: 'original' })
  await vi.waitFor(() => expect(opened.table.getState().table.answered.b).toBe(8))
})

test('a run that is reset leaves none of its answers to compare; the record that comes to a run takes none away', () => {
  const opened = open()
  opened.table.watch()
  opened.table.hear(answersOf('after', () => 0.5))
  opened.run.setState({ record: { id: 'run-1' } as never })
  const systems = (): string[] => opened.table.getState().systems.map(({ id }) => id)
  expect(systems()).toContain('live:after')
  opened.run.setState({ record: undefined })
  expect(systems()).not.toContain('live:after')
})

test('while j is held down only the query where it rests is inspected; a click inspects at once', async () => {
  const opened = open()
  opened.table.hear(answersOf('after', () => 0.5))
  opened.table.watch()
  for (let press = 0; press < 6; press++) opened.table.move(1)
  expect(opened.table.getState().selected).toBe('q9')
  expect(opened.inspected).toEqual([])
  await vi.waitFor(() => expect(opened.inspected).toEqual(['query 9']))
  opened.table.move(1)
  opened.table.select('q4')
  expect(opened.inspected).toEqual(['query 9', 'query 4'])
  // two queries may say the same: the row's own is meant
  expect(opened.view.getState().queryId).toBe('q4')
  await new Promise((resolve) => { setTimeout(resolve, 200) })
  expect(opened.inspected).toHaveLength(2)
  opened.table.move(-1)
  expect(opened.table.getState().selected).toBe('q4')
  opened.table.move(Infinity)
  expect(opened.table.getState().selected).toBe('q11')
})

test('a query that is inspected from elsewhere is the selected row', () => {
  const opened = open()
  opened.table.hear(answersOf('after', () => 0.5))
  opened.table.watch()
  opened.view.setState({ query: 'query 7' })
  expect(opened.table.getState().selected).toBe('q7')
  opened.view.setState({ query: 'something typed' })
  expect(opened.table.getState().selected).toBeUndefined()
})

test('sorting, filtering and searching arrange what is there and ask nobody; another measure is compared anew', async () => {
  const opened = open()
  const { table, compared } = opened
  table.hear(answersOf('before', () => 0.5))
  table.hear(answersOf('after', (at) => at / 10))
  table.watch()
  table.choose({ a: 'live:before', b: 'live:after' })
  await vi.waitFor(() => expect(compared.length).toBeGreaterThan(0))
  const before = compared.length
  table.show({ sort: { by: 'delta', down: true } })
  table.show({ filter: 'improved' })
  expect(ids(opened)).toEqual(['q11', 'q10'])
  table.show({ filter: 'all', search: '1', sort: undefined })
  expect(ids(opened)).toEqual(['q10', 'q11'])
  await new Promise((resolve) => { setTimeout(resolve, 100) })
  expect(compared).toHaveLength(before)
  table.show({ metric: 'recall@10' })
  await vi.waitFor(() => expect(compared).toHaveLength(before + 1))
  expect(Array.from(compared.at(-1)!.after)).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
})

test('an event that is no answer, and a run’s settled phase, make nothing anew', () => {
  const { table } = open()
  table.hear(answersOf('after', () => 0.5))
  table.watch()
  const { table: rows } = table.getState()
  table.hear({ type: 'stopped', step: 3 } as RunEvent)
  expect(table.getState().table).toBe(rows)
})

test('sorting by unjudged counts them where nobody has yet, and leaves every value as the run told it', async () => {
  const opened = open()
  const { table } = opened
  table.hear(answersOf('before', () => 0.5))
  table.hear(answersOf('after', () => 0.25))
  table.choose({ a: 'live:before', b: 'live:after' })
  table.watch()
  table.show({ sort: { by: 'unjudged', down: true } })
  await vi.waitFor(() => expect(table.getState().table.rows[0]!.b!.unjudged).toBe(0))
  expect(table.getState().table.rows.every(({ b }) => b!.metrics!['ndcg@10'] === 0.25)).toBe(true)
})

test('the query as typed is ranked and measured anew under other gains, and what held before holds again with them', async () => {
  const opened = open()
  const { table, run, ranked } = opened
  table.watch()
  await vi.waitFor(() => expect(table.getState().table.answered.a).toBe(8))
  const first = table.getState().table.rows[0]!.a
  run.setState({ settings: settingsOf('sample', { gains: 'graded' }) })
  expect(table.getState().table.lacking.a).toBe(8)
  await vi.waitFor(() => expect(table.getState().table.answered.a).toBe(8))
  expect([ranked.length, table.getState().table.rows[0]!.a === first]).toEqual([2, false])
  run.setState({ settings: settingsOf('sample') })
  expect([ranked.length, table.getState().table.rows[0]!.a === first]).toEqual([2, true])
})

test('of a split that the seed draws, queries of another seed are no rows any more', async () => {
  const opened = open()
  const { table, run } = opened
  const shown = (): string => table.getState().table.rows.map(({ id }) => id).join()
  run.setState({ settings: settingsOf('sample', { validationShare: 0.5 }) })
  table.watch()
  table.choose({ split: 'validation', a: 'original', b: 'policy' })
  await vi.waitFor(() => expect(table.getState().table.answered.a).toBe(2))
  const before = shown()
  for (let seed = 2; shown() === before && seed < 30; seed++) run.setState({ settings: settingsOf('sample', { validationShare: 0.5, seed }) })
  expect(shown()).not.toBe(before)
  await vi.waitFor(() => expect(table.getState().table.answered.a).toBe(2))
  expect(table.getState().table.rows).toHaveLength(2)
})

test('rows that one side lacks are counted, and those alone are asked', async () => {
  const opened = open()
  const { table, ranked } = opened
  table.hear({ ...answersOf('before', () => 0.5), answers: answersOf('before', () => 0.5).answers.slice(0, 3) })
  table.hear(answersOf('after', () => 0.5))
  table.choose({ a: 'original', b: 'live:before' })
  table.watch()
  await vi.waitFor(() => expect([table.getState().table.answered.a, table.getState().job]).toEqual([3, undefined]))
  ranked.length = 0
  table.choose({ b: 'live:after' })
  expect(table.getState().table.lacking).toEqual({ a: 5, b: 0 })
  await vi.waitFor(() => expect(table.getState().table.lacking).toEqual({ a: 0, b: 0 }))
  expect(ranked).toEqual([[7, 8, 9, 10, 11].map((at) => `query ${at}`)])
})

test('the rankings of a run that another recommender ranked are not saved as the open one’s', async () => {
  const { table, run } = open()
  run.setState({ run: { ...emptyRun, start: { recommender: 'bm25', settings: settingsRecord(settingsOf('sample')) } as unknown as StartEvent } })
  table.hear(answersOf('before', () => 0.25))
  table.hear(answersOf('after', () => 0.5))
  table.choose({ a: 'live:before', b: 'live:after' })
  table.watch()
  const saved = vi.fn()
  await table.saveRun('b', saved)
  expect(saved).not.toHaveBeenCalled()
  expect(table.getState().failure).toContain('ranked by bm25, and fake is open; open that recommender in Data')
})

test('a note stands at its query at once, and filters find it', () => {
  const opened = open()
  opened.table.hear(answersOf('after', () => 0.5))
  opened.table.watch()
  opened.table.note('q5', 'odd')
  opened.table.show({ filter: 'noted' })
  expect(ids(opened)).toEqual(['q5'])
  expect(opened.table.getState().notes.get('q5')).toBe('odd')
})

test('another data set takes its answers along', () => {
  const opened = open()
  opened.table.hear(answersOf('after', () => 0.5))
  opened.table.watch()
  opened.library.setState({ shop: { dataset: { ...dataset, hash: 'other', queries: queries.slice(0, 6) }, recommender: { name: 'x', rank: () => new Promise(() => undefined) } } })
  expect(opened.table.getState().table.rows.map(({ id, b }) => [id, b])).toEqual([['q4', undefined], ['q5', undefined]])
})
