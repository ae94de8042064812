// The rotation on the GPU against the float64 reference, and the key-value rows that it stores.
import { expect, test } from 'vitest'
import { rotaryFrequencies } from '../../../src/domain/rotary.ts'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import * as reference from './rope.reference.ts'
import { rope, ropeBackward, ropeTable } from './rope.ts'

const SHAPES = [
  // rows, heads, key heads, head dim
  [1, 1, 1, 2], [3, 2, 1, 12], [5, 4, 2, 12], [7, 6, 2, 16], [2, 3, 3, 6], [9, 14, 2, 64],
] as const
const POSITIONS = 200
const anglesOf = (headDim: number) => ({ ...rotaryFrequencies({ theta: 1e4, scaling: { kind: 'none' } }, headDim), magnitude: headDim === 12 ? 1.3 : 1 })

// Two products and a sum, from cosines and sines rounded once.
const TOLERANCE = 3e-7

test.each(SHAPES.flatMap((shape) => [1e-4, 1, 1e3].map((scale) => [...shape, scale] as const)))('%i rows of %i + 2·%i heads × %i at magnitude %d turn, are stored, and turn back', async (rows, heads, kvHeads, headDim, scale) => {
  const shape = { heads, kvHeads, headDim }
  const angles = anglesOf(headDim)
  const width = (heads + 2 * kvHeads) * headDim
  const [queries, pair] = [heads * headDim, 2 * kvHeads * headDim]
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`rope ${rows} ${width} ${headDim} ${scale}`)
  const data = numbers.floats(rows * width, scale)
  const gradients = numbers.floats(rows * width, scale)
  const positions = numbers.integers(rows, POSITIONS)
  positions[rows - 1] = POSITIONS - 1 // the table's last row
  const slots = numbers.shuffle(Array.from({ length: rows + 4 }, (_, i) => i)).slice(0, rows) // four kv rows stay unset
  const t = { qkv: buffers.floats(data), table: buffers.floats(ropeTable(POSITIONS, angles)), positions: buffers.words(positions), slots: buffers.words(slots), kv: buffers.unset((rows + 4) * pair) }
  const dqkv = buffers.floats(gradients)
  dispatch(buffers.gpu, (recording) => {
    rope(recording, t, rows, shape)
    ropeBackward(recording, dqkv, t.table, t.positions, rows, shape)
  })
  const turned = reference.rope(data, positions, angles, shape)
  const expected = new Float64Array(rows * width)
  reference.ropeBackward(gradients, positions, angles, shape, expected)

  const [qkv, kv, back] = [await buffers.read(t.qkv), await buffers.read(t.kv), await buffers.read(dqkv)]
  const unset = new Float32Array(kv.length).fill(-12345.678)
  for (let r = 0; r < rows; r++) {
    const at = r * width
    const slot = slots[r]! * pair
    expect(relativeError(qkv.subarray(at, at + queries), turned.subarray(at, at + queries)), `queries of row ${r}`).toBeLessThan(TOLERANCE)
    expect(relativeError(kv.subarray(slot, slot + pair), turned.subarray(at + queries, at + width)), `keys and values of row ${r}`).toBeLessThan(TOLERANCE)
    expect(kv.subarray(slot + pair / 2, slot + pair), `values of row ${r}`).toEqual(data.subarray(at + queries + pair / 2, at + width))
    expect(back.subarray(at + queries + pair / 2, at + width), `value gradients of row ${r}`).toEqual(gradients.subarray(at + queries + pair / 2, at + width))
    unset.set(kv.subarray(slot, slot + pair), slot)
  }
  expect(relativeError(back, expected), 'dqkv').toBeLessThan(TOLERANCE)
  expect(kv, 'kv rows that are no slot').toEqual(unset)
  buffers.free()
})
