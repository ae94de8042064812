// Column sums on the GPU against the float64 reference.
import { expect, test } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch, plus } from '../testing.ts'
import { columnSum, columnSumScratch } from './column_sum.ts'
import * as reference from './column_sum.reference.ts'

const SHAPES = [[1, 1], [1, 31], [63, 32], [64, 33], [65, 7], [128, 64], [200, 5], [1000, 130]] as const
const MAGNITUDES = [1e-4, 1, 1e3]

// Σ over rows of normal numbers is about √rows large and errs by about √rows · 2^-24 of each term.
const TOLERANCE = 2e-6

test.each(SHAPES.flatMap(([rows, width]) => MAGNITUDES.map((scale) => [rows, width, scale] as const)))('%i rows × %i at magnitude %d, plain and weighted', async (rows, width, scale) => {
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`column sum ${rows} ${width} ${scale}`)
  const [source, x, rowScale, before] = [numbers.floats(rows * width, scale), numbers.floats(rows * width), numbers.floats(rows), numbers.floats(width, scale)]
  const t = { source: buffers.floats(source), x: buffers.floats(x), rowScale: buffers.floats(rowScale) }
  const [plain, weighted, fresh] = [buffers.floats(before), buffers.floats(before), buffers.floats(new Float32Array(width))]
  const scratch = buffers.unset(columnSumScratch(rows, width))
  dispatch(buffers.gpu, (recording) => {
    columnSum(recording, { source: t.source, out: plain, scratch }, { rows, width })
    columnSum(recording, { source: t.source, times: t, out: weighted, scratch }, { rows, width })
    columnSum(recording, { source: t.source, out: fresh, scratch }, { rows, width })
  })
  const [sum, weightedSum] = [new Float64Array(width), new Float64Array(width)]
  reference.columnSum(source, sum, rows, width)
  reference.weightedColumnSum(source, x, rowScale, weightedSum, rows, width)
  expect(relativeError(await buffers.read(plain), plus(before, sum)), 'plain').toBeLessThan(TOLERANCE)
  expect(relativeError(await buffers.read(weighted), plus(before, weightedSum)), 'weighted').toBeLessThan(TOLERANCE)
  expect(relativeError(await buffers.read(fresh), sum), 'from zero').toBeLessThan(TOLERANCE)
  await buffers.readWords(scratch)
  buffers.free()
})

test('no rows leave the sum as it was', async () => {
  const buffers = new Buffers(await testGpu())
  const out = buffers.floats([1, 2, 3])
  dispatch(buffers.gpu, (recording) => columnSum(recording, { source: buffers.unset(3), out, scratch: buffers.unset(3) }, { rows: 0, width: 3 }))
  expect([...(await buffers.read(out))]).toEqual([1, 2, 3])
  buffers.free()
})

test('the same sum taken twice has the same bytes', async () => {
  const buffers = new Buffers(await testGpu())
  const [rows, width] = [777, 40]
  const source = buffers.floats(new Numbers('column sum twice').floats(rows * width))
  const runs = [0, 1].map(() => buffers.floats(new Float32Array(width)))
  for (const out of runs) dispatch(buffers.gpu, (recording) => columnSum(recording, { source, out, scratch: buffers.unset(columnSumScratch(rows, width)) }, { rows, width }))
  expect(await buffers.readWords(runs[0]!)).toEqual(await buffers.readWords(runs[1]!))
  buffers.free()
})
