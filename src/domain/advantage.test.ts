// Group advantages against the values that TRL and verl compute, and groups that have nothing to say.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupAdvantages } from './advantage.ts'

const REWARDS = [0.9, 0.1, 0.5, 0.5]

describe('group advantages', () => {
  it('agree with TRL, with verl and with the unscaled form', () => {
    const first = (advantageScale: 'group' | 'batch' | 'none', advantageEpsilon: number, rewards = REWARDS) =>
      groupAdvantages(rewards, 4, { advantageScale, advantageEpsilon }).values[0]
    expect(first('group', 1e-4)).toBeCloseTo(1.224369986, 9)
    expect(first('group', 1e-6)).toBeCloseTo(1.224741121, 9)
    expect(first('group', 1e-9)).toBeCloseTo(1.224744868, 9)
    expect(first('none', 1e-4)).toBeCloseTo(0.4, 15)
    expect(first('batch', 1e-4, [...REWARDS, 0.3, 0.3, 0.3, 0.3])).toBeCloseTo(1.672620346, 9)
  })

  it('are exactly zero where a group’s rewards span at most 1e-6, and such groups are counted by their sign', () => {
    const residue = 0.1 + 0.2
    const rewards = [residue, 0.3, -2, -2, 0, 0, 1, 0.5, 1, 1 + 9e-7]
    const { values, zeroSpread } = groupAdvantages(rewards, 2, { advantageScale: 'group', advantageEpsilon: 0 })
    expect([...values.slice(0, 6), ...values.slice(8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect(values[6]).toBeCloseTo(Math.SQRT1_2, 12)
    expect(zeroSpread).toEqual({ groups: 4, allGood: 2, allBad: 2 })
    const batch = groupAdvantages([1, 1, 5, 6], 2, { advantageScale: 'batch', advantageEpsilon: 1e-4 }).values
    expect([batch[0], batch[1]]).toEqual([0, 0])
  })

  it('sum to zero in every group and don’t move when all rewards do', () => {
    const group = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 8 })
    fc.assert(fc.property(group, fc.integer({ min: -5, max: 5 }), (rewards, shift) => {
      const how = { advantageScale: 'group', advantageEpsilon: 1e-4 } as const
      const { values } = groupAdvantages(rewards, rewards.length, how)
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9)
      const moved = groupAdvantages(rewards.map((reward) => reward + shift), rewards.length, how).values
      for (const [i, value] of values.entries()) expect(moved[i]).toBeCloseTo(value, 9)
    }))
  })

  it('refuse rewards that fill no whole groups', () => {
    expect(() => groupAdvantages([1, 2, 3], 2, { advantageScale: 'group', advantageEpsilon: 0 })).toThrow('3 rewards don\'t divide into groups of 2')
  })
})
