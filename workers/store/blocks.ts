// Files as runs of blocks, each with its digest: written as they fill, checked as they are read.
import type { Folder, OpenFile, SharedFile } from './folder.ts'

export const BLOCK_BYTES = 2 ** 20

/** What a file must be when it is read again. */
export interface FileRecord {
  readonly bytes: number
  /** SHA-256 of each block of BLOCK_BYTES, the last one shorter; hex */
  readonly blocks: readonly string[]
}

/** Blocks read before they are asked for, while a file is read from end to end. */
const AHEAD = 4

const utf8 = new TextEncoder()

export function hexOf(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export async function digestOf(bytes: Uint8Array): Promise<string> {
  return hexOf(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}

/** Gathers bytes into blocks and writes each when it is full. Digests are computed beside the writing, off this thread. */
export class BlockWriter {
  readonly #file: OpenFile
  readonly #digests: Promise<string>[] = []
  readonly #block = new Uint8Array(BLOCK_BYTES)
  #used = 0
  #bytes = 0
  #closed = false

  constructor(file: OpenFile) {
    this.#file = file
  }

  get bytes(): number {
    return this.#bytes
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const taken = Math.min(bytes.length - at, BLOCK_BYTES - this.#used)
      this.#block.set(bytes.subarray(at, at + taken), this.#used)
      this.#used += taken
      at += taken
      if (this.#used === BLOCK_BYTES) this.#flush()
    }
    this.#bytes += bytes.length
  }

  writeLine(text: string): void {
    this.write(utf8.encode(`${text}\n`))
  }

  /** Writes what is left and closes the file. */
  async finish(): Promise<FileRecord> {
    if (this.#used > 0) this.#flush()
    this.abandon()
    return { bytes: this.#bytes, blocks: await Promise.all(this.#digests) }
  }

  /** Closes the file as it is, if it is open: it belongs to nothing any more. */
  abandon(): void {
    if (!this.#closed) this.#file.close()
    this.#closed = true
  }

  #flush(): void {
    const bytes = this.#block.subarray(0, this.#used)
    this.#digests.push(digestOf(bytes))
    this.#file.write(bytes)
    this.#used = 0
  }
}

/** A stored file, read in ranges; each block is checked against its digest when it is read. */
export class BlockReader {
  #cached: { readonly block: number; readonly bytes: Uint8Array } | undefined
  /** while the file is read from end to end: its handle, and the next blocks, whose digests are computed meanwhile */
  #shared: SharedFile | undefined
  readonly #ahead = new Map<number, Promise<Uint8Array>>()

  private constructor(
    private readonly folder: Folder, private readonly blob: Blob, private readonly record: FileRecord, private readonly name: string,
  ) {}

  /** Throws where the file is missing or not as long as it was when it was written. */
  static async open(folder: Folder, name: string, record: FileRecord): Promise<BlockReader> {
    const blob = await folder.read(name)
    if (blob === undefined) throw new Error(`its file ${name} is missing`)
    if (blob.size !== record.bytes) throw new Error(`its file ${name} has ${blob.size} bytes instead of ${record.bytes}`)
    const { bytes, blocks } = record
    if (blocks.length !== Math.ceil(bytes / BLOCK_BYTES)) throw new Error(`its record of ${name} has ${blocks.length} digests for ${bytes} bytes`)
    return new BlockReader(folder, blob, record, name)
  }

  /** Bytes `start` to `end`, checked. */
  async read(start: number, end: number): Promise<Uint8Array> {
    if (start >= end) return new Uint8Array(0)
    const first = Math.floor(start / BLOCK_BYTES)
    const last = Math.floor((end - 1) / BLOCK_BYTES)
    if (first === last) return (await this.#blockAt(first)).subarray(start - first * BLOCK_BYTES, end - first * BLOCK_BYTES)
    const all = new Uint8Array(end - start)
    for (let block = first; block <= last; block++) {
      const bytes = await this.#blockAt(block)
      const origin = block * BLOCK_BYTES
      all.set(bytes.subarray(Math.max(0, start - origin), Math.min(bytes.length, end - origin)), Math.max(0, origin - start))
    }
    return all
  }

  /** Bytes `start` to `end` as they stand there: for single records, whose own structure is checked. */
  async peek(start: number, end: number): Promise<Uint8Array> {
    return new Uint8Array(await this.blob.slice(start, end).arrayBuffer())
  }

  /** Reads the file from end to end in what follows, until the function that is returned is called. */
  async sequentially(): Promise<() => void> {
    const shared = await this.folder.share(this.name)
    this.#shared = shared
    return () => {
      shared?.close()
      if (this.#shared !== shared) return
      this.#shared = undefined
      this.#ahead.clear()
    }
  }

  /** The whole file, checked. */
  all(): Promise<Uint8Array> {
    return this.read(0, this.record.bytes)
  }

  /** The file's lines, without their line feeds, checked block by block. */
  async* lines(): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let rest = ''
    for (let block = 0; block < this.record.blocks.length; block++) {
      const lines = (rest + decoder.decode(await this.#blockAt(block), { stream: true })).split('\n')
      rest = lines.pop()!
      yield* lines
    }
    if (rest + decoder.decode() !== '') throw new Error(`its file ${this.name} ends within a line`)
  }

  async #blockAt(block: number): Promise<Uint8Array> {
    if (this.#cached?.block === block) return this.#cached.bytes
    const reading = this.#ahead.get(block) ?? this.#load(block)
    for (const known of this.#ahead.keys()) if (known <= block || known > block + AHEAD) this.#ahead.delete(known)
    for (let next = block + 1; this.#shared !== undefined && next <= Math.min(block + AHEAD, this.record.blocks.length - 1); next++) {
      if (this.#ahead.has(next)) continue
      const later = this.#load(next)
      // told when its turn comes
      later.catch(() => undefined)
      this.#ahead.set(next, later)
    }
    const bytes = await reading
    this.#cached = { block, bytes }
    return bytes
  }

  async #load(block: number): Promise<Uint8Array> {
    const start = block * BLOCK_BYTES
    const length = Math.min(BLOCK_BYTES, this.record.bytes - start)
    const bytes = this.#shared === undefined ? await this.peek(start, start + length) : new Uint8Array(length)
    if (this.#shared !== undefined) this.#shared.read(bytes as Uint8Array<ArrayBuffer>, { at: start })
    if ((await digestOf(bytes)) === this.record.blocks[block]) return bytes
    throw new Error(`its file ${this.name} was changed between bytes ${start} and ${start + length}`)
  }
}
