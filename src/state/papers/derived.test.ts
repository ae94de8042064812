// Baselines on the policy's own test rows: the same predictions pair row by row; others stand in a column of their own.
import { expect, test } from 'vitest'
import { metricsOfRank } from '../../domain/decoder.ts'
import { DEFAULT_CHOICES } from '../../domain/papers/experiment.ts'
import { ALL_PEOPLE, recllmTable1 } from '../../domain/papers/recllm.ts'
import { settingsOf } from '../../domain/config.ts'
import type { Dataset } from '../../domain/dataset.ts'
import { planTasks } from '../../experiment/tasks.ts'
import { baselineExtras } from './derived.ts'
import { paperFacts } from './facts.ts'

const items = Array.from({ length: 12 }, (_, at) => `p${at}`)
const DATA: Dataset = {
  name: 'people', hash: '#1', productCount: items.length, queries: [],
  users: Array.from({ length: 8 }, (_, user) => ({ userId: `u:${user}`, items: [0, 1, 2, 3, 4].map((at) => items[(user + at) % items.length]!) })),
}
const settings = recllmTable1.on!(settingsOf('sample'))
const decoded = {
  epochs: 3, bestEpoch: 2,
  values: DATA.users!.map(({ userId, items: own }) => ({ userId, target: own.at(-1)!, ranked: ['p11', own.at(-1)!], ...metricsOfRank(['p11', own.at(-1)!], own.at(-1)!) })),
}

test('leave-one-out rows have the decoder’s and popularity’s values, whatever stands in a person’s id', () => {
  const rows = planTasks(DATA, { ...settings, evaluationQueries: 0 }).test.map(({ query: { id } }) => id)
  const extras = baselineExtras(DATA, { ...settings, evaluationQueries: 0 }, decoded)
  expect(extras.map(({ column, title }) => [column, title])).toEqual([['', 'Decoder over item ids'], ['', 'Popularity']])
  expect([...extras[0]!.values.keys()]).toEqual(rows)
  // second in the list, or first where the target is p11 itself
  expect(new Set([...extras[0]!.values.values()].map((value) => value['ndcg@10']))).toEqual(new Set([1 / Math.log2(3), 1]))
})

test('where the policy is asked for other items than the last ones, baselines stand apart, over everyone', () => {
  const others: Dataset = { ...DATA, users: DATA.users!.map((user, at) => ({ ...user, split: at < 6 ? 'train' as const : 'test' as const, strengths: [5, 5, 5, 5, 1] })) }
  const extras = baselineExtras(others, { ...settings, historySplit: 'files', evaluationQueries: 0 }, decoded)
  expect(extras.map(({ column, values }) => [column, values.size])).toEqual([[ALL_PEOPLE, 8], [ALL_PEOPLE, 8]])
})

test('the experiment stands on histories, leaves the last item out, and ranks everything', () => {
  expect(settings).toMatchObject({ task: 'sequential', historySplit: 'last-out' })
  const facts = paperFacts(DATA, settings)
  expect(facts).toMatchObject({ histories: 8, testRows: 8 })
  expect(recllmTable1.plan(settings, DEFAULT_CHOICES, facts).map(({ column, method, settings: { task } }) => [column, method, task])).toEqual([
    ['', 'sft', 'sequential'], ['', 'rl', 'sequential'], ['', 'sft-rl', 'sequential'], ['pool', 'sft', 'recllm'], ['pool', 'rl', 'recllm'], ['pool', 'sft-rl', 'recllm'],
  ])
})
