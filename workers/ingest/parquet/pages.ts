// One column chunk of a row group, page after page: read, checked, unpacked and decoded only as far as rows are asked for.
import type { ColumnMetaData, DecodedArray, SchemaTree } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetHeader, readPage } from 'hyparquet/src/column.js'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel, isFlatColumn } from 'hyparquet/src/schema.js'
import { parseJson } from '../literal.ts'
import type { Source } from '../source.ts'
import { checkPageSizes, checkRuns, checkZstd, Incomplete, thriftEnd } from './guard.ts'

type Decoder = Parameters<typeof readPage>[2]
type Header = Parameters<typeof readPage>[1]

/** How much of a column is read from the disk at once. */
const WINDOW = 2 ** 21
/** A page's header is some dozens of bytes, with statistics some thousands. */
const HEADER_BYTES = [2 ** 12, 2 ** 20]
const LONGEST_VALUE = 2 ** 16

/** Text that is no UTF-8 is damage, not data. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const stringFromBytes = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : strict.decode(bytes))
const PARSERS = {
  ...DEFAULT_PARSERS, stringFromBytes,
  jsonFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : parseJson(strict.decode(bytes))),
}

export class ColumnPages {
  private readonly decoder: Decoder
  private readonly flat: boolean
  private readonly end: number
  private offset: number
  private values = 0
  private dictionary: DecodedArray | undefined
  private rows: DecodedArray = []
  private at = 0
  private window = new Uint8Array(0)
  private windowStart = 0

  /** `path` is the column's way through the schema, the root first. */
  constructor(private readonly source: Source, private readonly chunk: ColumnMetaData, path: SchemaTree[]) {
    const { element } = path.at(-1)!
    this.flat = isFlatColumn(path)
    // pages come unpacked to hyparquet: it would read beyond a page that is too short for its values
    this.decoder = { pathInSchema: chunk.path_in_schema, type: chunk.type, element, schemaPath: path, codec: 'UNCOMPRESSED', parsers: PARSERS }
    this.offset = Number(chunk.dictionary_page_offset || chunk.data_page_offset)
    this.end = this.offset + Number(chunk.total_compressed_size)
    if (element.converted_type === 'DECIMAL' && element.type === 'BYTE_ARRAY') {
      throw new Error('decimals of any length can\'t be read; write them as numbers')
    }
    if ((element.type_length ?? 0) > LONGEST_VALUE) throw new Error(`values of ${element.type_length} bytes can't be read`)
  }

  /** How many rows are decoded and whole. The last row of nested values may go on in the next page. */
  get ready(): number {
    return Math.max(0, this.rows.length - this.at - (this.flat || this.done ? 0 : 1))
  }

  /** Nothing is left to decode. */
  get done(): boolean {
    return this.values >= Number(this.chunk.num_values)
  }

  /** The next `count` of the rows that are ready. */
  take(count: number): unknown[] | DecodedArray {
    const rows = this.rows.slice(this.at, this.at + count)
    this.at += count
    return rows
  }

  /** Decodes the next page. Throws a sentence without the file's name. */
  async decode(): Promise<void> {
    const { header, length } = await this.header()
    const packed = header.compressed_page_size
    const start = this.offset + length
    if (!(packed >= 0 && start + packed <= this.end)) {
      throw new Error(`a page at byte ${this.offset} has ${packed} bytes, but its column ends at byte ${this.end}`)
    }
    const values = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? header.dictionary_page_header?.num_values ?? 0
    checkPageSizes(this.chunk.codec, packed, header.uncompressed_page_size, values)
    const bytes = await this.bytes(start, packed)
    this.offset = start + packed
    if (header.type === 'INDEX_PAGE') return
    const page = this.unpacked(bytes, header)
    const plain: Header = {
      ...header, compressed_page_size: page.length, uncompressed_page_size: page.length,
      ...(header.data_page_header_v2 === undefined ? {} : { data_page_header_v2: { ...header.data_page_header_v2, is_compressed: false } }),
    }
    const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 }
    if (header.type === 'DICTIONARY_PAGE') {
      const { data } = readPage(reader, plain, this.decoder, undefined, undefined, 0)
      this.dictionary = data === undefined ? undefined : convert(data, this.decoder)
      return
    }
    if (values === 0) return
    this.check(page, plain)
    this.values += values
    if (this.values > Number(this.chunk.num_values)) throw new Error(`its pages hold ${this.values} values of ${this.chunk.num_values}`)
    this.keep(readPage(reader, plain, this.decoder, this.dictionary, this.flat ? undefined : this.rest(), 0).data ?? [], values)
  }

  private rest(): unknown[] {
    return Array.from(this.rows.slice(this.at))
  }

  private keep(data: DecodedArray, values: number): void {
    if (this.flat) {
      if (data.length !== values) throw new Error(`a page gave ${data.length} of ${values} values`)
      if (Array.isArray(data) && data.includes(undefined)) throw new Error('a page points beyond its dictionary')
      if (this.rows.length > this.at) throw new Error('a page was decoded before the one before it was used')
      this.rows = data
    } else {
      // without levels hyparquet gives the page's values alone, else what was left with the page's rows behind it
      const rest = this.rows.slice(this.at)
      const levels = getMaxDefinitionLevel(this.decoder.schemaPath) + getMaxRepetitionLevel(this.decoder.schemaPath)
      this.rows = levels === 0 ? [...rest, ...data] : data
    }
    this.at = 0
  }

  /** The header at the current offset, walked before it is decoded. */
  private async header(): Promise<{ header: Header; length: number }> {
    for (const most of HEADER_BYTES) {
      const length = Math.min(most, this.end - this.offset)
      if (length <= 0) throw new Error(`it ends at byte ${this.end} after ${this.values} of ${this.chunk.num_values} values`)
      const bytes = await this.bytes(this.offset, length)
      try {
        const end = thriftEnd(bytes, 0)
        return { header: parquetHeader({ view: new DataView(bytes.buffer, bytes.byteOffset, end), offset: 0 }), length: end }
      } catch (cause) {
        if (!(cause instanceof Incomplete) || length < most) throw cause
      }
    }
    throw new Error(`the page at byte ${this.offset} has a header of more than ${HEADER_BYTES.at(-1)} bytes`)
  }

  private async bytes(start: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (start < this.windowStart || start + length > this.windowStart + this.window.length) {
      this.window = await this.source.slice(start, Math.max(start + length, Math.min(start + WINDOW, this.end)))
      this.windowStart = start
    }
    return this.window.subarray(start - this.windowStart, start - this.windowStart + length)
  }

  /** The page in bytes of its own: what stands uncompressed in front (the levels of version 2), then the values. */
  private unpacked(bytes: Uint8Array, header: Header): Uint8Array {
    const v2 = header.data_page_header_v2
    const levels = v2 === undefined ? 0 : v2.definition_levels_byte_length + v2.repetition_levels_byte_length
    const size = header.uncompressed_page_size
    if (!(levels >= 0 && levels <= bytes.length && levels <= size)) throw new Error(`a page's levels have ${levels} bytes of ${bytes.length}`)
    const { codec } = this.chunk
    if (codec === 'UNCOMPRESSED' || v2?.is_compressed === false) {
      if (bytes.length !== size) throw new Error(`a page has ${bytes.length} bytes of ${size}`)
      return bytes.slice()
    }
    const rest = bytes.subarray(levels)
    if (codec === 'ZSTD' && rest.length > 0) checkZstd(rest, size - levels)
    const values = rest.length === 0 && size === levels ? new Uint8Array(0) : compressors[codec]!(rest, size - levels)
    if (values.length !== size - levels) throw new Error(`a page unpacked to ${values.length} bytes of ${size - levels}`)
    if (levels === 0 && values.byteOffset === 0 && values.length === values.buffer.byteLength) return values
    const page = new Uint8Array(size)
    page.set(bytes.subarray(0, levels))
    page.set(values, levels)
    return page
  }

  /** Checks levels, indices and deltas of an unpacked data page. */
  private check(page: Uint8Array, header: Header): void {
    const { schemaPath, type } = this.decoder
    const v2 = header.data_page_header_v2
    const { num_values: count, encoding } = (v2 ?? header.data_page_header)!
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength)
    let at = 0
    const levels = (highest: number, length: number | undefined): void => {
      if (highest === 0) {
        at += length ?? 0
        return
      }
      const bytes = length ?? view.getUint32(at, true)
      if (length === undefined) at += 4
      checkRuns(page, at, at + bytes, 32 - Math.clz32(highest), count)
      at += bytes
    }
    levels(getMaxRepetitionLevel(schemaPath), v2?.repetition_levels_byte_length)
    levels(getMaxDefinitionLevel(schemaPath), v2?.definition_levels_byte_length)
    if (v2 !== undefined && !(v2.num_nulls >= 0 && v2.num_nulls <= count)) throw new Error(`a page claims ${v2.num_nulls} nulls of ${count} values`)
    if (at >= page.length) return
    if (encoding.endsWith('_DICTIONARY') && type !== 'BOOLEAN') {
      if (this.dictionary === undefined) throw new Error('a page points into a dictionary that is not there')
      const width = page[at]!
      if (width > 0) checkRuns(page, at + 1, page.length, width, count)
      else if (v2 !== undefined) checkRuns(page, at + 1, page.length, 0, count)
    } else if (encoding === 'RLE') checkRuns(page, at + 4, page.length, 1, count)
    else if (encoding.startsWith('DELTA_')) checkDeltas(view, at, encoding, count)
  }
}

/** Deltas allocate by their own headers: blocks of a possible size, and no prefix longer than the text it is taken from. */
function checkDeltas(view: DataView, at: number, encoding: string, count: number): void {
  let offset = at
  const varint = (): number => {
    let value = 0
    for (let i = 0; i < 5; i++) {
      const byte = view.getUint8(offset++)
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) break
    }
    return value
  }
  const block = varint()
  const parts = varint()
  if (!(block >= 8 && block <= 2 ** 20 && parts >= 1 && parts <= 2 ** 10 && block % parts === 0)) {
    throw new Error(`a page has delta blocks of ${block} values in ${parts} parts`)
  }
  if (encoding !== 'DELTA_BYTE_ARRAY') return
  const values = varint()
  if (values > count) throw new Error(`a page has ${values} deltas of ${count} values`)
  const reader = { view, offset: at }
  const prefixes = new Int32Array(values)
  deltaBinaryUnpack(reader, values, prefixes)
  const suffixes = new Int32Array(values)
  deltaBinaryUnpack(reader, values, suffixes)
  let previous = 0
  for (let i = 0; i < values; i++) {
    if (prefixes[i]! < 0 || suffixes[i]! < 0 || prefixes[i]! > previous) throw new Error('a page takes more of a text than there is')
    previous = prefixes[i]! + suffixes[i]!
  }
}
