// A whole step at Qwen2.5-0.5B's shape, small enough for the suite: it ends, its memory is what was planned, and sampler and trainer agree.
import { expect, test } from 'vitest'
import { lab } from './testing.ts'

interface Step {
  readonly parameters: number
  readonly phases: Readonly<Record<string, { readonly seconds: number }>>
  readonly peak: number
  readonly predicted: number
  readonly gradNorm: number
  readonly logpGap: number
}

test('a step of 1 × 2 rollouts on 494 million f16 weights fits as planned, loads within a minute and has a finite gradient', async () => {
  const { status, last } = await lab(['bench', 'step-0.5b', '--short'])
  expect(status).toBe(0)
  const [step] = (last as { benches: [Step] }).benches
  expect(step.parameters).toBe(494_032_768)
  expect(Object.keys(step.phases)).toEqual(['load', 'prefill', 'sampling', 'reference', 'forward 0', 'backward 0', 'adamw'])
  expect(step.phases['load']?.seconds).toBeLessThan(60)
  expect(step.peak).toBeLessThan(2.2e9)
  expect(step.predicted / step.peak).toBeGreaterThan(0.98)
  expect(step.predicted / step.peak).toBeLessThan(1.06)
  expect(step.gradNorm).toBeGreaterThan(0)
  expect(step.gradNorm).toBeLessThan(Infinity)
  expect(step.logpGap).toBeLessThan(1e-4)
}, 600_000)
