// Checks that a kept run's answers are found where its store has them, the latest of a step that was told twice.
import { expect, test } from 'vitest'
import type { AnswersEvent } from '../../experiment/events.ts'
import { lineOf } from '../../experiment/line.ts'
import { keptAnswers } from './keptAnswers.ts'

const event = (policy: AnswersEvent['policy'], split: AnswersEvent['split'], step: number, rewrite: string): AnswersEvent => (
  { type: 'answers', policy, split, step, answers: [{ queryId: 'q', query: 'q', rewrite, format: true }] })
const again = event('current', 'validation', 4, 'again')
const unmeasured = { 'ndcg@10': NaN, 'ndcg@100': NaN, 'recall@10': NaN }
const TWICE = [event('current', 'validation', 4, 'first'), { ...again, answers: again.answers.map((answer) => ({ ...answer, metrics: unmeasured })) }]
const runs: Parameters<typeof keptAnswers>[0] = {
  answers: () => Promise.resolve([event('original', 'test', 0, 'as typed'), event('after', 'test', 8, 'trained')]),
  service: {
    lines: (_, __, wanted) => Promise.resolve('step' in wanted && wanted.step === 4 ? TWICE.map(lineOf) : []),
  },
}

test('tests are read by their part, validations by their step', async () => {
  expect((await keptAnswers(runs, { run: 'r', part: 'after' }, 'test'))[0]!.rewrite).toBe('trained')
  expect((await keptAnswers(runs, { run: 'r', part: 'step:4' }, 'validation'))[0]!.rewrite).toBe('again')
})

test('what had no finite measure has none when it is read back', async () => {
  expect((await keptAnswers(runs, { run: 'r', part: 'step:4' }, 'validation'))[0]!.metrics).toEqual(unmeasured)
})

test('a run without them says so, and what to do instead', async () => {
  await expect(keptAnswers(runs, { run: 'r', part: 'step:8' }, 'validation')).rejects.toThrow('this run keeps no answers of step 8 to the validation queries; evaluate one of its checkpoints instead')
})
