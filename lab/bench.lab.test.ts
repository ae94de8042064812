// `lab bench` as a person runs it, on the first case alone: the shape of what it prints, and that every peer took part.
import { expect, test } from 'vitest'
import { lab } from './testing.ts'

interface Case {
  readonly shape: string
  readonly op: string
  readonly ours: number
  readonly unit: string
  readonly peers: Readonly<Record<string, number>>
}
interface Bench {
  readonly name: string
  readonly adapter: string
  readonly peak: number
  readonly cases: readonly Case[]
  readonly ratios: Readonly<Record<string, number>>
}

test('bench peak and matmul: each gives its adapter, peak, cases and ratios, and the products are held against three peers that computed the same', async () => {
  const { status, last } = await lab(['bench', 'peak', 'matmul', '--limit', '1'])
  expect(status).toBe(0)
  const [peak, matmul] = last['benches'] as readonly [Bench, Bench]
  expect([peak.name, matmul.name]).toEqual(['peak', 'matmul'])
  expect(peak.cases).toHaveLength(27)
  for (const { adapter, peak: most, cases, ratios } of [peak, matmul]) {
    expect(adapter).toBe('swiftshader')
    expect(most).toBeGreaterThan(0)
    for (const { shape, op, ours, unit } of cases) expect([shape, op, unit, ours > 0]).toEqual([expect.any(String), expect.any(String), expect.stringMatching(/^G(FLOP|B)\/s$/), true])
    for (const value of Object.values(ratios)) expect(value).toBeGreaterThan(0)
  }
  const [first] = matmul.cases
  expect(first).not.toHaveProperty('failed')
  expect(Object.keys(first!.peers).sort()).toEqual(['jax-js', 'onnxruntime-web', 'tfjs'])
  expect(Object.keys(matmul.ratios)).toContain('nn/jax-js')
})
