// Checks which tasks data can serve, and what choosing one changes.
import { expect, test } from 'vitest'
import { PRESETS, settingsOf } from '../../domain/config.ts'
import { TASKS } from '../../domain/tasks/tasks.ts'
import { changeForData, samplePreset, taskChange, taskOffers } from './taskChoice.ts'

const queries = [{ id: 'q', text: 'mug', split: 'test' as const, judgements: [] }]
const users = [{ userId: 'u', items: ['a', 'b', 'c'] }]
const lacking = (dataset: Parameters<typeof taskOffers>[0]): string[] => taskOffers(dataset).flatMap(({ spec, lacks }) => (lacks === undefined ? [] : [spec.name]))

test('a task is offered where the data have what it asks about; else it says what to add', () => {
  const [ofQueries, ofHistories] = (['queries', 'histories'] as const).map((over) => TASKS.filter((task) => task.over === over).map(({ name }) => name))
  expect(lacking({ name: 'shop', queries })).toEqual(ofHistories)
  expect(lacking({ name: 'shop', queries: [], users })).toEqual(ofQueries)
  expect(lacking({ name: 'shop', queries, users })).toEqual([])
  expect(lacking(undefined)).toEqual([])
  const history = taskOffers({ name: 'shop', queries }).find(({ spec }) => spec.over === 'histories')!
  expect(history.lacks).toMatch(/^shop holds 0 histories\. Add histories: reviews or ratings with user_id/)
})

test('on the embedded shop a task brings its preset, whichever embedded policy was there', () => {
  expect(taskChange('sequential', settingsOf('sample'), true)).toEqual({ preset: 'sample-history' })
  expect(taskChange('product-search', settingsOf('sample-history'), true)).toEqual({ preset: 'sample' })
  for (const { name } of TASKS.filter((task) => task.name !== 'pseudo-review')) expect(PRESETS[samplePreset(name)!].task ?? 'product-search').toBe(name)
})

test('elsewhere only the task changes, and an embedded policy for the one that was made for it', () => {
  expect(taskChange('rerank', settingsOf('shards'), false)).toEqual({ task: 'rerank', policy: 'sample-tasks' })
  expect(taskChange('product-search', settingsOf('shards', { policy: 'sample-tasks' }), false)).toEqual({ task: 'product-search', policy: 'sample' })
  expect(taskChange('dense-search', settingsOf('shards'), false)).toEqual({ task: 'dense-search', recommender: 'dense' })
})

test('a policy of the person’s own stays, with where it comes from and its budget', () => {
  const own = settingsOf('qwen2.5-0.5b', { policyMirror: 'https://hub.example.org', memoryBudget: 3 })
  expect(taskChange('sequential', own, false)).toEqual({ task: 'sequential' })
  expect(taskChange('sequential', own, true)).toEqual({ preset: 'sample-history', policy: own.policy, policyMirror: own.policyMirror, memoryBudget: 3 })
})

test('data that take the sample’s place keep its task where they can serve it, else take the first that they can', () => {
  expect(changeForData({ name: 'd', queries }, settingsOf('sample'))).toEqual({ preset: 'shards', task: 'product-search' })
  expect(changeForData({ name: 'd', queries: [], users }, settingsOf('sample'))).toEqual({ preset: 'shards', task: 'sequential', policy: 'sample-tasks' })
  expect(changeForData({ name: 'd', queries, users }, settingsOf('sample-names'))).toMatchObject({ preset: 'shards', task: 'open-set' })
})
