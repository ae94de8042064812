// The readers in a browser, whose gzip takes one member at a time and whose files lie elsewhere: the same rows as in Node, and the same sentences.
import { describe, expect, it } from 'vitest'
import { goodFiles, gzipped, joined } from '../../lab/fuzz/files.ts'
import { FORMATS } from './formats/formats.ts'
import { readFile } from './read.ts'
import { recogniseFile } from './recognise.ts'
import { keeping, tally } from './testing.ts'

describe('the readers in a browser', () => {
  it('read every kind of file to its last row', async () => {
    for (const { name, bytes, rows } of await goodFiles(5)) {
      const file = new File([bytes], name)
      const { format } = await recogniseFile(file, FORMATS)
      const told = tally()
      expect(await readFile(file, format!, told.sink), name).toEqual({ rows })
      expect(told.rejected, name).toEqual([])
    }
  })

  it('read gzip of many members, and refuse what is cut, damaged or a bomb by name', async () => {
    const lines = (first: number, count: number) => new TextEncoder().encode(
      Array.from({ length: count }, (_, i) => `{"n": ${first + i}}\n`).join(''),
    )
    const parts = await Promise.all([lines(0, 30_000), lines(30_000, 1), lines(30_001, 20_000)].map(gzipped))
    const { format, rows } = keeping()
    await readFile(new File(parts, 'm.gz'), format, tally().sink)
    expect(rows.map(([, { n }]) => n)).toEqual(Array.from({ length: 50_001 }, (_, i) => i))
    const whole = joined(parts)
    await expect(readFile(new File([whole.slice(0, -6)], 'cut.gz'), format, tally().sink)).rejects.toThrow('file cut.gz ends within its gzip data')
    const damaged = whole.slice()
    damaged[1000]! ^= 0x55
    await expect(readFile(new File([damaged], 'bad.gz'), format, tally().sink)).rejects.toThrow('file bad.gz')
    const bomb = await gzipped(new Uint8Array(2 ** 26).fill(10))
    await expect(readFile(new File([parts[0]!, bomb], 'bomb.gz'), format, tally().sink)).rejects.toThrow('file bomb.gz expands more than 250-fold')
  })
})
