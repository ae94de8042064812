// Text as blocks of whole lines: strict UTF-8, byte offsets known, a line that is no text marked and never mended in silence.
import { concat, FileError, RECORD_LIMIT, type Source } from './source.ts'

/** A line that is no valid text, by its place in the block's text. */
export interface BadLine {
  readonly start: number
  readonly end: number
  readonly reason: string
}

/** Whole lines of a file. Every line but the file's last ends in a line feed. */
export interface Block {
  readonly text: string
  /** of the block's first byte in the unpacked file */
  readonly offset: number
  /** in order; their text is not to be used */
  readonly bad: readonly BadLine[]
  /** nothing follows */
  readonly last: boolean
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lossy = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()
const LINE_FEED = 10
const BOM = [0xef, 0xbb, 0xbf]

/** The file's lines, block by block. Throws a sentence when one line exceeds RECORD_LIMIT. A mark of byte order at the start is dropped. */
export async function* blocksOf(source: Source): AsyncGenerator<Block> {
  let parts: Uint8Array[] = []
  let size = 0
  let offset = 0
  let first = true
  const decoded = (bytes: Uint8Array, last: boolean): Block => {
    const mark = first && BOM.every((byte, i) => bytes[i] === byte) ? BOM.length : 0
    first = false
    const block = { ...decodeLines(bytes.subarray(mark), offset + mark), last }
    offset += bytes.length
    return block
  }
  for await (const chunk of source.chunks()) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1
    if (end > 0) {
      yield decoded(concat([...parts, chunk.subarray(0, end)]), false)
      parts = []
      size = 0
      await source.turn()
    }
    if (end < chunk.length) {
      parts.push(chunk.subarray(end))
      size += chunk.length - end
    }
    if (size > RECORD_LIMIT) {
      throw new FileError(
        `file ${source.file.name} has a line longer than ${RECORD_LIMIT} bytes at byte offset ${offset}; is it text, one record a line?`,
      )
    }
  }
  yield decoded(concat(parts), true)
}

/** Decodes bytes that hold whole lines. */
export function decodeLines(bytes: Uint8Array, offset: number): Omit<Block, 'last'> {
  try {
    const text = strict.decode(bytes)
    if (!text.includes('\0')) return { text, offset, bad: [] }
  } catch {
    // one line at a time, below
  }
  const bad: BadLine[] = []
  let text = ''
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(LINE_FEED, start)
    const end = feed === -1 ? bytes.length : feed + 1
    const line = bytes.subarray(start, end)
    const reason = reasonAgainst(line, offset + start)
    const decoded = lossy.decode(line)
    if (reason !== undefined) bad.push({ start: text.length, end: text.length + decoded.length, reason })
    text += decoded
    start = end
  }
  return { text, offset, bad }
}

function reasonAgainst(line: Uint8Array, offset: number): string | undefined {
  const nul = line.indexOf(0)
  if (nul !== -1) return `a zero byte stands at byte offset ${offset + nul}; save the file as UTF-8 text`
  try {
    strict.decode(line)
    return undefined
  } catch {
    return `bytes that are no UTF-8 stand at byte offset ${offset + firstInvalid(line)}; save the file as UTF-8`
  }
}

/** Where the first bytes stand that are no UTF-8: where decoding and encoding again no longer gives the same bytes. */
function firstInvalid(bytes: Uint8Array): number {
  const again = encoder.encode(lossy.decode(bytes))
  let at = 0
  while (at < bytes.length && bytes[at] === again[at]) at++
  return at
}

/** The byte offset of a place in a block's text; of use in a sentence, too slow for every row. */
export function offsetOf(block: Block, at: number): number {
  return block.offset + encoder.encode(block.text.slice(0, at)).length
}
