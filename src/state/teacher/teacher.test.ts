// What a run imitates, from the page: files that are dropped, and a teacher that is paused, stopped, left and asked again without losing an answer.
import { createStore as createVanilla } from 'zustand/vanilla'
import { beforeEach, expect, test, vi } from 'vitest'
import { changeSetting, parseSettings } from '../../domain/config.ts'
import { isText, type ImitatedText } from '../../domain/imitation.ts'
import type { Settings } from '../../domain/settings.ts'
import { TABLE, SHOP } from '../../experiment/runTesting.ts'
import { planTasks } from '../../experiment/tasks.ts'
import { tablePorts } from '../../experiment/testing.ts'
import { ImitationStore } from '../../../workers/imitations/service.ts'
import { memoryShelf } from '../../../workers/imitations/testing.ts'
import type { Shop } from '../data/library.ts'
import type { AskedQuery, Source, SourceAnswer, SourceRecord, SourcesState } from '../inspect/sources.ts'
import { createTeacher, type Teacher } from './teacher.ts'

const REFERENCE = { model: 'owner/teacher', from: 'hub', revision: 'main', mirror: '', dtype: 'q4', device: 'wasm' } as const
const RECORD: SourceRecord = { id: 'frozen-1', kind: 'frozen', title: 'teacher q4', addedAt: 1, reference: REFERENCE }
const inCatalogue = (text: string): string => text.replaceAll('w0', 'w2')
/** What a good teacher writes after `<think>`. */
const said = (text: string): string => `the catalogue’s words</think><answer>{"query": "${inCatalogue(text)}"}</answer>`

interface Page {
  readonly teacher: Teacher
  readonly asked: string[]
  readonly change: (name: keyof Settings, text: string) => void
  answer: (query: AskedQuery, signal: AbortSignal) => Promise<SourceAnswer>
}

const shelf = { current: memoryShelf() }
const memory = new Map<string, string>()
beforeEach(() => {
  shelf.current = memoryShelf()
  memory.clear()
})

/** A page over the shelf of this test: another call is the page after a reload. */
function page(...changes: readonly string[]): Page {
  const run = createVanilla<{ readonly settings: Settings }>(() => ({ settings: parseSettings([...TABLE, 'stages=sft,grpo', ...changes]) }))
  const { recommender } = tablePorts(SHOP)
  const known = new Map(SHOP.products.map((product) => [product.id, product]))
  const catalogue = { size: SHOP.products.length, products: (ids: readonly string[]) => Promise.resolve(ids.map((id) => known.get(id))), productsAt: (places: readonly number[]) => Promise.resolve(places.map((at) => SHOP.products[at]!)) }
  const shop = { dataset: SHOP, recommender, catalogue } as unknown as Shop
  const asked: string[] = []
  const self = {
    asked,
    answer: (query: AskedQuery): Promise<SourceAnswer> => Promise.resolve({ kind: 'text', rewrite: '', output: said(query.text) }),
  } as unknown as { -readonly [Name in keyof Page]: Page[Name] }
  const source: Source = {
    id: RECORD.id, kind: 'frozen', title: RECORD.title, note: '', queries: () => undefined, answer: () => Promise.reject(new Error('unused')),
    answerAll: async ([query], _, signal) => {
      const answer = await self.answer(query!, signal!)
      asked.push(query!.text)
      return [answer]
    },
  }
  const sources = createVanilla<SourcesState>(() => ({ list: [source], records: [RECORD], matches: new Map(), models: new Map(), offered: undefined, open: false, doing: undefined, failure: undefined }))
  let time = 0
  self.change = (name, text) => run.setState(({ settings }) => ({ settings: changeSetting(settings, name, text) }))
  self.teacher = createTeacher({
    client: new ImitationStore({ shelf: shelf.current, now: () => ++time, alone: (work) => work() }),
    library: { getState: () => ({ shop }) as never, settled: () => Promise.resolve(shop), subscribe: () => () => undefined },
    sources, run, change: (name, text) => self.change(name, text),
    policy: () => ({ service: { encode: (texts) => Promise.resolve(texts.map((text) => Array.from(text, () => 1))) }, positions: 500 }),
    memory: { getItem: (key) => memory.get(key) ?? null, setItem: (key, value) => void memory.set(key, value) },
  })
  return self
}

const settingsOf = (...changes: readonly string[]): Settings => parseSettings([...TABLE, 'stages=sft,grpo', ...changes])
const { training } = planTasks(SHOP, settingsOf())
const shown = async ({ teacher }: Page) => {
  await vi.waitFor(() => expect(teacher.getState().look?.is).toBe('shown'))
  const { look } = teacher.getState()
  if (look?.is !== 'shown') throw new Error('nothing is shown')
  return look
}
const lines = (name: string, rows: readonly object[]) => new File([rows.map((row) => JSON.stringify(row)).join('\n')], name)

test('a teacher answers every training row, validation and test rows never, and a run imitates what it wrote, each with its own prompt', async () => {
  const one = page('sftFrom=teacher')
  await one.teacher.write()
  expect(one.teacher.getState().failure).toBeUndefined()
  expect(one.asked.toSorted()).toEqual(training.map(({ query }) => query.text).toSorted())
  const imitated = (await one.teacher.imitations(settingsOf('sftFrom=teacher')))!.filter(isText)
  expect(imitated).toHaveLength(training.length)
  const [first] = training
  expect(imitated).toContainEqual({ prompt: first!.prompt.text, completion: `${said(first!.query.text)}<|im_end|>` } satisfies ImitatedText)
})

test('pausing holds the next question back, stopping keeps what was written, and after a reload only the rest is asked', async () => {
  const one = page('sftFrom=teacher')
  one.answer = (query) => {
    if (one.asked.length === 4) one.teacher.pause()
    return Promise.resolve({ kind: 'text', rewrite: '', output: said(query.text) })
  }
  const writing = one.teacher.write()
  await vi.waitFor(() => expect(one.teacher.getState().writing).toMatchObject({ doing: 'paused', done: 5, of: training.length }))
  await new Promise((resolve) => { setTimeout(resolve, 20) })
  expect(one.asked).toHaveLength(5)
  one.answer = (query, signal) => {
    if (one.asked.length < 8) return Promise.resolve({ kind: 'text', rewrite: '', output: said(query.text) })
    one.teacher.stop()
    return Promise.reject(signal.reason as Error)
  }
  one.teacher.goOn()
  await writing
  expect(one.teacher.getState()).toMatchObject({ writing: undefined, failure: undefined })

  const again = page('sftFrom=teacher')
  again.teacher.show()
  expect(await shown(again)).toMatchObject({ waiting: training.length - 8, preview: { imitated: 8, format: 1 } })
  await again.teacher.write()
  expect(again.asked).toHaveLength(training.length - 8)
  expect(new Set([...one.asked, ...again.asked]).size).toBe(training.length)
})

test('what fails while it writes is told, and what was written before is kept', async () => {
  const one = page('sftFrom=teacher')
  one.answer = (query) => (one.asked.length < 3 ? Promise.resolve({ kind: 'text', rewrite: '', output: said(query.text) }) : Promise.reject(new Error('the worker of the model ended')))
  await one.teacher.write()
  expect(one.teacher.getState()).toMatchObject({ writing: undefined, failure: 'the worker of the model ended' })
  expect(await one.teacher.imitations(settingsOf('sftFrom=teacher'))).toHaveLength(3)
})

test('cut outputs are left out and asked again once more is allowed; strictly, so are those that break the format', async () => {
  const one = page('sftFrom=teacher', 'maxNewTokens=8')
  one.answer = (query) => {
    const [cut, broken] = [one.asked.length === 0, one.asked.length === 1]
    return Promise.resolve({ kind: 'text', rewrite: '', output: cut ? 'no end' : broken ? 'no tags at all' : said(query.text), ...(cut ? { cut: true as const } : {}) })
  }
  await one.teacher.write()
  one.teacher.show()
  const of = training.length
  expect(await shown(one)).toMatchObject({ waiting: 0, preview: { imitated: of - 1, cut: 1, strange: 0, format: (of - 2) / (of - 1) } })
  one.teacher.choose({ strict: true })
  expect(await shown(one)).toMatchObject({ preview: { imitated: of - 2, cut: 1, strange: 1, format: 1 } })
  expect(await one.teacher.imitations(settingsOf('sftFrom=teacher', 'maxNewTokens=8'))).toHaveLength(of - 2)
  one.change('maxNewTokens', '48')
  expect(await shown(one)).toMatchObject({ waiting: 1 })
  const before = one.asked.length
  await one.teacher.write()
  expect(one.asked.length - before).toBe(1)
})

test('a teacher’s answers are worth more to the recommender than the queries as typed', async () => {
  const one = page('sftFrom=teacher')
  await one.teacher.write()
  one.teacher.show()
  await shown(one)
  await one.teacher.measure()
  const { worth } = one.teacher.getState()
  if (worth?.is !== 'measured') throw new Error('it was not measured')
  expect(worth.texts).toBe(training.length)
  expect(worth.ndcg).toBeGreaterThan(worth.original + 0.2)
})

test('dropped texts are kept, chosen and found again after a reload; those of test rows are told', async () => {
  const one = page('sftFrom=copy')
  const rows = SHOP.queries.map(({ text, id }) => ({ query: text, query_id: id, output: inCatalogue(text) }))
  expect(await one.teacher.takeDropped([lines('t.jsonl', rows), lines('p.jsonl', [{ asin: 'B1', title: 'Mug' }])])).toBe(false)
  expect(await one.teacher.takeDropped([lines('t.jsonl', rows)])).toBe(true)
  const again = page('sftFrom=file')
  again.teacher.show()
  const look = await shown(again)
  expect(look.preview.uses).toEqual({ training: training.length, validation: 10, test: 30, none: 0 })
  expect(look.preview).toMatchObject({ imitated: training.length, format: 1, unmatched: 0 })
  expect(await again.teacher.imitations(settingsOf('sftFrom=file'))).toHaveLength(80)
  const { id } = again.teacher.getState().records[0]!
  await again.teacher.remove(id)
  await expect(again.teacher.imitations(settingsOf('sftFrom=file'))).rejects.toThrow('sftFrom is file, but no file of texts is chosen; open “What is imitated” and give one')
})

test('how texts fit the loaded policy is told: longer than its positions, or than it may write', async () => {
  const one = page('sftFrom=file', 'maxNewTokens=100')
  const chat = (words: string) => ({ messages: [{ role: 'user', content: 'q' }, { role: 'assistant', content: words }] })
  await one.teacher.addFiles([lines('c.jsonl', [chat('a'), chat('b'.repeat(200)), chat('c'.repeat(600))])])
  one.teacher.show()
  await vi.waitFor(() => expect(one.teacher.getState().look).toMatchObject({ is: 'shown', lengths: { tooLong: 1, positions: 500, counted: 3, beyond: 2 } }))
})

test('a run without imitation, or of its own making, is given nothing; a teacher that wrote nothing is told in a sentence', async () => {
  const { teacher } = page()
  expect(await teacher.imitations(settingsOf('stages=grpo', 'sftFrom=file'))).toBeUndefined()
  expect(await teacher.imitations(settingsOf('sftFrom=labels'))).toBeUndefined()
  await expect(teacher.imitations(settingsOf('sftFrom=teacher'))).rejects.toThrow(`none of its answers to these rows can be imitated (${training.length} rows wait for an answer); open “What is imitated” and let it write`)
})
