// Facts of the data, and what a run told, as experiments read them.
import { expect, test } from 'vitest'
import type { JudgedQuery } from '../../domain/dataset.ts'
import { settingsOf } from '../../domain/config.ts'
import { POLICY_INFO, tablePorts, tableShop } from '../../experiment/testing.ts'
import { train } from '../../experiment/train.ts'
import type { AnswersEvent, RunEvent } from '../../experiment/events.ts'
import { resultOf } from './collect.ts'
import { paperFacts } from './facts.ts'

const query = (id: string, split: JudgedQuery['split'], products: readonly string[], domain?: string): JudgedQuery => (
  { id, text: id, split, judgements: products.map((productId) => ({ productId, label: 'E' })), ...(domain === undefined ? {} : { domain }) })

test('a test row is cold where no training row had any of its products, and mixed where some had', () => {
  const queries = [query('t1', 'train', ['a', 'b'], 'Baby'), query('t2', 'train', ['c'], 'Games'), query('q1', 'test', ['a'], 'Baby'), query('q2', 'test', ['z'], 'Games'), query('q3', 'test', ['c', 'z'], 'Games')]
  const facts = paperFacts({ name: 'shop', hash: '#1', productCount: 9, queries }, settingsOf('sample', { validationShare: 0 }))
  expect([...facts.start]).toEqual([['q1', 'warm'], ['q2', 'cold'], ['q3', 'mixed']])
  expect(facts.departments).toEqual([{ name: 'Baby', train: 1, test: 1 }, { name: 'Games', train: 1, test: 2 }])
})

test('data that the task asks nothing about has no test rows', () => {
  const facts = paperFacts({ name: 'shop', hash: '#1', productCount: 9, queries: [] }, settingsOf('sample', { task: 'sequential' }))
  expect(facts).toMatchObject({ testRows: 0, histories: 0 })
})

test('validations stand at what the steps before them cost, and test values at their rows', async () => {
  const shop = tableShop()
  const settings = settingsOf('sample', { steps: 4, promptsPerStep: 4, groupSize: 3, validationEvery: 2, evaluationQueries: 6, checkpointEvery: 0 })
  const events: RunEvent[] = []
  for await (const event of train(tablePorts(shop), { dataset: shop, settings, policy: POLICY_INFO, versions: {} })) events.push(event)
  const result = resultOf({ id: 'run', name: 'run' }, events, events.filter((event): event is AnswersEvent => event.type === 'answers'))
  expect(result.path.map(({ step, spent: { rollouts } }) => [step, rollouts])).toEqual([[0, 0], [2, 24], [4, 48]])
  const steps = events.flatMap((event) => (event.type === 'step' && event.stage === 'grpo' ? [event] : []))
  expect(result.spent.sampledTokens).toBe(steps.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0))
  expect(result.spent.trainedTokens).toBe(steps.reduce((sum, { tokens }) => sum + tokens, 0))
  expect(result.lengths.map(({ step }) => step)).toEqual([1, 2, 3, 4])
  const done = events.find((event) => event.type === 'done')!
  const values = [...result.tests.after!.values()].map((row) => row['ndcg@10']!)
  expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(done.type === 'done' ? done.summary.test.after['ndcg@10'] : NaN, 12)
})
