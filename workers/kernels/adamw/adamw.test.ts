// The optimiser's reference against values worked out by hand, and what makes it AdamW.
import { describe, expect, test } from 'vitest'
import { adamw, gradientNorm } from './adamw.reference.ts'
import { normScratch } from './adamw.ts'

const OPTIONS = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 }
const start = (weight: number): { weights: Float64Array; m: Float64Array; v: Float64Array } => ({ weights: Float64Array.of(weight), m: new Float64Array(1), v: new Float64Array(1) })

describe('the step', () => {
  test('first goes by the learning rate against the sign of the gradient, whatever its size', () => {
    for (const gradient of [3, 1e-3, -500]) {
      const state = start(1)
      adamw(state, [gradient], 1, OPTIONS, 1)
      expect(state.weights[0]).toBeCloseTo(1 - 0.1 * Math.sign(gradient), 5)
    }
  })

  test('then by the corrected means: 0.5 and −0.25 by hand', () => {
    const state = start(1)
    adamw(state, [0.5], 1, OPTIONS, 1)
    adamw(state, [-0.25], 1, OPTIONS, 2)
    const m = 0.9 * 0.05 + 0.1 * -0.25
    const v = 0.999 * 0.00025 + 0.001 * 0.0625
    expect(state.m[0]).toBeCloseTo(m, 14)
    expect(state.v[0]).toBeCloseTo(v, 14)
    expect(state.weights[0]).toBeCloseTo(1 - 0.1 * (0.5 / (0.5 + 1e-8)) - (0.1 * (m / 0.19)) / (Math.sqrt(v / 0.001999) + 1e-8), 12)
  })

  test('decays weights by the learning rate times the decay, apart from the gradient', () => {
    const state = start(2)
    adamw(state, [0], 1, { ...OPTIONS, weightDecay: 0.5 }, 1)
    expect(state.weights[0]).toBeCloseTo(2 * (1 - 0.1 * 0.5), 14)
    expect([state.m[0], state.v[0]]).toEqual([0, 0])
  })

  test('comes to the minimum of a bowl', () => {
    const state = start(3)
    for (let step = 1; step <= 600; step++) adamw(state, [2 * (state.weights[0]! - 1)], 1, { ...OPTIONS, learningRate: 0.02 }, step)
    expect(state.weights[0]).toBeCloseTo(1, 2)
  })
})

describe('clipping', () => {
  test('is by the norm over all parts, and only when it is above the threshold', () => {
    expect(gradientNorm([[3], [0, 4]], 1)).toEqual({ norm: 5, factor: 1 / (5 + 1e-6), finite: true })
    expect(gradientNorm([[3], [0, 4]], 6).factor).toBe(1)
    expect(gradientNorm([[3], [0, 4]], 0).factor).toBe(1)
  })

  test('sees gradients that are not finite in any part', () => {
    expect(gradientNorm([[1], [2, NaN]], 1).finite).toBe(false)
    expect(gradientNorm([[-Infinity], [2]], 1).finite).toBe(false)
  })
})

test('the norm needs a word of scratch per 512 parameters of each part', () => {
  expect(normScratch([1, 512, 513, 0])).toBe(4)
})
