// Rotary scaling: what is read, what is refused, and which angle each pair turns by.
import { describe, expect, test } from 'vitest'
import { parseRotary, rotaryFrequencies } from './rotary.ts'

const frequencies = (scaling: object, headDim = 8, theta = 100): number[] =>
  [...rotaryFrequencies(parseRotary({ rope_theta: theta, rope_scaling: scaling }, 4096), headDim).frequencies]

test('without scaling pair i turns by theta^(−2i/headDim) a position', () => {
  expect(frequencies({ rope_type: 'default' })).toEqual([1, 100 ** -0.25, 100 ** -0.5, 100 ** -0.75])
  expect(parseRotary({}, 4096)).toEqual({ theta: 10000, scaling: { kind: 'none' } })
})

test('dynamic scaling changes nothing within the positions of the model', () => {
  expect(frequencies({ type: 'dynamic', factor: 4 })).toEqual(frequencies({}))
})

test('linear scaling turns every pair slower by its factor, under the old name of its type and the new one', () => {
  const slower = frequencies({}).map((frequency) => frequency / 4)
  expect(frequencies({ type: 'linear', factor: 4 })).toEqual(slower)
  expect(frequencies({ rope_type: 'linear', factor: 4 })).toEqual(slower)
})

describe('llama3 scaling', () => {
  // 8 turns or more in 64 positions: from 2π·8/64 = 0.785 radians on; 2 turns or fewer: up to 0.196; between them, (turns − 2) / 6 of the old angle
  const scaling = { rope_type: 'llama3', factor: 16, low_freq_factor: 2, high_freq_factor: 8, original_max_position_embeddings: 64 }
  const [plain, scaled] = [frequencies({}), frequencies(scaling)]

  test('keeps fast pairs, slows slow pairs by the factor and mixes those between', () => {
    expect(scaled[0]).toBe(1)
    const share = ((64 * plain[1]!) / (2 * Math.PI) - 2) / 6
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThan(1)
    expect(scaled[1]).toBeCloseTo(share * plain[1]! + ((1 - share) * plain[1]!) / 16, 12)
    expect(scaled[2]).toBe(plain[2]! / 16)
    expect(scaled[3]).toBe(plain[3]! / 16)
  })
})

describe('yarn scaling', () => {
  const scaling = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 1024 }

  test('keeps pairs that turn 32 times in the original length, slows those that turn once or less by the factor, and goes linearly between', () => {
    // pairs where 1024·10000^(−2i/64) / 2π is 32 and 1: 5.65 and 17.7, whole numbers outwards 5 and 18
    const [plain, scaled] = [frequencies({}, 64, 10000), frequencies(scaling, 64, 10000)]
    for (let i = 0; i <= 5; i++) expect(scaled[i]).toBe(plain[i])
    for (let i = 18; i < 32; i++) expect(scaled[i]).toBeCloseTo(plain[i]! / 4, 14)
    expect(scaled[10]).toBeCloseTo(plain[10]! * (8 / 13 + 5 / 13 / 4), 12)
  })

  test('multiplies by 0.1·ln(factor) + 1, or by the attention factor that is given', () => {
    expect(rotaryFrequencies(parseRotary({ rope_scaling: scaling }, 4096), 8).magnitude).toBeCloseTo(0.1 * Math.log(4) + 1, 14)
    expect(rotaryFrequencies(parseRotary({ rope_scaling: { ...scaling, attention_factor: 1.5 } }, 4096), 8).magnitude).toBe(1.5)
    expect(rotaryFrequencies(parseRotary({ rope_scaling: { ...scaling, mscale: 1, mscale_all_dim: 0.5 } }, 4096), 8).magnitude).toBeCloseTo((0.1 * Math.log(4) + 1) / (0.05 * Math.log(4) + 1), 14)
  })
})

test.each([
  [{ rope_scaling: { type: 'longrope', factor: 4 } }, 'rotary scaling of type "longrope" is not supported; default, linear, dynamic, llama3 and yarn are'],
  [{ rope_scaling: { type: 'linear' } }, 'factor of the rotary scaling is undefined, but must be a number above 0'],
  [{ rope_scaling: { rope_type: 'llama3', factor: 8, low_freq_factor: 4, high_freq_factor: 4, original_max_position_embeddings: 64 } }, 'high_freq_factor 4 of the rotary scaling must exceed low_freq_factor 4'],
  [{ rope_scaling: { type: 'dynamic', factor: 2, original_max_position_embeddings: 64 } }, 'type "dynamic" with original_max_position_embeddings is not supported'],
  [{ partial_rotary_factor: 0.5 }, 'partial_rotary_factor is 0.5'],
  [{ rope_theta: -1 }, 'rope_theta is -1'],
])('%j is refused: %s', (raw, sentence) => {
  expect(() => parseRotary(raw, 4096)).toThrow(sentence)
})
