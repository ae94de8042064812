// Attention of newest tokens on the GPU against the float64 reference: the variant of the software adapter and the one of graphics cards.
import { describe, expect, test } from 'vitest'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import type { HeadShape } from '../rope/rope.ts'
import { ropeTable } from '../rope/rope.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import { choose } from '../variants.ts'
import { DECODE_ATTENTION_VARIANTS, type DecodeAttentionVariant, decodeAttention, decodeAttentionAs, decodeAttentionScratch, splitsOf } from './decode_attention.ts'
import type { DecodeRow } from './decode_attention.reference.ts'
import * as reference from './decode_attention.reference.ts'

const FREQUENCIES = (headDim: number): Float64Array => Float64Array.from({ length: headDim / 2 }, (_, i) => 1e4 ** ((-2 * i) / headDim))
const HEADS = [{ heads: 1, kvHeads: 1, headDim: 2 }, { heads: 4, kvHeads: 2, headDim: 12 }, { heads: 4, kvHeads: 1, headDim: 16 }, { heads: 3, kvHeads: 1, headDim: 8 }, { heads: 14, kvHeads: 2, headDim: 64 }, { heads: 2, kvHeads: 1, headDim: 128 }]
/** prompts shared and not, a first token and later ones, contexts below, at and beyond a split */
const ROWS: readonly DecodeRow[] = [
  { start: 0, length: 5, own: 5, drawn: 1 }, { start: 0, length: 5, own: 8, drawn: 3 }, { start: 12, length: 1, own: 13, drawn: 2 },
  { start: 20, length: 300, own: 320, drawn: 9 }, { start: 20, length: 255, own: 330, drawn: 1 }, { start: 20, length: 64, own: 340, drawn: 1 },
]
const CACHE_ROWS = 350

interface Case { readonly shape: HeadShape; readonly rows: readonly DecodeRow[]; readonly qkv: Float32Array; readonly kv: Float32Array; readonly headNorm?: Float32Array; readonly longest?: number }

async function run(variant: DecodeAttentionVariant | 'chosen', { shape, rows, qkv, kv, headNorm, longest = 320 }: Case) {
  const { heads, headDim } = shape
  const buffers = new Buffers(await testGpu())
  const table = ropeTable(512, { frequencies: FREQUENCIES(headDim), magnitude: 1 })
  const state = rows.flatMap(({ start, length, own, drawn }) => [start, length, own, drawn, 0, 0, 0, 0])
  const t = {
    qkv: buffers.floats(qkv), headNorm: headNorm && buffers.floats(headNorm), table: buffers.floats(table), state: buffers.words(state), kv: buffers.floats(kv),
    out: buffers.unset(rows.length * heads * headDim), parts: buffers.unset(rows.length * heads * splitsOf(longest) * (headDim + 2)),
  }
  dispatch(buffers.gpu, (recording) => {
    const whole = { ...shape, rows: rows.length, longest, eps: 1e-6 }
    if (variant === 'chosen') decodeAttention(recording, t, whole)
    else decodeAttentionAs(recording, t, whole, variant)
  })
  const [out, cache] = [await buffers.readWords(t.out), await buffers.read(t.kv)]
  await buffers.read(t.parts)
  const expected = reference.decodeAttention({ qkv, table, rows, kv, eps: 1e-6, ...(headNorm && { headNorm }) }, shape)
  buffers.free()
  return { out, cache, expected }
}

function drawn(name: string, shape: HeadShape, norm: boolean, peak = 1, scale = 1): Case {
  const numbers = new Numbers(`decode attention ${name} ${shape.headDim}`)
  const pair = 2 * shape.kvHeads * shape.headDim
  const width = (shape.heads + 2 * shape.kvHeads) * shape.headDim
  const values = (at: number, of: number, from: number): number => (at % of < from ? peak : scale)
  return {
    shape, rows: ROWS,
    qkv: numbers.floats(ROWS.length * width).map((value, at) => value * values(at, width, width - pair / 2)),
    kv: numbers.floats(CACHE_ROWS * pair).map((value, at) => value * values(at, pair, pair / 2)),
    ...(norm && { headNorm: numbers.floats(2 * shape.headDim) }),
  }
}

describe.each(DECODE_ATTENTION_VARIANTS)('as %s', (variant) => {
  test.each(HEADS.flatMap((shape) => [false, true].map((norm) => ({ ...shape, norm }))))('$heads heads on $kvHeads × $headDim, head norms $norm', async ({ norm, ...shape }) => {
    const { out, cache, expected } = await run(variant, drawn('shapes', shape, norm))
    expect(relativeError(new Float32Array(out.buffer), expected.out), 'out').toBeLessThan(5e-6)
    expect(relativeError(cache, expected.kv), 'cache').toBeLessThan(2e-6)
  })

  test.each([[1e-4, 1], [1, 1e-4], [1, 1e3], [5, 1]])('queries and keys of magnitude %d, values of %d', async (peak, scale) => {
    const { out, expected } = await run(variant, drawn('magnitudes', HEADS[2]!, false, peak, scale))
    expect(relativeError(new Float32Array(out.buffer), expected.out)).toBeLessThan(5e-6 * Math.max(1, peak ** 2))
  })

  test('a row alone has the bytes that it has among longer and shorter ones', async () => {
    const all = drawn('alone', HEADS[2]!, true)
    const width = all.qkv.length / ROWS.length
    const outWidth = HEADS[2]!.heads * HEADS[2]!.headDim
    const { out } = await run(variant, all)
    for (const [i, row] of ROWS.entries()) {
      const one = await run(variant, { ...all, rows: [row], qkv: all.qkv.slice(i * width, (i + 1) * width), longest: row.length + row.drawn })
      expect(one.out, `row ${i}`).toEqual(out.slice(i * outWidth, (i + 1) * outWidth))
    }
  })
})

test.each([{ heads: 66, kvHeads: 1, headDim: 8 }, { heads: 64, kvHeads: 1, headDim: 128 }])('$heads query heads of $headDim on one key head, more than a workgroup takes, are left to threads where workgroups were chosen', async (shape) => {
  const gpu = await testGpu()
  expect(gpu.device.limits.maxComputeWorkgroupStorageSize, 'the second shape needs 50 KB').toBeLessThan(50000)
  choose(gpu, 'decode_attention', 'split')
  expect(decodeAttentionScratch(gpu, { ...shape, rows: 2, longest: 600, eps: 0 })).toBe(1)
  expect(decodeAttentionScratch(gpu, { ...HEADS[1]!, rows: 2, longest: 600, eps: 0 })).toBe(2 * 4 * 3 * 14)
  const { out, expected } = await run('chosen', drawn('many heads', shape, false))
  choose(gpu, 'decode_attention', 'thread')
  expect(relativeError(new Float32Array(out.buffer), expected.out)).toBeLessThan(5e-6)
})
