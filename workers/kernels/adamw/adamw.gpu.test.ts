// Clipping and AdamW on the GPU against the float64 reference.
import { describe, expect, test, vi } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import type { Tensor } from '../../gpu/gpu.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { adamw, gradientNorm, normScratch } from './adamw.ts'
import * as reference from './adamw.reference.ts'

const COUNTS = [[1], [63, 64, 65], [511, 512, 513], [5000, 3, 40000]]
const OPTIONS = { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 }
const STEPS = 5

// Each step is a dozen roundings of 2^-24; sums of squares add in blocks of 512.
const TOLERANCE = 2e-6

interface Part {
  readonly count: number
  readonly weights: Tensor
  readonly grads: Tensor
  readonly m: Tensor
  readonly v: Tensor
}

function upload(buffers: Buffers, weights: Float32Array): Part {
  const count = weights.length
  return { count, weights: buffers.floats(weights), grads: buffers.unset(count), m: buffers.floats(new Float32Array(count)), v: buffers.floats(new Float32Array(count)) }
}

async function compare(name: string, counts: readonly number[], gradientScale: number, weightScale: number, maxGradNorm: number): Promise<boolean> {
  const options = { ...OPTIONS, maxGradNorm }
  const numbers = new Numbers(`adamw ${name} ${gradientScale} ${weightScale}`)
  const buffers = new Buffers(await testGpu())
  const weights = counts.map((count) => numbers.floats(count, weightScale))
  const parts = weights.map((values) => upload(buffers, values))
  const expected = weights.map((values) => ({ weights: Float64Array.from(values), m: new Float64Array(values.length), v: new Float64Array(values.length) }))
  const scratch = buffers.unset(normScratch(counts))
  const state = buffers.unset(4)
  let clipped = false
  for (let step = 1; step <= STEPS; step++) {
    const grads = counts.map((count) => numbers.floats(count, gradientScale))
    parts.forEach((part, i) => buffers.gpu.write(part.grads, grads[i]!))
    dispatch(buffers.gpu, (recording) => {
      gradientNorm(recording, parts, scratch, state, maxGradNorm)
      for (const part of parts) adamw(recording, part, state, options, step)
    })
    const { norm, factor } = reference.gradientNorm(grads, maxGradNorm)
    clipped ||= factor < 1
    expect(relativeError((await buffers.read(state)).subarray(0, 3), [norm, factor, 1]), `state of step ${step}`).toBeLessThan(TOLERANCE)
    expected.forEach((each, i) => reference.adamw(each, grads[i]!, factor, options, step))
    for (const [i, part] of parts.entries()) expect(await buffers.read(part.grads), 'gradients are only read').toEqual(grads[i])
  }
  for (const [i, part] of parts.entries()) {
    for (const which of ['weights', 'm', 'v'] as const) expect(relativeError(await buffers.read(part[which]), expected[i]![which]), `${which} of part ${i}`).toBeLessThan(TOLERANCE)
  }
  await buffers.readWords(scratch)
  buffers.free()
  return clipped
}

// Weights of 1e-3 under steps of 1e-2: the steps, not the start, are what is compared.
describe('five steps equal the reference', () => {
  test.each(COUNTS.map((counts) => [counts] as const))('over parts of %j parameters, clipped', async (counts) => {
    expect(await compare('clipped', counts, 10, 1e-3, 1)).toBe(true)
  })
  test.each(COUNTS.map((counts) => [counts] as const))('over parts of %j parameters, unclipped', async (counts) => {
    expect(await compare('unclipped', counts, 1e-4, 1e-3, 1)).toBe(false)
  })
  test.each([1e-8, 1e-4, 1, 1e3])('with gradients of %d and clipping switched off', async (scale) => {
    expect(await compare('off', [700], scale, 1e-3, 0)).toBe(false)
  })
  test.each([1, 1e3])('with weights of %d', async (scale) => {
    expect(await compare('weights', [700], 1, scale, 1)).toBe(true)
  })
})

describe('a gradient that is not finite', () => {
  test.each([
    ['NaN', NaN], ['infinite', Infinity], ['minus infinite', -Infinity], ['so large that its square is infinite', 1e30],
  ])('(%s) in one part leaves every part untouched and is reported', async (_, bad) => {
    const buffers = new Buffers(await testGpu())
    const numbers = new Numbers('adamw not finite')
    const parts = [600, 700].map((count) => upload(buffers, numbers.floats(count)))
    const grads = parts.map(({ count }) => numbers.floats(count))
    grads[1]![650] = bad
    parts.forEach((part, i) => buffers.gpu.write(part.grads, grads[i]!))
    const before = await Promise.all(parts.flatMap(({ weights, m, v }) => [weights, m, v].map((tensor) => buffers.readWords(tensor))))
    const state = buffers.unset(4)
    dispatch(buffers.gpu, (recording) => {
      gradientNorm(recording, parts, buffers.unset(normScratch([600, 700])), state, 1)
      for (const part of parts) adamw(recording, part, state, OPTIONS, 1)
    })
    expect((await buffers.read(state))[2]).toBe(0)
    expect(await Promise.all(parts.flatMap(({ weights, m, v }) => [weights, m, v].map((tensor) => buffers.readWords(tensor))))).toEqual(before)
    buffers.free()
  })
})

test('more parameters than one side of a grid can hold are all stepped', async () => {
  const buffers = new Buffers(await testGpu())
  const count = 32768 * 64 + 77
  const part = upload(buffers, new Float32Array(count))
  buffers.gpu.write(part.grads, Float32Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1)))
  const state = buffers.unset(4)
  dispatch(buffers.gpu, (recording) => {
    gradientNorm(recording, [part], buffers.unset(normScratch([count])), state, 0)
    adamw(recording, part, state, { ...OPTIONS, learningRate: 0.5 }, 1)
  })
  expect((await buffers.read(state))[0]).toBeCloseTo(Math.sqrt(count), 2)
  const weights = await buffers.read(part.weights)
  expect(weights.findIndex((value, i) => Math.abs(value - (i % 2 === 0 ? -0.5 : 0.5)) > 1e-6), 'first parameter with a wrong step').toBe(-1)
  buffers.free()
})

test('the same steps taken twice give the same bytes', async () => {
  const buffers = new Buffers(await testGpu())
  const [weights, grads] = [new Numbers('adamw twice').floats(3000), new Numbers('adamw twice, gradients').floats(3000)]
  const parts = [0, 1].map(() => upload(buffers, weights))
  for (const part of parts) {
    buffers.gpu.write(part.grads, grads)
    const [scratch, state] = [buffers.unset(normScratch([3000])), buffers.unset(4)]
    dispatch(buffers.gpu, (recording) => {
      gradientNorm(recording, [part], scratch, state, 1)
      for (let step = 1; step <= 3; step++) adamw(recording, part, state, OPTIONS, step)
    })
  }
  expect(await buffers.readWords(parts[0]!.weights)).toEqual(await buffers.readWords(parts[1]!.weights))
  expect(relativeError(await buffers.read(parts[0]!.weights), weights)).toBeGreaterThan(1e-3)
  buffers.free()
})

test('the norm of millions of gradients is added by runs, that of fewer by one thread in order', async () => {
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers('norm runs')
  for (const [blocks, kernels] of [[4096, ['norm_combine']], [4097, ['norm_runs', 'norm_combine']]] as const) {
    const count = blocks * 512 - 5
    const grads = numbers.floats(count)
    const part = { ...upload(buffers, Float32Array.of(0)), count, grads: buffers.floats(grads) }
    const [scratch, state] = [buffers.unset(normScratch([count])), buffers.unset(4)]
    const kernel = vi.spyOn(buffers.gpu, 'kernel')
    dispatch(buffers.gpu, (recording) => gradientNorm(recording, [part], scratch, state, 1))
    expect(kernel.mock.calls.map(([name]) => name).slice(1)).toEqual(kernels)
    kernel.mockRestore()
    const { norm, factor } = reference.gradientNorm([grads], 1)
    expect(relativeError((await buffers.read(state)).subarray(0, 3), [norm, factor, 1]), `${blocks} blocks`).toBeLessThan(TOLERANCE)
    await buffers.readWords(scratch)
    for (const tensor of [part.weights, part.grads, part.m, part.v]) await buffers.readWords(tensor)
  }
  buffers.free()
})
