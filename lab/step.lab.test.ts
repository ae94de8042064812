// A whole step at Qwen2.5-0.5B's shape, small enough for the suite: it ends, its memory is what was planned, and sampler and trainer agree.
import { expect, test } from 'vitest'
import { lab } from './testing.ts'

interface Step {
  readonly parameters: number
  readonly adapter: string
  readonly peak: number
  readonly cases: readonly { readonly shape: string; readonly op: string; readonly ours: number; readonly unit: string; readonly peers: object; readonly share: number; readonly gflop: number }[]
  readonly ratios: object
  readonly peakGpuBytes: number
  readonly predictedGpuBytes: number
  readonly gradNorm: number
  readonly logpGap: number
}

// Tried a second time when it fails: once in three runs the browser ended it while a gigabyte was loading, for a reason not yet known.
test('a step of 1 × 2 rollouts on 494 million f16 weights fits as planned, loads within a minute and has a finite gradient', { retry: 1, timeout: 600_000 }, async () => {
  const { status, last } = await lab(['bench', 'step-0.5b', '--short'])
  expect({ status, error: last['error'] }).toEqual({ status: 0, error: undefined })
  const [step] = (last as { benches: [Step] }).benches
  expect(step.parameters).toBe(494_032_768)
  expect(step).toMatchObject({ name: 'step-0.5b', adapter: 'swiftshader', ratios: {} })
  expect(step.cases.map(({ op }) => op)).toEqual(['load', 'prefill', 'sampling', 'reference', 'forward 0', 'backward 0', 'adamw'])
  expect(step.cases[0]?.ours).toBeLessThan(60)
  for (const { shape, ours, unit, peers, share, gflop } of step.cases) {
    expect({ shape, unit, peers }).toEqual({ shape: '24 layers of 896, f16, 1 × 2 of 32 + 8 tokens', unit: 's', peers: {} })
    expect(Math.abs(share * ours * step.peak - gflop)).toBeLessThanOrEqual(0.01 * gflop)
  }
  expect(step.cases.find(({ op }) => op === 'backward 0')?.share).toBeGreaterThan(0)
  expect(step.peakGpuBytes).toBeLessThan(2.2e9)
  expect(step.predictedGpuBytes / step.peakGpuBytes).toBeGreaterThan(0.98)
  expect(step.predictedGpuBytes / step.peakGpuBytes).toBeLessThan(1.06)
  expect(step.gradNorm).toBeGreaterThan(0)
  expect(step.gradNorm).toBeLessThan(Infinity)
  expect(step.logpGap).toBeLessThan(1e-4)
})
