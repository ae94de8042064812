// Group advantages against the values that TRL and verl compute, and groups that have nothing to say.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decoupledAdvantages, groupAdvantages } from './advantage.ts'

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

describe('advantages of parts that are normalised by themselves', () => {
  const HOW = { advantageScale: 'group', advantageEpsilon: 0 } as const

  it('tell apart what the sum of the parts makes equal, by hand', () => {
    // two groups of two: in the first one rollout is ahead in both parts, in the second in one of them
    const both = { weight: 1, values: [1, 0, 1, 0] }
    const one = { weight: 1, values: [1, 0, 0, 0] }
    // each part by itself: ±1/√2; their sums ±√2 and ±1/√2, whose squares add up to 5 over n − 1 = 3
    const s = Math.sqrt(5 / 3)
    const { values } = decoupledAdvantages([both, one], 2, HOW)
    for (const [i, sum] of [Math.SQRT2, -Math.SQRT2, Math.SQRT1_2, -Math.SQRT1_2].entries()) expect(values[i]).toBeCloseTo(sum / s, 14)
    expect([...groupAdvantages([2, 0, 1, 0], 2, HOW).values].map(Math.abs)).toEqual(Array.from({ length: 4 }, () => expect.closeTo(Math.SQRT1_2, 14) as number))
  })

  it('weigh the normalised parts, whatever scale each has, and add the epsilon to both deviations', () => {
    const small = { weight: 3, values: [0.01, 0, 0.02] }
    const large = { weight: -1, values: [100, 400, 100] }
    const how = { advantageScale: 'group', advantageEpsilon: 0.005 } as const
    // small: mean 0.01, s 0.01; large: mean 200, s √30000
    const [a, b] = [0.01 + 0.005, Math.sqrt(30_000) + 0.005]
    const sums = [100 / b, -3 * 0.01 / a - 200 / b, 3 * 0.01 / a + 100 / b]
    const spread = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0) / 2)
    const { values } = decoupledAdvantages([small, large], 3, how)
    for (const [i, sum] of sums.entries()) expect(values[i]).toBeCloseTo(sum / (spread + 0.005), 12)
  })

  it('divide by nothing where no scale is asked for, and by the batch’s deviation of each part where that is', () => {
    const parts = [{ weight: 2, values: [1, 0, 3, 3] }, { weight: 1, values: [0, 0.5, 0, 0] }]
    expect([...decoupledAdvantages(parts, 2, { advantageScale: 'none', advantageEpsilon: 1 }).values]).toEqual([0.75, -0.75, 0, 0])
    const { values } = decoupledAdvantages(parts, 2, { advantageScale: 'batch', advantageEpsilon: 0 })
    const [first, second] = [Math.sqrt((0.75 ** 2 + 1.75 ** 2 + 2 * 1.25 ** 2) / 3), Math.sqrt((0.375 ** 2 + 3 * 0.125 ** 2) / 3)]
    const sum = 2 * 0.5 / first - 0.25 / second
    expect(values[0]).toBeCloseTo(sum / Math.sqrt(2 * sum * sum / 3), 12)
    expect(Array.from(values.subarray(2))).toEqual([0, 0])
  })

  it('are zero where no part has a spread, count such groups by their weighted sum, and leave out what has no reward', () => {
    const { values, zeroSpread } = decoupledAdvantages([
      { weight: 1, values: [0.5, 0.5, 0, 0, undefined, 1, undefined, 0, 1, undefined, 0, 0.5] },
      { weight: -2, values: [0, 0, 1, 1, undefined, 0, undefined, 0, 0, undefined, 0, 0] },
    ], 2, HOW)
    expect(Array.from(values.subarray(0, 10))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(values[11]).toBeGreaterThan(0)
    expect(zeroSpread).toEqual({ groups: 2, allGood: 1, allBad: 1 })
  })

  it('do not blow up the rounding that is left where parts cancel', () => {
    const one = [0.1, 0.7, 0.3]
    expect([...decoupledAdvantages([{ weight: 1, values: one }, { weight: -1, values: one.map((value) => 3 * value) }], 3, HOW).values]).toEqual([0, 0, 0])
  })

  it('of one part alone are those of the sum, over their own deviation', () => {
    const values = [0.9, 0.1, 0.5, 0.5, 0.2, 0.8, 0.8, 0.8]
    const alone = groupAdvantages(values, 4, HOW).values
    const spread = Math.sqrt(alone.reduce((sum, value) => sum + value * value, 0) / 7)
    const { values: found } = decoupledAdvantages([{ weight: 0.3, values }], 4, HOW)
    for (const [i, value] of alone.entries()) expect(found[i]).toBeCloseTo(value / spread, 12)
  })

  it('refuse a reward without any part', () => {
    expect(() => decoupledAdvantages([], 4, HOW)).toThrow('every part of the reward has the weight 0')
  })
})
