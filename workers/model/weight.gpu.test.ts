// Weights in shards of rows against the same weights whole, in every storage.
import { expect, test } from 'vitest'
import { WEIGHT_STORAGES } from '../../src/protocol/policy.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { relativeError, testGpu } from '../gpu/testing.ts'
import { rowWords } from '../kernels/packed/packed.ts'
import { Buffers, Numbers, dispatch } from '../kernels/testing.ts'
import { Uploader } from './upload.ts'
import { type Weight, freeWeight, makeWeight, project, projectBackward, rowsOf } from './weight.ts'

const bits = (data: Float32Array): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length)

/** The values as a weight whose shards take at most `limit` bytes. */
async function upload(gpu: Gpu, storage: Weight['storage'], values: Float32Array<ArrayBuffer>, rows: number, columns: number, limit: number): Promise<Weight> {
  const before = gpu.bindingLimit
  gpu.bindingLimit = limit
  const weight = makeWeight(gpu, 'test', storage, rows, columns)
  gpu.bindingLimit = before
  const source = { dtype: () => 'F32' as const, bytes: async (_: string, from: number, to: number) => values.buffer.slice(from, to) }
  // two tensors, one below the other, as q, k and v lie
  const upper = Math.floor(rows / 3)
  await new Uploader(gpu, source).rows(weight, 0, { name: 'upper', rows: upper, columns })
  const lower = { ...source, bytes: async (_: string, from: number, to: number) => values.buffer.slice(from + upper * columns * 4, to + upper * columns * 4) }
  await new Uploader(gpu, lower).rows(weight, upper, { name: 'lower', rows: rows - upper, columns })
  return weight
}

test.each(WEIGHT_STORAGES)('%s: shards give the bytes of the whole for y = x·Wᵀ + b + add and for rows, and dx to rounding', async (storage) => {
  const buffers = new Buffers(await testGpu())
  const { gpu } = buffers
  const [rows, columns, m] = [201, 37, 5]
  const numbers = new Numbers(`shards ${storage}`)
  const values = Float32Array.from(numbers.floats(rows * columns))
  const limit = rowWords(storage, columns).data * 4 * 70 // 64 rows and some
  const whole = await upload(gpu, storage, values, rows, columns, gpu.bindingLimit)
  const cut = await upload(gpu, storage, values, rows, columns, limit)
  expect(whole.shards.length).toBe(1)
  expect(cut.shards.map((shard) => [shard.firstRow, shard.rows])).toEqual([[0, 64], [64, 64], [128, 64], [192, 9]])
  expect(cut.shards.every(({ data }) => data.size <= limit)).toBe(true)

  const [x, dy] = [buffers.floats(numbers.floats(m * columns)), buffers.floats(numbers.floats(m * rows))]
  const [bias, add, index] = [gpu.upload('test', numbers.floats(rows)), buffers.floats(numbers.floats(m * rows)), buffers.words([0, 200, 63, 64, 127, 191, 192, 64])]
  const runs = []
  for (const weight of [whole, cut]) {
    const [y, dx, picked] = [buffers.unset(m * rows), buffers.unset(m * columns), buffers.unset(8 * columns)]
    dispatch(gpu, (recording) => {
      project(recording, x, y, { m, weight }, bias, add)
      projectBackward(recording, dy, dx, { m, weight })
      rowsOf(recording, weight, index, picked, 8)
    })
    runs.push({ y: await buffers.read(y), dx: await buffers.read(dx), picked: await buffers.read(picked) })
  }
  const [one, other] = runs as [(typeof runs)[number], (typeof runs)[number]]
  expect(bits(other.y)).toEqual(bits(one.y))
  expect(bits(other.picked)).toEqual(bits(one.picked))
  expect(relativeError(other.dx, one.dx)).toBeLessThan(1e-6)
  expect(relativeError(one.picked.subarray(columns, 2 * columns), values.subarray(200 * columns))).toBeLessThan({ f32: 1e-30, f16: 1e-3, int8: 0.02, int4: 0.2 }[storage])
  buffers.free()
  gpu.free(bias)
  for (const weight of [whole, cut]) freeWeight(gpu, weight)
})
