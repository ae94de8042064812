// GPU against float64 reference.
import { expect, test } from 'vitest'
import { testGpu } from '../../gpu/testing.ts'
import { matmul } from './matmul.ts'

test('a product with bias and alpha is right', async () => {
  const gpu = await testGpu()
  for (const [bias, add, accumulate] of [[true, false, false], [false, true, false], [false, false, true], [false, false, false]]) {
    const a = gpu.upload('t', new Float32Array([1, 2, 3, 4, 5, 6]))
    const b = gpu.upload('t', new Float32Array([1, 0, 0, 1, 1, 1]))
    const x = gpu.upload('t', new Float32Array([10, 20, 10, 20]))
    const c = gpu.upload('t', new Float32Array([10, 20, 10, 20]))
    const r = gpu.record()
    matmul(r, { op: 'nn', m: 2, n: 2, k: 3, a, b, c, ...(bias ? { bias: x } : {}), ...(add ? { add: x } : {}), ...(accumulate ? { accumulate } : {}) })
    r.submit()
    const plus = bias || add || accumulate ? [10, 20, 10, 20] : [0, 0, 0, 0]
    expect([...(await gpu.read(c))]).toEqual([4, 5, 10, 11].map((v, i) => v + (plus[i] ?? 0)))
  }
})
