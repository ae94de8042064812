// Texts and a teacher's answers are kept once, in order, and survive what a crash, a full disk or a cancelled read leaves behind.
import { expect, test } from 'vitest'
import type { TaughtRows, TeacherAnswer } from '../../src/protocol/imitations.ts'
import type { FrozenReference } from '../../src/protocol/sources.ts'
import { ImitationStore } from './service.ts'
import { memoryShelf } from './testing.ts'

function opened(shelf = memoryShelf()) {
  let time = 0
  return { shelf, store: new ImitationStore({ shelf, now: () => ++time, alone: (work) => work() }) }
}

const file = (name: string, rows: readonly object[]) => new File([rows.map((row) => JSON.stringify(row)).join('\n')], name)
const TEACHER: FrozenReference = { model: 'owner/teacher', from: 'hub', revision: 'main', mirror: '', dtype: 'q4', device: 'wasm' }
const ROWS: TaughtRows = { task: 'product-search', taskVersion: 1, dataset: { hash: 'abc', name: 'shop' } }
const answer = (rowId: string, output: string): TeacherAnswer => ({ rowId, prompt: `prompt of ${rowId}`, output, stop: 'token', maxNewTokens: 48 })

test('files of texts are kept with their report and read back in order; the same texts again are the set that is there', async () => {
  const { store } = opened()
  const record = await store.keep([file('a.jsonl', [{ query: 'pot', output: 'copper pot' }, { query: 'mug', output: '' }])])
  expect(record).toMatchObject({ kind: 'file', title: 'a.jsonl', addedAt: 1, report: { answers: 1, rejectedCount: 1 } })
  expect(await store.read(record.id)).toEqual([{ query: 'pot', answer: 'copper pot' }])
  expect(await store.keep([file('again.jsonl', [{ query: 'pot', output: 'copper pot' }])])).toEqual(record)
  expect((await store.list()).map(({ id }) => id)).toEqual([record.id])
  await store.remove(record.id)
  await expect(store.read(record.id)).rejects.toThrow('are not kept in this browser; add their file')
})

test('a teacher’s answers come back as they were added, by model, task, version and data; the device makes no other set', async () => {
  const { store } = opened()
  const { id } = await store.taught('teacher', TEACHER, ROWS)
  await store.add(id, [answer('1', 'line\nbreak')])
  await store.add(id, [answer('2', 'x'), answer('3', '鍋')])
  expect(await store.answers(id)).toEqual([answer('1', 'line\nbreak'), answer('2', 'x'), answer('3', '鍋')])
  expect((await store.taught('teacher', { ...TEACHER, device: 'webgpu' }, ROWS)).id).toBe(id)
  const others = [
    store.taught('t', { ...TEACHER, dtype: 'fp16' }, ROWS), store.taught('t', TEACHER, { ...ROWS, taskVersion: 2 }), store.taught('t', TEACHER, { ...ROWS, task: 'rerank' }),
    store.taught('t', TEACHER, { ...ROWS, dataset: { hash: 'other', name: 'shop' } }),
  ]
  expect(new Set((await Promise.all(others)).map((record) => record.id)).add(id).size).toBe(5)
})

test('an answer that a crash cut off is none, and what is added after it is whole', async () => {
  const { store, shelf } = opened()
  const { id } = await store.taught('teacher', TEACHER, ROWS)
  await store.add(id, [answer('1', 'one'), answer('2', 'two')])
  const path = `${id}/answers.jsonl`
  shelf.files.set(path, shelf.files.get(path)!.slice(0, -20))
  await store.add(id, [answer('3', 'three')])
  expect((await store.answers(id)).map(({ rowId }) => rowId)).toEqual(['1', '3'])
})

test('a full disk is a sentence and keeps what was there; a removed set takes no more answers', async () => {
  const { store, shelf } = opened()
  const { id } = await store.taught('teacher', TEACHER, ROWS)
  await store.add(id, [answer('1', 'one')])
  shelf.room = 10
  await expect(store.add(id, [answer('2', 'two')])).rejects.toThrow('the browser’s store is full: the last answers were not kept, those before them were')
  expect(await store.answers(id)).toEqual([answer('1', 'one')])
  await store.remove(id)
  await expect(store.add(id, [answer('3', 'three')])).rejects.toThrow('these answers were removed meanwhile')
})

test('what stands without a record is debris and goes; a cancelled read keeps nothing', async () => {
  const { store, shelf } = opened()
  shelf.files.set('file-half/texts.jsonl', 'half')
  expect(await store.list()).toEqual([])
  expect(shelf.files.size).toBe(0)
  const reading = store.keep([file('a.jsonl', Array.from({ length: 500 }, (_, i) => ({ query: `q${i}`, output: 'x' })))], () => void store.cancel())
  await expect(reading).rejects.toThrow('reading was cancelled; nothing of these files was kept')
  expect(shelf.files.size).toBe(0)
})
