// The rotation's table and reference: its gradient, and what makes it a relative position.
import { describe, expect, test } from 'vitest'
import { rotaryFrequencies } from '../../../src/domain/rotary.ts'
import { Numbers, projectionError } from '../testing.ts'
import { rope, ropeBackward } from './rope.reference.ts'
import { ropeTable } from './rope.ts'

const plain = (headDim: number, theta = 1e4) => rotaryFrequencies({ theta, scaling: { kind: 'none' } }, headDim)
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

describe('the rotation reference', () => {
  test.each([
    [1, 1, 1, 2], [3, 4, 2, 12], [2, 3, 1, 6], [5, 2, 2, 16],
  ])('turns gradients of %i rows, %i heads, %i key heads × %i back', (rows, heads, kvHeads, headDim) => {
    const shape = { heads, kvHeads, headDim }
    const numbers = new Numbers(`rope ${rows} ${heads} ${kvHeads} ${headDim}`)
    const positions = numbers.integers(rows, 300)
    const error = projectionError(
      'rope', [numbers.doubles(rows * (heads + 2 * kvHeads) * headDim)],
      ([qkv]) => [rope(qkv!, positions, { ...plain(headDim), magnitude: 1.3 }, shape)],
      (_, [dturned], [dqkv]) => ropeBackward(dturned!, positions, { ...plain(headDim), magnitude: 1.3 }, shape, dqkv!),
    )
    expect(error).toBeLessThan(1e-7)
  })

  test('pairs a component with the one half a head further on, turns queries and keys, and leaves values alone', () => {
    const turned = rope([1, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4], [1], plain(4), { heads: 1, kvHeads: 1, headDim: 4 })
    const expected = [Math.cos(1), 0, Math.sin(1), 0, 0, Math.cos(0.01), 0, Math.sin(0.01), 1, 2, 3, 4]
    expected.forEach((value, at) => expect(turned[at], `component ${at}`).toBeCloseTo(value, 14))
  })

  test('makes the product of a query and a key depend on their distance alone', () => {
    const shape = { heads: 1, kvHeads: 1, headDim: 16 }
    const qkv = new Numbers('rope distance').doubles(3 * 16)
    const product = (queryAt: number, keyAt: number): number => dot(rope(qkv, [queryAt], plain(16, 1e6), shape).subarray(0, 16), rope(qkv, [keyAt], plain(16, 1e6), shape).subarray(16, 32))
    expect(product(107, 100)).toBeCloseTo(product(7, 0), 10)
    expect(Math.abs(product(107, 100) - product(8, 0))).toBeGreaterThan(0.01)
  })
})

describe('ropeTable', () => {
  test.each([
    [4, 12, 1e4], [33, 16, 1e4], [5, 64, 1e6], [3, 2, 500],
  ])('holds cosines, then sines, of %i positions for heads of %i at theta %d', (positions, headDim, theta) => {
    const table = ropeTable(positions, plain(headDim, theta))
    expect(table).toHaveLength(positions * headDim)
    const half = headDim / 2
    for (let position = 0; position < positions; position++) {
      for (let i = 0; i < half; i++) {
        const angle = position / theta ** ((2 * i) / headDim)
        expect(table[position * headDim + i]).toBeCloseTo(Math.cos(angle), 6)
        expect(table[position * headDim + half + i]).toBeCloseTo(Math.sin(angle), 6)
      }
    }
  })

  test('keeps float32 accuracy at far positions, where float32 angles would be off by 1e-3', () => {
    const table = ropeTable(32768, plain(4))
    expect(table[32767 * 4]).toBe(Math.fround(Math.cos(32767)))
    expect(table[32767 * 4 + 3]).toBeCloseTo(Math.sin(327.67), 6)
  })

  test('multiplies cosines and sines by the magnitude', () => {
    expect(ropeTable(9, { ...plain(6), magnitude: 1.25 })).toEqual(Float32Array.from(Float64Array.from({ length: 9 * 6 }, (_, at) => {
      const angle = Math.floor(at / 6) * 1e4 ** (-(at % 3) / 3)
      return 1.25 * (at % 6 < 3 ? Math.cos(angle) : Math.sin(angle))
    })))
  })
})
