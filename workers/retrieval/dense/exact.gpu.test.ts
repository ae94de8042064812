// Exact search over the kernel: float64 order, proofs that nothing is missing, and one submit for a batch.
import { expect, test, vi } from 'vitest'
import { testGpu } from '../../gpu/testing.ts'
import * as reference from '../../kernels/topk/topk.reference.ts'
import { Numbers } from '../../kernels/testing.ts'
import { normalise } from './encoder.ts'
import { ExactSearch } from './exact.ts'

function unit(numbers: Numbers, count: number, width: number): Float32Array {
  const rows = numbers.floats(count * width)
  normalise(rows, width)
  return rows
}

async function opened(matrix: Float32Array, width: number): Promise<ExactSearch> {
  const search = new ExactSearch(await testGpu(), matrix.length / width, width)
  // in two writes of unlike length, as parts come
  const half = Math.floor(matrix.length / width / 3) * width
  search.write(0, matrix.subarray(0, half))
  search.write(half / width, matrix.subarray(half))
  return search
}

const plain = (found: Awaited<ReturnType<ExactSearch['search']>>) => found.map(({ positions, scores }) => ({ positions: [...positions], scores: [...scores] }))

test.each([[1, 1, 1, 1], [3, 100, 7, 10], [5, 70, 33, 100], [2, 9001, 16, 1000], [7, 500, 64, 1]] as const)(
  '%i queries over %i products of width %i: the best %i are those of float64, to the bit', async (count, products, width, k) => {
    const numbers = new Numbers(`exact ${count} ${products} ${width} ${k}`)
    const [queries, matrix] = [unit(numbers, count, width), unit(numbers, products, width)]
    const search = await opened(matrix, width)
    expect(plain(await search.search(queries, k))).toEqual(reference.topK(queries, matrix, width, k))
    search.free()
  })

test('a batch of 96 takes one submit', async () => {
  const numbers = new Numbers('one submit')
  const gpu = await testGpu()
  const search = await opened(unit(numbers, 3000, 48), 48)
  const queries = unit(numbers, 96, 48)
  const submit = vi.spyOn(gpu.device.queue, 'submit')
  await search.search(queries, 100)
  expect(submit).toHaveBeenCalledTimes(1)
  submit.mockRestore()
  search.free()
})

test('where more products tie than candidates were asked for, the search widens until the order is proved', async () => {
  const numbers = new Numbers('plateau')
  const width = 12
  const [query, other] = [unit(numbers, 1, width), unit(numbers, 1, width)]
  // 900 products that differ by less than the kernel can see: float64 alone knows their order
  const matrix = new Float32Array(2000 * width)
  for (let position = 0; position < 2000; position++) matrix.set(position % 2 === 0 ? query : other, position * width)
  const order = numbers.shuffle(Array.from({ length: 900 }, (_, i) => i))
  order.forEach((position, i) => { matrix[position * 2 * width] = query[0]! + (i % 30) * 2 ** -26 })
  const search = await opened(matrix, width)
  const [found] = plain(await search.search(query, 40))
  expect(found).toEqual(reference.topK(query, matrix, width, 40)[0])
  search.free()
})

test('a thousand equal products come in catalogue order', async () => {
  const width = 5
  const query = unit(new Numbers('equal'), 1, width)
  const matrix = Float32Array.from({ length: 1000 * width }, (_, i) => query[i % width]!)
  const search = await opened(matrix, width)
  expect([...(await search.search(query, 3))[0]!.positions]).toEqual([0, 1, 2])
  search.free()
})

test('candidates that do not come back at once are asked for in groups, with the same answers', async () => {
  const numbers = new Numbers('groups')
  const width = 700
  const [queries, matrix] = [unit(numbers, 12, width), unit(numbers, 6000, width)]
  const search = await opened(matrix, width)
  const gpu = await testGpu()
  const submit = vi.spyOn(gpu.device.queue, 'submit')
  const together = plain(await search.search(queries, 2500)) // 12 × 5000 × 700 words are 168 MB
  expect(submit.mock.calls.length).toBeGreaterThan(1)
  submit.mockRestore()
  for (const at of [0, 11]) {
    const query = queries.subarray(at * width, (at + 1) * width)
    expect(together[at]).toEqual(reference.topK(query, matrix, width, 2500)[0])
  }
  search.free()
})

test('an empty catalogue has empty answers', async () => {
  const search = new ExactSearch(await testGpu(), 0, 4)
  expect(plain(await search.search(new Float32Array(8), 10))).toEqual([{ positions: [], scores: [] }, { positions: [], scores: [] }])
})
