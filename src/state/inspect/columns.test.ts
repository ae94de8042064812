// Checks that a column's name says one thing, that what means nothing is left out, and how columns change places.
import { expect, test } from 'vitest'
import { checkpointColumn, kindOf, knownColumns, moved, nextTyped, sourceColumn } from './columns.ts'
import { titleOf } from './columnTitles.ts'

test('a name says what it asks, and is made from what it says', () => {
  expect(kindOf(checkpointColumn('3f1c-9a', 'grpo', 20))).toEqual({ is: 'checkpoint', run: '3f1c-9a', stage: 'grpo', step: 20 })
  expect(kindOf(sourceColumn('frozen:onnx-community/Qwen2.5-0.5B:q4'))).toEqual({ is: 'source', source: 'frozen:onnx-community/Qwen2.5-0.5B:q4' })
  expect(kindOf('typed:2')).toEqual({ is: 'typed', number: 2 })
})

test('names that mean nothing are left out, and each stands once', () => {
  expect(knownColumns(['original', 'typed:0', 'checkpoint:x:dpo:1', 'source:', 7, null, 'original', 'current', 'typed:01'])).toEqual(['original', 'current'])
})

test('one more typed column has a number that none has', () => {
  expect([nextTyped(['original']), nextTyped(['typed:1', 'typed:4'])]).toEqual(['typed:1', 'typed:5'])
})

test('a column moves as far as there is room', () => {
  const ids = ['a', 'b', 'c']
  expect([moved(ids, 'a', 1), moved(ids, 'c', -9), moved(ids, 'a', -1), moved(ids, 'x', 1)]).toEqual([['b', 'a', 'c'], ['c', 'a', 'b'], ids, ids])
})

test('a checkpoint is called by its step, its run and what it is kept for', () => {
  const records = [{ id: 'r', name: 'brave otter', checkpoints: [{ stage: 'grpo' as const, step: 20, names: ['best', 'step'], bytes: 1, sha256: '', eventsBytes: 0 }] }]
  expect(titleOf('checkpoint:r:grpo:20', { sources: [], records })).toEqual({ title: 'Checkpoint step 20', note: 'brave otter, best', short: 'step 20' })
})

test('the current policy says after which step it wrote, and between which where training went on meanwhile', () => {
  const note = (from: number, to: number, stage: 'grpo' | undefined) => titleOf('current', { sources: [], records: [] }, { at: { stage, from, to, best: false } }).note
  expect([note(0, 0, undefined), note(4, 4, 'grpo'), note(4, 5, 'grpo')]).toEqual(['not trained yet', 'after step 4', 'between steps 4 and 5'])
  expect(titleOf('current', { sources: [], records: [] }, { at: { stage: 'grpo', from: 2, to: 2, best: true } }).note).toBe('best, of step 2')
})
