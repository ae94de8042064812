// The head norm on the GPU against the float64 reference.
import { beforeAll, describe, expect, test } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { ROW_VARIANTS } from '../sum.ts'
import { choose } from '../variants.ts'
import { Buffers, Numbers, dispatch, plus } from '../testing.ts'
import { headNorm, headNormBackward, headNormScratch } from './head_norm.ts'
import * as reference from './head_norm.reference.ts'

const SHAPES = [
  // rows, heads, key heads, head dim
  [1, 1, 1, 2], [3, 2, 1, 12], [5, 4, 2, 10], [67, 6, 3, 16], [2, 3, 3, 6], [9, 16, 8, 128],
] as const
const EPS = 1e-6 // √eps = 1e-3: at magnitude 1e-4 the norm is mostly eps, so a dropped one fails
const TOLERANCE = 1e-6 // a float32 sum of at most 128 squares, and its reciprocal root

describe.each(ROW_VARIANTS)('as %s', (variant) => {
  beforeAll(async () => choose(await testGpu(), 'head_norm', variant))

  test.each(SHAPES.flatMap((shape) => [1e-4, 1, 1e3].map((scale) => [...shape, scale] as const)))('%i rows of %i + 2·%i heads × %i at magnitude %d, forward and backward', async (rows, heads, kvHeads, headDim, scale) => {
    const shape = { heads, kvHeads, headDim }
    const size = rows * (heads + 2 * kvHeads) * headDim
    const buffers = new Buffers(await testGpu())
    const numbers = new Numbers(`head norm ${size} ${headDim} ${scale}`)
    const [x, w, dy, dwBefore] = [numbers.floats(size, scale), numbers.floats(2 * headDim), numbers.floats(size, scale), numbers.floats(2 * headDim, scale)]
    const scratch = headNormScratch(rows, shape)
    const t = {
      x: buffers.floats(x), w: buffers.floats(w), y: buffers.unset(size), rstd: buffers.unset(rows * (heads + kvHeads)), dqkv: buffers.floats(dy), frozen: buffers.floats(dy),
      dw: { out: buffers.floats(dwBefore), products: buffers.unset(scratch.products), sums: buffers.unset(scratch.sums) },
    }
    dispatch(buffers.gpu, (recording) => {
      headNorm(recording, t, EPS, rows, shape)
      headNormBackward(recording, t, rows, shape)
      headNormBackward(recording, { x: t.x, w: t.w, rstd: t.rstd, dqkv: t.frozen }, rows, shape)
    })
    const expected = reference.headNorm(x, w, EPS, shape)
    const [dx, dw] = [new Float64Array(size), new Float64Array(2 * headDim)]
    reference.headNormBackward({ x, w, dy, dx, dw }, EPS, shape)
    expect(relativeError(await buffers.read(t.y), expected.y), 'y').toBeLessThan(TOLERANCE)
    expect(relativeError(await buffers.read(t.rstd), expected.rstd), 'rstd').toBeLessThan(TOLERANCE)
    expect(relativeError(await buffers.read(t.dqkv), dx), 'dqkv').toBeLessThan(2 * TOLERANCE)
    expect(relativeError(await buffers.read(t.dw.out), plus(dwBefore, dw)), 'dw').toBeLessThan(2 * TOLERANCE)
    expect(await buffers.read(t.frozen), 'dqkv without dw').toEqual(await buffers.read(t.dqkv))
    await Promise.all([buffers.readWords(t.dw.products), buffers.readWords(t.dw.sums)])
    buffers.free()
  })
})
