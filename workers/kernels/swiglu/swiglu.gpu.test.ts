// The gated activation on the GPU against the float64 reference.
import { expect, test } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import * as reference from './swiglu.reference.ts'
import { swiglu, swigluBackward } from './swiglu.ts'

const SHAPES = [[1, 1], [3, 7], [2, 63], [4, 64], [5, 65], [3, 256], [2, 257], [90, 172]] as const
const MAGNITUDES = [1e-4, 1, 10, 1e3] // at 1e3 exp(−gate) overflows for half of the gates and must still come out as 0

// exp errs by at most (3 + 2|x|) · 2^-24 (WGSL); the few operations around it add about as much.
const tolerance = (scale: number): number => 2e-6 * Math.min(10, Math.max(1, scale))

test.each(SHAPES.flatMap(([rows, width]) => MAGNITUDES.map((scale) => [rows, width, scale] as const)))('%i rows × %i at magnitude %d, forward and backward', async (rows, width, scale) => {
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`swiglu ${rows} ${width} ${scale}`)
  const [gateUp, dout] = [numbers.floats(rows * 2 * width, scale), numbers.floats(rows * width)]
  const t = { gateUp: buffers.floats(gateUp), dout: buffers.floats(dout), out: buffers.unset(rows * width), dgateUp: buffers.unset(rows * 2 * width) }
  dispatch(buffers.gpu, (recording) => {
    swiglu(recording, t.gateUp, t.out, rows, width)
    swigluBackward(recording, t.gateUp, t.dout, t.dgateUp, rows, width)
  })
  const expected = new Float64Array(rows * 2 * width)
  reference.swigluBackward(gateUp, dout, expected, rows, width)
  expect(relativeError(await buffers.read(t.out), reference.swiglu(gateUp, rows, width)), 'out').toBeLessThan(tolerance(scale))
  expect(relativeError(await buffers.read(t.dgateUp), expected), 'dgateUp').toBeLessThan(tolerance(scale))
  buffers.free()
})
