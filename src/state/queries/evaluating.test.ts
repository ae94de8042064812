// Checks that what is evaluated on demand is what a run would have measured, batch by batch, and ends where it is told to.
import { expect, test } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import type { Dataset, JudgedQuery } from '../../domain/dataset.ts'
import { measure } from '../../experiment/evaluate.ts'
import type { Ports } from '../../experiment/ports.ts'
import { planTasks } from '../../experiment/tasks.ts'
import { asTyped, evaluateAll, type Evaluating, type Written } from './evaluating.ts'
import type { TableAnswer } from './queryRows.ts'

const settings = settingsOf('sample')
const query = (id: number, split: JudgedQuery['split'], exact: string): JudgedQuery => ({
  id: `q${id}`, text: `words ${id}`, split, ...(id % 2 === 0 ? { domain: 'Toys' } : {}), judgements: [{ productId: exact, label: 'E' }, { productId: 'p1', label: 'S' }],
})
const dataset: Dataset = { name: 'd', hash: 'h', productCount: 3, queries: [query(0, 'train', 'p0'), ...[1, 2, 3, 4, 5].map((id) => query(id, 'test', `p${id % 3}`))] }
const tasks = planTasks(dataset, settings).test
// every text ranks the products in an order of its own; one is never answered
const rank = (texts: readonly string[]) => Promise.resolve(texts.map((text) => {
  const first = Array.from(text, (letter) => letter.codePointAt(0)!).reduce((sum, code) => sum + code, 0) % 3
  return text.endsWith('4') ? { ids: [], scores: [], failed: 'HTTP 500' } : { ids: [0, 1, 2].map((at) => `p${(first + at) % 3}`), scores: [3, 2, 1] }
}))
const recommender = { name: 'fake', rank }

async function evaluated(write: Parameters<typeof evaluateAll>[1], over: Partial<Evaluating> = {}) {
  const told: TableAnswer[] = []
  const done: number[] = []
  await evaluateAll(tasks, write, {
    recommender, settings, batch: 2, signal: new AbortController().signal, onPart: (answers, so) => {
      told.push(...answers)
      done.push(so)
    }, ...over,
  })
  return { told, done }
}

test('queries as typed come out as a run measures them, in order, with their unjudged products counted', async () => {
  const { told, done } = await evaluated(asTyped)
  const { answers } = await measure({ recommender } as unknown as Ports, settings, tasks, { by: 'original' })
  expect(told).toEqual(answers.map((one, at) => (one.failed === undefined ? { ...one, unjudged: told[at]!.unjudged } : one)))
  expect(told.map(({ unjudged }) => unjudged)).toEqual([2, 1, 1, undefined, 1])
  expect(told.filter(({ failed }) => failed !== undefined).map(({ queryId }) => queryId)).toEqual(['q4'])
  expect(done).toEqual([2, 4, 5])
})

test('unjudged counts the products of the first ten that nobody judged for the query', async () => {
  const { told } = await evaluated(asTyped)
  // each query judges two products, or one twice; three are ranked
  expect(told.find(({ queryId }) => queryId === 'q2')!.unjudged).toBe(1)
  expect(told.find(({ queryId }) => queryId === 'q1')!.unjudged).toBe(2)
})

test('rankings of another system are measured as they are, and what it does not answer is left out', async () => {
  const { told } = await evaluated((part) => Promise.resolve(part.map(({ query: { id } }): Written => (id === 'q1' ? { kind: 'absent' } : { kind: 'ranking', ids: ['p1', 'p0', 'p2'] }))))
  expect(told.map(({ queryId }) => queryId)).toEqual(['q2', 'q3', 'q4', 'q5'])
  expect(told[2]!.metrics!['ndcg@10']).toBe(1)
})

test('a writer’s outputs keep their text and format', async () => {
  const { told } = await evaluated((part) => Promise.resolve(part.map((): Written => ({ kind: 'text', reading: { text: 'words 1' }, output: '<answer>', format: false }))))
  expect(told[0]).toMatchObject({ rewrite: 'words 1', text: '<answer>', format: false })
})

test('it ends between two batches with the reason it is given, and what was told stays told', async () => {
  const abort = new AbortController()
  const told: TableAnswer[] = []
  const ended = evaluateAll(tasks, asTyped, {
    recommender, settings, batch: 2, signal: abort.signal, onPart: (answers) => {
      told.push(...answers)
      abort.abort(new Error('another data set'))
    },
  })
  await expect(ended).rejects.toThrow('another data set')
  expect(told).toHaveLength(2)
})
