// Lines of events.jsonl.
import { expect, test } from 'vitest'
import type { RunEvent } from './events.ts'
import { eventOf, lineOf } from './line.ts'

test('a line is the event as JSON; which kernels were fastest is left out of the start', () => {
  const alarm: RunEvent = { type: 'alarm', step: 3, message: 'KL is null and void' }
  expect(lineOf(alarm)).toBe('{"type":"alarm","step":3,"message":"KL is null and void"}')
  expect(eventOf(lineOf(alarm))).toEqual(alarm)
  const start = { type: 'start', policy: { layers: 2, adapter: { vendor: 'v', kernels: { matmul: 'tiled' } } } } as unknown as RunEvent
  expect(lineOf(start)).toBe('{"type":"start","policy":{"layers":2,"adapter":{"vendor":"v"}}}')
})

test('a number that was not finite is read as NaN, wherever it stood', () => {
  const step = { type: 'step', stage: 'sft', step: 1, loss: NaN, gradNorm: Infinity, tokens: 3, learningRate: 1, ms: 2 } as const
  expect(eventOf(lineOf(step))).toEqual({ ...step, gradNorm: NaN })
})
