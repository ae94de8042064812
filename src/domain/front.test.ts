// The Pareto front against its definition.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paretoFront } from './front.ts'

const on = (...pairs: (readonly [number, number])[]): readonly number[] => paretoFront(pairs.map(([x, y]) => ({ x, y }))).flatMap((is, at) => (is ? [at] : []))

test.each([
  // a staircase: (1, 3), (2, 2), (3, 1); (1, 1) is beaten by all of them
  [[[1, 3], [2, 2], [3, 1], [1, 1]] as const, [0, 1, 2]],
  // more of one and as much of the other is better: (2, 3) beats (1, 3) and (2, 1)
  [[[1, 3], [2, 3], [2, 1]] as const, [1]],
  // equal points stand together
  [[[2, 2], [2, 2], [1, 2]] as const, [0, 1]],
  // what was not measured is on no front
  [[[Number.NaN, 9], [1, 1], [9, Number.NaN], [Infinity, 0]] as const, [1]],
  [[] as const, []],
])('of %j are %j', (pairs, expected) => expect(on(...pairs)).toEqual(expected))

test('holds exactly the points that no other one dominates', () => {
  const few = fc.integer({ min: 0, max: 5 })
  fc.assert(fc.property(fc.array(fc.record({ x: few, y: few }), { maxLength: 20 }), (points) => {
    const beaten = ({ x, y }: { x: number; y: number }): boolean => points.some((other) => other.x >= x && other.y >= y && (other.x > x || other.y > y))
    expect(paretoFront(points)).toEqual(points.map((point) => !beaten(point)))
  }))
})
