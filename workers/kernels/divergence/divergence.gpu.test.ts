// KL between rows of logits on the GPU against the float64 reference: shapes, magnitudes, and rows that are nearly equal.
import { expect, test } from 'vitest'
import { segmentsOf } from '../../../src/domain/rooms.ts'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { logSoftmax } from '../log_softmax/log_softmax.ts'
import { Buffers, dispatch, Numbers } from '../testing.ts'
import { divergence } from './divergence.ts'
import * as reference from './divergence.reference.ts'

const FIRST = 3

async function onGpu(ours: Float32Array, theirs: Float32Array, rows: number, vocabulary: number): Promise<{ kl: number[]; outside: Float32Array }> {
  const buffers = new Buffers(await testGpu())
  const segments = segmentsOf(vocabulary)
  const shape = { rows, vocabulary, temperature: 1, firstRow: FIRST }
  const [a, b] = [buffers.floats(ours), buffers.floats(theirs)]
  const targets = buffers.words(new Uint32Array(FIRST + rows))
  const stats = [a, b].map(() => buffers.unset((FIRST + rows) * 4)) as [ReturnType<Buffers['unset']>, ReturnType<Buffers['unset']>]
  const partials = buffers.unset(rows * segments * 4)
  const parts = buffers.unset((FIRST + rows) * segments)
  dispatch(buffers.gpu, (recording) => {
    logSoftmax(recording, { logits: a, partials, targets, stats: stats[0] }, shape)
    logSoftmax(recording, { logits: b, partials, targets, stats: stats[1] }, shape)
    divergence(recording, { ours: a, theirs: b, ourStats: stats[0], theirStats: stats[1], parts }, shape)
  })
  const found = await buffers.read(parts)
  buffers.free()
  const kl = Array.from({ length: rows }, (_, r) => found.subarray((FIRST + r) * segments, (FIRST + r + 1) * segments).reduce((sum, part) => sum + part, 0))
  return { kl, outside: found.subarray(0, FIRST * segments) }
}

const SHAPES = [[1, 1], [1, 2], [33, 7], [5, 257], [2, 1025], [3, 5003], [40, 300]] as const

test.each(SHAPES.flatMap(([rows, vocabulary]) => [1e-4, 1, 10, 200].map((scale) => [rows, vocabulary, scale] as const)))('%i rows × %i tokens at magnitude %d', async (rows, vocabulary, scale) => {
  const numbers = new Numbers(`divergence ${rows} ${vocabulary} ${scale}`)
  const [ours, theirs] = [numbers.floats(rows * vocabulary, scale), numbers.floats(rows * vocabulary, scale)]
  const { kl, outside } = await onGpu(ours, theirs, rows, vocabulary)
  const expected = reference.divergence(ours, theirs, rows, vocabulary)
  // both log-sum-exps round once, by some 1e-7 of the logits, and exp(x) errs by 2|x| · 2^-24 (WGSL): the error grows with the logits
  expect(relativeError([...kl, scale], [...expected, scale])).toBeLessThan(2e-6 * Math.max(1, scale / 10))
  expect(new Set(outside), 'rows of other chunks').toEqual(new Set([Math.fround(-12345.678)]))
})

test('a weight that moved by a thousandth shows: tiny divergences keep their digits and are never negative', async () => {
  const numbers = new Numbers('divergence near')
  const ours = numbers.floats(6 * 2048, 3)
  const theirs = ours.map((value, i) => value + (i < 2048 ? 0 : 1e-3 * Math.sin(i)))
  const { kl } = await onGpu(ours, theirs, 6, 2048)
  const expected = reference.divergence(ours, theirs, 6, 2048)
  expect(kl[0]).toBe(0)
  expect(relativeError(kl.slice(1), expected.slice(1))).toBeLessThan(5e-3)
  expect(Math.min(...kl.slice(1))).toBeGreaterThan(1e-8)
})
