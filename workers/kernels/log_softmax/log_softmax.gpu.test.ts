// Log-probabilities, entropies and their gradient on the GPU against the float64 reference.
import { beforeAll, describe, expect, test } from 'vitest'
import { segmentsOf } from '../../../src/domain/rooms.ts'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { choose } from '../variants.ts'
import { LOG_SOFTMAX_VARIANTS, logSoftmax, logSoftmaxGradient } from './log_softmax.ts'
import * as reference from './log_softmax.reference.ts'

const SHAPES = [[1, 1], [1, 2], [33, 7], [32, 256], [5, 257], [2, 1024], [2, 1025], [3, 2048], [2, 5003], [40, 300]] as const
const FIRST = 3 // rows of other chunks stand before and after these in targets, stats and weights
const AFTER = 2

// exp errs by (3 + 2|x|) · 2^-24 (WGSL), and where x is large its share is small; sums over a segment add their rounding.
const TOLERANCE = 2e-6

// Gradients go through the stored float32 log-sum-exp, whose rounding grows with the logits.
const gradientTolerance = (scale: number): number => 2e-6 * Math.min(8, Math.max(1, scale))

interface Case {
  readonly rows: number
  readonly vocabulary: number
  readonly temperature: number
  readonly logits: Float32Array
  readonly targets: Uint32Array
  /** [FIRST + rows + AFTER, 2] */
  readonly weights: Float32Array
}

function makeCase(name: string, rows: number, vocabulary: number, temperature: number, scale: number, offset = 0): Case {
  const numbers = new Numbers(`log-softmax ${name} ${rows} ${vocabulary} ${scale}`)
  const targets = numbers.integers(FIRST + rows + AFTER, vocabulary)
  targets[FIRST] = vocabulary - 1
  return { rows, vocabulary, temperature, logits: numbers.floats(rows * vocabulary, scale).map((value) => value + offset), targets, weights: numbers.floats((FIRST + rows + AFTER) * 2) }
}

async function onGpu({ rows, vocabulary, temperature, logits, targets, weights }: Case) {
  const buffers = new Buffers(await testGpu())
  const shape = { rows, vocabulary, temperature, firstRow: FIRST }
  const t = {
    logits: buffers.floats(logits), partials: buffers.unset(rows * segmentsOf(vocabulary) * 4), targets: buffers.words(targets),
    stats: buffers.unset(targets.length * 4), weights: buffers.floats(weights),
  }
  dispatch(buffers.gpu, (recording) => {
    logSoftmax(recording, t, shape)
    logSoftmaxGradient(recording, t, shape)
  })
  await buffers.readWords(t.partials)
  const [stats, gradient] = [await buffers.read(t.stats), await buffers.read(t.logits)]
  buffers.free()
  const column = (which: number): number[] => Array.from({ length: rows }, (_, r) => stats[(FIRST + r) * 4 + which]!)
  const outside = [...stats.subarray(0, FIRST * 4), ...stats.subarray((FIRST + rows) * 4)]
  return { stats, outside, lse: column(0), logp: column(1), entropy: column(2), gradient }
}

function onReference({ rows, vocabulary, temperature, logits, targets, weights }: Case) {
  const shape = { rows, vocabulary, temperature }
  const own = targets.subarray(FIRST, FIRST + rows)
  const gradient = new Float64Array(rows * vocabulary)
  const column = (which: number): number[] => Array.from({ length: rows }, (_, r) => weights[(FIRST + r) * 2 + which]!)
  reference.logSoftmaxBackward({ logits, targets: own, dlogp: column(0), dentropy: column(1), dlogits: gradient }, shape)
  return { ...reference.logSoftmax(logits, own, shape), gradient }
}

describe.each(LOG_SOFTMAX_VARIANTS)('as %s', (variant) => {
  beforeAll(async () => choose(await testGpu(), 'log_softmax', variant))

  test.each(SHAPES.flatMap(([rows, vocabulary]) => [1e-4, 1, 10, 1e3].map((scale) => [rows, vocabulary, scale] as const)))('%i rows × %i tokens at magnitude %d', async (rows, vocabulary, scale) => {
    const given = makeCase('table', rows, vocabulary, 1, scale)
    const [found, expected] = [await onGpu(given), onReference(given)]
    expect(relativeError(found.lse, expected.lse), 'lse').toBeLessThan(TOLERANCE)
    // a one stands beside what may all be zero, as the probabilities of a single token are
    expect(relativeError([...found.logp, 1], [...expected.logp, 1]), 'logp').toBeLessThan(TOLERANCE)
    expect(relativeError([...found.entropy, 1], [...expected.entropy, 1]), 'entropy').toBeLessThan(TOLERANCE)
    expect(relativeError([...found.gradient, 1], [...expected.gradient, 1]), 'gradient').toBeLessThan(gradientTolerance(scale))
    expect(new Set(found.outside), 'rows of other chunks').toEqual(new Set([Math.fround(-12345.678)]))
  })

  describe('temperature', () => {
    test.each([0.25, 0.6, 2])('%d divides the logits, and the gradient once more', async (temperature) => {
      const given = makeCase('temperature', 6, 300, temperature, 1)
      const [found, expected] = [await onGpu(given), onReference(given)]
      expect(relativeError(found.logp, expected.logp), 'logp').toBeLessThan(TOLERANCE)
      expect(relativeError(found.entropy, expected.entropy), 'entropy').toBeLessThan(TOLERANCE)
      expect(relativeError(found.gradient, expected.gradient), 'gradient').toBeLessThan(gradientTolerance(1 / temperature))
    })
  })

  test('the entropy gradient is right by itself', async () => {
    const given = makeCase('entropy', 9, 513, 1, 2)
    given.weights.forEach((_, at) => { if (at % 2 === 0) given.weights[at] = 0 })
    const [found, expected] = [await onGpu(given), onReference(given)]
    expect(relativeError(found.gradient, expected.gradient)).toBeLessThan(5e-6)
  })

  test('logits that are all far from zero lose no accuracy: a common offset cancels', async () => {
    const given = makeCase('offset', 4, 700, 1, 1, 1024)
    const [found, expected] = [await onGpu(given), onReference(given)]
    expect(relativeError(found.logp, expected.logp), 'logp').toBeLessThan(TOLERANCE)
    expect(relativeError(found.entropy, expected.entropy), 'entropy').toBeLessThan(TOLERANCE)
  })

  test('a row alone has the bytes that it has among others, and twice gives the same bytes', async () => {
    const all = makeCase('alone', 37, 600, 0.7, 2)
    const [first, again] = [await onGpu(all), await onGpu(all)]
    expect(new Uint32Array(again.stats.buffer)).toEqual(new Uint32Array(first.stats.buffer))
    expect(new Uint32Array(again.gradient.buffer)).toEqual(new Uint32Array(first.gradient.buffer))
    const row = 21
    const one = await onGpu({
      ...all, rows: 1, logits: all.logits.slice(row * 600, (row + 1) * 600),
      targets: all.targets.slice(row, row + FIRST + 1 + AFTER), weights: all.weights.slice(row * 2, (row + FIRST + 1 + AFTER) * 2),
    })
    expect(one.stats.slice(FIRST * 4, FIRST * 4 + 3)).toEqual(first.stats.slice((FIRST + row) * 4, (FIRST + row) * 4 + 3))
    expect(one.gradient).toEqual(first.gradient.slice(row * 600, (row + 1) * 600))
  })
})
