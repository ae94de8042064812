// The index of events.jsonl, and how it is made again from the bytes.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeLine, ENTRY_BYTES, LineIndex, LineScan } from './lineIndex.ts'

const utf8 = new TextEncoder()
const line = (value: object): string => `${JSON.stringify(value)}\n`
const rollouts = (step: number, ...ids: string[]): string => line({ type: 'rollouts', step, rollouts: ids.map((queryId) => ({ queryId })) })

/** The scan of a text whose bytes come `size` at a time. */
function scanned(text: string, size = 7, index = new LineIndex()): { readonly index: LineIndex; readonly torn: number; readonly damage?: string } {
  const scan = new LineScan(index)
  const bytes = utf8.encode(text)
  for (let at = 0; at < bytes.length; at += size) scan.take(bytes.slice(at, at + size))
  return { index: scan.index, ...scan.end() }
}

describe('an index', () => {
  test('says of each line where it stands and what it holds', () => {
    const text = line({ type: 'start', name: '鍋' }) + rollouts(3, 'q1', 'q2') + line({ type: 'step', step: 3 }) + line({ type: 'answers', step: 3, answers: [{ queryId: 'q9' }] })
    const { index, torn } = scanned(text)
    const bytes = utf8.encode(text)
    expect(torn).toBe(0)
    expect([index.count, index.end]).toEqual([4, bytes.length])
    const texts = (['plain', 'rollouts', 'answers'] as const).map((kind) => [...index.of(kind)].map(({ from, to, step }) => [step, new TextDecoder().decode(bytes.subarray(from, to))]))
    const [start, first, second, answers] = text.split('\n').map((one) => `${one}\n`)
    expect(texts).toEqual([[[0, start], [0, second]], [[3, first]], [[3, answers]]])
    expect(index.plainBytes).toBe(utf8.encode(start! + second!).length)
  })

  test('is the same read from its bytes, and goes on', () => {
    const { index } = scanned(rollouts(1, 'a') + line({ type: 'step' }))
    const copy = LineIndex.from(index.bytes().slice().buffer)!
    copy.push({ kind: 'plain', step: 0, queries: new Set() }, copy.end + 3)
    index.push({ kind: 'plain', step: 0, queries: new Set() }, index.end + 3)
    expect(copy.bytes()).toEqual(index.bytes())
    expect(copy.plainBytes).toBe(index.plainBytes)
  })

  test('of which the last entry is half written is read without it; with lines that overlap it is none', () => {
    const { index } = scanned(rollouts(1, 'a') + rollouts(2, 'a'))
    expect(LineIndex.from(index.bytes().slice(0, ENTRY_BYTES + 9).buffer)?.count).toBe(1)
    const twice = new Uint8Array(2 * ENTRY_BYTES)
    twice.set(index.bytes().subarray(0, ENTRY_BYTES))
    twice.set(index.bytes().subarray(0, ENTRY_BYTES), ENTRY_BYTES)
    expect(LineIndex.from(twice.buffer)).toBeUndefined()
    expect(LineIndex.from(new ArrayBuffer(ENTRY_BYTES))).toBeUndefined()
  })

  test('is cut where a line ends, and nowhere else', () => {
    const first = line({ type: 'a' })
    const { index } = scanned(first + rollouts(1, 'q') + line({ type: 'b' }))
    expect([index.countAt(0), index.countAt(first.length), index.countAt(first.length + 1), index.countAt(index.end), index.countAt(index.end + 1)]).toEqual([0, 1, undefined, 3, undefined])
    index.cut(1)
    expect([index.count, index.end, index.plainBytes]).toEqual([1, first.length, first.length])
  })

  test('names for a query all lines that hold it, and few that do not', () => {
    const lines = Array.from({ length: 400 }, (_, step) => rollouts(step, ...Array.from({ length: 8 }, (__, at) => `${(step * 8 + at) % 1000}`)))
    const { index } = scanned(lines.join(''), 4096)
    let beside = 0
    for (let id = 0; id < 1000; id++) {
      const about = [...index.about('rollouts', String(id))].map(({ step }) => step)
      const holding = lines.flatMap((text, step) => (text.includes(`"${id}"`) ? [step] : []))
      expect(holding.filter((step) => !about.includes(step))).toEqual([])
      beside += about.length - holding.length
    }
    expect(beside / 1000 / 400).toBeLessThan(0.02)
  })
})

describe('a scan', () => {
  test('finds the same lines however the bytes are parted, and goes on where an index ends', () => {
    const texts = fc.array(fc.record({ type: fc.constantFrom('step', 'start', 'alarm'), message: fc.string({ unit: 'binary' }) }), { minLength: 1, maxLength: 5 })
    fc.assert(fc.property(texts, fc.integer({ min: 1, max: 40 }), fc.nat(5), (values, size, known) => {
      const text = values.map(line).join('')
      const whole = scanned(text, Infinity)
      expect(scanned(text, size).index.bytes()).toEqual(whole.index.bytes())
      const begun = scanned(values.slice(0, known).map(line).join('')).index
      const rest = utf8.encode(text).slice(begun.end)
      const scan = new LineScan(begun)
      scan.take(rest)
      expect(scan.end().torn).toBe(0)
      expect(begun.bytes()).toEqual(whole.index.bytes())
    }), { seed: 5, numRuns: 25 })
  })

  test.each([
    ['a line without its end', '{"type":"st', 11],
    ['a line that ends too early', '{"type":"st\n', 12],
    ['zeros that were never written', '\0\0\0\n\0', 5],
  ])('leaves out %s at the end, and says how many bytes that is', (_, tail, torn) => {
    const whole = line({ type: 'start' })
    expect(scanned(whole + tail)).toMatchObject({ torn, index: { count: 1, end: whole.length } })
    expect(scanned(whole + tail).damage).toBeUndefined()
  })

  test('tells of a broken line with others behind it', () => {
    expect(scanned(`${line({ type: 'a' })}nonsense\n${line({ type: 'b' })}`).damage).toBe('line 2 of events.jsonl is not JSON ("nonsense")')
  })
})

test.each([
  ['[1]', 'is not a JSON object ([1])'], ['{"step":1}', 'has no type ({"step":1})'], ['{"type":"rollouts","step":1.5,"rollouts":[]}', 'is of rollouts whose step is 1.5, not a whole number'],
  ['{"type":"answers","step":4294967296,"answers":[]}', 'is of answers whose step is 4294967296, not a whole number'], ['{"type":"answers","step":1}', 'is of answers and has none'],
])('the line %s is refused with the reason', (text, reason) => {
  expect(() => describeLine(text)).toThrow(reason)
})
