// Gzip, streaming: the browser unpacks, member after member; a cut, a damaged and an absurdly expanding file are told apart.
import { FileError, type Source } from './source.ts'

/** What is given to the browser at once: it expands at most 1032-fold, so this bounds what waits in memory. */
const FEED = 2 ** 15
const HEADER = 10
/** Text of published data sets packs 3- to 30-fold; what unpacks to more than this many bytes at more than this ratio is no data set. */
const BOMB_BYTES = 8 * 2 ** 20
const BOMB_RATIO = 250
/** How often bytes within a member may look like another member's header before the file counts as damaged. */
const FALSE_HEADERS = 4

/**
 * The unpacked bytes of all members of a gzip file. The browser's own stream takes one member only, so a member's end is looked for by the next
 * one's header; where that was chance (the checksum does not fit), the member is read again without it, and what was given out is not repeated.
 */
export async function* gunzip(source: Source): AsyncGenerator<Uint8Array> {
  const tally = { packed: 0, unpacked: 0 }
  for (let start = 0; start < source.file.size;) {
    const notHeaders = new Set<number>()
    let given = 0
    for (;;) {
      const member = openMember(source, start, notHeaders, tally)
      let skip = given
      try {
        for await (const chunk of member.chunks) {
          const rest = chunk.subarray(Math.min(skip, chunk.length))
          skip -= chunk.length - rest.length
          if (rest.length === 0) continue
          given += rest.length
          tally.unpacked += rest.length
          if (tally.unpacked > BOMB_BYTES && tally.unpacked > BOMB_RATIO * tally.packed) {
            throw new FileError(
              `file ${source.file.name} expands more than ${BOMB_RATIO}-fold (${tally.packed} bytes to over ${tally.unpacked}), which no data `
              + `set does; nothing of it was used`,
            )
          }
          yield rest
        }
        start = member.state.end
        break
      } catch (cause) {
        if (cause instanceof FileError || source.signal?.aborted === true) throw cause
        const { closed, end, fed } = member.state
        if (closed && end < source.file.size && notHeaders.size < FALSE_HEADERS) {
          notHeaders.add(end)
          continue
        }
        const reason = cause instanceof Error ? cause.message : String(cause)
        if (closed) {
          throw new FileError(
            `file ${source.file.name} ends within its gzip data at byte ${source.file.size}, or its checksum is wrong (${reason}): it was cut `
            + `off or damaged; nothing of it was used, get it again`,
            { cause },
          )
        }
        throw new FileError(
          `file ${source.file.name} has damaged gzip data before byte ${fed} of ${source.file.size} (${reason}); nothing of it was used, get it `
          + `again`,
          { cause },
        )
      } finally {
        member.close()
      }
    }
  }
}

interface MemberState {
  /** where the member ends as far as is known: the next header or the end of the file */
  end: number
  /** all bytes up to `end` were given to the browser */
  closed: boolean
  fed: number
}

function openMember(source: Source, start: number, notHeaders: ReadonlySet<number>, tally: { packed: number }) {
  const stream = new DecompressionStream('gzip')
  const writer = stream.writable.getWriter()
  const reader = (stream.readable as ReadableStream<Uint8Array>).getReader()
  const state: MemberState = { end: source.file.size, closed: false, fed: start }
  let failure: unknown
  const feed = async (): Promise<void> => {
    const window = 2 ** 20
    for (let at = start; at < state.end; at += window) {
      const bytes = await source.slice(at, Math.min(at + window + HEADER, source.file.size))
      const next = nextHeader(bytes, at, start, notHeaders)
      if (next < at + window) state.end = next
      const until = Math.min(at + window, state.end) - at
      for (let from = 0; from < until; from += FEED) {
        const part = bytes.subarray(from, Math.min(from + FEED, until))
        state.fed = at + from + part.length
        tally.packed = Math.max(tally.packed, state.fed)
        source.position = tally.packed
        await writer.write(part)
      }
    }
    state.closed = true
    await writer.close()
  }
  const fed = feed().catch((cause: unknown) => {
    failure ??= cause
    // a reader that waits must not wait for ever
    return writer.abort(cause)
  }).catch(() => undefined)
  writer.closed.catch(() => undefined)
  reader.closed.catch(() => undefined)
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await reader.read()
      if (failure !== undefined) throw failure
      if (done) break
      yield value
    }
    await fed
    if (failure !== undefined) throw failure
  }
  const close = (): void => {
    failure ??= new Error('closed')
    writer.abort(failure).catch(() => undefined)
  }
  return { chunks: chunks(), state, close }
}

/** Where the next member's header may begin in a window of the file at `at`: RFC 1952's magic, method, flags, extra flags and system. */
function nextHeader(bytes: Uint8Array, at: number, memberStart: number, notHeaders: ReadonlySet<number>): number {
  for (let i = bytes.indexOf(0x1f); i !== -1 && i + HEADER <= bytes.length; i = bytes.indexOf(0x1f, i + 1)) {
    if (at + i <= memberStart || bytes[i + 1] !== 0x8b || bytes[i + 2] !== 8) continue
    const flags = bytes[i + 3]!
    const extra = bytes[i + 8]!
    const system = bytes[i + 9]!
    if (flags < 0x20 && (extra === 0 || extra === 2 || extra === 4) && (system < 14 || system === 255) && !notHeaders.has(at + i)) return at + i
  }
  return Infinity
}
