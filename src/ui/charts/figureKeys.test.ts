// Checks that the names in a figure's key stay within their chart.
import { expect, test } from 'vitest'
import { placeKeys } from './figureKeys.ts'

test('short names stand in one row', () => {
  expect(placeKeys(['mean', 'NDCG@10'], 460).map(({ x, row }) => [Math.round(x), row])).toEqual([[0, 0], [61, 0]])
})

test('eight runs with long names take the rows they need, and none reaches beyond the chart', () => {
  const names = Array.from({ length: 8 }, (_, at) => `a run of the sample policy, number ${at}`)
  const placed = placeKeys([...names, 'x'.repeat(200)], 460)
  expect(placed.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  for (const { x, text } of placed) expect(x + 22 + 6.2 * text.length).toBeLessThanOrEqual(460)
  expect(placed.at(-1)!.text).toMatch(/x…$/)
})
