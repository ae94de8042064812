// The data order: every query once an epoch, resumable from the step's number, and a validation share that stays apart.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planBatch, splitValidation } from './order.ts'

const items = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('the plan of a step', () => {
  it('uses every query once before any again, up to what fills no whole step', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 12 }), fc.nat(), (count, size, seed) => {
      const perEpoch = Math.max(1, Math.floor(count / size))
      const epoch = items(perEpoch).flatMap((step) => planBatch(items(count), size, 3 * perEpoch + step, seed))
      expect(new Set(epoch).size).toBe(epoch.length)
      expect(count - epoch.length).toBeLessThan(size)
    }))
  })

  it('is a function of seed and step, and every epoch has another order', () => {
    const epoch = (number: number, seed = 1) => items(5).flatMap((step) => planBatch(items(40), 8, number * 5 + step, seed))
    expect(epoch(2)).toEqual(epoch(2))
    expect(epoch(1)).not.toEqual(epoch(2))
    expect(epoch(1, 2)).not.toEqual(epoch(1))
    expect([...epoch(1)].sort((a, b) => a - b)).toEqual(items(40))
  })

  it('holds all queries where they are fewer than a step takes, and refuses none', () => {
    expect(new Set(planBatch(items(3), 8, 5, 1))).toEqual(new Set([0, 1, 2]))
    expect(() => planBatch([], 8, 5, 1)).toThrow('step 5: 0 items to choose 8 from')
  })
})

describe('the validation share', () => {
  it('is seeded, apart from training, and in the data’s order', () => {
    const { training, validation } = splitValidation(items(480), 0.1, 7)
    expect(validation).toHaveLength(48)
    expect([...training, ...validation].sort((a, b) => a - b)).toEqual(items(480))
    expect(validation).toEqual([...validation].sort((a, b) => a - b))
    expect(splitValidation(items(480), 0.1, 7)).toEqual({ training, validation })
    expect(splitValidation(items(480), 0.1, 8).validation).not.toEqual(validation)
  })

  it('is at least one query if any, and never the only one', () => {
    expect(splitValidation(items(3), 0.1, 1).validation).toHaveLength(1)
    expect(splitValidation(items(1), 0.1, 1).validation).toHaveLength(0)
    expect(splitValidation(items(9), 0, 1).validation).toHaveLength(0)
  })
})
