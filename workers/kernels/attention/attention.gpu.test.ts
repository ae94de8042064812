// Attention on the GPU against the float64 reference.
import { beforeAll, describe, expect, test } from 'vitest'
import type { HeadShape } from '../rope/rope.ts'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch, sharedPrefixes } from '../testing.ts'
import { choose } from '../variants.ts'
import { ATTENTION_VARIANTS, attention, attentionBackward } from './attention.ts'
import * as reference from './attention.reference.ts'

const HEADS = [
  { heads: 1, kvHeads: 1, headDim: 2 },
  { heads: 4, kvHeads: 2, headDim: 12 },
  { heads: 6, kvHeads: 2, headDim: 16 },
  { heads: 14, kvHeads: 2, headDim: 64 },
]
const BATCHES = {
  'two rows': [{ prompt: 2, completions: [] }],
  'ragged sequences of 1, 9 and 4': [{ prompt: 1, completions: [] }, { prompt: 9, completions: [] }, { prompt: 4, completions: [] }],
  'shared prompts': [{ prompt: 5, completions: [3, 1, 7] }, { prompt: 2, completions: [1] }, { prompt: 12, completions: [4, 4] }],
  '32 rows': [{ prompt: 8, completions: [8, 8, 8] }],
}

interface Case {
  readonly shape: HeadShape
  readonly rows: number
  readonly q: Float32Array
  readonly kv: Float32Array
  readonly spans: Uint32Array
}

function run(buffers: Buffers, { shape, rows, q, kv, spans }: Case) {
  const { heads, headDim } = shape
  const t = { q: buffers.floats(q), kv: buffers.floats(kv), spans: buffers.words(spans), out: buffers.unset(rows * heads * headDim), lse: buffers.unset(rows * heads) }
  dispatch(buffers.gpu, (recording) => attention(recording, t, rows, shape))
  return t
}

// `peak` scales queries and keys: scores have about its square as standard deviation, and an error of 2^-24 in a score is that times the score.
// `scale` is the magnitude of values and gradients.
async function compare(name: string, shape: HeadShape, groups: Parameters<typeof sharedPrefixes>[0], peak: number, scale: number): Promise<void> {
  const { heads, kvHeads, headDim } = shape
  const stride = (heads + 2 * kvHeads) * headDim
  const pair = 2 * kvHeads * headDim
  const tolerance = 2e-6 * Math.max(1, peak ** 2)
  const { rows, spans, ends } = sharedPrefixes(groups)
  const buffers = new Buffers(await testGpu())
  const numbers = new Numbers(`attention ${name} ${headDim} ${peak} ${scale}`)
  const q = numbers.floats(rows * stride, peak)
  const kv = numbers.floats(rows * pair, peak).map((value, at) => (at % pair < pair / 2 ? value : (value / peak) * scale))
  const dout = numbers.floats(rows * heads * headDim, scale)
  const t = run(buffers, { shape, rows, q, kv, spans })
  const dqkv = buffers.unset(rows * stride)
  const stats = buffers.unset(rows * heads * 2)
  dispatch(buffers.gpu, (recording) => attentionBackward(recording, { ...t, ends: buffers.words(ends), dout: buffers.floats(dout), stats, dqkv }, rows, shape))

  const expected = reference.attention({ q, kv, stride, spans }, rows, shape)
  const [dq, dkv] = [new Float64Array(rows * stride), new Float64Array(rows * pair)]
  reference.attentionBackward({ q, kv, stride, spans, dout, dq, dkv }, rows, shape)
  expect(relativeError(await buffers.read(t.out), expected.out), 'out').toBeLessThan(tolerance)
  expect(relativeError(await buffers.read(t.lse), expected.lse), 'lse').toBeLessThan(tolerance)
  const found = await buffers.read(dqkv)
  const columns = (source: ArrayLike<number>, width: number, from: number, to: number): number[] => Array.from(source).filter((_, at) => at % width >= from && at % width < to)
  const queries = heads * headDim
  for (const [part, from, to, right] of [
    ['dq', 0, queries, columns(dq, stride, 0, queries)],
    ['dk', queries, queries + pair / 2, columns(dkv, pair, 0, pair / 2)],
    ['dv', queries + pair / 2, stride, columns(dkv, pair, pair / 2, pair)],
  ] as const) {
    // gradients of scores are differences of products as large as dout·v: that costs a few bits
    expect(relativeError(columns(found, stride, from, to), right), part).toBeLessThan(4 * tolerance)
  }
  await buffers.readWords(stats)
  buffers.free()
}

describe.each(ATTENTION_VARIANTS)('as %s', (variant) => {
  beforeAll(async () => choose(await testGpu(), 'attention', variant))

  describe('forward and backward equal the reference', () => {
    for (const shape of HEADS) {
      for (const [name, groups] of Object.entries(BATCHES)) {
        test(`${shape.heads} heads on ${shape.kvHeads} × ${shape.headDim}, ${name}`, () => compare(name, shape, groups, 1, 1))
      }
    }
    test.each([[1e-4, 1], [1, 1e-4], [1, 1e3], [0.1, 1e3], [4, 1]])('with queries and keys of magnitude %d and values of %d', (peak, scale) => compare('shared prompts', HEADS[1]!, BATCHES['shared prompts'], peak, scale))
    if (variant === 'group') test('with heads of 128, the widest that fit 16 KB of workgroup memory', () => compare('wide', { heads: 2, kvHeads: 1, headDim: 128 }, BATCHES['shared prompts'], 1, 1))
    test('in a sequence of 200 rows', () => compare('long', HEADS[1]!, [{ prompt: 150, completions: [50] }], 1, 1))
  })

  test('scores far beyond the range of exp leave the highest one', async () => {
    const shape = { heads: 1, kvHeads: 1, headDim: 2 }
    const buffers = new Buffers(await testGpu())
    // scores ±1000, growing and falling: exp of either would overflow or vanish without the running maximum
    const kv = Float32Array.from([-1000, 0, 1, 10, 1000, 0, 2, 20, 500, 0, 3, 30])
    const t = run(buffers, { shape, rows: 1, q: Float32Array.from([Math.SQRT2, 0, 0, 0, 0, 0]), kv, spans: Uint32Array.from([0, 0, 0, 3]) })
    const negative = run(buffers, { shape, rows: 1, q: Float32Array.from([-Math.SQRT2, 0, 0, 0, 0, 0]), kv, spans: Uint32Array.from([0, 0, 0, 3]) })
    expect([...(await buffers.read(t.out))]).toEqual([2, 20])
    expect([...(await buffers.read(negative.out))]).toEqual([1, 10])
    expect((await buffers.read(t.lse))[0]).toBeCloseTo(1000, 3)
    buffers.free()
  })

  test('a row that sees only itself returns its value and sends its query no gradient', async () => {
    const shape = { heads: 2, kvHeads: 1, headDim: 4 }
    const buffers = new Buffers(await testGpu())
    const numbers = new Numbers('attention to itself')
    const [q, kv, dout] = [numbers.floats(16), numbers.floats(8), numbers.floats(8)]
    const t = run(buffers, { shape, rows: 1, q, kv, spans: Uint32Array.from([0, 0, 0, 1]) })
    const dqkv = buffers.unset(16)
    dispatch(buffers.gpu, (recording) => attentionBackward(recording, { ...t, ends: buffers.words([1]), dout: buffers.floats(dout), stats: buffers.unset(4), dqkv }, 1, shape))
    expect(relativeError(await buffers.read(t.out), [...kv.subarray(4), ...kv.subarray(4)])).toBeLessThan(1e-6)
    const gradient = await buffers.read(dqkv)
    for (const value of gradient.subarray(0, 12)) expect(Math.abs(value)).toBeLessThan(1e-5)
    expect(relativeError(gradient.subarray(12), [0, 1, 2, 3].map((d) => dout[d]! + dout[4 + d]!))).toBeLessThan(1e-6)
    buffers.free()
  })

  test('rows read their spans from any place of a cache, prefix first, and one row alone has the bytes that it has in the batch', async () => {
    const shape = HEADS[1]!
    const stride = (shape.heads + 2 * shape.kvHeads) * shape.headDim
    const buffers = new Buffers(await testGpu())
    const numbers = new Numbers('attention cache')
    const spans = Uint32Array.from([40, 47, 3, 9, 0, 0, 59, 60, 10, 11, 0, 1, 20, 33, 33, 33, 5, 20, 40, 60])
    const all = { shape, rows: 5, q: numbers.floats(5 * stride), kv: numbers.floats(60 * 2 * shape.kvHeads * shape.headDim), spans }
    const t = run(buffers, all)
    const out = await buffers.readWords(t.out)
    const expected = reference.attention({ ...all, stride }, 5, shape)
    expect(relativeError(new Float32Array(out.buffer), expected.out)).toBeLessThan(2e-6)
    expect(relativeError(await buffers.read(t.lse), expected.lse)).toBeLessThan(2e-6)
    const width = shape.heads * shape.headDim
    for (let row = 0; row < 5; row++) {
      const one = run(buffers, { ...all, rows: 1, q: all.q.subarray(row * stride, (row + 1) * stride), spans: spans.subarray(row * 4, row * 4 + 4) })
      expect(await buffers.readWords(one.out), `row ${row}`).toEqual(out.subarray(row * width, (row + 1) * width))
    }
    buffers.free()
  })
})
