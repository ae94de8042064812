// The reference of top-k against cases small enough to know by hand, and the reading of what the kernel packs.
import { expect, test } from 'vitest'
import { Numbers } from '../testing.ts'
import { best, topK } from './topk.reference.ts'
import { entriesOf } from './topk.ts'

test('the best are in the order of their scores, and equal ones in the order of their positions', () => {
  expect(best([1, 3, 2, 3, -1, 2], 4)).toEqual({ positions: [1, 3, 2, 5], scores: [3, 3, 2, 2] })
})

test('all there is comes back when more is asked for', () => {
  expect(best([0.5, -0.5], 10).positions).toEqual([0, 1])
  expect(best([], 3).positions).toEqual([])
})

test('every query is scored against every row', () => {
  const [queries, matrix] = [[1, 0, 0, 2], [3, 1, -1, 5, 0, 0]]
  expect(topK(queries, matrix, 2, 2)).toEqual([{ positions: [0, 2], scores: [3, 0] }, { positions: [1, 0], scores: [10, 2] }])
})

/** The kernel's packing, written down a second time. */
function pack(entries: readonly (readonly [score: number, position: number])[]): Uint32Array {
  return Uint32Array.from(entries.flatMap(([score, position]) => {
    const bits = new Uint32Array(new Float32Array([score]).buffer)[0]!
    return [score < 0 ? ~bits >>> 0 : (bits | 0x80000000) >>> 0, position]
  }))
}

test('what the kernel packs in any order is read in the order of rank and position, whatever the sign and size of a score', () => {
  const numbers = new Numbers('entries')
  const scores = [...[1e-30, 1, 1e30].flatMap((scale) => [...numbers.floats(20, scale)]), 0, 0, 1, 1, -1, -1]
  const shuffled = numbers.shuffle(scores.map((_, i) => i))
  const { positions, scores: read, order } = entriesOf(pack(shuffled.map((i) => [scores[i]!, i])))
  const expected = best(scores, scores.length)
  expect([...positions]).toEqual(expected.positions)
  expect([...read]).toEqual(expected.scores)
  expect(Array.from(order, (at) => shuffled[at])).toEqual(expected.positions)
})
