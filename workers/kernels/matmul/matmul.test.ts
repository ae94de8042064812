// The products' reference: its gradient and its three layouts; and the plan: when fours are loaded, when k is split.
import { expect, test } from 'vitest'
import { Numbers, projectionError } from '../testing.ts'
import { type Layout, type MatmulOp, chunksOf, defaultChoice, familyOf, planMatmul } from './matmul.plan.ts'
import { product, productBackward } from './matmul.reference.ts'

const OPS: readonly MatmulOp[] = ['nn', 'nt', 'tn']

test.each(OPS.flatMap((op) => [[op, 1, 1, 1, 1], [op, 3, 5, 7, 1e-4], [op, 4, 2, 9, 1e4]] as const))('the gradient of %s %i × %i over %i is right at magnitude %d', (op, m, n, k, scale) => {
  const numbers = new Numbers(`matmul ${op} ${m} ${n} ${k} ${scale}`)
  const shape = { op, m, n, k, alpha: -0.7 }
  const error = projectionError(
    'matmul', [numbers.doubles(m * k, scale), numbers.doubles(k * n), numbers.doubles(n, scale), numbers.doubles(m * n, scale)],
    ([a, b, bias, add]) => [product(a!, b!, shape, bias, add)],
    ([a, b], [dc], [da, db, dbias, dadd]) => productBackward({ a: a!, b: b!, dc: dc!, da: da!, db: db!, dbias: dbias!, dadd: dadd! }, shape),
  )
  expect(error).toBeLessThan(1e-7)
})

test('the three layouts describe one product', () => {
  const c = [58, 64, 139, 154]
  expect([...product([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12], { op: 'nn', m: 2, n: 2, k: 3 })]).toEqual(c)
  expect([...product([1, 2, 3, 4, 5, 6], [7, 9, 11, 8, 10, 12], { op: 'nt', m: 2, n: 2, k: 3 })]).toEqual(c)
  expect([...product([1, 4, 2, 5, 3, 6], [7, 8, 9, 10, 11, 12], { op: 'tn', m: 2, n: 2, k: 3 })]).toEqual(c)
})

test('nothing summed leaves bias and add', () => {
  expect([...product([], [], { op: 'nt', m: 2, n: 2, k: 0 }, [1, 2], [10, 20, 30, 40])]).toEqual([11, 22, 31, 42])
})

const layout = (op: MatmulOp, m: number, n: number, k: number, over: Partial<Layout> = {}): Layout =>
  ({ op, m, n, k, lda: op === 'tn' ? m : k, ldb: op === 'nt' ? k : n, ldc: n, aOffset: 0, bOffset: 0, cOffset: 0, ...over })
const plan = (...args: Parameters<typeof layout>) => planMatmul(layout(...args), 'quad', defaultChoice('quad'))

test('fours are loaded only where offset, stride and contiguous side are multiples of four', () => {
  expect(plan('nt', 64, 64, 64)).toMatchObject({ left: { fours: true }, right: { fours: true }, cFours: true })
  expect(plan('nt', 64, 64, 62)).toMatchObject({ left: { fours: false }, right: { fours: false }, cFours: true })
  expect(plan('nn', 63, 62, 64)).toMatchObject({ left: { fours: true }, right: { fours: false }, cFours: false })
  expect(plan('tn', 64, 64, 61)).toMatchObject({ left: { fours: true }, right: { fours: true } })
  expect(plan('nt', 64, 64, 64, { aOffset: 2, ldb: 66, cOffset: 1 })).toMatchObject({ left: { fours: false }, right: { fours: false }, cFours: false })
})

test('k is split in tn alone, for small outputs alone, and whatever tile is chosen', () => {
  expect(chunksOf({ op: 'nt', m: 8, n: 64, k: 3000 }, 'quad')).toBe(1)
  expect(chunksOf({ op: 'tn', m: 8, n: 64, k: 3000 }, 'quad')).toBe(4)
  expect(chunksOf({ op: 'tn', m: 64, n: 64, k: 3000 }, 'quad')).toBe(1)
  expect(chunksOf({ op: 'tn', m: 8, n: 64, k: 100 }, 'quad')).toBe(1)
  expect(chunksOf({ op: 'tn', m: 64, n: 64, k: 3000 }, 'shared')).toBe(16)
})

test('chunks are whole fours and cover k', () => {
  for (const k of [256, 257, 1000, 2999, 3000]) {
    const { chunk, chunks } = plan('tn', 8, 16, k)
    expect(chunk % 4).toBe(0)
    expect(chunk * chunks).toBeGreaterThanOrEqual(k)
    expect(chunk * (chunks - 1)).toBeLessThan(k)
  }
})

test('a few rows are computed as a few columns', () => {
  expect(plan('nt', 1, 64, 64)).toMatchObject({ transposed: true, tile: 'quad16x4', m: 64, n: 1 })
  expect(plan('tn', 8, 64, 300)).toMatchObject({ transposed: true, tile: 'quad16x8', m: 64, n: 8 })
  expect(plan('nt', 300, 8, 64)).toMatchObject({ transposed: false, tile: 'quad16x8' })
})

test('quads are used on the software adapter with subgroups, shared memory on every other adapter', () => {
  expect(familyOf('swiftshader', true)).toBe('quad')
  expect(familyOf('swiftshader', false)).toBe('lane')
  expect(familyOf('ampere', true)).toBe('shared')
})
