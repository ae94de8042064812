// A shelf in memory for tests of the store: files are written in place, room is counted, locks exclude.
import type { FileInPlace } from '../store/inPlace.ts'
import type { ModelFolder, Shelf } from './shelf.ts'

class MemoryFile implements FileInPlace {
  bytes = new Uint8Array(0)
  opened = false

  constructor(private readonly shelf: MemoryShelf) {}

  getSize(): number {
    return this.bytes.length
  }

  read(into: Uint8Array<ArrayBuffer>, { at } = { at: 0 }): number {
    const part = this.bytes.subarray(at, at + into.length)
    into.set(part)
    return part.length
  }

  write(bytes: Uint8Array<ArrayBuffer>, { at } = { at: 0 }): number {
    const end = at + bytes.length
    if (end > this.bytes.length) this.truncate(end)
    this.bytes.set(bytes, at)
    this.shelf.writes++
    return bytes.length
  }

  truncate(size: number): void {
    const room = this.shelf.room - this.shelf.used()
    if (size - this.bytes.length > room) throw new DOMException('no space available for this operation', 'QuotaExceededError')
    const next = new Uint8Array(size)
    next.set(this.bytes.subarray(0, size))
    this.bytes = next
  }

  flush(): void {}

  close(): void {
    this.opened = false
  }
}

class MemoryModelFolder implements ModelFolder {
  readonly files = new Map<string, MemoryFile>()

  constructor(private readonly shelf: MemoryShelf) {}

  read(name: string): Promise<Blob | undefined> {
    const file = this.files.get(name)
    return Promise.resolve(file && new Blob([file.bytes]))
  }

  replace(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const file = new MemoryFile(this.shelf)
    file.bytes = bytes.slice()
    this.files.set(name, file)
    return Promise.resolve()
  }

  open(name: string): Promise<FileInPlace> {
    const file = this.files.get(name) ?? new MemoryFile(this.shelf)
    if (file.opened) return Promise.reject(new DOMException('open already', 'NoModificationAllowedError'))
    file.opened = true
    this.files.set(name, file)
    return Promise.resolve(file)
  }

  remove(name: string): Promise<void> {
    this.files.delete(name)
    return Promise.resolve()
  }

  room(wanted: number): Promise<number> {
    return Promise.resolve(Math.min(wanted, this.shelf.room - this.shelf.used()))
  }
}

export class MemoryShelf implements Shelf {
  readonly folders = new Map<string, MemoryModelFolder>()
  readonly #locks = new Map<string, number>()
  room = Infinity
  /** of files in place, since the beginning */
  writes = 0

  used(): number {
    return [...this.folders.values()].reduce((sum, { files }) => sum + [...files.values()].reduce((size, file) => size + file.bytes.length, 0), 0)
  }

  names(): Promise<string[]> {
    return Promise.resolve([...this.folders.keys()])
  }

  folder(name: string, make?: 'make'): Promise<ModelFolder | undefined> {
    if (make !== undefined && !this.folders.has(name)) this.folders.set(name, new MemoryModelFolder(this))
    return Promise.resolve(this.folders.get(name))
  }

  remove(name: string): Promise<void> {
    this.folders.delete(name)
    return Promise.resolve()
  }

  /** How many hold it shared; −1 where one holds it alone. Nobody waits. */
  lock(name: string, mode: LockMode): Promise<(() => void) | undefined> {
    const holders = this.#locks.get(name) ?? 0
    if (mode === 'exclusive' ? holders !== 0 : holders < 0) return Promise.resolve(undefined)
    this.#locks.set(name, mode === 'exclusive' ? -1 : holders + 1)
    return Promise.resolve(() => void this.#locks.set(name, mode === 'exclusive' ? 0 : this.#locks.get(name)! - 1))
  }
}
