// The reference of decoding's attention: what it must equal when the same tokens are computed all at once.
import { expect, test } from 'vitest'
import { ropeTable } from '../rope/rope.ts'
import { Numbers } from '../testing.ts'
import { decodeAttention } from './decode_attention.reference.ts'

const SHAPE = { heads: 2, kvHeads: 1, headDim: 4 }
const TABLE = ropeTable(16, { frequencies: [1, 0.01], magnitude: 1 })

test('tokens given one by one attend as they do in one causal pass', () => {
  const qkv = new Numbers('decode attention').doubles(5 * 16)
  let kv: ArrayLike<number> = new Float64Array(5 * 8)
  const outs: number[] = []
  for (let drawn = 1; drawn <= 5; drawn++) {
    const step = decodeAttention({ qkv: qkv.subarray((drawn - 1) * 16, drawn * 16), table: TABLE, rows: [{ start: 0, length: 0, own: 0, drawn }], kv, eps: 0 }, SHAPE)
    kv = step.kv
    outs.push(...step.out)
  }
  // the whole pass over keys as placed; queries are placed by asking for each row's own place again
  const rows = Array.from({ length: 5 }, (_, i) => ({ start: 0, length: 0, own: 0, drawn: i + 1 }))
  const whole = decodeAttention({ qkv, table: TABLE, rows, kv, eps: 0 }, SHAPE)
  expect([...whole.kv]).toEqual(Array.from(kv))
  whole.out.forEach((value, i) => expect(outs[i]).toBeCloseTo(value, 12))
})

test('a first token after an empty past returns its value; head norms leave values alone', () => {
  const { out, kv } = decodeAttention({ qkv: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], headNorm: new Float64Array(8).fill(2), table: TABLE, rows: [{ start: 0, length: 0, own: 1, drawn: 1 }], kv: new Float64Array(16), eps: 0 }, SHAPE)
  out.forEach((value, i) => expect(value).toBeCloseTo([13, 14, 15, 16, 13, 14, 15, 16][i]!, 12))
  expect([...kv.subarray(12)]).toEqual([13, 14, 15, 16])
  expect([...kv.subarray(0, 8)]).toEqual(Array.from({ length: 8 }, () => 0))
  // normalised to a mean square of one, times two
  expect(Math.hypot(...kv.subarray(8, 12))).toBeCloseTo(4, 12)
})
