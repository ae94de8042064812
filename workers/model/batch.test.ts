// Packing: prompts shared by neighbours, every completion token predicted from the right row, attention where it belongs and nowhere else.
import { expect, test } from 'vitest'
import { scatterLists } from '../kernels/gather/gather.ts'
import { checkSequences, microBatches, pack, rowsOf } from './batch.ts'

const group = [{ promptIds: [1, 2, 3], ids: [10, 11] }, { promptIds: [1, 2, 3], ids: [20, 21, 22] }, { promptIds: [7], ids: [30] }]

test('a group shares its prompt rows, and the last completion token needs no row', () => {
  const packed = pack(group)
  expect([...packed.tokens]).toEqual([1, 2, 3, 10, 20, 21, 7])
  expect([...packed.positions]).toEqual([0, 1, 2, 3, 3, 4, 0])
  expect(packed.rows).toBe(7)
})

test('each completion token is predicted by the row before it, the first by the last prompt row', () => {
  const packed = pack(group)
  expect([...packed.targets]).toEqual([10, 11, 20, 21, 22, 30])
  expect([...packed.lossRows]).toEqual([2, 3, 2, 4, 5, 6])
  expect([...packed.starts]).toEqual([0, 2, 5, 6])
})

test('a row attends to its prompt and to its own past, and is attended to by exactly the rows that see it', () => {
  const packed = pack(group)
  const sees = (row: number): number[] => {
    const [a = 0, b = 0, c = 0, d = 0] = packed.spans.subarray(row * 4, row * 4 + 4)
    return [...Array.from({ length: b - a }, (_, i) => a + i), ...Array.from({ length: d - c }, (_, i) => c + i)]
  }
  expect([0, 2, 3, 4, 5, 6].map(sees)).toEqual([[0], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 4], [0, 1, 2, 4, 5], [6]])
  for (let key = 0; key < packed.rows; key++) {
    const seenBy = Array.from({ length: packed.rows }, (_, row) => row).filter((row) => sees(row).includes(key))
    expect(seenBy).toEqual(Array.from({ length: (packed.ends[key] ?? 0) - key }, (_, i) => key + i))
  }
})

test('an empty prompt is refused', () => {
  expect(() => pack([{ promptIds: [], ids: [1] }])).toThrow('sequence 0 has an empty prompt')
})

test('sequences beyond the model\'s positions, and tokens that it does not have, are refused by sequence', () => {
  const limits = { maxPositions: 5, vocabulary: 31 }
  checkSequences('update', group, limits)
  checkSequences('update', [{ promptIds: [30, 0], ids: [1, 2, 3, 4] }], limits)
  expect(() => checkSequences('supervise', [...group, { promptIds: [1, 2], ids: [3, 4, 5, 6, 7] }], limits)).toThrow('supervise: sequence 3 takes 6 positions, but the model has 5; shorten prompts or completions')
  for (const id of [31, -1, 1.5, NaN]) {
    expect(() => checkSequences('update', [...group, { promptIds: [1], ids: [2, id] }], limits)).toThrow(`update: sequence 3 holds token ${id}, but the model has tokens 0 to 30`)
    expect(() => checkSequences('update', [{ promptIds: [id], ids: [2] }], limits)).toThrow(`sequence 0 holds token ${id}`)
  }
})

test('micro-batches keep within the rows asked for, count shared prompts once, and leave nothing out', () => {
  expect(rowsOf(group[1] ?? { promptIds: [], ids: [] }, group[0])).toBe(2)
  expect(microBatches(group, 6)).toEqual([[0, 2], [2, 3]])
  expect(microBatches(group, 5)).toEqual([[0, 1], [1, 2], [2, 3]])
  expect(microBatches(group, 1)).toEqual([[0, 1], [1, 2], [2, 3]])
  expect(microBatches([], 5)).toEqual([])
  // completions of one token add no rows, but logits
  expect(microBatches(Array.from({ length: 5 }, () => ({ promptIds: [1], ids: [2] })), 2)).toEqual([[0, 2], [2, 4], [4, 5]])
})

test('scatter lists hold every item once, by target, in order', () => {
  expect(scatterLists([5, 2, 5, 5, 2])).toEqual({ targets: Uint32Array.of(2, 5), starts: Uint32Array.of(0, 2, 5), items: Uint32Array.of(1, 4, 0, 2, 3) })
})
