// Checks how runs are found and put in order.
import { describe, expect, test } from 'vitest'
import type { RunRecord, RunStatus } from '../../client/runs.ts'
import { findRuns, outcomeOf, parseSearch, sortRuns } from './runList.ts'

const metrics = (ndcg: number): object => ({ 'ndcg@10': ndcg })
const run = (name: string, over: Partial<RunRecord> = {}): RunRecord => ({
  id: name, name, tags: [], status: 'finished', createdAt: 0, changedAt: 0, done: 0, planned: 0, settings: {}, dataset: { name: 'shop', hash: '' },
  recommender: 'bm25', policy: 'sample', environment: {}, notes: {}, checkpoints: [], events: { count: 0, bytes: 0 }, ...over,
})
const measured = (after: number, delta: number): Pick<RunRecord, 'summary'> => ({
  summary: { test: { original: metrics(0.1), before: metrics(0.2), after: metrics(after) }, gain: { before: { delta, low: 0, high: 0, p: 0.01 } } },
})
const names = (runs: readonly RunRecord[]): string[] => runs.map(({ name }) => name)

describe('search', () => {
  const list = [
    run('baseline', { tags: ['paper'], status: 'finished' }), run('long run', { tags: ['paper', 'needs review'], status: 'stopped', settings: { learningRate: 0.002 } }),
    run('other', { status: 'paused' as RunStatus, dataset: { name: 'Amazon', hash: '' }, notes: { q1: 'strange brand' } }),
  ]

  test.each([
    ['', 'baseline, long run, other'],
    ['BASE', 'baseline'],
    ['amazon', 'other'],
    ['strange', 'other'],
    ['learningRate=0.002', 'long run'],
    ['tag:paper', 'baseline, long run'],
    ['tag:"needs review"', 'long run'],
    ['tag:paper status:stopped', 'long run'],
    ['status:finished status:paused', 'baseline, other'],
    ['status:', 'baseline, long run, other'],
    ['tag:paper other', ''],
  ])('"%s" finds %s', (search, found) => {
    expect(names(findRuns(list, search)).join(', ')).toBe(found)
  })

  test('reads keys, quotes and words apart, an open quote among them', () => {
    expect(parseSearch('Tag:"a b" status:run  two words "c d')).toEqual({ tags: ['a b'], statuses: ['run'], words: ['two', 'words', 'c d'] })
  })
})

describe('order', () => {
  test('names by their numbers, results from the best, and what has none last either way', () => {
    expect(names(sortRuns([run('run 10'), run('run 9')], 'name', false))).toEqual(['run 9', 'run 10'])
    const list = [run('none'), run('low', measured(0.2, 0.05)), run('high', measured(0.4, 0.01)), run('unknown', measured(Number.NaN, Number.NaN))]
    expect(names(sortRuns(list, 'ndcg', true))).toEqual(['high', 'low', 'none', 'unknown'])
    expect(names(sortRuns(list, 'gain', false))).toEqual(['high', 'low', 'none', 'unknown'])
  })
})

test('an outcome is what the summary says, and a summary of another shape is none', () => {
  expect(outcomeOf(measured(0.4, 0.2))).toEqual({ original: 0.1, start: 0.2, after: 0.4, gain: 0.2, low: 0, high: 0, p: 0.01 })
  expect(outcomeOf({ summary: { test: 3 } })).toBeUndefined()
})
