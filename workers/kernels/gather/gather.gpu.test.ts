// Gather and scatter on the GPU against the float64 reference.
import { expect, test } from 'vitest'
import type { WeightStorage } from '../../../src/protocol/policy.ts'
import { WEIGHT_STORAGES } from '../../../src/protocol/policy.ts'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { drawWeight } from '../packed/testing.ts'
import { Buffers, Numbers, dispatch, plus } from '../testing.ts'
import * as reference from './gather.reference.ts'
import { gather, gatherShard, pick, scatterAdd, type ScatterPlan, scatterLists } from './gather.ts'

/** The lists of `index`, uploaded. */
function planScatter(buffers: Buffers, index: ArrayLike<number>): ScatterPlan {
  const { targets, starts, items } = scatterLists(index)
  return { count: targets.length, targets: buffers.words(targets), starts: buffers.words(starts), items: buffers.words(items) }
}

const SHAPES = [[1, 1, 1], [3, 5, 7], [5, 2, 63], [2, 3, 64], [7, 4, 65], [200, 9, 30], [64, 257, 128]] as const

test.each(SHAPES)('%i rows of a table of %i rows × %i are copied bit for bit', async (rows, tableRows, width) => {
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`gather ${rows} ${tableRows} ${width}`)
  const table = numbers.floats(tableRows * width)
  const index = numbers.integers(rows, tableRows)
  const out = buffers.unset(rows * width)
  dispatch(buffers.gpu, (recording) => gather(recording, buffers.floats(table), buffers.words(index), out, rows, width))
  expect(await buffers.read(out)).toEqual(Float32Array.from(reference.gather(table, index, width)))
  buffers.free()
})

test.each(SHAPES.flatMap((shape) => [1e-4, 1, 1e3].map((scale) => [...shape, scale] as const)))(
  'gradients of %i rows are added to a table of %i rows × %i at magnitude %d',
  async (rows, tableRows, width, scale) => {
    const buffers = new Buffers(await testGpu())
    const numbers = new Numbers(`scatter ${rows} ${tableRows} ${width} ${scale}`)
    const index = numbers.integers(rows, tableRows)
    const dout = numbers.floats(rows * width, scale)
    const before = numbers.floats(tableRows * width, scale)
    const dtable = buffers.floats(before)
    const plan = planScatter(buffers, index)
    dispatch(buffers.gpu, (recording) => scatterAdd(recording, buffers.floats(dout), plan, dtable, width))
    const expected = new Float64Array(tableRows * width)
    reference.gatherBackward(dout, index, expected, width)
    const found = await buffers.read(dtable)
    expect(relativeError(found, plus(before, expected))).toBeLessThan(1e-6)
    const drawn = new Set(index)
    const touched = [...found.keys()].filter((at) => !drawn.has(Math.floor(at / width)) && found[at] !== before[at])
    expect(touched, 'words of rows that were not drawn').toEqual([])
    buffers.free()
  },
)

test('the same gradients scattered twice give the same bytes', async () => {
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers('scatter twice')
  const [dout, index] = [buffers.floats(numbers.floats(300 * 33)), numbers.integers(300, 5)]
  const plan = planScatter(buffers, index)
  const runs = [new Float32Array(5 * 33), new Float32Array(5 * 33)].map((zeros) => buffers.floats(zeros))
  for (const dtable of runs) dispatch(buffers.gpu, (recording) => scatterAdd(recording, dout, plan, dtable, 33))
  expect(await buffers.readWords(runs[0]!)).toEqual(await buffers.readWords(runs[1]!))
  buffers.free()
})

test.each([1, 63, 64, 200])('%i picked words are copied', async (count) => {
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`pick ${count}`)
  const [source, index, out] = [numbers.integers(90, 2 ** 32), numbers.integers(count, 90), buffers.unset(count)]
  dispatch(buffers.gpu, (recording) => pick(recording, buffers.words(source), buffers.words(index), out, count))
  expect(await buffers.readWords(out)).toEqual(index.map((at) => source[at]!))
  buffers.free()
})

test.each(WEIGHT_STORAGES.flatMap((storage) => ([[3, 5, 7], [7, 4, 65], [64, 130, 96]] as const).map((shape) => [storage, ...shape] as const)))(
  '%s: %i rows of two shards of a table of %i rows × %i are the exact values that the table stands for', async (storage, rows, tableRows, width) => {
    const buffers = new Buffers(await testGpu())
    const numbers = new Numbers(`gather ${storage} ${rows} ${tableRows} ${width}`)
    const first = Math.floor(tableRows / 3)
    const index = numbers.integers(rows, tableRows)
    const shards = [[0, first], [first, tableRows - first]].map(([firstRow = 0, count = 0]) => ({ firstRow, tableRows: count, ...tableOf(buffers, numbers, storage, count, width) }))
    const out = buffers.unset(rows * width)
    dispatch(buffers.gpu, (recording) => shards.forEach((shard) => gatherShard(recording, shard, buffers.words(index), out, rows, width)))
    const whole = Float32Array.from(shards.flatMap(({ values }) => [...values]))
    expect(await buffers.read(out)).toEqual(Float32Array.from(reference.gather(whole, index, width)))
    buffers.free()
  },
)

function tableOf(buffers: Buffers, numbers: Numbers, storage: WeightStorage, rows: number, width: number) {
  if (storage !== 'f32') {
    const { values, data, stride, packed } = drawWeight(buffers, numbers, storage, rows, width, 1)
    return { storage, values, data, stride, scales: packed.scales }
  }
  const values = numbers.floats(rows * width)
  return { storage, values, data: buffers.floats(values), stride: width, scales: undefined }
}
