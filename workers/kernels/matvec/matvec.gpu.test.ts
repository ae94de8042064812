// The products of decoding on the GPU against the float64 reference: every variant, those for graphics cards forced.
import { describe, expect, test, vi } from 'vitest'
import type { WeightStorage } from '../../../src/protocol/policy.ts'
import { WEIGHT_STORAGES } from '../../../src/protocol/policy.ts'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { drawWeight } from '../packed/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { MATVEC_VARIANTS, type MatvecVariant, matvecAs } from './matvec.ts'
import * as reference from './matvec.reference.ts'

interface Options {
  readonly norm?: boolean
  readonly gated?: boolean
  readonly bias?: boolean
  readonly add?: boolean
  /** the rank of an addition in three parts */
  readonly rank?: number
  /** magnitude of x and of what is added */
  readonly scale?: number
  readonly storage?: WeightStorage
}

const PLAIN: Options = {}
const ALL: Options = { norm: true, gated: true, bias: true, add: true, rank: 12 }

async function run(variant: MatvecVariant, m: number, n: number, k: number, options: Options) {
  const { norm = false, gated = false, bias = false, add = false, rank = 0, scale = 1, storage = 'f32' } = options
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`matvec ${m} ${n} ${k} ${storage}`)
  const weightRows = gated ? 2 * n : n
  const x = numbers.floats(m * k, scale)
  const drawn = storage === 'f32' ? undefined : drawWeight(buffers, numbers, storage, weightRows, k, 1)
  const w = drawn?.values ?? numbers.floats(weightRows * k)
  const [gain, b, a] = [numbers.floats(k), numbers.floats(weightRows, scale), numbers.floats(m * n, scale)]
  const parts = [0, Math.floor(weightRows / 3), Math.floor((2 * weightRows) / 3)]
  const low = { a: numbers.floats(parts.length * rank * k), b: numbers.floats(weightRows * rank), rank, scale: 0.3, parts }
  const y = buffers.unset(m * n)
  const weight = drawn === undefined ? { storage, data: buffers.floats(w), scales: undefined, stride: k } : { storage, data: drawn.data, scales: drawn.packed.scales, stride: drawn.stride }
  const input = { m, k, x: buffers.floats(x) }
  const normed = norm && { gain: buffers.floats(gain), eps: 1e-6 }
  const tensor = buffers.floats([...low.b, ...new Float32Array(m * parts.length * rank)])
  dispatch(buffers.gpu, (recording) => {
    const stack = { storage: 'f32', data: buffers.floats(low.a), scales: undefined, stride: k } as const
    if (rank > 0) matvecAs(recording, { ...input, n: parts.length * rank, weight: stack, y: tensor, offset: low.b.length, ...(normed && { norm: { ...normed, unscaled: true } }) }, variant)
    matvecAs(recording, {
      ...input, n, weight, y, gated,
      ...(normed && { norm: normed }), ...(bias && { bias: buffers.floats(b) }), ...(add && { add: buffers.floats(a) }), ...(rank > 0 && { low: { ...low, tensor } }),
    }, variant)
  })
  const expected = reference.matvec({ m, n, k, x, w, gated, ...(norm && { norm: { gain, eps: 1e-6 } }), ...(bias && { bias: b }), ...(add && { add: a }), ...(rank > 0 && { low }) })
  const found = await buffers.read(y)
  buffers.free()
  return { found, expected }
}

describe.each(MATVEC_VARIANTS)('as %s', (variant) => {
  test.each([
    [1, 1, 4], [1, 344, 64], [3, 7, 12], [9, 130, 36], [4, 64, 172], [2, 9, 896],
  ])('%i rows × %i columns × %i: the plain product, and with norm, gate, bias, residual and low-rank addition', async (m, n, k) => {
    for (const options of [PLAIN, ALL]) {
      const { found, expected } = await run(variant, m, n, k, options)
      expect(relativeError(found, expected), JSON.stringify(options)).toBeLessThan(2e-6)
    }
  })

  test.each([{ norm: true, bias: true }, { gated: true }, { add: true }, { rank: 4 }])('with %o alone', async (options) => {
    const { found, expected } = await run(variant, 3, 21, 28, options)
    expect(relativeError(found, expected)).toBeLessThan(2e-6)
  })

  test.each([1e-4, 1e3])('at magnitude %d, where a dropped eps or an overflowing gate would show', async (scale) => {
    for (const options of [{ norm: true, bias: true }, ALL]) {
      const { found, expected } = await run(variant, 3, 21, 28, { ...options, scale })
      expect(relativeError(found, expected), JSON.stringify(options)).toBeLessThan(1e-5)
    }
  })

  test.each(WEIGHT_STORAGES)('reads weights stored as %s', async (storage) => {
    const { found, expected } = await run(variant, 3, 22, 64, { ...ALL, storage })
    expect(relativeError(found, expected)).toBeLessThan(3e-6)
  })

  test('a row alone has the bytes that it has among any others', async () => {
    const gpu = await testGpu()
    const numbers = new Numbers('matvec rows')
    const [m, n, k] = [35, 37, 64]
    const [x, w, gain, b] = [numbers.floats(m * k), numbers.floats(2 * n * k), numbers.floats(k), numbers.floats(2 * n)]
    const buffers = new Buffers(gpu)
    const weight = { storage: 'f32', data: buffers.floats(w), scales: undefined, stride: k } as const
    const norm = { gain: buffers.floats(gain), eps: 1e-6 }
    const bias = buffers.floats(b)
    const [low, inner] = [numbers.floats(2 * n * 8), numbers.floats(m * 2 * 8)]
    const on = async (first: number, rows: number): Promise<Uint32Array> => {
      const y = buffers.unset(rows * n)
      const tensor = buffers.floats([...low, ...inner.subarray(first * 16, (first + rows) * 16)])
      dispatch(gpu, (recording) => matvecAs(recording, { m: rows, n, k, x: buffers.floats(x.subarray(first * k, (first + rows) * k)), weight, norm, bias, gated: true, low: { tensor, rank: 8, scale: 2, parts: [0, n] }, y }, variant))
      return buffers.readWords(y)
    }
    const all = await on(0, m)
    for (const rows of [1, 3, 8, 16]) for (const first of [0, 19]) expect(await on(first, rows), `${rows} from ${first}`).toEqual(all.subarray(first * n, (first + rows) * n))
    buffers.free()
  })
})

test('a product beyond what one dispatch may hold goes in parts, to equal bytes', async () => {
  const gpu = await testGpu()
  const buffers = new Buffers(gpu)
  const numbers = new Numbers('matvec parts')
  const [m, n, k] = [3, 301, 16]
  const weight = { storage: 'f32', data: buffers.floats(numbers.floats(n * k)), scales: undefined, stride: k } as const
  const x = buffers.floats(numbers.floats(m * k))
  const results: Uint32Array[] = []
  const counts: number[] = []
  const operations = vi.spyOn(gpu.pace, 'operations', 'get')
  const bind = vi.spyOn(gpu, 'bind')
  for (const each of [1e12, 15000, 1]) {
    operations.mockReturnValue(each)
    bind.mockClear()
    const y = buffers.unset(m * n)
    dispatch(gpu, (recording) => matvecAs(recording, { m, n, k, x, weight, y }, 'quad'))
    counts.push(bind.mock.calls.length)
    results.push(await buffers.readWords(y))
  }
  operations.mockRestore()
  bind.mockRestore()
  expect(counts[0]).toBe(1)
  expect(counts[1]).toBe(2)
  expect(counts[2]).toBeGreaterThan(2)
  expect(results[1]).toEqual(results[0])
  expect(results[2]).toEqual(results[0])
  buffers.free()
})

test('writes columns of a wider output, and refuses rows that are not read in fours', async () => {
  const gpu = await testGpu()
  const buffers = new Buffers(gpu)
  const y = buffers.floats(new Float32Array(20).fill(7))
  const [x, data] = [buffers.floats([1, 2, 3, 4, 0, 1, 0, 0]), buffers.floats(Array.from({ length: 12 }, (_, i) => i))]
  dispatch(gpu, (recording) => matvecAs(recording, { m: 2, n: 3, k: 4, x, weight: { storage: 'f32', data, scales: undefined, stride: 4 }, y, offset: 2, ldy: 10 }, 'quad'))
  expect([...(await buffers.read(y))]).toEqual([7, 7, 20, 60, 100, 7, 7, 7, 7, 7, 7, 7, 1, 5, 9, 7, 7, 7, 7, 7])
  expect(() => dispatch(gpu, (recording) => matvecAs(recording, { m: 1, n: 2, k: 6, x, weight: { storage: 'f32', data, scales: undefined, stride: 6 }, y }, 'quad'))).toThrow('rows of 6 elements, 6 apart, are not read in fours')
  const weight = { storage: 'f32', data, scales: undefined, stride: 4 } as const
  expect(() => dispatch(gpu, (recording) => matvecAs(recording, { m: 1, n: 2, k: 4, x, weight, y, low: { tensor: data, rank: 6, scale: 1, parts: [0] } }, 'quad'))).toThrow('a low-rank addition of rank 6 in 1 parts')
  buffers.free()
})
