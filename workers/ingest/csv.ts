// Tables of text with a separator between fields: quoted fields, line feeds within them, any line ends, rows counted exactly.
import { columnName } from './format.ts'
import { blocksOf, type BadLine, type Block } from './lines.ts'
import { put } from './literal.ts'
import { damaged, FileError, RECORD_LIMIT, type Source, type Take } from './source.ts'

/** A separator, and whether a quote that is not properly closed is an ordinary character (tab-separated files hold 5" and the like). */
export interface Dialect {
  readonly separator: string
  readonly looseQuotes: boolean
}

export function dialectOf(separator: string): Dialect {
  return { separator, looseQuotes: separator === '\t' }
}

/** No table has as many. */
const MOST_COLUMNS = 10_000
const LONGEST_NAME = 1000
const LINE_FEED = 10

/** One record's fields and where the next record begins; `undefined` when a quote is still open where the text ends. */
interface Fields {
  readonly fields: readonly string[]
  readonly next: number
  /** a sentence when the record's quotes are wrong */
  readonly problem?: string
}

/**
 * Reads every record after the header line. A record whose number of fields is not the header's, or whose quotes are wrong, is rejected; a last
 * record that no line feed ends and that is too short, and a quote that is never closed, show that the file was cut off or damaged: an Error.
 */
export async function readTable(source: Source, dialect: Dialect, take: Take): Promise<void> {
  let header: readonly string[] | undefined
  let number = 0
  let carried = ''
  let carriedBad: BadLine[] = []
  let recordOffset = 0
  for await (const block of blocksOf(source)) {
    const text = carried + block.text
    const bad = [...carriedBad, ...block.bad.map(({ start, end, reason }) => ({ start: start + carried.length, end: end + carried.length, reason }))]
    if (carried === '') recordOffset = block.offset
    let nextBad = 0
    let start = 0
    while (start < text.length) {
      if (text.charCodeAt(start) === LINE_FEED) {
        start++
        continue
      }
      const record = recordAt(text, start, dialect, header?.length, !block.last)
      if (record === undefined && !block.last) break
      if (record === undefined) throw openQuote(source.file, header === undefined ? 'the header' : `row ${number + 1}`, text, start, block)
      const { fields, next } = record
      if (fields.length > 1 || fields[0] !== '') {
        while (nextBad < bad.length && bad[nextBad]!.end <= start) nextBad++
        const problem = bad[nextBad] !== undefined && bad[nextBad]!.start < next ? bad[nextBad]!.reason : record.problem
        if (header === undefined) {
          if (problem !== undefined) throw damaged(source.file, 'header line', problem)
          const seen = isHeader(fields)
          if (fields.length > MOST_COLUMNS) throw damaged(source.file, 'header line', `it has ${fields.length} columns`)
          const long = fields.find((field) => field.length > LONGEST_NAME)
          if (long !== undefined && isHeader(fields)) throw damaged(
            source.file, 'header line', `the name of a column has ${long.length} letters: ${JSON.stringify(long.slice(0, 40))}`,
          )
          header = seen ? headerOf(fields) : fields.map((_, index) => columnName(index))
          take.columns?.(header)
          if (!seen) take.row(rowOf(header, fields), ++number)
        } else {
          number++
          const cut = block.last && next >= text.length && !text.endsWith('\n')
          if (problem !== undefined) take.reject(number, '', problem)
          else if (fields.length === header.length) take.row(rowOf(header, fields), number)
          else if (cut && fields.length < header.length) {
            throw new FileError(
              `file ${source.file.name} breaks off in row ${number}, which has ${fields.length} of ${header.length} fields: it was cut off; `
              + `nothing of it was used, get it again`,
            )
          } else take.reject(number, '', `the row has ${fields.length} fields, the header ${header.length}; quote fields that hold the separator`)
        }
      }
      start = next
    }
    carried = text.slice(start)
    carriedBad = bad.filter(({ end }) => end > start).map(
      ({ start: from, end, reason }) => ({ start: Math.max(0, from - start), end: end - start, reason }),
    )
    if (carried.length > RECORD_LIMIT) {
      throw new FileError(
        `file ${source.file.name} has a quote in row ${number + 1} (near byte offset ${recordOffset}) that is not closed within ${RECORD_LIMIT} `
        + `characters; nothing of it was used`,
      )
    }
    await source.turn()
  }
}

function openQuote(file: File, where: string, text: string, start: number, block: Block): FileError {
  const offset = block.offset + new TextEncoder().encode(block.text).length - new TextEncoder().encode(text.slice(start)).length
  return new FileError(
    `file ${file.name} has a quote in ${where} (byte offset ${offset}) that is never closed: it was cut off or damaged; `
    + 'nothing of it was used, get it again',
  )
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** What only a column is called: names in parts, and the plain ones of published files. */
const NAME = /^(?:[a-z]+(?:_[a-z]+)+|q?id|asin|query|title|text|label|split|rating|timestamp)$/i

/** Columns are seldom named by numbers: a first line with one is a row already, unless other fields of it are names. */
export function isHeader(fields: readonly string[]): boolean {
  return !fields.some((field) => NUMBER.test(field.trim())) || fields.some((field) => NAME.test(field.trim()))
}

/** Columns' names; an empty one is named by its place, a name seen before gets it added. */
export function headerOf(fields: readonly string[]): string[] {
  const names = new Set<string>()
  for (const [index, field] of fields.entries()) {
    const name = field.trim() === '' ? columnName(index) : field.trim()
    names.add(names.has(name) ? `${name} (${columnName(index)})` : name)
  }
  return [...names]
}

function rowOf(header: readonly string[], fields: readonly string[]): Readonly<Record<string, string>> {
  const row: Record<string, string> = {}
  for (let i = 0; i < header.length; i++) put(row, header[i]!, fields[i])
  return row
}

/**
 * The record that begins at `start`; undefined when its quotes are open at the end of the text. `width` is the header's number of fields, and
 * `more` says whether text follows after this.
 */
export function recordAt(text: string, start: number, dialect: Dialect, width: number | undefined, more = false): Fields | undefined {
  const { separator, looseQuotes } = dialect
  const [line, next] = lineAt(text, start)
  if (!line.includes('"')) return { fields: line.split(separator), next }
  if (!looseQuotes) return quotedRecord(text, start, separator)
  const fields = line.split(separator)
  const loose = { fields: fields.map(unquoted), next }
  const last = loose.fields.at(-1)!
  // a quote left open in the last field may go on in the next line, if that is no record of its own
  if (width === undefined || (loose.fields.length === width && !last.startsWith('"'))) return loose
  const known = next < text.length
  if (loose.fields.length === width && known && lineAt(text, next)[0].split(separator).length === width) return loose
  const quoted = quotedRecord(text, start, separator)
  if (quoted === undefined) return more && last.startsWith('"') && text.length - start < LOOSE_REACH ? undefined : loose
  return quoted.problem === undefined && quoted.fields.length === width ? quoted : loose
}

/** How far an open quote of a loose dialect is followed. */
const LOOSE_REACH = 2 ** 20

/** A line without its end, and where the next begins. */
function lineAt(text: string, start: number): [line: string, next: number] {
  const feed = text.indexOf('\n', start)
  const end = feed === -1 ? text.length : feed
  return [text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end), end + 1]
}

/** A field that is quoted from end to end without its quotes; any other as it stands. */
function unquoted(field: string): string {
  if (field.length < 2 || !field.startsWith('"') || !field.endsWith('"')) return field
  const inner = field.slice(1, -1)
  return inner.replaceAll('""', '').includes('"') ? field : inner.replaceAll('""', '"')
}

/** RFC 4180: a quoted field ends at a quote that is not doubled, and only a separator or the line's end may follow. */
function quotedRecord(text: string, start: number, separator: string): Fields | undefined {
  const fields: string[] = []
  let lineEnd = -1
  for (let at = start; ;) {
    if (lineEnd < at) {
      lineEnd = text.indexOf('\n', at)
      if (lineEnd === -1) lineEnd = text.length
    }
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1)
      if (close === -1) return undefined
      fields.push(text.slice(at + 1, close).replaceAll('""', '"'))
      at = close + 1
      if (text[at] === separator) {
        at++
        continue
      }
      if (text[at] === '\r' && (text[at + 1] === '\n' || at + 1 === text.length)) at++
      if (at >= text.length || text[at] === '\n') return { fields, next: at + 1 }
      const after = text.indexOf('\n', at)
      return {
        fields, next: after === -1 ? text.length : after + 1,
        problem: `a closing quote is followed by ${JSON.stringify(text.slice(at, at + 20))}; double the quotes within a field`,
      }
    }
    const end = text.indexOf(separator, at)
    if (end !== -1 && end < lineEnd) {
      fields.push(text.slice(at, end))
      at = end + 1
    } else {
      fields.push(text.slice(at, text[lineEnd - 1] === '\r' && lineEnd > at ? lineEnd - 1 : lineEnd))
      return { fields, next: lineEnd + 1 }
    }
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  return -1
}
