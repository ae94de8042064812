// Attention whose rows are computed in several dispatches, against the same in one: equal bytes.
import { expect, test, vi } from 'vitest'
import { openGpu } from '../../gpu/device.ts'
import { Buffers, Numbers, dispatch, sharedPrefixes } from '../testing.ts'
import { attention, attentionBackward } from './attention.ts'

test('rows in parts give the bytes that all rows at once give', async () => {
  const { gpu } = await openGpu(navigator.gpu)
  const buffers = new Buffers(gpu)
  const shape = { heads: 6, kvHeads: 2, headDim: 16 }
  const { heads, kvHeads, headDim } = shape
  const stride = (heads + 2 * kvHeads) * headDim
  const { rows, spans, ends } = sharedPrefixes([{ prompt: 20, completions: [30, 70, 5] }, { prompt: 50, completions: [40] }])
  const numbers = new Numbers('attention parts')
  const given = {
    q: buffers.floats(numbers.floats(rows * stride)), kv: buffers.floats(numbers.floats(rows * 2 * kvHeads * headDim)), spans: buffers.words(spans),
    ends: buffers.words(ends), dout: buffers.floats(numbers.floats(rows * heads * headDim)),
  }
  const run = async (pairs: number): Promise<Uint32Array[]> => {
    const t = { ...given, out: buffers.unset(rows * heads * headDim), lse: buffers.unset(rows * heads), stats: buffers.unset(rows * heads * 2), dqkv: buffers.unset(rows * stride) }
    dispatch(gpu, (recording) => {
      attention(recording, t, rows, shape, pairs)
      attentionBackward(recording, t, rows, shape, pairs)
    })
    return Promise.all([t.out, t.lse, t.dqkv].map((tensor) => gpu.readU32(tensor)))
  }
  const bind = vi.spyOn(gpu, 'bind')
  const dispatches = (): number[] => ['attention', 'attention_query_backward', 'attention_key_backward'].map((name) => bind.mock.calls.filter(([kernel]) => kernel.name === name).length)
  const whole = await run(rows)
  expect(dispatches()).toEqual([1, 1, 1])
  bind.mockClear()
  // so many pairs that every 64 rows are a dispatch of their own
  const cut = await run(1e12)
  const parts = Math.ceil(rows / 64)
  expect(parts).toBeGreaterThan(2)
  expect(dispatches()).toEqual([parts, parts, parts])
  expect(cut).toEqual(whole)
  buffers.free()
  gpu.device.destroy()
})
