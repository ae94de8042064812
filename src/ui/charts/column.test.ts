// Checks that a thinned column keeps its extremes, its ends and its gaps, and that smoothing is TensorBoard's.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BREAK, Column, firstFrom, nearest, Smoothed } from './column.ts'

function columnOf(values: readonly (number | null | undefined)[]): Column {
  const column = new Column()
  for (const value of values) column.push(value)
  return column
}
const smoothed = (values: readonly (number | undefined)[], weight: number): number[] => {
  const column = new Smoothed(columnOf(values), weight).follow()
  return [...column.values.subarray(0, column.length)]
}

test('the smoothed line of 1, 0, 0, 1 at weight 0.6 is the debiased average', () => {
  const line = smoothed([1, 0, 0, 1], 0.6)
  ;[1, 0.375, 0.183673, 0.558824].forEach((value, at) => expect(line[at]).toBeCloseTo(value, 6))
})

test('a constant series is unchanged by smoothing, and gaps stay gaps', () => {
  const line = smoothed([2, undefined, 2, Number.NaN, 2], 0.9)
  ;[2, Number.NaN, 2, Number.NaN, 2].forEach((value, at) => (Number.isNaN(value) ? expect(line[at]).toBeNaN() : expect(line[at]).toBeCloseTo(value, 9)))
  expect(smoothed([3, 1, 4], 0)).toEqual([3, 1, 4])
})

test('a smoothed column that follows its source piece by piece is the one that is made at once', () => {
  const values = Array.from({ length: 300 }, (_, at) => (at % 17 === 3 ? undefined : Math.sin(at)))
  const source = new Column()
  const line = new Smoothed(source, 0.8)
  for (const value of values) {
    source.push(value)
    line.follow()
  }
  expect([...line.column.values.subarray(0, 300)]).toEqual(smoothed(values, 0.8))
})

const value = fc.option(fc.oneof({ weight: 12, arbitrary: fc.integer({ min: -1000, max: 1000 }) }, fc.constantFrom(Number.NaN, Infinity)), { nil: undefined })

test('thinned places keep within their bound, ascend, and hold the ends and the extremes of what they stand for', () => {
  fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 900 }), fc.nat(), fc.nat(), fc.integer({ min: 16, max: 200 }), (values, a, b, most) => {
    const column = columnOf(values)
    const [from, to] = [a % values.length, b % values.length].toSorted((x, y) => x - y) as [number, number]
    const places = column.thinned(from, to, most).filter((place) => place !== BREAK)
    expect(places.length).toBeLessThanOrEqual(most)
    expect(places).toEqual([...new Set(places)].toSorted((x, y) => x - y))
    const finite = values.flatMap((one, at) => (at >= from && at <= to && one !== undefined && Number.isFinite(one) ? [at] : []))
    expect([places[0], places.at(-1)]).toEqual([finite[0], finite.at(-1)])
    const kept = places.map((at) => values[at]!)
    const all = finite.map((at) => values[at]!)
    expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...all), Math.max(...all)])
  }))
})

test('no line joins two places between which something is not drawn, however much is thinned', () => {
  fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 900 }), fc.integer({ min: 16, max: 200 }), (values, most) => {
    const places = columnOf(values).thinned(0, values.length - 1, most)
    places.forEach((place, at) => {
      const next = places[at + 1]
      if (place === BREAK || next === undefined) return
      const broken = values.slice(place + 1, next === BREAK ? places[at + 2] : next).some((one) => one === undefined || !Number.isFinite(one))
      expect(broken).toBe(next === BREAK)
    })
  }))
})

test('10,000 steps are drawn as at most two points a pixel, a single spike among them', () => {
  const column = columnOf(Array.from({ length: 10_000 }, (_, at) => (at === 6789 ? 50 : at % 7)))
  const places = column.thinned(0, 9999, 2 * 220)
  expect(places.length).toBeLessThanOrEqual(440)
  expect(places.length).toBeGreaterThan(200)
  expect(places).toContain(6789)
})

test('what is not finite is remembered apart from what was never measured', () => {
  const column = columnOf([1, undefined, Number.NaN, null, Infinity, 2])
  expect(column.broken).toEqual([2, 3, 4])
  expect(column.thinned(0, 5, 100)).toEqual([0, BREAK, 5])
  expect(column.drawnWithin(0, 5)).toBe(2)
  expect(column.lastDrawn(4)).toBe(0)
})

test('adding to a column costs the same at its end as at its beginning', () => {
  const column = new Column()
  let [touched, most] = [0, 0]
  const extend = Reflect.get(column, 'extend') as (...given: unknown[]) => void
  Reflect.set(column, 'extend', (...given: unknown[]) => {
    touched++
    extend.apply(column, given)
  })
  for (let at = 0; at < 100_000; at++) {
    touched = 0
    column.push(at)
    most = Math.max(most, touched)
  }
  expect(most).toBeLessThan(24)
})

test('the nearest place of an axis is found from either side', () => {
  const axis = Float64Array.of(0, 10, 20, 0, 0)
  expect([-5, 4, 5, 6, 99].map((x) => nearest(axis, 3, x))).toEqual([0, 0, 0, 1, 2])
  expect([-1, 10, 10.5, 21].map((x) => firstFrom(axis, 3, x))).toEqual([0, 1, 2, 3])
  expect(nearest(axis, 0, 1)).toBe(-1)
})
