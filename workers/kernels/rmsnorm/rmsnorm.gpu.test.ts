// The norm on the GPU against the float64 reference.
import { beforeAll, describe, expect, test } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { columnSumScratch } from '../column_sum/column_sum.ts'
import { ROW_VARIANTS } from '../sum.ts'
import { choose } from '../variants.ts'
import { Buffers, Numbers, dispatch, plus } from '../testing.ts'
import * as reference from './rmsnorm.reference.ts'
import { rmsNorm, rmsNormBackward } from './rmsnorm.ts'

const SHAPES = [[1, 1], [1, 5], [31, 7], [32, 64], [33, 65], [130, 48], [96, 896]] as const
const MAGNITUDES = [1e-4, 1, 1e3]
const EPS = 1e-6 // √eps = 1e-3: at magnitude 1e-4 the norm is mostly eps, so a dropped one fails

// A float32 sum of n squares, added one by one, errs by about √n · 2^-24 = 1e-6 at 896 columns; the reciprocal root halves it.
const TOLERANCE = 2e-6

describe.each(ROW_VARIANTS)('as %s', (variant) => {
  beforeAll(async () => choose(await testGpu(), 'rmsnorm', variant))

  test.each(SHAPES.flatMap(([rows, width]) => MAGNITUDES.map((scale) => [rows, width, scale] as const)))('%i rows × %i at magnitude %d, forward and backward', async (rows, width, scale) => {
    const shape = { rows, width, eps: EPS }
    const buffers = new Buffers(await testGpu())
    const numbers = new Numbers(`rmsnorm ${rows} ${width} ${scale}`)
    const [x, w, dy] = [numbers.floats(rows * width, scale), numbers.floats(width), numbers.floats(rows * width, scale)]
    // as large as the terms that are added to it: large enough to show overwriting, too small to hide an error
    const [dxBefore, dwBefore] = [numbers.floats(rows * width, scale / Math.hypot(scale, 1e-3)), numbers.floats(width, scale)]
    const t = {
      x: buffers.floats(x), w: buffers.floats(w), dy: buffers.floats(dy), y: buffers.unset(rows * width), rstd: buffers.unset(rows),
      dx: buffers.floats(dxBefore), dw: buffers.floats(dwBefore), scratch: buffers.unset(columnSumScratch(rows, width)),
    }
    dispatch(buffers.gpu, (recording) => {
      rmsNorm(recording, t.x, t.w, t.y, t.rstd, shape)
      rmsNormBackward(recording, t, shape)
    })
    const expected = reference.rmsNorm(x, w, shape)
    const [dx, dw] = [new Float64Array(rows * width), new Float64Array(width)]
    reference.rmsNormBackward({ x, w, dy, dx, dw }, shape)
    expect(relativeError(await buffers.read(t.y), expected.y), 'y').toBeLessThan(TOLERANCE)
    expect(relativeError(await buffers.read(t.rstd), expected.rstd), 'rstd').toBeLessThan(TOLERANCE)
    expect(relativeError(await buffers.read(t.dx), plus(dxBefore, dx)), 'dx').toBeLessThan(TOLERANCE)
    expect(relativeError(await buffers.read(t.dw), plus(dwBefore, dw)), 'dw').toBeLessThan(TOLERANCE)
    await buffers.readWords(t.scratch)
    buffers.free()
  })

  test('without dw only dx is written', async () => {
    const shape = { rows: 37, width: 50, eps: EPS }
    const size = shape.rows * shape.width
    const buffers = new Buffers(await testGpu())
    const numbers = new Numbers('rmsnorm without dw')
    const [x, w, dy] = [numbers.floats(size), numbers.floats(shape.width), numbers.floats(size)]
    const t = { x: buffers.floats(x), w: buffers.floats(w), dy: buffers.floats(dy), y: buffers.unset(size), rstd: buffers.unset(shape.rows), dx: buffers.floats(new Float32Array(size)), scratch: buffers.unset(shape.width) }
    dispatch(buffers.gpu, (recording) => {
      rmsNorm(recording, t.x, t.w, t.y, t.rstd, shape)
      rmsNormBackward(recording, t, shape)
    })
    const dx = new Float64Array(size)
    reference.rmsNormBackward({ x, w, dy, dx, dw: new Float64Array(shape.width) }, shape)
    expect(relativeError(await buffers.read(t.dx), dx)).toBeLessThan(TOLERANCE)
    expect(new Set(await buffers.readWords(t.scratch)).size, 'distinct words of scratch').toBe(1)
    buffers.free()
  })

  test('a row alone has the bytes that it has among others', async () => {
    const buffers = new Buffers(await testGpu())
    const [rows, width] = [70, 96]
    const numbers = new Numbers('rmsnorm alone')
    const x = numbers.floats(rows * width)
    const w = buffers.floats(numbers.floats(width))
    const all = buffers.unset(rows * width)
    const one = buffers.unset(width)
    dispatch(buffers.gpu, (recording) => {
      rmsNorm(recording, buffers.floats(x), w, all, buffers.unset(rows), { rows, width, eps: EPS })
      rmsNorm(recording, buffers.floats(x.subarray(41 * width, 42 * width)), w, one, buffers.unset(1), { rows: 1, width, eps: EPS })
    })
    expect(await buffers.readWords(one)).toEqual((await buffers.readWords(all)).subarray(41 * width, 42 * width))
    buffers.free()
  })
})
