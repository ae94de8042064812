// The attention reference: its gradient, and what attention over shared prefixes must equal.
import { expect, test } from 'vitest'
import { Numbers, projectionError, sharedPrefixes } from '../testing.ts'
import { attention, attentionBackward } from './attention.reference.ts'

const SHAPES = [
  { heads: 1, kvHeads: 1, headDim: 2, groups: [{ prompt: 1, completions: [] }] },
  { heads: 4, kvHeads: 2, headDim: 6, groups: [{ prompt: 3, completions: [2, 1] }, { prompt: 1, completions: [4] }] },
  { heads: 3, kvHeads: 1, headDim: 4, groups: [{ prompt: 5, completions: [1, 3, 2] }] },
]

test.each(SHAPES)('the gradient of $heads heads on $kvHeads × $headDim over $groups is right', ({ heads, kvHeads, headDim, groups }) => {
  const shape = { heads, kvHeads, headDim }
  const { rows, spans } = sharedPrefixes(groups)
  const stride = (heads + 2 * kvHeads) * headDim
  const numbers = new Numbers(`attention ${heads} ${kvHeads} ${headDim}`)
  const inputs = [numbers.doubles(rows * stride), numbers.doubles(rows * 2 * kvHeads * headDim)]
  const error = projectionError(
    'attention', inputs,
    ([q, kv]) => {
      const { out, lse } = attention({ q: q!, kv: kv!, stride, spans }, rows, shape)
      return [out, new Float64Array(lse.length).fill(lse.length)] // lse is saved for the backward pass and carries no gradient
    },
    ([q, kv], [dout], [dq, dkv]) => attentionBackward({ q: q!, kv: kv!, stride, spans, dout: dout!, dq: dq!, dkv: dkv! }, rows, shape),
  )
  // a single row's weights are constant, so its query has no gradient: both sides are rounding there
  expect(error).toBeLessThan(rows === 1 ? 1e-4 : 1e-7)
})

test('a row that sees one key returns its value', () => {
  const { out, lse } = attention({ q: [2, 0, 0, 0, 0, 0], kv: [3, 0, 5, 7], stride: 6, spans: [0, 0, 0, 1] }, 1, { heads: 1, kvHeads: 1, headDim: 2 })
  expect([...out]).toEqual([5, 7])
  expect(lse[0]).toBeCloseTo(6 / Math.SQRT2, 12)
})

test('scores are scaled by 1/√D and weighted by softmax: two keys that differ by ln 3 weigh 1 and 3', () => {
  const { out } = attention({ q: [Math.SQRT2, 0, 0, 0, 0, 0], kv: [0, 0, 0, 0, Math.log(3), 0, 4, 8], stride: 6, spans: [0, 0, 0, 2] }, 1, { heads: 1, kvHeads: 1, headDim: 2 })
  expect(out[0]).toBeCloseTo(3, 12)
  expect(out[1]).toBeCloseTo(6, 12)
})

test('completions that share a prompt equal completions that each carry it', () => {
  const shape = { heads: 2, kvHeads: 1, headDim: 4 }
  const stride = 16
  const numbers = new Numbers('shared prompts')
  const [q, kv] = [numbers.doubles(7 * stride), numbers.doubles(7 * 8)]
  const shared = attention({ q, kv, stride, spans: sharedPrefixes([{ prompt: 3, completions: [2, 2] }]).spans }, 7, shape)
  const second = [0, 1, 2, 5, 6] // the prompt's rows and the second completion's
  const take = (source: Float64Array, width: number): Float64Array => Float64Array.from(second.flatMap((row) => [...source.subarray(row * width, (row + 1) * width)]))
  const alone = attention({ q: take(q, stride), kv: take(kv, 8), stride, spans: sharedPrefixes([{ prompt: 5, completions: [] }]).spans }, 5, shape)
  take(shared.out, 8).forEach((value, at) => expect(alone.out[at]).toBeCloseTo(value, 12))
})
