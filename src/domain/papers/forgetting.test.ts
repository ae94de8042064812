// What is forgotten, by hand: two probes of ten and thirty tokens.
import { expect, test } from 'vitest'
import type { ForgottenBy } from './experiment.ts'
import { forgettingRows } from './forgetting.ts'

const by = (nll: readonly number[], kl: number, passed: boolean): ForgottenBy => new Map([
  ['a', { nll: nll[0]!, tokens: 10, kl, kind: 'language' }], ['b', { nll: nll[1]!, tokens: 30, kl, kind: 'language' }],
  ['c', { nll: nll[2]!, tokens: 10, kl, kind: 'format', passed }],
])
const BASE = by([20, 30, 10], 0, true)

test('perplexity is over tokens, the difference over probes, and the format over those that ask for one', () => {
  const [base, sft] = forgettingRows(BASE, [{ method: 'SFT', seeds: [by([30, 60, 20], 0.5, false)] }])
  // 60 nats over 50 tokens, then 110
  expect(base).toMatchObject({ method: 'Base', delta: 0, kl: 0, passed: 1 })
  expect(base!.perplexity).toBeCloseTo(Math.exp(60 / 50), 12)
  expect(sft!.perplexity).toBeCloseTo(Math.exp(110 / 50), 12)
  // +1 on each probe: a token of a, b and c costs 1 more
  expect(sft!.delta).toBeCloseTo(1, 12)
  expect(sft).toMatchObject({ probes: 3, kl: 0.5, passed: 0 })
  // of 8 sign assignments 2 are as far from zero
  expect(sft!.p).toBeCloseTo(0.25, 12)
})

test('p-values of several methods are adjusted together, and a policy that is the base has forgotten nothing', () => {
  const rows = forgettingRows(BASE, [{ method: 'SFT', seeds: [by([30, 60, 20], 0.5, true)] }, { method: 'RL', seeds: [BASE] }])
  expect(rows.map(({ method, delta, p }) => [method, Number(delta.toFixed(9)), p])).toEqual([['Base', 0, 1], ['SFT', 1, 0.5], ['RL', 0, 1]])
})

test('seeds are averaged probe by probe', () => {
  const [, sft] = forgettingRows(BASE, [{ method: 'SFT', seeds: [by([30, 60, 20], 0.4, true), by([50, 120, 40], 0.8, false)] }])
  expect(sft!.delta).toBeCloseTo(2, 12)
  expect(sft!.kl).toBeCloseTo(0.6, 12)
  expect(sft!.passed).toBe(0.5)
})
