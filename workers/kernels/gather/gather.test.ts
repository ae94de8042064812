// The gather reference's gradient, and the lists that fix the order of the scatter's additions.
import { describe, expect, test } from 'vitest'
import { Numbers, projectionError } from '../testing.ts'
import { gather, gatherBackward } from './gather.reference.ts'
import { scatterLists } from './gather.ts'

describe('the gather reference', () => {
  test.each([
    [1, 1, 1], [3, 5, 7], [40, 4, 3], [2, 9, 1],
  ])('sends %i rows of a table of %i rows × %i back where they came from', (rows, tableRows, width) => {
    const numbers = new Numbers(`gather ${rows} ${tableRows} ${width}`)
    const index = numbers.integers(rows, tableRows)
    const error = projectionError(
      'gather', [numbers.doubles(tableRows * width)],
      ([table]) => [gather(table!, index, width)],
      (_, [dout], [dtable]) => gatherBackward(dout!, index, dtable!, width),
    )
    expect(error).toBeLessThan(1e-8)
  })

  test('takes a repeated row twice and leaves the others out', () => {
    expect([...gather([1, 2, 3, 4, 5, 6], [2, 0, 2], 2)]).toEqual([5, 6, 1, 2, 5, 6])
  })
})

describe('scatterLists', () => {
  test('groups output rows by table row, in ascending order on both levels', () => {
    const lists = scatterLists([7, 2, 7, 0, 2, 7])
    expect([...lists.targets]).toEqual([0, 2, 7])
    expect([...lists.starts]).toEqual([0, 1, 3, 6])
    expect([...lists.items]).toEqual([3, 1, 4, 0, 2, 5])
  })

  test('of nothing are empty', () => {
    const lists = scatterLists([])
    expect([[...lists.targets], [...lists.starts], [...lists.items]]).toEqual([[], [0], []])
  })

  test('hold every output row exactly once, under its own table row', () => {
    const index = new Numbers('scatter lists').integers(500, 37)
    const { targets, starts, items } = scatterLists(index)
    expect([...items].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i))
    targets.forEach((target, at) => {
      const own = [...items.subarray(starts[at], starts[at + 1])]
      expect(own.length).toBeGreaterThan(0)
      expect(own.every((item) => index[item] === target)).toBe(true)
      expect(own).toEqual([...own].sort((a, b) => a - b))
    })
  })
})
