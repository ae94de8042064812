// The column sums' reference is the gradient of a bias and of a norm's weight.
import { expect, test } from 'vitest'
import { Numbers, projectionError } from '../testing.ts'
import { columnSumScratch } from './column_sum.ts'
import { addToRows, columnSum, scaleRows, weightedColumnSum } from './column_sum.reference.ts'

test.each([[1, 1], [1, 9], [65, 3], [7, 40]])('sums of %i rows × %i are the gradients of what they came from', (rows, width) => {
  const numbers = new Numbers(`column sum ${rows} ${width}`)
  const [x, rowScale, w] = [numbers.doubles(rows * width), numbers.doubles(rows), numbers.doubles(width)]
  expect(projectionError('bias', [w], ([b]) => [addToRows(x, b!, rows, width)], (_, [dy], [db]) => columnSum(dy!, db!, rows, width))).toBeLessThan(1e-7)
  expect(projectionError('weight', [w], ([b]) => [scaleRows(x, rowScale, b!, rows, width)], (_, [dy], [dw]) => weightedColumnSum(dy!, x, rowScale, dw!, rows, width))).toBeLessThan(1e-7)
})

test('two rows of three columns add up', () => {
  const out = new Float64Array([100, 0, 0])
  columnSum([1, 2, 3, 10, 20, 30], out, 2, 3)
  expect([...out]).toEqual([111, 22, 33])
})

test('scratch holds one partial sum per 64 rows and column', () => {
  expect([0, 1, 64, 65, 128, 129].map((rows) => columnSumScratch(rows, 10))).toEqual([0, 10, 10, 20, 20, 30])
})
