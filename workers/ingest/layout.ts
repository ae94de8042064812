// How a file is laid out, told by its first bytes: Parquet, JSON lines, JSON documents, Python literals, TREC lines, tables.
import type { Container } from '../../src/protocol/ingest.ts'
import { dialectOf, readTable, recordAt } from './csv.ts'
import { readDocument } from './json.ts'
import { parseJsonLine, parsePythonLine, readLines } from './jsonl.ts'
import { decodeLines } from './lines.ts'
import { openShard, readShard, type Shard } from './parquet/shard.ts'
import { FileError, headOf, Source, type Take } from './source.ts'

/** One way to read a file. */
export interface Layout {
  readonly container: Container
  /** between the fields of a table */
  readonly separator?: string
}

export interface Opened {
  readonly file: File
  /** the file itself, or what a gzipped Parquet file unpacked to */
  readonly source: Source
  readonly gzip: boolean
  /** the ways to read it, likeliest first: a single line of JSON is both a line and a document */
  readonly layouts: readonly Layout[]
  readonly head: { readonly bytes: Uint8Array; readonly whole: boolean }
  readonly shard?: Shard
}

const HEAD = 2 ** 18
/** The first record is looked for this far. */
const LONG_HEAD = 2 ** 22
const SAMPLE_LINES = 20

/** First bytes of files that people take for tables. */
const OTHERS: readonly (readonly [name: string, bytes: readonly number[], remedy: string])[] = [
  ['a zip archive', [0x50, 0x4b, 3, 4], 'unpack it, and give the files in it (a spreadsheet: save it as CSV)'],
  ['packed with zstd', [0x28, 0xb5, 0x2f, 0xfd], 'unpack it, or pack it with gzip'],
  ['packed with xz', [0xfd, 0x37, 0x7a, 0x58], 'unpack it, or pack it with gzip'],
  ['packed with bzip2', [0x42, 0x5a, 0x68], 'unpack it, or pack it with gzip'],
  ['a 7z archive', [0x37, 0x7a, 0xbc, 0xaf], 'unpack it, and give the files in it'],
  ['a PDF', [0x25, 0x50, 0x44, 0x46], 'give the data behind it'],
  ['UTF-16 text', [0xff, 0xfe], 'save it as UTF-8'],
  ['UTF-16 text', [0xfe, 0xff], 'save it as UTF-8'],
]

/** Opens a file and tells its layouts. Throws a sentence that names the file when it is empty, no text and no Parquet, or damaged at its start. */
export async function openFile(file: File, signal?: AbortSignal): Promise<Opened> {
  if (file.size === 0) throw new FileError(`file ${file.name} is empty; choose it again`)
  const first = await new Source(file, false, signal).slice(0, Math.min(4, file.size))
  const gzip = begins(first, [0x1f, 0x8b])
  const source = new Source(file, gzip, signal)
  let head = gzip || !begins(first, PARQUET) ? await headOf(new Source(file, gzip, signal), HEAD) : { bytes: first, whole: false }
  if (begins(head.bytes, PARQUET)) {
    const inner = gzip ? new Source(await unpacked(source), false, signal) : source
    return { file, source: inner, gzip, layouts: [{ container: 'parquet' }], head, shard: await openShard(inner) }
  }
  refuseOthers(file, head.bytes)
  if (!head.whole && !head.bytes.includes(0x0a)) head = await headOf(new Source(file, gzip, signal), LONG_HEAD)
  return { file, source, gzip, layouts: textLayouts(file, head), head }
}

const PARQUET = [0x50, 0x41, 0x52, 0x31]

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}

/** Parquet is read from its end, so a packed one is unpacked first, into a file that the browser may keep on the disk. */
async function unpacked(source: Source): Promise<File> {
  const parts: Blob[] = []
  for await (const chunk of source.chunks()) parts.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
  return new File(parts, source.file.name)
}

function refuseOthers(file: File, bytes: Uint8Array): void {
  if (bytes.length === 0) throw new FileError(`file ${file.name} unpacks to nothing; choose it again`)
  for (const [name, magic, remedy] of OTHERS) if (begins(bytes, magic)) throw new FileError(`file ${file.name} is ${name}; ${remedy}`)
  if (begins(bytes, [0x1f, 0x8b])) throw new FileError(`file ${file.name} is packed with gzip twice; unpack it once`)
  const sample = bytes.subarray(0, HEAD)
  let controls = 0
  let zeros = 0
  for (const byte of sample) {
    if (byte === 0) zeros++
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) controls++
  }
  if (zeros > sample.length / 4) throw new FileError(`file ${file.name} has a zero byte beside every letter, as UTF-16 text has; save it as UTF-8`)
  const broken = new TextDecoder().decode(sample).split('\ufffd').length - 1
  if (controls > sample.length / 50 || broken > Math.max(2, sample.length / 10)) {
    throw new FileError(
      `file ${file.name} is neither UTF-8 text nor Parquet nor gzip (its first bytes are `
      + `${[...sample.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}); give the published file, or save it as UTF-8`,
    )
  }
}

function textLayouts(file: File, head: Opened['head']): Layout[] {
  const end = head.whole ? head.bytes.length : head.bytes.lastIndexOf(0x0a) + 1
  const marked = begins(head.bytes, [0xef, 0xbb, 0xbf]) ? 3 : 0
  const whole = decodeLines(head.bytes.subarray(marked), marked).text
  const complete = decodeLines(head.bytes.subarray(marked, Math.max(marked, end)), marked).text
  const lines = complete.split('\n').map((line) => line.trim()).filter((line) => line !== '').slice(0, SAMPLE_LINES)
  const start = /\S/.exec(whole)?.[0]
  if (start === undefined) throw new FileError(`file ${file.name} holds nothing but space; choose it again`)
  if (start === '{' || start === '[' || start === '(') return literalLayouts(lines, start, head.whole)
  if (isTrec(lines)) return [{ container: 'trec' }]
  const separator = separatorOf(complete === '' ? whole : complete)
  if (separator === undefined) {
    throw new FileError(
      `file ${file.name} is text, but neither JSON, Python literals nor a table: its lines have different numbers of fields with any separator; `
      + `name the columns in its first line`,
    )
  }
  return [{ container: separator === '\t' ? 'tsv' : 'csv', separator }]
}

function literalLayouts(lines: readonly string[], start: string, whole: boolean): Layout[] {
  const json = lines.filter((line) => succeeds(parseJsonLine, line)).length
  const python = lines.filter((line) => succeeds(parsePythonLine, line)).length
  const document: Layout = { container: 'json' }
  if (start === '(') return [{ container: 'python' }]
  // most lines are records of their own; the rest are damaged ones
  if (json > 0 && json * 2 >= lines.length) return whole && lines.length === 1 ? [{ container: 'jsonl' }, document] : [{ container: 'jsonl' }]
  // what is JSON is a Python literal, but for its words
  if (python > 0 && python * 2 >= lines.length) return [{ container: 'python' }]
  return [document]
}

function succeeds(parse: (line: string) => unknown, line: string): boolean {
  try {
    parse(line)
    return true
  } catch {
    return false
  }
}

const RUN = /^\S+\s+\S+\s+\S+\s+-?\d+\s+[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s+\S+$/
const QRELS = /^\S+\s+(?:\d+|Q0)\s+\S+\s+-?\d{1,3}$/

function isTrec(lines: readonly string[]): boolean {
  const all = (pattern: RegExp): boolean => lines.length > 0 && lines.filter((line) => pattern.test(line)).length * 10 >= lines.length * 9
  return all(RUN) || all(QRELS)
}

/**
 * The separator with which most records have as many fields as the first; undefined where fewer than half do. A text without any separator has one
 * column.
 */
function separatorOf(text: string): string | undefined {
  let best: { separator: string; share: number; width: number } | undefined
  let any = false
  for (const separator of ['\t', ',', ';', '|']) {
    const widths: number[] = []
    for (let at = 0; at < text.length && widths.length < SAMPLE_LINES;) {
      const record = recordAt(text, at, dialectOf(separator), widths[0])
      if (record === undefined) break
      if (record.fields.length > 1 || record.fields[0] !== '') widths.push(record.fields.length)
      at = record.next
    }
    const width = widths[0] ?? 0
    any ||= widths.some((fields) => fields > 1)
    const share = widths.filter((fields) => fields === width).length / Math.max(1, widths.length)
    if (width < 2 || share < 0.5) continue
    if (best === undefined || share > best.share || (share === best.share && width > best.width)) best = { separator, share, width }
  }
  return best?.separator ?? (any ? undefined : ',')
}

/** Reads all records of a file in one of its layouts; Parquet decodes `columns` only. */
export async function readLayout(
  opened: Pick<Opened, 'source' | 'shard'>, layout: Layout, columns: readonly string[] | undefined, take: Take,
): Promise<void> {
  switch (layout.container) {
    case 'parquet': return readShard(opened.shard!, columns, take)
    case 'json': return readDocument(opened.source, take)
    case 'csv': case 'tsv': return readTable(opened.source, dialectOf(layout.separator ?? ','), take)
    case 'jsonl': case 'python': case 'trec': return readLines(opened.source, layout.container, take)
  }
}
