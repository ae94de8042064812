// Exact search without a graphics adapter, against the float64 reference.
import { expect, test } from 'vitest'
import { Numbers } from '../../kernels/testing.ts'
import * as reference from '../../kernels/topk/topk.reference.ts'
import { ProcessorSearch } from './processor.ts'

test.each([[1, 1, 1, 1], [3, 100, 7, 10], [5, 70, 33, 100], [2, 3000, 4, 1000]] as const)('%i queries over %i products of width %i: the best %i are those of float64', async (count, products, width, k) => {
  const numbers = new Numbers(`processor ${count} ${products} ${width} ${k}`)
  const whole = (size: number): Float32Array => Float32Array.from(numbers.integers(size, 4), (value) => value - 1) // many ties
  for (const [queries, matrix] of [[numbers.floats(count * width), numbers.floats(products * width)], [whole(count * width), whole(products * width)]] as const) {
    const search = new ProcessorSearch(products, width)
    const cut = Math.floor(products / 3)
    search.write(cut, matrix.subarray(cut * width))
    search.write(0, matrix.subarray(0, cut * width))
    const found = (await search.search(queries, k)).map(({ positions, scores }) => ({ positions: [...positions], scores: [...scores] }))
    expect(found).toEqual(reference.topK(queries, matrix, width, k))
    search.free()
  }
})

test('an empty catalogue has empty answers', async () => {
  expect(await new ProcessorSearch(0, 3).search(new Float32Array(3), 5)).toEqual([{ positions: new Uint32Array(0), scores: new Float64Array(0) }])
})
