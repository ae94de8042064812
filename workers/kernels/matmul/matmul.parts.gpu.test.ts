// A product cut into parts against the same product whole: equal bytes, each part small, nothing left out.
import { expect, test } from 'vitest'
import type { Tensor } from '../../gpu/gpu.ts'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { partsOf } from './matmul.parts.ts'
import { defaultChoice, planMatmul } from './matmul.plan.ts'
import { product } from './matmul.reference.ts'
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

test('a nn product over a long k is added up along k, alike whatever the pace, with bias and add once', async () => {
  const [m, n, k] = [18, 9, 70001]
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers('long k')
  const [aValues, bValues, biasValues, addValues] = [numbers.floats(m * k), numbers.floats(k * n), numbers.floats(n), numbers.floats(m * n)]
  const [a, b, bias, add] = [aValues, bValues, biasValues, addValues].map((values) => buffers.floats(values)) as [Tensor, Tensor, Tensor, Tensor]
  const family = familyOfGpu(buffers.gpu)
  for (const [extra, plus] of [[{ alpha: 0.5 }, undefined], [{ bias, add, alpha: 0.5 }, addValues], [{ accumulate: true, alpha: 0.5 }, addValues]] as const) {
    const run = async (operations: number, rows = m): Promise<Float32Array> => {
      const args: MatmulArgs = { op: 'nn', m: rows, n, k, a, b, c: buffers.floats(addValues), ...extra }
      const parts = partsOf(args, layoutOf(args), operations, family)
      expect(new Set(parts.map((part) => part.k))).toEqual(new Set([32768, 70001 - 2 * 32768]))
      expect(parts).toHaveLength(operations === Infinity ? 3 : 6)
      dispatch(buffers.gpu, (recording) => parts.forEach((part) => matmulAs(recording, part, planMatmul(layoutOf(part), family, defaultChoice(family)))))
      return buffers.read(args.c)
    }
    const whole = await run(Infinity)
    expect(bits(await run(1e5))).toEqual(bits(whole))
    expect(bits(await run(Infinity, 3)).subarray(0, 3 * n), 'a row has its bytes in any number of rows').toEqual(bits(whole).subarray(0, 3 * n))
    expect(relativeError(whole, product(aValues, bValues, { op: 'nn', m, n, k, alpha: 0.5 }, 'bias' in extra ? biasValues : undefined, plus))).toBeLessThan(2e-5)
  }
  buffers.free()
})
