// Drawing tokens on the GPU against the float64 reference: the same draws, the right frequencies, the right sets.
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { segmentsOf } from '../../../src/domain/rooms.ts'
import { relativeError, testGpu } from '../../gpu/testing.ts'
import { Buffers, Numbers, dispatch } from '../testing.ts'
import * as reference from './sampling.reference.ts'
import { SAMPLING_VARIANTS, newestAt, sampleAs, stateWords } from './sampling.ts'

const UNSET = -12345.678

/** What is drawn at one position: rows of (logits row, slot, prompt, member). */
interface Draws {
  readonly logits: Float32Array
  readonly vocabulary: number
  readonly rows: readonly (readonly [number, number, number, number])[]
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly seed?: number
  readonly step?: number
  readonly capacity?: number
  readonly position?: number
  readonly stops?: readonly number[]
  /** how many of the rows are drawn; all when left out */
  readonly count?: number
  /** per slot; 0 is running */
  readonly lengths?: readonly number[]
}

/** The variant under test. */
let variant: (typeof SAMPLING_VARIANTS)[number] = 'thread'

async function run(d: Draws) {
  const buffers = new Buffers(await testGpu())
  const { vocabulary, rows, capacity = 4, position = 1, stops = [] } = d
  const logitsRows = d.logits.length / vocabulary
  const slots = d.lengths?.length ?? 1 + Math.max(...rows.map(([, slot]) => slot))
  const count = d.count ?? rows.length
  const state = new Uint32Array(Math.max(stateWords(count), rows.length * 8))
  rows.forEach(([row, slot, prompt, member], i) => state.set([0, 0, 0, position, row, slot, prompt, member], i * 8))
  const t = {
    logits: buffers.floats(d.logits), partials: buffers.unset(logitsRows * segmentsOf(vocabulary) * 4), thresholds: buffers.unset(logitsRows),
    state: buffers.words(state), stops: buffers.words(stops), tokens: buffers.unset(slots * capacity), logps: buffers.unset(slots * capacity),
    lengths: buffers.words(d.lengths ?? new Uint32Array(slots)),
  }
  dispatch(buffers.gpu, (recording) => sampleAs(recording, t, {
    count, logitsRows, vocabulary, stopCount: stops.length, capacity,
    temperature: d.temperature ?? 1, topK: d.topK ?? 0, topP: d.topP ?? 1, seed: d.seed ?? 1, step: d.step ?? 0,
  }, variant))
  const [tokens, logps, lengths, thresholds] = [await buffers.readWords(t.tokens), await buffers.read(t.logps), await buffers.readWords(t.lengths), await buffers.read(t.thresholds)]
  await buffers.readWords(t.partials)
  const after = await buffers.readWords(t.state)
  buffers.free()
  const at = ([, slot]: Draws['rows'][number]): number => slot * capacity + position
  return { all: { tokens, logps, lengths }, lengths, thresholds, state: after, tokens: rows.map((row) => tokens[at(row)]!), logps: Float32Array.from(rows, (row) => logps[at(row)]!) }
}

const rowsOf = (logits: Float32Array, vocabulary: number, row: number): Float32Array => logits.subarray(row * vocabulary, (row + 1) * vocabulary)
/** `count` draws from logits row 0, of prompts 0 to 99 and as many members as that takes. */
const fromFirstRow = (count: number): [number, number, number, number][] => Array.from({ length: count }, (_, i) => [0, i, i % 100, Math.floor(i / 100)])

const VOCABULARIES = [1, 2, 7, 257, 2048, 5003]
const FILTERS = [
  { temperature: 1, topK: 0, topP: 1 }, { temperature: 0.6, topK: 0, topP: 0.95 }, { temperature: 1, topK: 5, topP: 1 }, { temperature: 2, topK: 40, topP: 0.5 },
]

describe.each(SAMPLING_VARIANTS)('as %s', (each) => {
  beforeAll(() => {
    variant = each
  })

  describe('draws', () => {
    test.each(VOCABULARIES.flatMap((vocabulary) => FILTERS.map((filters) => ({ vocabulary, ...filters }))))(
      'over $vocabulary tokens at temperature $temperature, top-k $topK, top-p $topP are those of the reference, with log-probabilities before the filters',
      async ({ vocabulary, ...filters }) => {
        const logitsRows = 12
        const numbers = new Numbers(`sampling ${vocabulary} ${filters.topK} ${filters.topP}`)
        const logits = numbers.floats(logitsRows * vocabulary, 2)
        const keys = numbers.integers(500, 2 ** 32)
        const slots = numbers.shuffle(Array.from({ length: 150 }, (_, i) => i))
        const rows = slots.map((slot, i) => [i % logitsRows, slot, keys[i]!, keys[i + 150]! % 8] as const)
        const [seed, step, position] = [keys[400]!, keys[401]!, 2]
        const found = await run({ logits, vocabulary, rows, seed, step, position, ...filters })
        const distributions = Array.from({ length: logitsRows }, (_, row) => reference.distribution(rowsOf(logits, vocabulary, row), filters))
        let decided = 0
        const expected: number[] = []
        rows.forEach(([row, , prompt, member], i) => {
          const { probabilities, logps, slack } = distributions[row]!
          const { token, margin } = reference.draw(probabilities, reference.chance(seed, step, prompt, member, position))
          expected.push(logps[found.tokens[i]!]!)
          if (margin < 3e-6 || slack < 1e-5) return // float32 sums may fall on either side
          decided++
          expect(found.tokens[i], `draw ${i}`).toBe(token)
        })
        expect(decided).toBeGreaterThan(rows.length * 0.8)
        // a one stands beside log-probabilities that are all zero where there is one token
        expect(relativeError([...found.logps, 1], [...expected, 1])).toBeLessThan(2e-6)
      },
    )

    test.each([
      { vocabulary: 7, temperature: 1, topK: 0, topP: 1 }, { vocabulary: 257, temperature: 0.8, topK: 0, topP: 1 }, { vocabulary: 257, temperature: 1, topK: 30, topP: 0.9 }, { vocabulary: 600, temperature: 1, topK: 0, topP: 0.8 },
    ])('over $vocabulary tokens at temperature $temperature, top-k $topK, top-p $topP fall as often as they should, each kept token and no other', async ({ vocabulary, ...filters }) => {
      const count = each === 'thread' ? 20000 : 1000 // barriers are slow on the software adapter
      const logits = new Numbers(`frequencies ${vocabulary}`).floats(vocabulary)
      const { tokens } = await run({ logits, vocabulary, rows: fromFirstRow(count), ...filters })
      const { probabilities, slack } = reference.distribution(logits, filters)
      expect(slack).toBeGreaterThan(1e-5)
      const counts = new Float64Array(vocabulary)
      for (const token of tokens) counts[token]! += 1
      let [square, cells, rest, restExpected] = [0, 0, 0, 0]
      probabilities.forEach((share, token) => {
        if (share === 0) expect(counts[token], `token ${token} is filtered out`).toBe(0)
        else if (share * count > 10) {
          expect(counts[token], `token ${token} is kept`).toBeGreaterThan(0)
          square += (counts[token]! - share * count) ** 2 / (share * count)
          cells++
        } else {
          rest += counts[token]!
          restExpected += share * count
        }
      })
      if (restExpected > 0) square += (rest - restExpected) ** 2 / restExpected
      const degrees = cells - (restExpected > 0 ? 0 : 1)
      // Laurent and Massart 2000: a right sampler exceeds this with probability e^-14
      expect(square).toBeLessThan(degrees + 2 * Math.sqrt(14 * degrees) + 28)
    })

    test('with the smallest and the largest chance give the first and the last kept token of the order, never a filtered one', async () => {
      const vocabulary = 600 // three segments: 0, 3, 6, … then 1, 4, … then 2, 5, …
      const [smallest, largest] = [8202182, 1211112] as const // prompts found by search
      expect([smallest, largest].map((prompt) => reference.chance(1, 0, prompt, 0, 0) * 2 ** 24)).toEqual([0, 2 ** 24 - 1])
      const logits = new Float32Array(vocabulary)
      for (const token of [4, 7, 300, 598]) logits[token] = 5 // in the order 300, 4, 7, 598, then filtered ones
      const { tokens } = await run({ logits, vocabulary, position: 0, topK: 4, rows: [[0, 0, smallest, 0], [0, 1, largest, 0]] })
      expect(tokens).toEqual([300, 598])
    })
  })

  describe('the filters', () => {
    test.each(VOCABULARIES.flatMap((vocabulary) => [1e-4, 1, 30].map((scale) => [vocabulary, scale] as const)))('over %i tokens of logits of magnitude %d keep what sorting keeps', async (vocabulary, scale) => {
      const logitsRows = 8
      let compared = 0
      for (const [topK, topP] of [[1, 1], [3, 1], [0, 0.1], [0, 0.9], [0, 0.999], [50, 0.7]] as const) {
        const logits = new Numbers(`filters ${vocabulary} ${scale} ${topK} ${topP}`).floats(logitsRows * vocabulary, scale).map((value) => value - 3 * scale) // mostly below zero
        const filters = { temperature: 0.5, topK, topP }
        const { thresholds } = await run({ logits, vocabulary, rows: [[0, 0, 0, 0]], ...filters })
        for (let row = 0; row < logitsRows; row++) {
          const z = rowsOf(logits, vocabulary, row).map((logit) => logit * 2)
          const { probabilities, slack } = reference.distribution(rowsOf(logits, vocabulary, row), filters)
          const filtered = (topK > 0 && topK < vocabulary) || topP < 1
          // masses of thousands of near-equal tokens add up to 1e-6 of rounding; one token more or less is then right too
          if (!filtered || slack < 1e-5) continue
          const wrong = [...z.keys()].filter((c) => z[c]! >= thresholds[row]! !== probabilities[c]! > 0)
          expect(wrong, `top-k ${topK}, top-p ${topP}, row ${row}`).toEqual([])
          compared++
        }
      }
      expect(compared).toBeGreaterThan(vocabulary > 3 ? 30 : 20)
    })

    test.each([
      ['top-k 2 with three tokens in second place', [3, 1, 2, 2, 2, -1], { topK: 2 }, [0, 2, 3, 4]],
      ['top-p with ties at the cut', [1, 4, 4, 4, 0, 1], { topP: 0.4 }, [1, 2, 3]],
      ['top-k 1 of equals', [2, 2, 0, 2, 1, 0], { topK: 1 }, [0, 1, 3]],
      ['top-p of what top-k left', [0.1, 0.4, 0.2, 0.3, 1e-9, 1e-9].map(Math.log), { topK: 2, topP: 0.5 }, [1]],
      ['top-p 0 as the likeliest alone', [0, 1, 2, 3, 2, 1], { topP: 0 }, [3]],
      ['top-k of the whole vocabulary', [0, 0.1, 0, 0.1, 0, 0], { topK: 6 }, [0, 1, 2, 3, 4, 5]],
      ['top-k below zero', [-3, -1, -2, -2.5, -9, -4], { topK: 3 }, [1, 2, 3]],
      ['top-p across zero', [1, 0, -1, -2, -3, -30], { topP: 0.95 }, [0, 1, 2]],
    ] as const)('%s: all that is kept is drawn, and nothing else', async (_, logits, filters, kept) => {
      const { tokens } = await run({ logits: Float32Array.from(logits), vocabulary: 6, rows: fromFirstRow(each === 'thread' ? 3000 : 300), ...filters })
      expect([...new Set(tokens)].sort((a, b) => a - b)).toEqual([...kept])
    })
  })

  describe('greedy', () => {
    test.each(VOCABULARIES)('over %i tokens takes the first of the largest, with its log-probability at temperature 1', async (vocabulary) => {
      const logits = new Numbers(`greedy ${vocabulary}`).floats(20 * vocabulary, 3)
      for (let row = 10; row < 20; row++) {
        const values = rowsOf(logits, vocabulary, row)
        const top = Math.max(...values)
        for (const place of [0.9, 0.51, 0.5, 0.2]) values[Math.floor(place * vocabulary)] = top + 1 // ties, in several segments where there are several
      }
      const rows = Array.from({ length: 20 }, (_, row) => [row, row, row, 0] as const)
      const found = await run({ logits, vocabulary, rows, temperature: 0, topK: 3, topP: 0.2 })
      const expected = rows.map(([row]) => reference.greedy(rowsOf(logits, vocabulary, row)))
      expect(found.tokens).toEqual(expected)
      const logps = rows.map(([row], i) => reference.distribution(rowsOf(logits, vocabulary, row), { temperature: 1, topK: 0, topP: 1 }).logps[expected[i]!]!)
      expect(relativeError([...found.logps, 1], [...logps, 1])).toBeLessThan(2e-6)
    })
  })

  describe('a row', () => {
    test('drawn alone has the bytes that it has in a batch, and the same batch twice has the same bytes', async () => {
      const vocabulary = 1003
      const logits = new Numbers('alone').floats(40 * vocabulary, 2)
      const settings = { vocabulary, temperature: 0.7, topK: 100, topP: 0.9, seed: 5, step: 6 }
      const batch: Draws = { ...settings, logits, rows: Array.from({ length: 40 }, (_, i) => [i, i, 1000 + i, i % 4] as const) }
      const [first, again] = [await run(batch), await run(batch)]
      expect(again.all).toEqual(first.all)
      for (const row of [0, 17, 39]) {
        const alone = await run({ ...settings, logits: rowsOf(logits, vocabulary, row), rows: [[0, 0, 1000 + row, row % 4]] })
        expect(alone.tokens[0]).toBe(first.tokens[row])
        expect(alone.logps[0]).toBe(first.logps[row])
      }
    })

    test('of huge logits is drawn without overflow', async () => {
      const { tokens, logps } = await run({ logits: Float32Array.of(-1e4, 1e4, 9.99e3, 1e4), vocabulary: 4, rows: fromFirstRow(200) })
      expect([...new Set(tokens)].sort((a, b) => a - b)).toEqual([1, 3])
      for (const logp of logps) expect(logp).toBeCloseTo(-Math.log(2), 3)
    })
  })

  describe('slots', () => {
    const logits = Float32Array.of(0, 50, 0, 0, 0, 50, 0, 0, 0) // rows of three: token 1, token 2, any

    test('that have stopped are left untouched, and running ones are written at the position alone', async () => {
      const { all } = await run({ logits, vocabulary: 3, capacity: 3, position: 1, rows: [[0, 2, 0, 0], [1, 0, 0, 1], [0, 1, 0, 2]], lengths: [0, 1, 0, 7] })
      const unset = new Uint32Array(Float32Array.of(UNSET).buffer)[0]!
      expect([...all.tokens]).toEqual([unset, 2, unset, unset, unset, unset, unset, 1, unset, unset, unset, unset])
      expect([...all.lengths]).toEqual([0, 1, 0, 7])
      expect([...all.logps].map((logp) => logp === Math.fround(UNSET))).toEqual([...all.tokens].map((token) => token === unset))
    })

    test('end at any stop token, which they keep, and at the last position', async () => {
      const rows = [[0, 0, 0, 0], [1, 1, 0, 0]] as const
      expect([...(await run({ logits, vocabulary: 3, capacity: 4, position: 2, rows, stops: [9, 1] })).lengths]).toEqual([3, 0])
      expect([...(await run({ logits, vocabulary: 3, capacity: 4, position: 2, rows, stops: [2, 1] })).lengths]).toEqual([3, 3])
      expect([...(await run({ logits, vocabulary: 3, capacity: 4, position: 2, rows, stops: [] })).lengths]).toEqual([0, 0])
      const last = await run({ logits, vocabulary: 3, capacity: 4, position: 3, rows, stops: [] })
      expect([...last.lengths]).toEqual([4, 4])
      expect(last.tokens).toEqual([1, 2])
    })

    test.each([1, 15, 16, 17, 33])('are all written when the first %i of their rows are drawn, and no other', async (count) => {
      const rows = Array.from({ length: count + 20 }, (_, i) => [2, i, i, 0] as const)
      const { all } = await run({ logits, vocabulary: 3, capacity: 1, position: 0, rows, count })
      expect([...all.lengths]).toEqual(rows.map(([, slot]) => (slot < count ? 1 : 0)))
    })
  })

  test('rows move on by the token that they drew, which stands among the newest; rows that have stopped stay', async () => {
    const logits = Float32Array.of(0, 50, 0, 0, 0, 50)
    const { state } = await run({ logits, vocabulary: 3, capacity: 3, position: 1, rows: [[0, 2, 7, 0], [1, 0, 8, 1], [0, 1, 9, 2]], lengths: [0, 1, 0] })
    expect([0, 1, 2].map((row) => [...state.subarray(row * 8 + 3, row * 8 + 8)])).toEqual([[2, 0, 2, 7, 0], [2, 1, 0, 8, 1], [1, 0, 1, 9, 2]])
    expect([...state.subarray(newestAt(3))]).toEqual([1, 2, 0])
  })
})

test('thresholds of many rows are found in several dispatches, to equal draws', async () => {
  const gpu = await testGpu()
  const [vocabulary, count] = [300, 7]
  const logits = new Numbers('threshold parts').floats(vocabulary * count, 3)
  const draws = { logits, vocabulary, rows: Array.from({ length: count }, (_, i) => [i, i, i, 0] as const), topK: 40, topP: 0.8 }
  const parts = vi.spyOn(gpu.pace, 'parts')
  const dispatches = vi.spyOn(gpu, 'bind')
  const results = []
  for (const [cuts, expected] of [[1, 1], [3, 3], [100, 7]] as const) {
    parts.mockReturnValue(cuts)
    dispatches.mockClear()
    results.push((await run(draws)).all)
    expect(dispatches.mock.calls.filter(([kernel]) => kernel.name === 'sampling_threshold')).toHaveLength(expected)
  }
  parts.mockRestore()
  dispatches.mockRestore()
  expect(results[1]).toEqual(results[0])
  expect(results[2]).toEqual(results[0])
})
