// Products with packed weights on the GPU against the float64 reference on the values that they stand for, and the bytes of every tile against each other.
import { expect, test } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import type { PackedStorage } from '../packed/packed.ts'
import { drawWeight } from '../packed/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { type Family, type Tile, defaultChoice, planMatmul } from './matmul.plan.ts'
import { product } from './matmul.reference.ts'
import { type MatmulArgs, layoutOf, matmul, matmulAs } from './matmul.ts'

const STORAGES = ['f16', 'int8', 'int4'] as const satisfies readonly PackedStorage[]
const OPS = ['nn', 'nt'] as const
/** m × n × k */
const SHAPES = [
  [1, 1, 1], [2, 3, 5], [1, 192, 64], [7, 33, 10], [16, 16, 16], [17, 5, 31], [32, 64, 65], [300, 9, 64], [8, 64, 523], [70, 72, 96], [33, 130, 36],
] as const
const TOLERANCE = 2e-6 // see matmul.gpu.test.ts

const CASES = STORAGES.flatMap((storage) => OPS.flatMap((op) => SHAPES.map(([m, n, k]) => [storage, op, m, n, k] as const)))

test.each(CASES)('%s weights: %s %i × %i over %i, at every magnitude, with and without what is added', async (storage, op, m, n, k) => {
  const buffers = new Buffers(await testGpu())
  for (const scale of [1e-4, 1, 1e3]) {
    const numbers = new Numbers(`packed ${storage} ${op} ${m} ${n} ${k} ${scale}`)
    const weight = op === 'nt' ? drawWeight(buffers, numbers, storage, n, k, scale) : drawWeight(buffers, numbers, storage, k, n, scale)
    const [a, bias, add] = [numbers.floats(m * k), numbers.floats(n, scale), numbers.floats(m * n, scale)]
    const args = { op, m, n, k, a: buffers.floats(a), b: weight.data, ldb: weight.stride, packed: weight.packed }
    const run = async (options: Partial<MatmulArgs>, c = buffers.unset(m * n)): Promise<Float32Array> => {
      dispatch(buffers.gpu, (recording) => matmul(recording, { ...args, c, ...options }))
      return buffers.read(c)
    }
    const shape = { op, m, n, k }
    const added = { bias: buffers.floats(bias), add: buffers.floats(add) }
    expect(relativeError(await run({}), product(a, weight.values, shape)), 'plain').toBeLessThan(TOLERANCE)
    expect(relativeError(await run(added), product(a, weight.values, shape, bias, add)), 'bias and add').toBeLessThan(TOLERANCE)
    const doubled = product(a, weight.values, { ...shape, alpha: 2 }, undefined, add)
    expect(relativeError(await run({ accumulate: true, alpha: 2 }, buffers.floats(add)), doubled), 'accumulate').toBeLessThan(TOLERANCE)
  }
  buffers.free()
})

const bits = (data: Float32Array): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length)

const TILED = STORAGES.flatMap((storage) => OPS.flatMap((op) => ([[5, 7, 9], [3, 36, 20], [130, 72, 68], [12, 8, 301]] as const).map((shape) => [storage, op, ...shape] as const)))

test.each(TILED)('%s weights: every tile gives the bytes that float32 weights of the same values give: %s %i × %i over %i', async (storage, op, m, n, k) => {
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`packed tiles ${storage} ${op} ${m} ${n} ${k}`)
  const weight = op === 'nt' ? drawWeight(buffers, numbers, storage, n, k, 1) : drawWeight(buffers, numbers, storage, k, n, 1)
  const [a, floats] = [buffers.floats(numbers.floats(m * k)), buffers.floats(weight.values)]
  const run = async (args: Pick<MatmulArgs, 'b' | 'packed' | 'ldb'>, forced?: readonly [Family, Tile]): Promise<Uint32Array> => {
    const c = buffers.unset(m * n)
    const full = { op, m, n, k, a, c, ...args }
    dispatch(buffers.gpu, (recording) => (forced === undefined ? matmul(recording, full) : matmulAs(recording, full, planMatmul(layoutOf(full), forced[0], defaultChoice(forced[0]), forced[1]))))
    return bits(await buffers.read(c))
  }
  const expected = await run({ b: floats })
  const packed = { b: weight.data, ldb: weight.stride, packed: weight.packed }
  expect(await run(packed), 'the tile of this adapter').toEqual(expected)
  for (const tile of ['quad32x32', 'quad16x16', 'quad16x8', 'quad16x4'] as const) expect(await run(packed, ['quad', tile]), tile).toEqual(expected)
  expect(await run(packed, ['lane', 'lane4x4']), 'lane4x4').toEqual(expected)
  for (const tile of ['shared64x64', 'shared32x32'] as const) expect(await run(packed, ['shared', tile]), tile).toEqual(expected)
  buffers.free()
})

test('a product that packed weights cannot enter is refused', async () => {
  const buffers = new Buffers(await testGpu())
  const { gpu } = buffers
  const [a, c] = [gpu.tensor('test', 64), gpu.tensor('test', 64)]
  const { data, packed } = drawWeight(buffers, new Numbers('refused'), 'int8', 4, 8, 1)
  const record = (over: Partial<MatmulArgs>) => () => matmul(gpu.record(), { op: 'nt', m: 2, n: 4, k: 8, a, b: data, c, ldb: 32, packed, ...over })
  expect(record({ op: 'tn' })).toThrow('packed weights are the right operand of nn and nt')
  expect(record({ ldb: 8 })).toThrow('packed b starts at element 0 with rows 8 apart; give multiples of 32')
  buffers.free()
  for (const tensor of [a, c]) gpu.free(tensor)
})
