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
const SHAPES = [[1, 1, 1], [7, 33, 10], [8, 64, 523], [300, 9, 64], [70, 72, 96]] as const
const TOLERANCE = 2e-6 // see matmul.gpu.test.ts

const CASES = STORAGES.flatMap((storage) => OPS.flatMap((op) => SHAPES.map(([m, n, k]) => [storage, op, m, n, k] as const)))

// what is added to C does not depend on the operands: matmul.gpu.test.ts goes through its options
test.each(CASES)('%s weights: %s %i × %i over %i, at every magnitude', async (storage, op, m, n, k) => {
  const buffers = new Buffers(await testGpu())
  for (const scale of [1e-4, 1, 1e3]) {
    const numbers = new Numbers(`packed ${storage} ${op} ${m} ${n} ${k} ${scale}`)
    const weight = op === 'nt' ? drawWeight(buffers, numbers, storage, n, k, scale) : drawWeight(buffers, numbers, storage, k, n, scale)
    const [a, bias, add] = [numbers.floats(m * k), numbers.floats(n, scale), numbers.floats(m * n, scale)]
    const args = { op, m, n, k, a: buffers.floats(a), b: weight.data, ldb: weight.stride, packed: weight.packed, bias: buffers.floats(bias), add: buffers.floats(add), alpha: -0.5 }
    const c = buffers.unset(m * n)
    dispatch(buffers.gpu, (recording) => matmul(recording, { ...args, c }))
    expect(relativeError(await buffers.read(c), product(a, weight.values, { op, m, n, k, alpha: -0.5 }, bias, add)), `magnitude ${scale}`).toBeLessThan(TOLERANCE)
  }
  buffers.free()
})

const bits = (data: Float32Array): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length)

const SMALL = [['quad', 'quad16x8'], ['quad', 'quad16x4'], ['lane', 'lane4x4'], ['shared', 'shared32x32']] as const satisfies readonly (readonly [Family, Tile])[]
const LARGE = [['quad', 'quad32x32'], ['quad', 'quad16x16'], ['shared', 'shared64x64']] as const satisfies readonly (readonly [Family, Tile])[]
const TILED = STORAGES.flatMap((storage) => [
  ...OPS.map((op) => [storage, op, 5, 7, 61, SMALL] as const), storage === 'int8' ? [storage, 'nn', 70, 72, 68, [...LARGE, ['quad', 'quad64x32']]] as const : [storage, 'nt', 70, 72, 68, LARGE] as const,
])

test.each(TILED)('%s weights: every tile gives the bytes that float32 weights of the same values give: %s %i × %i over %i', async (storage, op, m, n, k, tiles) => {
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
  for (const forced of tiles) expect(await run(packed, forced), forced[1]).toEqual(expected)
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
