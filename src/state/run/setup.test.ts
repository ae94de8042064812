// A run in plain words, its counts of queries against the experiment's own, and what is remembered of a step's length.
import { expect, test } from 'vitest'
import type { JudgedQuery } from '../../domain/dataset.ts'
import { settingsOf } from '../../domain/config.ts'
import { planTasks } from '../../experiment/tasks.ts'
import { countQueries, plainWords, rememberStep, shapeKey } from './setup.ts'

const query = (i: number, split: JudgedQuery['split'], label: 'E' | 'I', domain = 'a'): JudgedQuery => ({
  id: `q${i}`, text: `query ${i}`, split, domain, judgements: [{ productId: `p${i}`, label }],
})
const dataset = (queries: readonly JudgedQuery[]) => ({ name: 'shop', hash: 'h', productCount: 10, queries })
const MIXED = Array.from({ length: 120 }, (_, i) => query(i, i % 4 === 0 ? 'test' : 'train', i % 7 === 0 ? 'I' : 'E', i % 3 === 0 ? 'a' : 'b'))

test.each([
  {}, { validationShare: 0 }, { evaluationQueries: 5 }, { testDepartments: 'a' }, { gains: 'graded' as const }, { validationShare: 0.5, evaluationQueries: 7 },
])('queries are counted as the experiment splits them, with %j', (changes) => {
  const settings = settingsOf('sample', changes)
  const tasks = planTasks(dataset([...MIXED]), settings)
  expect(countQueries(dataset([...MIXED]), settings)).toEqual({ train: tasks.training.length, validation: tasks.validation.length, test: tasks.test.length })
})

test('queries that the data itself holds out are the validation', () => {
  const queries = [...MIXED, query(200, 'validation', 'E'), query(201, 'validation', 'I')]
  const tasks = planTasks(dataset(queries), settingsOf())
  expect(countQueries(dataset(queries), settingsOf())).toEqual({ train: tasks.training.length, validation: 1, test: tasks.test.length })
})

test('the sample’s run in plain words', () => {
  expect(plainWords(settingsOf('sample'), { train: 480, validation: 48, test: 240 }, { recommender: 'minisearch' })).toEqual([
    '120 steps of 16 queries × 8 rollouts: 15,360 rewrites of 480 training queries, about 4 epochs.',
    'NDCG@100 by minisearch is the reward, with +0.1 for a well-formed output that finds something, −2 for a broken format, −0.5 for repeated words.',
    'Every weight is trained by GRPO over all tokens alike, at a learning rate of 0.0008; a KL of weight 0.02 holds it to its start.',
    'Validated every 10 steps on 48 held-out queries, and the best is what is measured: 240 test queries, before and after.',
    'A checkpoint every 10 steps is kept, to go on from.',
  ])
})

test('less than an epoch, adapters, a reward for drifting away and no checkpoints are said as what they are', () => {
  const settings = settingsOf('rec-r1-as-released', { steps: 41, trainable: 'lora', checkpointEvery: 0, validationEvery: 0 })
  const said = plainWords(settings, { train: 1000, validation: 0, test: 1 }, { recommender: 'lucene', from: { said: 'step 40 of first', stage: 'grpo', step: 40 } }).join(' ')
  expect(said).toContain('It goes on from step 40 of first. 1 more step of 32 queries × 12 rollouts: 384 rewrites of 32 of the 1,000 training queries.')
  expect(said).toContain('NDCG@1,000 by lucene')
  expect(said).toContain('Adapters of rank 16 are trained')
  expect(said).toContain('drifting away is rewarded')
  expect(said).toContain('The last step is what is measured: 1 test query, before and after. Of its checkpoints only the best and the last are kept.')
})

test('a run of imitation alone says nothing of rollouts', () => {
  const said = plainWords(settingsOf('sample', { stages: 'sft' }), undefined, { recommender: 'minisearch' })
  expect(said[0]).toBe('100 steps of imitation of what stands there already, 16 texts each.')
  expect(said.join(' ')).not.toContain('rollouts')
  const on = plainWords(settingsOf('sample', { stages: 'sft,grpo', checkpointEvery: 1 }), undefined, { recommender: 'm', from: { said: 'imitation step 90 of a', stage: 'sft', step: 90 } })
  expect(on.slice(0, 3)).toEqual(['It goes on from imitation step 90 of a.', 'First 10 more steps of imitation of what stands there already, 16 texts each.', '120 steps of 16 queries × 8 rollouts: 15,360 rewrites.'])
  expect(on.at(-1)).toBe('A checkpoint every step is kept, to go on from.')
})

test('rows and answers are called what the task calls them, and every weighted part of the reward is said', () => {
  const history = plainWords(settingsOf('sample-history', { steps: 10, promptsPerStep: 4, groupSize: 2 }), { train: 40, validation: 5, test: 24 }, { recommender: 'minisearch' })
  expect(history[0]).toBe('10 steps of 4 histories × 2 rollouts: 80 queries of 40 training histories, about 1 epoch.')
  expect(history.join(' ')).toContain('on 5 held-out histories, and the best is what is measured: 24 test histories, before and after.')
  const lists = plainWords(settingsOf('sample-rerank', { steps: 1, promptsPerStep: 1, groupSize: 2, rewardStrangers: -0.2, rewardDiversity: 0.3, diversityBy: 'brand' }), undefined, { recommender: 'minisearch' }).join(' ')
  expect(lists).toContain('1 step of 1 query × 2 rollouts: 2 lists.')
  expect(lists).toContain('NDCG@100 of the list itself is the reward')
  expect(lists).toContain('−0.2 for items outside the pool, +0.3 for diversity by brand')
})

test('prompting trains nothing, and keeps nothing to go on from', () => {
  expect(plainWords(settingsOf('sample', { stages: 'prompt' }), { train: 4, validation: 1, test: 2 }, { recommender: 'm' })).toEqual([
    'Nothing is trained: the policy answers as it is.', 'It is measured on 2 test queries.',
  ])
})

test('a step’s length is remembered by what it depends on, not by how many steps there are', () => {
  const data = { hash: 'h' }
  const key = shapeKey(settingsOf('sample'), data, 'gpu')
  expect(shapeKey(settingsOf('sample', { steps: 3, seed: 9, learningRate: 1 }), data, 'gpu')).toBe(key)
  expect(shapeKey(settingsOf('sample', { groupSize: 4 }), data, 'gpu')).not.toBe(key)
  expect(shapeKey(settingsOf('sample'), data, 'other gpu')).not.toBe(key)
  let known: Record<string, number> = {}
  for (let i = 0; i < 100; i++) known = rememberStep(known, `k${i}`, i)
  known = rememberStep(known, 'k50', 5)
  expect(Object.keys(known)).toHaveLength(60)
  expect([known['k50'], known['k99'], known['k1']]).toEqual([5, 99, undefined])
})
