// A product cut into parts against the same product whole: equal bytes, each part small, nothing left out.
import { expect, test } from 'vitest'
import { testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { partsOf } from './matmul.parts.ts'
import { defaultChoice, planMatmul } from './matmul.plan.ts'
import { type MatmulArgs, familyOfGpu, layoutOf, matmulAs } from './matmul.ts'

const bits = (data: Float32Array): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length)

test.each([
  ['nt', 150, 96, 40], ['nt', 5, 300, 40], ['nt', 1, 257, 12], ['nn', 150, 70, 33], ['nn', 40, 64, 129], ['tn', 700, 130, 37], ['tn', 33, 20, 600],
] as const)('%s %i × %i over %i', async (op, m, n, k) => {
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`parts ${op} ${m} ${n} ${k}`)
  const [a, b] = [buffers.floats(numbers.floats(m * k)), buffers.floats(numbers.floats(k * n))]
  const [bias, add] = [buffers.floats(numbers.floats(n)), numbers.floats(m * n)]
  const family = familyOfGpu(buffers.gpu)
  for (const extra of [{}, { bias, add: buffers.floats(add), alpha: 0.5 }, { accumulate: true }]) {
    const run = async (operations: number): Promise<{ out: Uint32Array; parts: number }> => {
      const args: MatmulArgs = { op, m, n, k, a, b, c: buffers.floats(add), ...extra }
      const parts = partsOf(args, layoutOf(args), operations, family)
      dispatch(buffers.gpu, (recording) => parts.forEach((part) => matmulAs(recording, part, planMatmul(layoutOf(part), family, defaultChoice(family)))))
      return { out: bits(await buffers.read(args.c)), parts: parts.length }
    }
    const [whole, cut] = [await run(Infinity), await run(3e3)]
    expect(whole.parts).toBe(1)
    expect(cut.parts).toBe(op === 'tn' && k === 600 ? 1 : Math.max(2, cut.parts))
    expect(cut.out).toEqual(whole.out)
  }
  buffers.free()
})
