// Where a kept run goes on from, which one was left behind, and the settings that it had.
import { expect, test } from 'vitest'
import type { CheckpointRecord, RunRecord } from '../../client/runs.ts'
import { settingsOf, settingsRecord } from '../../domain/config.ts'
import { checkpointAt, forkFaultsOf, latestCheckpoint, leftBehind, settingsFrom } from './kept.ts'

const checkpoint = (step: number, eventsBytes: number, stage: 'sft' | 'grpo' = 'grpo'): CheckpointRecord => ({ stage, step, names: ['step'], bytes: 1, sha256: '', eventsBytes })
const record = (over: Partial<RunRecord>): RunRecord => ({
  id: 'a', name: 'first', tags: [], status: 'paused', createdAt: 10, changedAt: 20, done: 2, planned: 4, settings: settingsRecord(settingsOf()), dataset: { name: 'sample', hash: 'h' },
  recommender: 'minisearch', policy: 'sample', environment: {}, notes: {}, checkpoints: [checkpoint(0, 5)], events: { count: 3, bytes: 9 }, ...over,
})

test('a run goes on from what was reached last, whatever its step: stages count anew', () => {
  expect(latestCheckpoint({ checkpoints: [checkpoint(100, 50, 'sft'), checkpoint(2, 90), checkpoint(0, 60)] })).toMatchObject({ stage: 'grpo', step: 2 })
  expect(latestCheckpoint({ checkpoints: [] })).toBeUndefined()
})

test('a checkpoint that is not kept is named beside those that are', () => {
  const run = record({ checkpoints: [checkpoint(0, 5), checkpoint(2, 9)] })
  expect(checkpointAt(run, { stage: 'grpo', step: 2 }).eventsBytes).toBe(9)
  expect(() => checkpointAt(run, { stage: 'grpo', step: 3 })).toThrow('run first keeps no checkpoint of step 3; it keeps step 0, step 2')
})

test('the run that was left is the latest one that nobody drives, unless another was begun since', () => {
  const left = record({ id: 'left', drivenAt: 30 })
  expect(leftBehind([left, record({ id: 'older', drivenAt: 5 })])?.id).toBe('left')
  for (const over of [{ status: 'finished' }, { status: 'stopped' }, { writer: 'elsewhere' }, { damage: 'torn' }, { checkpoints: [] }] as const) {
    expect(leftBehind([{ ...left, ...over }])).toBeUndefined()
  }
  expect(leftBehind([left, record({ id: 'newer', status: 'finished', createdAt: 31, drivenAt: 40 })])).toBeUndefined()
})

test('a paused run that is renamed, tagged or imported later is not the one that was left', () => {
  const finished = record({ id: 'finished', status: 'finished', drivenAt: 30 })
  expect(leftBehind([finished, record({ id: 'renamed', drivenAt: 5, changedAt: 90 }), record({ id: 'imported', createdAt: 80, changedAt: 95 })])).toBeUndefined()
  const left = record({ id: 'left', drivenAt: 40 })
  expect(leftBehind([finished, left, record({ id: 'imported', createdAt: 80, changedAt: 95 })])?.id).toBe('left')
})

test('settings of a record come back; one that was added since has its preset’s value, one that is gone is left out', () => {
  const { groupSize: _, ...older } = settingsRecord(settingsOf('sample', { seed: 5, steps: 3 }))
  expect(settingsFrom({ ...older, gone: 1 })).toEqual(settingsOf('sample', { seed: 5, steps: 3 }))
})

test('what a fork cannot change is said for each setting', () => {
  const fork = { record: record({}), stage: 'grpo', step: 2 } as const
  expect(forkFaultsOf(fork, settingsOf('sample', { learningRate: 1e-4 }))).toEqual([])
  expect(forkFaultsOf(fork, settingsOf('sample', { trainable: 'lora', seed: 2 }))).toHaveLength(2)
})
