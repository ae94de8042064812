// A file as a stream of bytes, unpacked where it is gzip: bounded memory, progress by bytes read, and an end when the signal says so.
import { gunzip } from './gzip.ts'

/** No single record (a line, a CSV row, an element of a JSON document) of a published data set comes near this size in bytes. */
export const RECORD_LIMIT = 16 * 2 ** 20
/** How much is read from the disk at once. */
const CHUNK = 2 ** 20
/** The worker answers messages (Cancel among them) at least this often, in milliseconds. */
const TURN_MS = 50

/** Where a record goes: a readable one by number (from 1), one that can't be read with the column that shows it and one sentence. */
export interface Take {
  row(value: Readonly<Record<string, unknown>>, number: number): void
  reject(number: number, column: string, reason: string): void
  /** the names of a table's columns, before its first row */
  columns?(names: readonly string[]): void
}

/** A file that is wrong as a whole: the sentence names it. */
export class FileError extends Error {}

/** What went wrong in a few words; an engine's own words for nonsense are introduced as such. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause instanceof TypeError || cause instanceof RangeError ? `its numbers contradict each other, ${cause.message}` : cause.message
}

/** The sentence for a file that can't be used: `where` is a byte offset or rows, `why` what stands there, `remedy` what to do. */
export function damaged(file: File, where: string, why: string, cause?: unknown): FileError {
  return new FileError(`file ${file.name} is damaged (${where}: ${why}); nothing of it was used, get it again`, { cause })
}

/** One file being read. */
export class Source {
  /** bytes read so far of the file as it lies on the disk, for whoever shows progress; readers set it */
  position = 0
  #turned = performance.now()

  constructor(readonly file: File, readonly gzip: boolean, readonly signal?: AbortSignal) {}

  /** The file's bytes from `start`, as they lie on the disk. Throws a sentence when the file can't be read any more. */
  async slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    this.signal?.throwIfAborted()
    let bytes: Uint8Array<ArrayBuffer>
    try {
      bytes = new Uint8Array(await this.file.slice(start, end).arrayBuffer())
    } catch (cause) {
      throw new FileError(
        `file ${this.file.name} can't be read at byte ${start} (${cause instanceof Error ? cause.message : String(cause)}); choose it again if `
        + `it was moved or changed`,
        { cause },
      )
    }
    if (bytes.length !== Math.min(end, this.file.size) - start) {
      throw new FileError(`file ${this.file.name} gave ${bytes.length} of ${end - start} bytes at byte ${start}; choose it again if it was changed`)
    }
    return bytes
  }

  /** The file's bytes in order, unpacked. */
  async* chunks(): AsyncGenerator<Uint8Array> {
    if (this.gzip) {
      yield* gunzip(this)
      return
    }
    for (let start = 0; start < this.file.size; start += CHUNK) {
      const bytes = await this.slice(start, Math.min(start + CHUNK, this.file.size))
      this.position = start + bytes.length
      yield bytes
    }
  }

  /** Lets the worker answer its messages now and then; throws what the signal says when it was aborted. */
  async turn(): Promise<void> {
    this.signal?.throwIfAborted()
    if (performance.now() - this.#turned < TURN_MS) return
    await new Promise((resolve) => setTimeout(resolve))
    this.#turned = performance.now()
    this.signal?.throwIfAborted()
  }
}

/** The first bytes of the unpacked file: at least `least` where there are as many, and `whole` when that is all of it. */
export async function headOf(source: Source, least: number): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean }> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of source.chunks()) {
    parts.push(chunk)
    size += chunk.length
    if (size > least) return { bytes: concat(parts, size), whole: false }
  }
  return { bytes: concat(parts, size), whole: true }
}

export function concat(parts: readonly Uint8Array[], size = parts.reduce((sum, part) => sum + part.length, 0)): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
