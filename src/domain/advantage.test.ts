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

  it('leave out what has no reward, as TRL does with None: from means, from deviations, and with an advantage of zero', () => {
    const group = groupAdvantages([0.9, undefined, 0.5, 0.4], 4, { advantageScale: 'group', advantageEpsilon: 1e-4 })
    const s = Math.sqrt((0.3 ** 2 + 0.1 ** 2 + 0.2 ** 2) / 2)
    expect(group.values[1]).toBe(0)
    for (const [at, distance] of [[0, 0.3], [2, -0.1], [3, -0.2]] as const) expect(group.values[at]).toBeCloseTo(distance / (s + 1e-4), 12)
    const batch = groupAdvantages([1, undefined, 0, undefined, 0.5, 0.1], 3, { advantageScale: 'batch', advantageEpsilon: 0 })
    const over = [1, 0, 0.5, 0.1]
    const spread = Math.sqrt(over.reduce((sum, value) => sum + (value - 0.4) ** 2, 0) / 3)
    expect(batch.values[0]).toBeCloseTo(0.5 / spread, 12)
    expect(batch.values[4]).toBeCloseTo(0.2 / spread, 12)
  })

  it('of a group left with one reward, or with none, are zero, and such a group is not one without spread', () => {
    const { values, zeroSpread } = groupAdvantages([3, undefined, undefined, undefined, 1, 1], 2, { advantageScale: 'group', advantageEpsilon: 1e-4 })
    expect([...values]).toEqual([0, 0, 0, 0, 0, 0])
    expect(zeroSpread).toEqual({ groups: 1, allGood: 1, allBad: 0 })
  })

  it('of the others are the same whatever stood in the place of a missing reward', () => {
    const rewards = fc.array(fc.option(fc.integer({ min: -20, max: 20 }), { nil: undefined }), { minLength: 2, maxLength: 8 })
    fc.assert(fc.property(rewards, (all) => {
      const how = { advantageScale: 'group', advantageEpsilon: 1e-4 } as const
      const present = all.filter((reward) => reward !== undefined)
      fc.pre(present.length >= 2)
      const alone = [...groupAdvantages(present, present.length, how).values]
      const { values } = groupAdvantages(all, all.length, how)
      expect([...values].filter((_, at) => all[at] !== undefined)).toEqual(alone)
    }))
  })

  it('refuse rewards that fill no whole groups', () => {
    expect(() => groupAdvantages([1, 2, 3], 2, { advantageScale: 'group', advantageEpsilon: 0 })).toThrow('3 rewards don\'t divide into groups of 2')
  })
})
