// Packed elements read on the GPU, four at a time and one by one, against the values that they stand for: equal bits.
import { expect, test } from 'vitest'
import { testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import probe from './packed.probe.wgsl?raw'
import { weightSource } from './packed.ts'
import { drawWeight } from './testing.ts'

test.each((['f16', 'int8', 'int4'] as const).flatMap((storage) => [1e-4, 1, 1e3].map((scale) => [storage, scale] as const)))('%s at magnitude %d', async (storage, scale) => {
  const buffers = new Buffers(await testGpu())
  const { gpu } = buffers
  const [rows, columns] = [23, 96] // no padding, so that every element is one of the values
  const { values, data, packed: { scales } } = drawWeight(buffers, new Numbers(`elements ${storage} ${scale}`), storage, rows, columns, scale)
  const [fours, ones] = [buffers.unset(rows * columns), buffers.unset(rows * columns)]
  const extra = scales === undefined ? [] : [scales]
  dispatch(gpu, (recording) => {
    const kernel = gpu.kernel(`probe ${storage}`, `${weightSource(gpu, storage)}\n${probe}`, { WEIGHT: 0, SCALES: 3, UNIFORMS: 3 + extra.length })
    recording.dispatch(kernel, [data, fours, ones, ...extra], [rows * columns], [Math.ceil((rows * columns) / 256)])
  })
  expect(await buffers.read(fours)).toEqual(values)
  expect(await buffers.read(ones)).toEqual(values)
  buffers.free()
})
