// Which checkpoints stay.
import { expect, test } from 'vitest'
import { retained } from './retention.ts'

/** `grpo 3 best step`: after three updates, kept for two things. */
function kept(marks: readonly string[], most: number): string[] {
  const all = marks.map((mark, at) => {
    const [stage, step, ...names] = mark.split(' ') as ['grpo', string, ...string[]]
    return { stage, step: Number(step), names, eventsBytes: at * 100, mark }
  })
  return retained(all.toReversed(), most).map(({ mark }) => mark)
}

test('the latest few of those kept only for their step stay, in the order of the run', () => {
  expect(kept(['grpo 1 step', 'grpo 2 step', 'grpo 3 step', 'grpo 4 step'], 2)).toEqual(['grpo 3 step', 'grpo 4 step'])
  expect(kept(['grpo 1 step', 'grpo 2 step'], 0)).toEqual([])
})

test('the starts, the last and the best of each stage stay beside them', () => {
  const marks = ['sft 0 start', 'sft 1 best', 'sft 2 step', 'sft 3 last', 'grpo 0 start', 'grpo 1 best step', 'grpo 2 step', 'grpo 3 step', 'grpo 4 last']
  expect(kept(marks, 1)).toEqual(['sft 0 start', 'sft 1 best', 'sft 3 last', 'grpo 0 start', 'grpo 1 best step', 'grpo 3 step', 'grpo 4 last'])
})

test('what was the best when a checkpoint was made stays as long as that one does, for who goes on from there needs it', () => {
  const marks = ['grpo 0 start', 'grpo 1 best', 'grpo 2 best', 'grpo 3 step', 'grpo 4 best', 'grpo 5 step']
  expect(kept(marks, 2)).toEqual(['grpo 0 start', 'grpo 2 best', 'grpo 3 step', 'grpo 4 best', 'grpo 5 step'])
  expect(kept(marks, 1)).toEqual(['grpo 0 start', 'grpo 4 best', 'grpo 5 step'])
})
