// Checks that a kept run's answers become the rows of a results table, by its stages.
import { expect, test } from 'vitest'
import type { RunRecord } from '../../client/runs.ts'
import type { Answer, AnswersEvent } from '../../experiment/events.ts'
import { createResults } from './runResults.ts'
import { systemsOf } from './runSystems.ts'

const record = (over: Partial<RunRecord> = {}): RunRecord => ({
  id: 'a', name: 'my run', tags: [], status: 'finished', createdAt: 0, changedAt: 0, done: 0, planned: 0, settings: { stages: 'grpo' },
  dataset: { name: 'shop', hash: '#' }, recommender: 'bm25', policy: 'sample', environment: {}, notes: {}, checkpoints: [], events: { count: 0, bytes: 0 }, ...over,
})
const answer = (queryId: string, ndcg: number | undefined, format = true): Answer => ({
  queryId, query: queryId, rewrite: queryId, format,
  ...(ndcg === undefined ? { failed: 'no reply' } : { metrics: { 'ndcg@10': ndcg, 'ndcg@100': ndcg, 'recall@10': ndcg } }),
})
const event = (policy: AnswersEvent['policy'], answers: readonly Answer[]): AnswersEvent => ({ type: 'answers', split: 'test', policy, step: 0, answers })
const three = [event('original', [answer('q1', 0.1)]), event('before', [answer('q1', 0.2)]), event('after', [answer('q1', 0.3), answer('q2', undefined, false)])]

test.each([
  ['grpo', 'Prompting', 'RL, bm25'], ['sft', 'Prompting', 'SFT, bm25'], ['sft,grpo', 'SFT', 'SFT + RL, bm25'],
])('stages %s: the start is %s, the trained policy %s', (stages, start, trained) => {
  const [original, before, after] = systemsOf(record({ settings: { stages } }), three)
  expect([original?.title, original?.detail]).toEqual(['Original query', 'bm25'])
  expect([before?.title, before?.detail]).toEqual([start, 'sample, bm25'])
  expect([after?.title, after?.detail]).toEqual(['my run', trained])
})

test('a run of two stages has prompting as a row too, and is compared with what its last stage started from; one that only measures has nothing trained', () => {
  const both = systemsOf(record({ settings: { stages: 'sft,grpo' } }), [event('prompted', [answer('q1', 0.15)]), ...three])
  expect(both.map(({ role, title }) => [role, title])).toEqual([['original', 'Original query'], ['start', 'SFT'], ['start', 'Prompting'], ['trained', 'my run']])
  expect(systemsOf(record({ settings: { stages: 'prompt' } }), three).map(({ role, title }) => [role, title])).toEqual([['original', 'Original query'], ['start', 'Prompting']])
})

test('the unchanged query keeps no format, and a ranking that failed has no metrics but its format', () => {
  const [original, , after] = systemsOf(record(), three)
  expect(original?.values.get('q1')).toEqual({ 'ndcg@10': 0.1, 'ndcg@100': 0.1, 'recall@10': 0.1 })
  expect(after?.values.get('q2')).toEqual({ format: 0 })
})

test('a run without test answers, and one whose training did not end, are named with the reason', async () => {
  const records = [record(), record({ id: 'b', name: 'new' }), record({ id: 'c', name: 'cut' })]
  const answers: Readonly<Record<string, readonly AnswersEvent[]>> = { a: three, b: [], c: three.slice(0, 2) }
  const nothing = { gain: () => Promise.resolve({ delta: 0, low: 0, high: 0, p: 1 }), interval: () => Promise.resolve({ low: 0, high: 0 }) }
  const results = await createResults(nothing, (id) => Promise.resolve(answers[id]!))(records)
  expect(results.without).toEqual([
    { name: 'new', reason: 'no test query was measured yet' }, { name: 'cut', reason: 'its trained policy was not measured: the run has not ended' },
  ])
  expect(results.table.rows.map(({ title }) => title)).toEqual(['Original query', 'Prompting', 'my run'])
})
