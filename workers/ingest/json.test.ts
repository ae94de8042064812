// JSON documents an element at a time, and JSON lines: the same records as JSON.parse, wherever the bytes are divided.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KEY, VALUE } from './format.ts'
import { readDocument } from './json.ts'
import { readLines } from './jsonl.ts'
import { Source } from './source.ts'

type Row = Readonly<Record<string, unknown>>

/** A source that gives its bytes in pieces of `size`. */
function pieces(content: string, size: number): Source {
  const bytes = new TextEncoder().encode(content)
  const source = new Source(new File([bytes], 'file.json'), false)
  source.chunks = async function* () {
    await Promise.resolve()
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  return source
}

async function records(read: typeof readDocument, source: Source): Promise<{ rows: Row[]; rejected: string[] }> {
  const rows: Row[] = []
  const rejected: string[] = []
  await read(source, { row: (row) => { rows.push(row) }, reject: (number, _, reason) => { rejected.push(`${number}: ${reason}`) } })
  return { rows, rejected }
}

const document = (content: string, size = 7) => records(readDocument, pieces(content, size))
const lines = (content: string) => records((source, take) => readLines(source, 'jsonl', take), pieces(content, 1000))

describe('a JSON document', () => {
  it('gives the elements of its list as JSON.parse does, in pieces of any size and any layout', async () => {
    const value = fc.record(
      {
        a: fc.string(), 'b"\\]': fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null))),
        c: fc.option(fc.record({ d: fc.boolean() })),
      },
    )
    const pieceSize = fc.integer({ min: 1, max: 40 })
    await fc.assert(fc.asyncProperty(fc.array(value, { maxLength: 6 }), pieceSize, fc.constantFrom(undefined, 2), async (list, size, indent) => {
      expect((await document(JSON.stringify(list, null, indent), size)).rows).toEqual(list)
    }), { numRuns: 80, seed: 2 })
  })

  it('that is an object gives its entries with their names, values that are no objects beside them', async () => {
    expect((await document('{"0_red mug": {"id": 0, "key": 1}, "B01": "Home, Kitchen", "B02": null}')).rows).toEqual([
      { id: 0, key: 1, [KEY]: '0_red mug' }, { [KEY]: 'B01', [VALUE]: 'Home, Kitchen' }, { [KEY]: 'B02', [VALUE]: null },
    ])
  })

  it('may hold the NaN and Infinity that Python writes, outside texts', async () => {
    expect((await document('[{"ndcg": NaN, "x": -Infinity, "t": "NaN"}]')).rows).toEqual([{ ndcg: null, x: null, t: 'NaN' }])
  })

  it('that breaks off, goes on after its end or is no JSON is refused with the byte offset', async () => {
    await expect(document('[{"a": 1}, {"a"')).rejects.toThrow('file file.json breaks off at byte offset 15 within record 2: it was cut off')
    await expect(document('[{"a": 1}] x')).rejects.toThrow(
      'file file.json is damaged (byte offset 11: the JSON document has ended but the file goes on)',
    )
    await expect(document('[{"a": 1}, {"a" 2}]')).rejects.toThrow('file file.json is damaged (byte offset 10: record 2 is no JSON')
    await expect(document('[{"a": 1},, {}]')).rejects.toThrow('file file.json is damaged (byte offset 10: a comma stands where a record should)')
    await expect(document('[{"a": 1}}')).rejects.toThrow('file file.json is damaged')
  })

  it('nests as deep as it likes: the record is refused, the others are read', async () => {
    const { rows, rejected } = await document(`[{"a": 1}, ${'['.repeat(100_000)}${']'.repeat(100_000)}, {"a": 2}]`, 5000)
    expect(rows).toEqual([{ a: 1 }, { a: 2 }])
    expect(rejected).toEqual(['2: the record is nested deeper than 64 levels'])
  })
})

describe('JSON lines', () => {
  it('skip blank lines, refuse lines that are no object by number, and read on', async () => {
    const { rows, rejected } = await lines('{"a": 1}\n\n{"a": \n[1]\n7\n{"a": 2}')
    expect(rows).toEqual([{ a: 1 }, { a: 2 }])
    expect(rejected.map((reason) => reason.slice(0, 40))).toEqual(
      [
        '2: the line is no JSON record (Unexpected', '3: the line is no JSON record (it is a l', '4: the line is no JSON record (it is a n',
      ].map((reason) => reason.slice(0, 40)),
    )
  })

  it('whose last line breaks off show that the file was cut: an Error with the byte offset', async () => {
    await expect(lines('{"a": "é"}\n{"a": 2')).rejects.toThrow('file file.json breaks off in row 2 at byte offset 12')
  })

  it('nested a hundred thousand deep are refused without overflowing', async () => {
    const { rejected } = await lines(`{"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`)
    expect(rejected[0]).toContain('nested deeper than 64 levels')
  })
})
