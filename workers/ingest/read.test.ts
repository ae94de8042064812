// One file to the sink: gzip of several members and cut ones, cancelling, progress, what is refused whole and what by row.
import { describe, expect, it } from 'vitest'
import { goodFiles, gzipped, joined } from '../../lab/fuzz/files.ts'
import { readFile } from './read.ts'
import { keeping, tally } from './testing.ts'

type Bytes = Uint8Array<ArrayBuffer>
const bytesOf = (text: string): Bytes => new TextEncoder().encode(text)
const linesFrom = (first: number, count: number): string => Array.from(
  { length: count }, (_, i) => `{"n": ${first + i}, "text": "${'word '.repeat(i % 9)}"}\n`,
).join('')
const fileOf = (bytes: Bytes, name = 'lines.jsonl.gz'): File => new File([bytes], name)

async function numbers(file: File): Promise<unknown[]> {
  const { format, rows } = keeping()
  await readFile(file, format, tally().sink)
  return rows.map(([, { n }]) => n)
}

describe('gzip', () => {
  it('of many members is read to its last one, wherever they end', async () => {
    const parts = await Promise.all([linesFrom(0, 2000), linesFrom(2000, 1), linesFrom(2001, 3000), ''].map((text) => gzipped(bytesOf(text))))
    expect(await numbers(fileOf(joined(parts)))).toEqual(Array.from({ length: 5001 }, (_, i) => i))
  })

  it('that holds what looks like a member\'s beginning, and is none, is read whole', async () => {
    // stored, not packed: the ten bytes of a header stand in the data as they are
    const data = joined([bytesOf(linesFrom(0, 50)), Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 0, 3), bytesOf(`\n${linesFrom(51, 20)}`)])
    const { format, rows } = keeping()
    const told = tally()
    await readFile(fileOf(stored(data)), format, told.sink)
    expect(rows.map(([, { n }]) => n)).toEqual([...Array.from({ length: 50 }, (_, i) => i), ...Array.from({ length: 20 }, (_, i) => 51 + i)])
    expect(told.rejected.map(({ at }) => at.row)).toEqual([51])
  })

  it('that is cut or damaged is refused by name and byte offset', async () => {
    const packed = await gzipped(bytesOf(linesFrom(0, 20_000)))
    await expect(
      numbers(fileOf(packed.slice(0, packed.length - 5))),
    ).rejects.toThrow(`file lines.jsonl.gz ends within its gzip data at byte ${packed.length - 5}`)
    const damaged = packed.slice()
    damaged[packed.length - 6]! ^= 0xff
    await expect(numbers(fileOf(damaged))).rejects.toThrow(
      /file lines\.jsonl\.gz (ends within its gzip data at byte|has damaged gzip data before byte) \d+/,
    )
  })

  it('of Parquet is read as Parquet', async () => {
    const [good] = await goodFiles(2)
    const { format, rows } = keeping(['product_id'])
    await readFile(fileOf(await gzipped(good!.bytes), 'products.parquet.gz'), format, tally().sink)
    expect(rows).toHaveLength(good!.rows)
  })

  it('that expands two hundred and fifty fold is refused as no data set', async () => {
    const bomb = await gzipped(new Uint8Array(2 ** 25).fill(10))
    await expect(
      numbers(fileOf(joined([await gzipped(bytesOf(linesFrom(0, 3000))), bomb]))),
    ).rejects.toThrow('file lines.jsonl.gz expands more than 250-fold')
  })
})

describe('reading', () => {
  it('tells rows and bytes on the way, and all of them at the end', async () => {
    const text = linesFrom(0, 60_000)
    const seen: { rows: number; bytes: number }[] = []
    const { format } = keeping()
    const slow = { ...format, read: () => { for (const until = performance.now() + 0.004; performance.now() < until;); } }
    const file = fileOf(bytesOf(text), 'lines.jsonl')
    await readFile(file, slow, tally().sink, { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toEqual({ rows: 60_000, bytes: file.size })
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.every(({ rows, bytes }, i) => i === 0 || (rows >= seen[i - 1]!.rows && bytes >= seen[i - 1]!.bytes))).toBe(true)
  })

  it('ends soon after the signal, with what the signal says', async () => {
    const controller = new AbortController()
    const { format } = keeping()
    let rows = 0
    const stopping = { ...format, read: () => { if (++rows === 1000) setTimeout(() => { controller.abort(new Error('enough')) }) } }
    await expect(
      readFile(fileOf(bytesOf(linesFrom(0, 300_000)), 'lines.jsonl'), stopping, tally().sink, { signal: controller.signal }),
    ).rejects.toThrow('enough')
    expect(rows).toBeLessThan(300_000)
  })

  it('refuses lines of other encodings by row, and a file whose lines are mostly so whole', async () => {
    const latin = (text: string): Bytes => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
    const line = (n: number): string => `{"n": ${n}, "title": "caf\xe9"}\n`
    const told = tally()
    await readFile(fileOf(joined([bytesOf(linesFrom(0, 3)), latin(line(9))]), 'mixed.jsonl'), keeping().format, told.sink)
    expect(told.rejected).toEqual(
      [
        {
          at: { file: 'mixed.jsonl', row: 4 }, column: '',
          reason: expect.stringMatching(/^bytes that are no UTF-8 stand at byte offset \d+; save the file as UTF-8$/) as string,
        },
      ],
    )
    const many = joined([bytesOf(linesFrom(0, 900)), ...Array.from({ length: 2000 }, (_, n) => latin(line(n)))])
    const refused = 'file latin.jsonl is damaged or no jsonl: 1001 of its first 1901 rows can\'t be read'
    await expect(numbers(fileOf(many, 'latin.jsonl'))).rejects.toThrow(refused)
  })

  it('passes on what the format or the sink throws, as it is', async () => {
    const full = new Error('the disk is full')
    const { format } = keeping()
    for (const { name, bytes } of await goodFiles(4)) {
      const refusing = { ...format, read: () => { throw full } }
      await expect(readFile(new File([bytes], name), refusing, tally().sink), name).rejects.toBe(full)
    }
  })
})

/** A gzip member whose one block is stored as it is (RFC 1951, 3.2.4). */
function stored(data: Bytes): Bytes {
  const length = data.length
  const block = joined([Uint8Array.of(1, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255), data])
  let crc = 0xffffffff
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  const tail = new Uint8Array(8)
  new DataView(tail.buffer).setUint32(0, ~crc >>> 0, true)
  new DataView(tail.buffer).setUint32(4, length, true)
  return joined([Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), block, tail])
}
