// Rows of numbers beside a stored dataset, appended as they are computed: an interrupted pass is found again to its last whole part.
import { openInPlace } from './inPlace.ts'
import { freeRoom, isFull, said } from './room.ts'
import { datasetsFolder, findDataset } from './store.ts'

/** What an access handle of the private file system offers, and a stand-in for tests. */
export interface RowStorage {
  getSize(): number
  read(into: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number
  write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

/** rows, width, checksum: before every part, as three 32-bit words */
const HEADER_BYTES = 12

/** 32 bits over the words of a part (FNV-1a by word): tells a torn or spoilt part, and is no defence against a forger. */
function checksum(words: Uint32Array): number {
  let hash = 0x811c9dc5
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193)
  return hash >>> 0
}

export class RowFile {
  #end = 0

  constructor(private readonly storage: RowStorage, readonly width: number) {}

  /**
   * Hands over the stored rows in order, a part at a time, and returns their number. It ends at the first part that is torn, spoilt or of
   * another width, and cuts the file there, so that `append` goes on from the row after.
   */
  read(onRows: (rows: Float32Array) => void): number {
    const size = this.storage.getSize()
    let count = 0
    this.#end = 0
    while (this.#end + HEADER_BYTES <= size) {
      const [rows, width, sum] = new Uint32Array(this.#bytes(this.#end, HEADER_BYTES).buffer)
      const bytes = rows! * this.width * 4
      if (rows === 0 || width !== this.width || this.#end + HEADER_BYTES + bytes > size) break
      const part = this.#bytes(this.#end + HEADER_BYTES, bytes)
      if (checksum(new Uint32Array(part.buffer)) !== sum) break
      onRows(new Float32Array(part.buffer))
      count += rows!
      this.#end += HEADER_BYTES + bytes
    }
    if (this.#end < size) this.storage.truncate(this.#end)
    return count
  }

  /** Adds one part. rows: [any number, width]. Throws as the storage does when the disk is full; what stood there stays. */
  append(rows: Float32Array<ArrayBuffer>): void {
    const part = new Uint8Array(HEADER_BYTES + rows.byteLength)
    const sum = checksum(new Uint32Array(rows.buffer, rows.byteOffset, rows.length))
    new Uint32Array(part.buffer, 0, 3).set([rows.length / this.width, this.width, sum])
    part.set(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength), HEADER_BYTES)
    const written = this.storage.write(part, { at: this.#end })
    if (written !== part.length) throw new DOMException(`${written} of ${part.length} bytes were written`, 'QuotaExceededError')
    this.storage.flush()
    this.#end += part.length
  }

  close(): void {
    this.storage.close()
  }

  #bytes(at: number, count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(count)
    this.storage.read(bytes, { at })
    return bytes
  }
}

/**
 * Opens the rows `key` (letters and digits) beside the stored dataset `hash`; they go when the dataset is removed. Rejects with a sentence
 * when the dataset is not stored, or when another tab has the same rows open.
 */
export async function openRowFile(hash: string, key: string, width: number): Promise<RowFile> {
  const { folder } = await findDataset(hash)
  const file = await folder.handle.getFileHandle(`embeddings-${key}`, { create: true })
  try {
    return new RowFile(await openInPlace(file), width)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError') {
      throw new Error('another tab of this page is computing the same embeddings; wait for it, or cancel it there', { cause: error })
    }
    throw error
  }
}

/** What a person reads when rows could not be appended; any other error stays as it is. */
export async function rowsError(error: unknown, neededBytes: number): Promise<unknown> {
  if (!isFull(error)) return error
  const free = await freeRoom(await datasetsFolder(), neededBytes, 'probe of embeddings')
  return new Error(
    `the embeddings need ${said(neededBytes)} more in the browser's store, which has ${said(free)} free; `
    + 'remove a stored dataset, or free space on this disk, and start again: what is computed so far is kept',
    { cause: error },
  )
}
