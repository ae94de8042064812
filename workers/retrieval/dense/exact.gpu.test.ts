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
  const search = await ExactSearch.create(await testGpu(), matrix.length / width, width)
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
  order.forEach((position, i) => { matrix[position * 2 * width] = query[0]! + Math.sign(query[0]!) * (i % 30) * 2 ** -26 })
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
  const width = 1000
  const [queries, matrix] = [unit(numbers, 12, width), unit(numbers, 2500, width)]
  const search = await opened(matrix, width)
  const gpu = await testGpu()
  const submit = vi.spyOn(gpu.device.queue, 'submit')
  const together = plain(await search.search(queries, 1200)) // 12 × 2400 × 1000 words are 115 MB
  expect(submit.mock.calls.length).toBeGreaterThan(1)
  submit.mockRestore()
  for (const at of [0, 11]) {
    const query = queries.subarray(at * width, (at + 1) * width)
    expect(together[at]).toEqual(reference.topK(query, matrix, width, 1200)[0])
  }
  search.free()
})

test('any number of queries may be asked at once', async () => {
  const numbers = new Numbers('many')
  const [queries, matrix] = [unit(numbers, 1100, 3), unit(numbers, 200, 3)]
  const search = await opened(matrix, 3)
  expect(plain(await search.search(queries, 5))).toEqual(reference.topK(queries, matrix, 3, 5))
  search.free()
})

test('an empty catalogue has empty answers', async () => {
  const search = await ExactSearch.create(await testGpu(), 0, 4)
  expect(plain(await search.search(new Float32Array(8), 10))).toEqual([{ positions: [], scores: [] }, { positions: [], scores: [] }])
})

test('a device without room says how much is needed, and what to do', async () => {
  const gpu = await testGpu()
  const pop = vi.spyOn(gpu.device, 'popErrorScope')
  pop.mockResolvedValueOnce(new GPUOutOfMemoryError('no room'))
  await expect(ExactSearch.create(gpu, 1000, 384)).rejects.toThrow('1000 embeddings of 384 numbers need 2 MB of graphics memory, and the device refused; close what else uses it')
  const numbers = new Numbers('no room')
  const search = await opened(unit(numbers, 50, 4), 4)
  pop.mockResolvedValueOnce(null).mockResolvedValueOnce(new GPUValidationError('too large'))
  await expect(search.search(unit(numbers, 1, 4), 5)).rejects.toThrow('the device refused the work: too large')
  pop.mockRestore()
  expect((await search.search(unit(numbers, 1, 4), 5))[0]!.positions).toHaveLength(5)
  search.free()
})
