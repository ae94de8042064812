// How fast a run goes and what is left of it.
import { expect, test } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import { emptyRun, type RunState } from '../../experiment/reduce.ts'
import { paceOf } from './pace.ts'

const step = (ms: number, generated = 100, over: object = {}) => ({ ms, generatedTokens: generated, generateMs: ms / 2, tokens: generated, updateMs: ms / 4, ...over })
const evaluation = (ms: number) => ({ ms })
const runOf = (over: object): RunState => ({ ...emptyRun, stage: 'grpo', ...over }) as unknown as RunState
const start = { dataset: { train: 40, validation: 10, test: 10 } }
const settings = settingsOf('sample', { steps: 10, validationEvery: 5 })

test('rates are those of the latest steps: a slow beginning is forgotten', () => {
  const run = runOf({ planned: 20, done: 12, steps: [...Array.from({ length: 4 }, () => step(10_000)), ...Array.from({ length: 8 }, () => step(1000))] })
  expect(paceOf(run, settings)).toMatchObject({ stepMs: 1000, sampledPerSecond: 200, trainedPerSecond: 400 })
})

test('time left counts steps, validations, the final test and the paired sampling, each by what its kind took', () => {
  const run = runOf({ planned: 10, done: 4, steps: [step(1000)], validations: [evaluation(300)], tests: { before: evaluation(100) }, start })
  // 6 steps, validations at 5 and 10, the test again, and 50 queries four times at 10 ms a query
  expect(paceOf(run, settings)).toMatchObject({ leftMs: 6000 + 2 * 300 + 100 + 2000, unknown: [] })
  expect(paceOf({ ...run, done: 10 }, settings).leftMs).toBe(2100)
  expect(paceOf(run, settings, true).leftMs).toBe(2100)
})

test('a last validation off the beat is counted, and what was never measured is named instead of guessed', () => {
  const odd = settingsOf('sample', { steps: 7, validationEvery: 5 })
  const run = runOf({ planned: 7, done: 5, steps: [step(1000)], validations: [evaluation(300)], tests: { before: evaluation(100), after: evaluation(100) }, paired: { ms: 1 }, start })
  expect(paceOf(run, odd)).toMatchObject({ leftMs: 2000 + 300, unknown: [] })
  expect(paceOf({ ...run, validations: [], tests: {} }, odd)).toMatchObject({ leftMs: 2000, unknown: ['validations', 'the final test'] })
})

test('before the first step nothing is known, and after the summary nothing is left', () => {
  expect(paceOf(runOf({ planned: 10 }), settings)).toMatchObject({ stepMs: undefined, leftMs: undefined, sampledPerSecond: undefined })
  expect(paceOf(runOf({ summary: {} }), settings).leftMs).toBe(0)
})

test('imitation has steps of its own, and says that what follows is not counted', () => {
  const run = runOf({ stage: 'sft', planned: 10, done: 5, sft: [{ ms: 500, tokens: 50 }], sftValidations: [evaluation(300)], start, tests: {} })
  const staged = settingsOf('sample', { stages: 'sft,grpo', sftSteps: 10, validationEvery: 4 })
  // two validations are to come: after step 8, and after the last
  expect(paceOf(run, staged)).toMatchObject({ stepMs: 500, trainedPerSecond: 100, leftMs: 2500 + 2 * 300, unknown: ['the grpo stage', 'the final test'] })
  expect(paceOf(run, { ...staged, validationEvery: 0 })).toMatchObject({ leftMs: 2500, unknown: ['the grpo stage', 'the final test'] })
})
