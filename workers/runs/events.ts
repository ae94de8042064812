// events.jsonl of one run: appended, read by what its lines hold, cut back, and brought in order after a crash.
import type { LinesWanted, RunLine } from '../../src/protocol/runs.ts'
import type { FileInPlace } from '../store/inPlace.ts'
import { describeLine, ENTRY_BYTES, LineIndex, LineScan, type Scanned, type Span } from './lineIndex.ts'
import { EVENTS, INDEX, PLAIN } from './record.ts'
import { readAll, writeAll, type RunFolder } from './runFolder.ts'

/** Bytes of lines that are handed on at a time, and of a file that are read at a time. */
const PART_BYTES = 2 ** 20
/** Between two spans that are wanted, fewer bytes than this are read along. */
const GAP_BYTES = 4096

const utf8 = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export interface Settled extends Scanned {
  readonly index: LineIndex
  /** the files of the index and of the plain lines say something else */
  readonly stale: boolean
}

function isWhole(file: FileInPlace, index: LineIndex): boolean {
  return index.end === 0 || (index.end <= file.getSize() && readAll(file, index.end - 1, 1)[0] === 10)
}

/** Scans what stands in the file behind the lines that the index has. */
function scan(file: FileInPlace, index: LineIndex): Scanned {
  const lines = new LineScan(index)
  const size = file.getSize()
  for (let at = index.end; at < size; at += PART_BYTES) lines.take(readAll(file, at, Math.min(PART_BYTES, size - at)))
  return lines.end()
}

/**
 * The lines as they stand, from the index or, where that is absent or behind, from the file; nothing is written. `limit`: bytes beyond it are not read.
 * A run without events has no file yet.
 */
export async function settle(folder: RunFolder, limit = Infinity): Promise<Settled> {
  const bytes = await folder.read(INDEX)
  const plainBytes = await folder.sizeOf(PLAIN) ?? 0
  return folder.access(EVENTS, (file) => {
    let index = bytes === undefined ? undefined : LineIndex.from(bytes)
    if (index === undefined || !isWhole(file, index)) index = new LineIndex()
    const known = index.count
    const scanned = scan(file, index)
    const stale = bytes === undefined || known !== index.count || bytes.byteLength !== known * ENTRY_BYTES || plainBytes !== index.plainBytes
    const count = index.countAt(limit)
    if (limit < index.end && count !== undefined) {
      const torn = index.end - limit + scanned.torn
      index.cut(count)
      return { index, torn, stale: true }
    }
    return { ...scanned, index, stale }
  })
}

/** Makes the files what `settle` found: what is torn is cut off, and the index stands whole. Only who holds the run's lock may. */
export async function mend(folder: RunFolder, { index, torn }: Settled): Promise<void> {
  await folder.access(EVENTS, (file) => {
    if (torn === 0) return
    file.truncate(index.end)
    file.flush()
  })
  await writeIndex(folder, index)
}

/** Writes the index and the plain lines anew. */

export async function writeIndex(folder: RunFolder, index: LineIndex): Promise<void> {
  await folder.access(INDEX, (file) => {
    const bytes = index.bytes()
    file.truncate(bytes.length)
    writeAll(file, bytes, 0)
    file.flush()
  })
  await folder.access(EVENTS, (events) => folder.access(PLAIN, (file) => {
    file.truncate(index.plainBytes)
    let at = 0
    for (const text of read(events, index.of('plain'))) {
      const bytes = utf8.encode(`${text}\n`)
      writeAll(file, bytes, at)
      at += bytes.length
    }
    file.flush()
  }))
}

/** Appends lines and flushes them. What fails leaves the files as they were. */
export async function append(folder: RunFolder, index: LineIndex, lines: readonly RunLine[]): Promise<void> {
  const { count, end, plainBytes } = index
  const described = lines.map(({ text }, at) => {
    try {
      return describeLine(text)
    } catch (error) {
      throw new Error(`line ${count + at + 1} of events.jsonl would be broken: it ${(error as Error).message}`, { cause: error })
    }
  })
  const bytes = utf8.encode(lines.map(({ text }) => `${text}\n`).join(''))
  const ends: number[] = []
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(end + at + 1)
  if (ends.length !== lines.length) throw new Error('an event\'s line holds a line feed; JSON on one line has none')
  const plain = utf8.encode(lines.filter((_, at) => described[at]!.kind === 'plain').map(({ text }) => `${text}\n`).join(''))
  try {
    await put(folder, EVENTS, bytes, end)
    for (const [at, one] of described.entries()) index.push(one, ends[at]!)
    await put(folder, INDEX, index.bytes(count), count * ENTRY_BYTES)
    await put(folder, PLAIN, plain, plainBytes)
  } catch (error) {
    index.cut(count)
    await folder.access(EVENTS, (file) => file.truncate(end))
    throw error
  }
}

async function put(folder: RunFolder, path: string, bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void> {
  if (bytes.length === 0) return
  await folder.access(path, (file) => {
    writeAll(file, bytes, at)
    file.flush()
  })
}

/** The texts of these lines, in order; neighbours are read together. */
export function* read(file: FileInPlace, spans: Iterable<Span>): Generator<string> {
  let group: Span[] = []
  const texts = function* (): Generator<string> {
    const from = group[0]!.from
    const bytes = readAll(file, from, group.at(-1)!.to - from)
    for (const span of group) yield decoder.decode(bytes.subarray(span.from - from, span.to - from - 1))
    group = []
  }
  for (const span of spans) {
    if (group.length > 0 && (span.from - group.at(-1)!.to > GAP_BYTES || span.to - group[0]!.from > PART_BYTES)) yield* texts()
    group.push(span)
  }
  if (group.length > 0) yield* texts()
}

/** Those that end by byte `before`, in parts of about a megabyte. */
export async function plainLines(folder: RunFolder, index: LineIndex, before = Infinity): Promise<string[][]> {
  if (index.count === 0) return []
  const length = before >= index.end ? index.plainBytes : [...index.of('plain', before)].reduce((sum, { from, to }) => sum + to - from, 0)
  const bytes = await folder.access(PLAIN, (file) => (file.getSize() < length ? undefined : readAll(file, 0, length)))
  const copied = bytes === undefined ? [] : decoder.decode(bytes).split('\n').slice(0, -1)
  // where another tab is about to write them, or failed to
  const whole = bytes !== undefined && copied.every((text) => text.startsWith('{'))
  const all = whole ? copied : await folder.access(EVENTS, (file) => [...read(file, index.of('plain', before))])
  const parts: string[][] = []
  let letters = Infinity
  for (const text of all) {
    if (letters + text.length > PART_BYTES) {
      parts.push([])
      letters = 0
    }
    parts.at(-1)!.push(text)
    letters += text.length
  }
  return parts
}

/** A line whose `rollouts` or `answers` are those of one query alone; undefined where it has none. */
function ofQuery(line: string, kind: 'rollouts' | 'answers', queryId: string): string | undefined {
  if (!line.includes(JSON.stringify(queryId))) return undefined
  const event = JSON.parse(line) as Record<string, unknown>
  const entries = event[kind]
  if (!Array.isArray(entries)) return undefined
  const own = entries.filter((entry: unknown) => typeof entry === 'object' && entry !== null && (entry as { queryId?: unknown }).queryId === queryId)
  return own.length === 0 ? undefined : JSON.stringify({ ...event, [kind]: own })
}

export async function linesOf(folder: RunFolder, index: LineIndex, kind: 'rollouts' | 'answers', wanted: LinesWanted): Promise<string[]> {
  if (index.count === 0) return []
  return folder.access(EVENTS, (file) => {
    if ('step' in wanted) return [...read(file, [...index.of(kind)].filter(({ step }) => step === wanted.step))]
    const found: string[] = []
    for (const text of read(file, index.about(kind, wanted.queryId))) {
      const own = ofQuery(text, kind, wanted.queryId)
      if (own !== undefined) found.push(own)
    }
    return found
  })
}

/** How many lines the index knows and how many bytes they are, beside the bytes of the file: equal unless something was interrupted. */
export async function tailOf(folder: RunFolder): Promise<{ readonly count: number; readonly bytes: number; readonly size: number }> {
  const size = await folder.sizeOf(EVENTS) ?? 0
  if ((await folder.sizeOf(INDEX) ?? 0) < ENTRY_BYTES) return { count: 0, bytes: 0, size }
  return folder.access(INDEX, (file) => {
    const count = Math.floor(file.getSize() / ENTRY_BYTES)
    const bytes = new Float64Array(readAll(file, (count - 1) * ENTRY_BYTES, ENTRY_BYTES).buffer)[1]!
    return { count, bytes, size }
  })
}

/** Begins another run's events with the first `count` lines of this one. */
export async function copyEvents(from: RunFolder, index: LineIndex, count: number, to: RunFolder): Promise<LineIndex> {
  const copied = LineIndex.from(index.bytes().slice(0, count * ENTRY_BYTES).buffer)!
  await from.access(EVENTS, (source) => to.access(EVENTS, (file) => {
    for (let at = 0; at < copied.end; at += PART_BYTES) writeAll(file, readAll(source, at, Math.min(PART_BYTES, copied.end - at)), at)
    file.flush()
  }))
  await writeIndex(to, copied)
  return copied
}
