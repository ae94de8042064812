// Top-k on the GPU against the float64 reference: awkward shapes, magnitudes, ties, and slabs that split the matrix anywhere.
import { describe, expect, test, vi } from 'vitest'
import { testGpu } from '../../gpu/testing.ts'
import { Buffers, dispatch, Numbers } from '../testing.ts'
import * as reference from './topk.reference.ts'
import { entriesOf, MAX_K, slabCounts, topK, topKWords } from './topk.ts'

interface Case {
  readonly queries: Float32Array
  readonly matrix: Float32Array
  readonly width: number
  readonly k: number
  /** rows of each slab; one slab when left out */
  readonly slabs?: readonly number[]
}

/** Runs the kernel with guarded buffers. */
async function search({ queries, matrix, width, k, slabs = [matrix.length / width] }: Case) {
  const gpu = await testGpu()
  const buffers = new Buffers(gpu)
  const queryCount = queries.length / width
  const words = topKWords(queryCount, matrix.length / width, k)
  const starts = slabs.map((_, i) => slabs.slice(0, i).reduce((sum, count) => sum + count, 0))
  const best = buffers.unset(words.best)
  const [scores, pool, state, rows] = [buffers.unset(words.scores), buffers.unset(words.pool), buffers.unset(words.state), buffers.unset(queryCount * k * width)]
  const submit = vi.spyOn(gpu.device.queue, 'submit')
  dispatch(gpu, (recording) => topK(recording, {
    queries: buffers.floats(queries), queryCount, width, k, scores, pool, state, best, rows,
    slabs: slabs.map((count, i) => ({ rows: buffers.floats(matrix.subarray(starts[i]! * width, (starts[i]! + count) * width)), first: starts[i]!, count })),
  }))
  const submits = submit.mock.calls.length
  submit.mockRestore()
  const [packed, copied] = [await buffers.readWords(best), await buffers.read(rows)]
  for (const scratch of [scores, pool, state]) await buffers.readWords(scratch) // throws where a kernel wrote past the end
  buffers.free()
  const found = Array.from({ length: queryCount }, (_, query) => {
    const { positions, scores: values, order } = entriesOf(packed.subarray(query * k * 2, (query + 1) * k * 2))
    return { positions: [...positions], scores: [...values], rows: Array.from(order, (at) => copied.slice((query * k + at) * width, (query * k + at + 1) * width)) }
  })
  return { found, submits }
}

/** Scores within `tolerance` of float64, the set exact but for products that close to the last, and each row the matrix's own. */
function check(of: Case, found: Awaited<ReturnType<typeof search>>['found'], tolerance: number): void {
  const { queries, matrix, width, k } = of
  found.forEach(({ positions, scores, rows }, query) => {
    const all = reference.scoresOf(queries, query * width, matrix, width)
    const last = reference.best(all, k).scores.at(-1)!
    expect(new Set(positions).size).toBe(k)
    positions.forEach((position, i) => {
      expect(Math.abs(scores[i]! - all[position]!)).toBeLessThanOrEqual(tolerance)
      expect(all[position]).toBeGreaterThanOrEqual(last - 2 * tolerance)
      expect(rows[i]).toEqual(matrix.slice(position * width, (position + 1) * width))
    })
    const missed = [...all.keys()].filter((position) => all[position]! > last + 2 * tolerance && !positions.includes(position))
    expect(missed).toEqual([])
  })
}

function unit(vectors: Float32Array, width: number): Float32Array {
  const norms = Array.from({ length: vectors.length / width }, (_, row) => Math.sqrt(reference.dot(vectors, row * width, vectors, row * width, width)))
  return vectors.map((value, i) => value / norms[Math.floor(i / width)]!)
}

const SHAPES = [
  [1, 1, 1, 1], [1, 5, 3, 5], [3, 7, 2, 2], [2, 63, 5, 7], [5, 64, 64, 64], [4, 65, 65, 10], [3, 257, 33, 256], [9, 1000, 12, 100], [1, 8193, 7, 9], [2, 20_001, 6, 200], [7, 9000, 4, 1000],
] as const

test.each(SHAPES.flatMap((shape) => [1e-4, 1, 1e3].map((scale) => [...shape, scale] as const)))(
  '%i queries over %i products of width %i: the best %i at magnitude %d',
  async (count, products, width, k, scale) => {
    const numbers = new Numbers(`topk ${count} ${products} ${width} ${k} ${scale}`)
    const of = { queries: numbers.floats(count * width, scale), matrix: numbers.floats(products * width), width, k }
    const { found, submits } = await search(of)
    expect(submits).toBe(1)
    check(of, found, scale * 1e-6 * width)
  },
)

describe('ties', () => {
  test('of equal products the lower positions are taken, across stretches and slabs', async () => {
    const width = 5
    const [one, other] = [new Numbers('tie').floats(width), new Numbers('other').floats(width)]
    // 20,000 products: the same two vectors in turn, and the query is the first of them
    const matrix = Float32Array.from({ length: 20_000 * width }, (_, i) => (Math.floor(i / width) % 2 === 0 ? other : one)[i % width]!)
    for (const k of [1, 77, 5001]) {
      const { found } = await search({ queries: one, matrix, width, k, slabs: [3, 9001, 1, 10_995] })
      expect(found[0]!.positions).toEqual(Array.from({ length: k }, (_, i) => 2 * i + 1))
      expect(new Set(found[0]!.scores).size).toBe(1)
    }
  })

  test('a query of zeros finds the first products', async () => {
    const width = 3
    const { found } = await search({ queries: new Float32Array(width), matrix: new Numbers('zeros').floats(600 * width), width, k: 40 })
    expect(found[0]!.positions).toEqual(Array.from({ length: 40 }, (_, i) => i))
  })

  test('whole numbers with many ties are ordered exactly as in float64', async () => {
    const numbers = new Numbers('whole')
    const [width, products] = [6, 10_007]
    const whole = (count: number): Float32Array => Float32Array.from(numbers.integers(count, 5), (value) => value - 2)
    const of = { queries: whole(8 * width), matrix: whole(products * width), width, k: 333 }
    const { found } = await search({ ...of, slabs: [5000, 5007] })
    expect(found.map(({ positions, scores }) => ({ positions, scores }))).toEqual(reference.topK(of.queries, of.matrix, width, of.k))
  })
})

test('every product comes back, in order, when k is their number', async () => {
  const numbers = new Numbers('everything')
  const of = { queries: numbers.floats(2 * 9), matrix: numbers.floats(8200 * 9), width: 9, k: 8200 }
  const { found } = await search(of)
  check(of, found, 1e-5)
})

test('unit vectors of length 384 score within 1e-6 of float64, near copies of the query included', async () => {
  const numbers = new Numbers('unit')
  const [width, count, products] = [384, 16, 3000]
  const queries = unit(numbers.floats(count * width), width)
  const noise = numbers.floats(products * width, 1e-3)
  const near = unit(noise.map((value, i) => value + queries[(Math.floor(i / width) % count) * width + (i % width)]!), width)
  const positive = unit(numbers.floats(products * width).map(Math.abs), width)
  for (const matrix of [near, positive]) {
    const of = { queries: matrix === near ? queries : positive.slice(0, count * width), matrix, width, k: 200 }
    const { found } = await search(of)
    check(of, found, 1e-6)
  }
})

test('the catalogue may ascend: when every stretch beats all before it, nothing is lost', async () => {
  const matrix = Float32Array.from({ length: 30_000 }, (_, i) => i / 30_000)
  const { found } = await search({ queries: Float32Array.of(1, -1), matrix, width: 1, k: 500 })
  expect(found[0]!.positions).toEqual(Array.from({ length: 500 }, (_, i) => 29_999 - i))
  expect(found[1]!.positions).toEqual(Array.from({ length: 500 }, (_, i) => i))
})

test('a k beyond the products or the limit is refused with both numbers', async () => {
  const of = { queries: new Float32Array(2), matrix: new Float32Array(10), width: 2 }
  await expect(search({ ...of, k: 6 })).rejects.toThrow('topk: k is 6 of 5 products; a whole number from 1 to 5 is needed')
  await expect(search({ ...of, k: 0 })).rejects.toThrow('k is 0')
  expect(MAX_K).toBeGreaterThanOrEqual(1000)
})

test('a matrix is split so that every part can be bound', async () => {
  const gpu = await testGpu()
  const counts = slabCounts(gpu, 1_200_000, 1024)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_200_000)
  for (const count of counts) expect(count * 4096).toBeLessThanOrEqual(gpu.device.limits.maxStorageBufferBindingSize)
})
