// JSON documents of any size, an element at a time: lists of records, and objects whose entries are records.
import { KEY, VALUE } from './format.ts'
import { DEPTH_LIMIT, parseJson, put } from './literal.ts'
import { concat, damaged, FileError, RECORD_LIMIT, type Source, type Take } from './source.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const COMMA = 0x2c
const BOM = [0xef, 0xbb, 0xbf]

const strict = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads the elements of a list or the entries of an object as records. Throws a sentence with the byte offset where the document is cut off, is no
 * JSON, or goes on after its end. An element that nests deeper than DEPTH_LIMIT is rejected.
 */
export async function readDocument(source: Source, take: Take): Promise<void> {
  const document = new Document(source.file, take)
  for await (const chunk of source.chunks()) {
    document.push(chunk)
    await source.turn()
  }
  document.end()
}

class Document {
  private offset = 0
  private depth = 0
  private close = 0
  private ended = false
  private quoted = false
  private escaped = false
  private parts: Uint8Array[] = []
  private size = 0
  private elementOffset = 0
  private deepest = 0
  private commaBefore = false
  private number = 0

  constructor(private readonly file: File, private readonly take: Take) {}

  push(chunk: Uint8Array): void {
    let from = 0
    const start = this.offset === 0 && BOM.every((byte, i) => chunk[i] === byte) ? BOM.length : 0
    for (let i = start; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (this.quoted) {
        if (this.escaped) this.escaped = false
        else if (byte === BACKSLASH) this.escaped = true
        else if (byte === QUOTE) this.quoted = false
      } else if (byte === QUOTE && this.depth > 0) this.quoted = true
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (this.depth === 0) {
          this.open(byte, i)
          from = i + 1
        } else this.deepest = Math.max(this.deepest, this.depth)
        this.depth++
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        this.depth--
        if (this.depth === 0) {
          if (byte !== this.close) throw damaged(
            this.file, `byte offset ${this.offset + i}`, `${String.fromCharCode(byte)} closes what ${this.close === CLOSE_LIST ? '[' : '{'} opened`,
          )
          this.keep(chunk.subarray(from, i))
          this.element(this.offset + i, false)
          this.ended = true
        } else if (this.depth < 0) throw damaged(this.file, `byte offset ${this.offset + i}`, 'a bracket is closed that was not opened')
      } else if (byte === COMMA && this.depth === 1) {
        this.keep(chunk.subarray(from, i))
        this.element(this.offset + i, true)
        from = i + 1
      } else if (this.depth === 0 && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        throw damaged(
          this.file, `byte offset ${this.offset + i}`,
          this.ended ? 'the JSON document has ended but the file goes on' : 'no JSON list or object begins here',
        )
      }
    }
    if (this.depth > 0) this.keep(chunk.subarray(from))
    this.offset += chunk.length
  }

  end(): void {
    if (!this.ended) {
      throw new FileError(
        `file ${this.file.name} breaks off at byte offset ${this.offset} within `
        + `${this.number === 0 ? 'its first record' : `record ${this.number + 1}`}: it was cut off; nothing of it was used, get it again`,
      )
    }
  }

  private open(byte: number, i: number): void {
    if (this.ended) throw damaged(this.file, `byte offset ${this.offset + i}`, 'the JSON document has ended but the file goes on')
    this.close = byte === OPEN_LIST ? CLOSE_LIST : CLOSE_OBJECT
    this.elementOffset = this.offset + i + 1
  }

  private keep(part: Uint8Array): void {
    if (part.length === 0) return
    this.size += part.length
    if (this.size > RECORD_LIMIT) {
      throw new FileError(
        `file ${this.file.name} has a record longer than ${RECORD_LIMIT} bytes at byte offset ${this.elementOffset}; is it a list of records?`,
      )
    }
    this.parts.push(part)
  }

  private element(end: number, comma: boolean): void {
    const where = `byte offset ${this.elementOffset}`
    let text: string
    try {
      text = strict.decode(concat(this.parts, this.size)).trim()
    } catch (cause) {
      throw damaged(this.file, where, 'the record holds bytes that are no UTF-8', cause)
    }
    const empty = text === ''
    if (empty && (comma || this.commaBefore)) throw damaged(this.file, where, 'a comma stands where a record should')
    if (!empty) {
      this.number++
      if (this.deepest >= DEPTH_LIMIT) this.take.reject(this.number, '', `the record is nested deeper than ${DEPTH_LIMIT} levels`)
      else this.take.row(this.parsed(text, where), this.number)
    }
    this.parts = []
    this.size = 0
    this.deepest = 0
    this.commaBefore = comma
    this.elementOffset = end + 1
  }

  private parsed(text: string, where: string): Readonly<Record<string, unknown>> {
    try {
      if (this.close === CLOSE_LIST) {
        const value: unknown = parseJson(text)
        return isObject(value) ? value : { [VALUE]: value }
      }
      const entries = Object.entries(parseJson(`{${text}}`) as Record<string, unknown>)
      if (entries.length !== 1) throw new Error(`${entries.length} entries stand where one should`)
      const [key, value] = entries[0]!
      if (!isObject(value)) return { [KEY]: key, [VALUE]: value }
      const row: Record<string, unknown> = {}
      for (const [name, field] of Object.entries(value)) put(row, name, field)
      row[KEY] = key
      return row
    } catch (cause) {
      throw damaged(this.file, where, `record ${this.number} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
