// Checks that a kept run's answers are found where its store has them, the latest of a step that was told twice.
import { expect, test } from 'vitest'
import type { AnswersEvent } from '../../experiment/events.ts'
import { readKept, type KeptRuns } from './readKept.ts'

const event = (policy: AnswersEvent['policy'], split: AnswersEvent['split'], step: number, rewrite: string): AnswersEvent => (
  { type: 'answers', policy, split, step, answers: [{ queryId: 'q', query: 'q', rewrite, format: true }] })
const runs: KeptRuns = {
  answers: () => Promise.resolve([event('original', 'test', 0, 'as typed'), event('after', 'test', 8, 'trained')]),
  service: {
    lines: (_, __, wanted) => Promise.resolve('step' in wanted && wanted.step === 4 ? [event('current', 'validation', 4, 'first'), event('current', 'validation', 4, 'again')].map((one) => JSON.stringify(one)) : []),
    steps: () => Promise.resolve([4]),
  },
}

test('tests are read by their part, validations by their step', async () => {
  expect((await readKept(runs, { run: 'r', part: 'after' }, 'test'))[0]!.rewrite).toBe('trained')
  expect((await readKept(runs, { run: 'r', part: 'step:4' }, 'validation'))[0]!.rewrite).toBe('again')
})

test('a run without them says so, and what to do instead', async () => {
  await expect(readKept(runs, { run: 'r', part: 'step:8' }, 'validation')).rejects.toThrow('this run keeps no answers of step 8 to the validation queries; evaluate one of its checkpoints instead')
})
