// Rows on a stand-in for the disk: appended in parts, found again, and cut where a part was torn or spoilt.
import { describe, expect, test } from 'vitest'
import { RowFile, type RowStorage } from './embeddings.ts'

class MemoryStorage implements RowStorage {
  bytes = new Uint8Array(0)
  flushed = 0
  constructor(readonly room = Infinity) {}
  getSize(): number { return this.bytes.length }
  read(into: Uint8Array<ArrayBuffer>, { at }: { at: number }): number {
    const part = this.bytes.subarray(at, at + into.length)
    into.set(part)
    return part.length
  }
  write(bytes: Uint8Array<ArrayBuffer>, { at }: { at: number }): number {
    const count = Math.max(0, Math.min(bytes.length, this.room - at))
    const grown = new Uint8Array(Math.max(this.bytes.length, at + count))
    grown.set(this.bytes)
    grown.set(bytes.subarray(0, count), at)
    this.bytes = grown
    return count
  }
  truncate(size: number): void { this.bytes = this.bytes.slice(0, size) }
  flush(): void { this.flushed = this.bytes.length }
  close(): void { /* nothing is held */ }
}

const rows = (...values: number[]): Float32Array<ArrayBuffer> => Float32Array.from(values)
const PARTS = [rows(1, 2, 3, 4, 5, 6), rows(-1, -2, -3), rows(0, 0.5, 1e-30)]

function written(storage: MemoryStorage): MemoryStorage {
  const file = new RowFile(storage, 3)
  file.read(() => undefined)
  for (const part of PARTS) file.append(part)
  return storage
}

function read(storage: MemoryStorage, width = 3): { count: number; values: number[]; file: RowFile } {
  const values: number[] = []
  const file = new RowFile(storage, width)
  const count = file.read((part) => values.push(...part))
  return { count, values, file }
}

test('rows come back in order, and further ones follow them', () => {
  const storage = written(new MemoryStorage())
  expect(storage.flushed).toBe(storage.bytes.length)
  const { count, values, file } = read(storage)
  expect(count).toBe(4)
  expect(values).toEqual(PARTS.flatMap((part) => [...part]))
  file.append(rows(7, 8, 9))
  expect(read(storage).values.slice(-3)).toEqual([7, 8, 9])
})

test('an empty file has no rows', () => {
  expect(read(new MemoryStorage()).count).toBe(0)
})

describe('damage', () => {
  test('wherever the file was cut, the whole parts before the cut are found, and the pass goes on behind them', () => {
    const whole = written(new MemoryStorage()).bytes
    for (let size = 0; size < whole.length; size++) {
      const storage = new MemoryStorage()
      storage.bytes = whole.slice(0, size)
      const { count, file } = read(storage)
      expect(count).toBe([36, 60, 84].filter((end) => size >= end).length === 0 ? 0 : [0, 2, 3][[36, 60].filter((end) => size >= end).length])
      file.append(rows(7, 8, 9))
      expect(read(storage).count).toBe(count + 1)
      expect(read(storage).values.slice(-3)).toEqual([7, 8, 9])
    }
  })

  test('whichever bit was flipped, no wrong row is handed over', () => {
    const whole = written(new MemoryStorage()).bytes
    const right = PARTS.flatMap((part) => [...part])
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const storage = new MemoryStorage()
      storage.bytes = whole.slice()
      storage.bytes[bit >> 3]! ^= 1 << (bit & 7)
      const { values } = read(storage)
      expect(values.length).toBeLessThan(right.length)
      expect(values).toEqual(right.slice(0, values.length))
    }
  })

  test('rows of another width are not taken for one’s own', () => {
    expect(read(written(new MemoryStorage()), 2).count).toBe(0)
  })
})

test('a full disk is an error of its own, and what stood there stays', () => {
  const storage = new MemoryStorage(50)
  const file = new RowFile(storage, 3)
  file.read(() => undefined)
  file.append(PARTS[0]!)
  expect(() => file.append(PARTS[1]!)).toThrow(expect.objectContaining({ name: 'QuotaExceededError' }))
  expect(read(storage).values).toEqual([...PARTS[0]!])
})
