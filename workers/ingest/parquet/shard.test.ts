// Parquet by pages gives what hyparquet gives whole, and damaged counts cost neither memory nor time.
import { existsSync, openAsBlob, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { goodFiles } from '../../../lab/fuzz/files.ts'
import { storedZstd } from '../../../lab/fuzz/zstd.ts'
import { Source } from '../source.ts'
import { checkRuns, checkZstd, thriftEnd } from './guard.ts'
import { openShard, readShard } from './shard.ts'

type Row = Readonly<Record<string, unknown>>

async function read(file: File, columns?: readonly string[]): Promise<Row[]> {
  const rows: Row[] = []
  await readShard(await openShard(new Source(file, false)), columns, {
    row: (row, number) => { expect(number).toBe(rows.push(row)) },
    reject: () => { throw new Error('Parquet rejects no row by itself') },
  })
  return rows
}

async function whole(file: File): Promise<Row[]> {
  const bytes = await file.arrayBuffer()
  return parquetReadObjects({ file: bytes, compressors })
}

const strings = (name: string, data: (string | null)[]) => ({ name, data, type: 'STRING' as const, nullable: true })
const shardOf = (
  columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData'], more: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {},
): File =>
  new File([parquetWriteBuffer({ columnData, ...more })], 'shard.parquet')

const SHARED = resolve(import.meta.dirname, '../../../../shared')

describe('a Parquet file read by pages', () => {
  it('gives the rows that hyparquet gives whole: snappy, zstd and none, several groups, many pages, nested values', async () => {
    for (const { name, bytes } of await goodFiles(1)) {
      if (!name.endsWith('.parquet')) continue
      const file = new File([bytes], name)
      expect(await read(file), name).toEqual(await whole(file))
    }
  })

  it.skipIf(!existsSync(SHARED))('gives the rows that hyparquet gives whole, of the published files too (left out without ../shared)', async () => {
    for (const folder of ['esci', 'rec-r1'].map((name) => resolve(SHARED, 'data', name))) {
      for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.parquet'))) {
        const file = new File([await openAsBlob(resolve(folder, name))], name)
        expect(await read(file), name).toEqual(await whole(file))
      }
    }
  })

  it('gives lists that go on from page to page, empty and absent ones too', async () => {
    const data = Array.from(
      { length: 300 }, (_, i) => (i % 11 === 0 ? null : Array.from({ length: i % 7 }, (_, j) => (j === 3 ? null : `${i}-${j}`))),
    )
    const schema = [
      { name: 'schema', num_children: 2 }, { name: 'ids', repetition_type: 'OPTIONAL' as const, num_children: 1, converted_type: 'LIST' as const },
      {
        name: 'list', repetition_type: 'REPEATED' as const, num_children: 1,
      }, { name: 'element', type: 'BYTE_ARRAY' as const, repetition_type: 'OPTIONAL' as const, converted_type: 'UTF8' as const },
      { name: 'n', type: 'INT64' as const, repetition_type: 'REQUIRED' as const },
    ]
    const file = shardOf([{ name: 'ids', data }, { name: 'n', data: data.map((_, i) => BigInt(i)) }], { schema, pageSize: 64, rowGroupSize: 130 })
    expect(await read(file)).toEqual(await whole(file))
  })

  it('decodes only the columns asked for, and reads only their bytes', async () => {
    const long = Array.from({ length: 2000 }, (_, i) => `${i} `.repeat(300))
    const file = shardOf([strings('id', long.map((_, i) => `B${i}`)), strings('text', long)], { codec: 'UNCOMPRESSED' })
    let bytes = 0
    const source = new Source(file, false)
    const slice = source.slice.bind(source)
    source.slice = async (start, end) => {
      bytes += end - start
      return slice(start, end)
    }
    const rows: Row[] = []
    await readShard(await openShard(source), ['id', 'absent'], { row: (row) => { rows.push(row) }, reject: () => undefined })
    expect(rows).toHaveLength(2000)
    expect(rows[1999]).toEqual({ id: 'B1999' })
    expect(bytes).toBeLessThan(file.size / 10)
  })

  it('holds a page of each column and a few hundred rows, however many rows a group has', async () => {
    const count = 30_000
    const file = shardOf(
      [strings('id', Array.from({ length: count }, (_, i) => `B${i}`)), strings('text', Array.from({ length: count }, (_, i) => `${i} `.repeat(40)))],
      { codec: 'UNCOMPRESSED', rowGroupSize: count, pageSize: 2 ** 14 },
    )
    const slices: number[] = []
    const source = new Source(file, false)
    const slice = source.slice.bind(source)
    const readAt: number[] = []
    let rows = 0
    source.slice = async (start, end) => {
      slices.push(end - start)
      readAt.push(rows)
      return slice(start, end)
    }
    await readShard(await openShard(source), undefined, { row: () => { rows++ }, reject: () => undefined })
    expect(rows).toBe(count)
    // the bytes are fetched in windows, and rows come out between them
    expect(Math.max(...slices)).toBeLessThanOrEqual(2 ** 21)
    expect(new Set(readAt).size).toBeGreaterThan(1)
  })

  it('refuses text that is no UTF-8, by rows and column', async () => {
    const bytes = new Uint8Array(
      await shardOf([strings('id', ['a', 'b']), strings('text', ['plain', 'x~y'])], { codec: 'UNCOMPRESSED' }).arrayBuffer(),
    )
    for (let i = 0; i < bytes.length - 2; i++) if (bytes[i] === 0x78 && bytes[i + 1] === 0x7e) bytes[i + 1] = 0xff
    const refused = /file shard.parquet is damaged \(rows 1 to 2, column text: .*(encoded data was not valid|invalid)/i
    await expect(read(new File([bytes], 'shard.parquet'))).rejects.toThrow(refused)
  })

  it('refuses a column packed in a way it does not know, by name', async () => {
    const file = shardOf([strings('id', ['a'])], { codec: 'LZ4', compressors: { LZ4: (bytes) => bytes } })
    await expect(read(file)).rejects.toThrow('file shard.parquet has column id packed with LZ4; write it with snappy, gzip, zstd or none')
  })

  it('refuses a file that is cut at either end', async () => {
    const bytes = new Uint8Array(await shardOf([strings('id', ['a'])]).arrayBuffer())
    await expect(read(new File([bytes.slice(0, -3)], 'shard.parquet'))).rejects.toThrow('does not end with PAR1, so it was cut off')
    await expect(read(new File([bytes.slice(0, 30), bytes.slice(60)], 'shard.parquet'))).rejects.toThrow('file shard.parquet is damaged')
  })
})

describe('checks before decoding', () => {
  it('refuse runs that go on beyond the values there are, and groups that go on beyond the bytes', () => {
    // a run of 2^27 zeros where 8 values are
    expect(
      () => { checkRuns(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x01, 0), 0, 6, 1, 8) },
    ).toThrow('a page has a run of 134217728 values where 8 are left')
    expect(() => { checkRuns(Uint8Array.of(0x81, 0x01, 0xff), 0, 3, 8, 600) }).toThrow('a page has a run of 512 values where 600 are left')
    expect(() => { checkRuns(Uint8Array.of(16, 1), 0, 2, 1, 8) }).not.toThrow()
  })

  it('refuse lists longer than their bytes, endless numbers and endless nesting', () => {
    expect(() => thriftEnd(Uint8Array.of(0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f, 0), 0)).toThrow('lists 268435455 items in 1 bytes')
    expect(() => thriftEnd(new Uint8Array(1000).fill(0xff).fill(0x16, 0, 1), 0)).toThrow('longer than ten bytes')
    expect(() => thriftEnd(new Uint8Array(100_000).fill(0x1c), 0)).toThrow('nested too deeply')
    expect(thriftEnd(Uint8Array.of(0x15, 0x02, 0x00, 9), 0)).toBe(3)
  })

  it('refuse zstd frames that hold more than their page says', () => {
    const frame = storedZstd(new Uint8Array(1000))
    expect(() => { checkZstd(frame, 1000) }).not.toThrow()
    expect(() => { checkZstd(frame, 999) }).toThrow('holds 1000 bytes of 999')
    // a block that repeats one byte 2^17 times
    expect(() => { checkZstd(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x03, 0x00, 0x10, 0), 100) }).toThrow('holds more than its 100 bytes')
  })
})
