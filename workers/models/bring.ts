// Brings one file into the store: streamed to the disk, gone on with after a break, held against its size and its hash.
import { createSHA256 } from 'hash-wasm'
import type { FileInPlace } from '../store/inPlace.ts'
import { isFull } from '../store/room.ts'
import { waitAfter, type Net } from './requests.ts'
import type { ModelFolder } from './shelf.ts'
import { Passing, type Source, type Stated } from './source.ts'

/** Bytes that are gathered before they are written and hashed. */
const PIECE = 4 * 2 ** 20
/** So long a stop may wait to be heard. */
const BREATHE_EVERY_MS = 50

/** What an unfinished file's bytes belong to: they are gone on with only when this still fits. */
export interface Begun {
  readonly base: string
  readonly validator: string
  readonly bytes: number
  readonly sha256: string
}

export interface Bringing {
  readonly folder: ModelFolder
  readonly source: Source
  readonly net: Pick<Net, 'wait' | 'silenceMs'>
  readonly signal: AbortSignal
  /** what was begun earlier */
  readonly begun: Begun | undefined
  /** called before the first bytes of another version are written */
  readonly begin: (begun: Begun) => Promise<void>
  /** bytes that came so far */
  readonly onBytes: (bytes: number) => void
}

/** True where bytes that were brought earlier can be gone on with: they belong to the same hash, or to the same place whose validator is asked again. */
export function goesOn(begun: Begun | undefined, file: Stated, base: string): boolean {
  if (begun === undefined || begun.bytes !== file.bytes || begun.sha256 !== file.sha256) return false
  return file.sha256 !== '' || (begun.base === base && begun.validator !== '')
}

/**
 * Brings the file whole. Rejects with its name, both values and the remedy when what comes has another size or hash, and removes it then;
 * after a break or a stop what came so far stays.
 */
export async function bringFile(file: Stated, bringing: Bringing): Promise<void> {
  const access = await bringing.folder.open(file.name)
  let wrong = false
  try {
    const arrival = new Arrival(file, bringing, access, file.sha256 === '' ? undefined : await createSHA256())
    await arrival.takeUp()
    await arrival.finish()
    // the pieces of several answers may be of several versions: once more from the beginning
    if (!arrival.isRight() && arrival.pieced) {
      arrival.startOver()
      await arrival.finish()
    }
    wrong = !arrival.isRight()
    if (wrong) throw new Error(`${file.name}: the bytes that came have the SHA-256 ${arrival.digest}, but ${file.sha256} is stated; they were removed, so fetch it again, or from another mirror`)
  } catch (error) {
    wrong ||= error instanceof WrongSize
    throw error
  } finally {
    if (wrong) access.truncate(0)
    access.flush()
    access.close()
  }
}

class WrongSize extends Error {}

/** Lets other tasks of this worker run now and then: a stop is one of them. */
function breather(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < BREATHE_EVERY_MS) return
    await new Promise((resolve) => { setTimeout(resolve) })
    last = performance.now()
  }
}

type Hasher = Awaited<ReturnType<typeof createSHA256>>

class Arrival {
  #at = 0
  #validator = ''
  #digest: string | undefined
  #whole = false
  #pieced = false

  constructor(
    private readonly file: Stated, private readonly bringing: Bringing, private readonly access: FileInPlace, private readonly hasher: Hasher | undefined,
  ) {}

  /** true when its bytes came in several answers */
  get pieced(): boolean {
    return this.#pieced
  }

  get digest(): string {
    return this.#digest ??= this.hasher?.digest() ?? ''
  }

  isRight(): boolean {
    return this.digest === this.file.sha256
  }

  startOver(): void {
    this.#at = 0
    this.#whole = false
    this.#pieced = false
    this.#digest = undefined
    this.hasher?.init()
  }

  /** Goes on with what lies here where it belongs to the same file; it is hashed again on the way. */
  async takeUp(): Promise<void> {
    const { file, access, bringing: { begun, source, signal, onBytes } } = this
    this.startOver()
    const here = access.getSize()
    if (here === 0) return
    if (begun === undefined || !goesOn(begun, file, source.base) || (file.bytes > 0 && here > file.bytes)) return access.truncate(0)
    this.#validator = begun.validator
    const piece = new Uint8Array(PIECE)
    const breathe = breather()
    for (let at = 0; this.hasher !== undefined && at < here;) {
      signal.throwIfAborted()
      const count = access.read(piece.subarray(0, Math.min(PIECE, here - at)), { at })
      this.hasher.update(piece.subarray(0, count))
      at += count
      onBytes(at)
      await breathe()
    }
    this.#at = here
    this.#pieced = true
    this.#whole = here === file.bytes
    onBytes(here)
  }

  /** Asks until every byte lies here. Attempts that bring it no farther are counted, and there are only so many. */
  async finish(): Promise<void> {
    const { file, bringing: { net, signal } } = this
    let farthest = this.#at
    let failed = 0
    let endedAt = -1
    while (!this.#whole) {
      let failure: Passing
      try {
        await this.#once()
        if (this.#whole) return
        // an answer that ends early may be a broken proxy's; when it ends there again, that is the file
        if (endedAt === this.#at) throw this.#wrongSize(this.#at)
        endedAt = this.#at
        failure = new Passing(`${file.name} broke off at ${this.#at} of ${file.bytes} bytes`)
      } catch (error) {
        if (!(error instanceof Passing)) throw error
        failure = error
      }
      failed = this.#at > farthest ? 1 : failed + 1
      farthest = Math.max(farthest, this.#at)
      await net.wait(waitAfter(failed, failure), signal)
    }
  }

  /** One answer, from where the bytes here end. */
  async #once(): Promise<void> {
    const { file, access, bringing: { source, signal, begin } } = this
    const { from, validator, body } = await source.open(file.name, this.#at, signal)
    const reader = body.getReader()
    try {
      if (from > 0 && this.hasher === undefined && (validator === '' || validator !== this.#validator)) {
        this.startOver()
        throw new Passing(`${file.name} was changed at its host meanwhile`)
      }
      if (from === 0) {
        this.startOver()
        access.truncate(0)
        this.#validator = validator
        await begin({ base: source.base, validator, bytes: file.bytes, sha256: file.sha256 })
      } else this.#pieced = true
      await this.#read(reader)
    } finally {
      // what is done or broken has nothing to cancel
      reader.cancel().catch(() => undefined)
    }
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const { file, bringing: { signal, source, onBytes } } = this
    const piece = new Uint8Array(PIECE)
    const breathe = breather()
    let used = 0
    const put = (): void => {
      this.#write(piece.subarray(0, used))
      used = 0
    }
    try {
      for (;;) {
        const { done, value } = await this.#next(reader)
        if (done) break
        const come = this.#at + used + value.length
        if (file.bytes > 0 && come > file.bytes) throw this.#wrongSize(come)
        for (let at = 0; at < value.length;) {
          const count = Math.min(value.length - at, PIECE - used)
          piece.set(value.subarray(at, at + count), used)
          used += count
          at += count
          if (used === PIECE) put()
        }
        onBytes(this.#at + used)
        await breathe()
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (error instanceof WrongSize || isFull(error)) throw error
      const reason = error instanceof Error ? error.message : String(error)
      if (source.kind === 'folder') throw new Error(`${file.name} could not be read on from byte ${this.#at} (${reason}); it was changed or removed meanwhile, so give the folder again`, { cause: error })
      throw new Passing(`${file.name} broke off at ${this.#at + used} of ${file.bytes} bytes (${reason})`, 0, { cause: error })
    } finally {
      // also after a break: what came stays
      put()
    }
    this.#whole = file.bytes === 0 || this.#at === file.bytes
  }

  /** The next bytes; a host that falls silent is let go of, and a stop is heard at once. */
  async #next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
    const { signal, net: { silenceMs } } = this.bringing
    signal.throwIfAborted()
    let end: (reason: Error) => void = () => undefined
    const ended = new Promise<never>((_, reject) => { end = reject })
    const stop = (): void => end(signal.reason as Error)
    const timer = setTimeout(() => end(new Error(`nothing came for ${silenceMs / 1000} s`)), silenceMs)
    signal.addEventListener('abort', stop)
    try {
      return await Promise.race([reader.read(), ended])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length === 0) return
    const written = this.access.write(bytes, { at: this.#at })
    // a private window refuses without throwing
    if (written !== bytes.length) throw new DOMException(`${written} of ${bytes.length} bytes were written`, 'QuotaExceededError')
    this.hasher?.update(bytes)
    this.#at += bytes.length
  }

  #wrongSize(bytes: number): WrongSize {
    const { file, bringing: { source } } = this
    const came = bytes > file.bytes ? `at least ${bytes} bytes came` : `only ${bytes} bytes came`
    return new WrongSize(`${file.name}: ${came}, but ${source.kind === 'folder' ? 'the folder' : 'the host'} states ${file.bytes}; they were removed, so fetch it again, or from another mirror`)
  }
}
