// The products on the GPU against the float64 reference, and the bytes of every tile against each other.
import { expect, test } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { CANDIDATES, type Family, type MatmulOp, type Tile, defaultChoice, familyOf, planMatmul } from './matmul.plan.ts'
import { product } from './matmul.reference.ts'
import { type MatmulArgs, chooseMatmulTiles, familyOfGpu, layoutOf, matmul, matmulAs } from './matmul.ts'

const OPS: readonly MatmulOp[] = ['nn', 'nt', 'tn']
const SHAPES = [
  [1, 1, 1], [2, 3, 5], [1, 192, 64], [7, 33, 10], [16, 16, 16], [17, 5, 31], [300, 8, 64], [8, 64, 523],
  [64, 64, 260], [130, 70, 33], [257, 130, 64], [96, 192, 64],
] as const
const MAGNITUDES = [1e-4, 1, 1e4]
// k products added one by one in float32 err by about √k · 2^-24 of their norm: 1.4e-6 at k = 523.
const TOLERANCE = 2e-6

const CASES = OPS.flatMap((op) => SHAPES.map(([m, n, k]) => [op, m, n, k] as const))

test.each(CASES)('%s %i × %i over %i, at every magnitude, with and without what is added', async (op, m, n, k) => {
  const buffers = new Buffers(await testGpu())
  for (const scale of MAGNITUDES) {
    const numbers = new Numbers(`matmul ${op} ${m} ${n} ${k} ${scale}`)
    const [a, b] = [numbers.floats(m * k, scale), numbers.floats(k * n)]
    const [bias, add] = [numbers.floats(n, scale), numbers.floats(m * n, scale)]
    const t = { a: buffers.floats(a), b: buffers.floats(b), bias: buffers.floats(bias), add: buffers.floats(add) }
    const run = async (options: Partial<MatmulArgs>, c = buffers.unset(m * n)): Promise<Float32Array> => {
      dispatch(buffers.gpu, (recording) => matmul(recording, { op, m, n, k, a: t.a, b: t.b, c, ...options }))
      return buffers.read(c)
    }
    const shape = { op, m, n, k }
    expect(relativeError(await run({}), product(a, b, shape)), 'plain').toBeLessThan(TOLERANCE)
    const halved = product(a, b, { ...shape, alpha: -0.5 }, bias)
    expect(relativeError(await run({ bias: t.bias, alpha: -0.5 }), halved), 'alpha and bias').toBeLessThan(TOLERANCE)
    expect(relativeError(await run({ bias: t.bias, add: t.add }), product(a, b, shape, bias, add)), 'bias and add').toBeLessThan(TOLERANCE)
    const doubled = product(a, b, { ...shape, alpha: 2 }, undefined, add)
    expect(relativeError(await run({ accumulate: true, alpha: 2 }, buffers.floats(add)), doubled), 'accumulate').toBeLessThan(TOLERANCE)
  }
  buffers.free()
})

/** The same product with every operand inside a wider matrix: rows `gap` further apart, `offset` elements in. What lies between must stay. */
async function strided(
  buffers: Buffers, { op, m, n, k }: { op: MatmulOp; m: number; n: number; k: number }, gap: number, offset: number, tile?: Tile, family?: Family,
): Promise<Float32Array> {
  const numbers = new Numbers(`strided ${op} ${m} ${n} ${k}`)
  const place = (data: Float32Array, width: number): Float32Array => {
    const out = new Float32Array(offset + (data.length / width) * (width + gap)).fill(99)
    for (let i = 0; i < data.length; i++) out[offset + Math.floor(i / width) * (width + gap) + (i % width)] = data[i]!
    return out
  }
  const [wa, wb] = [op === 'tn' ? m : k, op === 'nt' ? k : n]
  const [a, b] = [buffers.floats(place(numbers.floats(m * k), wa)), buffers.floats(place(numbers.floats(k * n), wb))]
  const before = place(new Float32Array(m * n), n)
  const c = buffers.floats(before)
  const full: MatmulArgs = { op, m, n, k, a, b, c, lda: wa + gap, ldb: wb + gap, ldc: n + gap, aOffset: offset, bOffset: offset, cOffset: offset }
  dispatch(buffers.gpu, (recording) => {
    if (tile === undefined) return matmul(recording, full)
    const own = family ?? familyOfGpu(buffers.gpu)
    matmulAs(recording, full, planMatmul(layoutOf(full), own, defaultChoice(own), tile))
  })
  const out = await buffers.read(c)
  expect(out.every((value, i) => before[i] !== 99 || value === 99), 'what lies between the rows').toBe(true)
  return out.filter((_, i) => before[i] !== 99)
}

const bits = (data: Float32Array): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length)

const STRIDED = OPS.flatMap((op) => ([[5, 7, 9], [64, 36, 20], [130, 72, 68], [12, 8, 301]] as const).map((shape) => [op, ...shape] as const))

test.each(STRIDED)('every tile gives equal bytes, whatever the strides: %s %i × %i over %i', async (op, m, n, k) => {
  const buffers = new Buffers(await testGpu())
  const expected = await strided(buffers, { op, m, n, k }, 0, 0)
  for (const [gap, offset] of [[4, 8], [3, 1]] as const) {
    expect(bits(await strided(buffers, { op, m, n, k }, gap, offset)), `${gap} apart`).toEqual(bits(expected))
  }
  for (const tile of ['quad32x32', 'quad16x16', 'quad16x8', 'quad16x4', 'lane4x4', 'shared64x64', 'shared32x32'] as const) {
    expect(bits(await strided(buffers, { op, m, n, k }, 0, 0, tile)), tile).toEqual(bits(expected))
  }
  buffers.free()
})

test.each([['nn', 130, 72, 68], ['nt', 70, 33, 21], ['tn', 130, 72, 68]] as const)('the tile of huge products gives equal bytes: %s %i × %i over %i', async (op, m, n, k) => {
  const buffers = new Buffers(await testGpu())
  expect(bits(await strided(buffers, { op, m, n, k }, 0, 0, 'quad64x32'))).toEqual(bits(await strided(buffers, { op, m, n, k }, 0, 0)))
  buffers.free()
})

test('a product of more than 33 million multiply-adds takes the tile of huge ones, to the bytes of small ones', async () => {
  const buffers = new Buffers(await testGpu())
  const shape = { op: 'nt', m: 530, n: 100, k: 640 } as const
  const family = familyOfGpu(buffers.gpu)
  const layout = { ...shape, lda: 640, ldb: 640, ldc: 100, aOffset: 0, bOffset: 0, cOffset: 0 }
  expect(planMatmul(layout, family, defaultChoice(family)).tile).toBe('quad64x32')
  expect(bits(await strided(buffers, shape, 0, 0))).toEqual(bits(await strided(buffers, shape, 0, 0, 'quad16x16')))
  buffers.free()
})

test.each(OPS)('the tiles for graphics cards are right where k is split for them: %s', async (op) => {
  const buffers = new Buffers(await testGpu())
  const [m, n, k] = [70, 40, 531]
  const numbers = new Numbers(`strided ${op} ${m} ${n} ${k}`)
  const expected = product(numbers.floats(m * k), numbers.floats(k * n), { op, m, n, k })
  for (const tile of ['shared64x64', 'shared32x32'] as const) {
    expect(relativeError(await strided(buffers, { op, m, n, k }, 5, 3, tile, 'shared'), expected), tile).toBeLessThan(TOLERANCE)
  }
  buffers.free()
})

test.each(['nn', 'nt'] as const)('a row of %s has the same bytes alone, among a few and among many', async (op) => {
  const buffers = new Buffers(await testGpu())
  for (const [n, k] of [[64, 64], [192, 61], [8, 64], [3, 130]] as const) {
    const numbers = new Numbers(`rows ${op} ${n} ${k}`)
    const [a, b] = [numbers.floats(700 * k), buffers.floats(numbers.floats(k * n))]
    const rows = async (first: number, m: number): Promise<Float32Array> => {
      const c = buffers.unset(m * n)
      dispatch(buffers.gpu, (recording) => matmul(recording, { op, m, n, k, a: buffers.floats(a.subarray(first * k, (first + m) * k)), b, c }))
      return buffers.read(c)
    }
    const all = await rows(0, 700)
    for (const [first, m] of [[0, 1], [699, 1], [13, 2], [100, 8], [31, 33], [5, 128]] as const) {
      expect(bits(await rows(first, m)), `${m} rows from ${first} of ${n} columns`).toEqual(bits(all.slice(first * n, (first + m) * n)))
    }
  }
  buffers.free()
})

test('a side of zero writes nothing, and nothing summed leaves bias and add', async () => {
  const buffers = new Buffers(await testGpu())
  const [a, b, bias, add, c] = [buffers.floats([1, 2]), buffers.floats([1, 2]), buffers.floats([5, 6]), buffers.floats([10, 20, 30, 40]), buffers.floats([7, 7, 7, 7])]
  dispatch(buffers.gpu, (recording) => {
    for (const op of OPS) {
      matmul(recording, { op, m: 0, n: 2, k: 1, a, b, c })
      matmul(recording, { op, m: 2, n: 0, k: 1, a, b, c })
    }
  })
  expect([...(await buffers.read(c))]).toEqual([7, 7, 7, 7])
  for (const op of OPS) {
    dispatch(buffers.gpu, (recording) => matmul(recording, { op, m: 2, n: 2, k: 0, a, b, c, bias, add }))
    expect([...(await buffers.read(c))], op).toEqual([15, 26, 35, 46])
  }
  buffers.free()
})

test('infinities and not-a-numbers stay in their own rows and columns', async () => {
  const buffers = new Buffers(await testGpu())
  const [m, n, k] = [9, 10, 7]
  const a = new Float32Array(m * k).fill(1)
  a[2 * k + 3] = Infinity
  const c = buffers.unset(m * n)
  dispatch(buffers.gpu, (recording) => matmul(recording, { op: 'nt', m, n, k, a: buffers.floats(a), b: buffers.floats(new Float32Array(n * k).fill(1)), c }))
  expect([...(await buffers.read(c))]).toEqual(Array.from({ length: m * n }, (_, i) => (Math.floor(i / n) === 2 ? Infinity : k)))
  buffers.free()
})

test('what cannot be computed is refused with both numbers', async () => {
  const gpu = await testGpu()
  const [a, b, c] = [gpu.tensor('test', 16), gpu.tensor('test', 16), gpu.tensor('test', 16)]
  const record = (over: Partial<MatmulArgs>) => () => matmul(gpu.record(), { op: 'nn', m: 4, n: 4, k: 4, a, b, c, ...over })
  expect(record({ add: b, accumulate: true })).toThrow('both add and accumulate were given')
  expect(record({ m: 5 })).toThrow('a needs 20 elements (5 rows of 4, 4 apart, from 0) but its tensor has 16')
  expect(record({ ldb: 3 })).toThrow('rows of b hold 4 elements but start 3 apart')
  for (const tensor of [a, b, c]) gpu.free(tensor)
})

test('the start-up choice names a candidate for every class of shapes', async () => {
  const gpu = await testGpu()
  const chosen = await chooseMatmulTiles(gpu)
  const candidates = CANDIDATES[familyOf(gpu.architecture, gpu.device.features.has('subgroups'))]
  for (const [name, tile] of Object.entries(chosen)) expect(candidates[name as keyof typeof candidates], name).toContain(tile)
  expect(gpu.bytes['matmul trial']).toBeUndefined()
})
