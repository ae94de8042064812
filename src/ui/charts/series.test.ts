// Checks that thinning keeps extremes and that smoothing is TensorBoard's.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { smooth, thin } from './series.ts'

test('the smoothed line of 1, 0, 0, 1 at weight 0.6 is the debiased average', () => {
  const line = smooth([1, 0, 0, 1], 0.6)
  ;[1, 0.375, 0.183673, 0.558824].forEach((value, at) => expect(line[at]).toBeCloseTo(value, 6))
})

test('a constant series is unchanged by smoothing, and gaps stay gaps', () => {
  expect(smooth([2, undefined, 2, Number.NaN, 2], 0.9).map((value) => value?.toFixed(9))).toEqual(
    ['2.000000000', undefined, '2.000000000', undefined, '2.000000000'],
  )
  expect(smooth([3, 1, 4], 0)).toEqual([3, 1, 4])
})

test('a thinned series keeps its length bound, its order, its ends and the extremes of every key', () => {
  const row = fc.record({ a: fc.integer({ min: -1000, max: 1000 }), b: fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: undefined }) })
  fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 900 }), (values) => {
    const rows = values.map((value, step) => ({ step, ...value }))
    const drawn = thin(rows, ['a', 'b'], 100)
    expect(drawn.length).toBeLessThanOrEqual(100)
    expect(drawn.map(({ step }) => step)).toEqual(drawn.map(({ step }) => step!).toSorted((x, y) => x - y))
    expect([drawn[0], drawn.at(-1)]).toEqual([rows[0], rows.at(-1)])
    for (const key of ['a', 'b'] as const) {
      const [all, left] = [rows, drawn].map((list) => list.map((entry) => entry[key]).filter((value) => value !== undefined)) as [number[], number[]]
      if (all.length > 0) expect([Math.min(...left), Math.max(...left)]).toEqual([Math.min(...all), Math.max(...all)])
    }
  }))
})

test('a short series is drawn whole', () => {
  const rows = [{ a: 1 }, { a: 2 }]
  expect(thin(rows, ['a'], 2)).toBe(rows)
})
