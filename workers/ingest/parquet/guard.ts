// Checks of Parquet's bytes before hyparquet decodes them: damaged counts must neither fill the memory nor loop.

/** Values of one page: pyarrow writes 20,000, other writers up to a row group. */
const PAGE_VALUES = 2 ** 24
/** Bytes of one unpacked page: usually 1 MB. */
const PAGE_BYTES = 2 ** 29
/** What a byte of each codec unpacks to at most; zstd's blocks are bounded by zstdBound. */
const EXPANSION: Readonly<Record<string, number>> = { UNCOMPRESSED: 1, SNAPPY: 22, GZIP: 1033, ZSTD: Infinity }
const THRIFT_DEPTH = 24

/** Bytes that end before what they hold. */
export class Incomplete extends Error {}

/**
 * Walks one Thrift compact struct from `start` and returns where it ends. Every length is within the bytes, no number is longer than ten, nothing
 * nests deeper than Parquet's structs do. Throws Incomplete when the bytes end first.
 */
export function thriftEnd(bytes: Uint8Array, start: number): number {
  let at = start
  const byte = (): number => {
    if (at >= bytes.length) throw new Incomplete('the header ends too early')
    return bytes[at++]!
  }
  const varint = (): number => {
    let value = 0
    for (let i = 0; i < 10; i++) {
      const next = byte()
      value += (next & 0x7f) * 2 ** (7 * i)
      if (next < 0x80) return value
    }
    throw new Error('a number of the header is longer than ten bytes')
  }
  const skip = (length: number): void => {
    if (length > bytes.length - at) throw new Incomplete(`the header holds ${length} bytes where ${bytes.length - at} are left`)
    at += length
  }
  const value = (type: number, inList: boolean, depth: number): void => {
    if (type === 1 || type === 2) skip(inList ? 1 : 0)
    else if (type === 3) skip(1)
    else if (type >= 4 && type <= 6) varint()
    else if (type === 7) skip(8)
    else if (type === 8) skip(varint())
    else if (type === 9) list(depth + 1)
    else if (type === 12) struct(depth + 1)
    else throw new Error(`the header has a field of the unknown type ${type}`)
  }
  const list = (depth: number): void => {
    if (depth > THRIFT_DEPTH) throw new Error('the header is nested too deeply')
    const head = byte()
    const size = head >> 4 === 15 ? varint() : head >> 4
    if (size > bytes.length - at) throw new Incomplete(`the header lists ${size} items in ${bytes.length - at} bytes`)
    for (let i = 0; i < size; i++) value(head & 15, true, depth)
  }
  const struct = (depth: number): void => {
    if (depth > THRIFT_DEPTH) throw new Error('the header is nested too deeply')
    for (let head = byte(); (head & 15) !== 0; head = byte()) {
      if (head >> 4 === 0) varint()
      value(head & 15, false, depth)
    }
  }
  struct(0)
  return at
}

/** Throws unless a page's sizes are possible: `packed` bytes that unpack to `unpacked`, holding `values` values. */
export function checkPageSizes(codec: string, packed: number, unpacked: number, values: number): void {
  if (!(values >= 0 && values <= PAGE_VALUES)) {
    throw new Error(`a page claims ${values} values; at most ${PAGE_VALUES} can be read, write smaller pages`)
  }
  if (!(unpacked >= 0 && unpacked <= PAGE_BYTES)) {
    throw new Error(`a page claims ${unpacked} bytes; at most ${PAGE_BYTES} can be read, write smaller pages`)
  }
  const most = (packed + 64) * (EXPANSION[codec] ?? 0)
  if (unpacked > most) throw new Error(`a page claims ${unpacked} bytes out of ${packed} of ${codec}, which never unpack to more than ${most}`)
}

/** Throws when zstd's frame (RFC 8878) could unpack to much more than the page's `unpacked` bytes: fzstd believes the frame. */
export function checkZstd(bytes: Uint8Array, unpacked: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 9 || view.getUint32(0, true) !== 0xfd2fb528) throw new Error('a page is no zstd frame')
  const descriptor = bytes[4]!
  const single = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!
  let at = 5
  if (!single) {
    const exponent = 10 + (bytes[at]! >> 3)
    if (exponent > 27) throw new Error(`a page's zstd window is 2^${exponent} bytes`)
    at++
  }
  at += dictionary
  if (at + sizeBytes > bytes.length) throw new Error('a page is no whole zstd frame')
  if (sizeBytes > 0) {
    const sizes = {
      1: () => bytes[at]!, 2: () => view.getUint16(at, true) + 256, 4: () => view.getUint32(at, true), 8: () => Number(view.getBigUint64(at, true)),
    }
    const size = sizes[sizeBytes as keyof typeof sizes]()
    if (size !== unpacked) throw new Error(`a page's zstd frame holds ${size} bytes of ${unpacked}`)
  }
  at += sizeBytes
  let blocks = 0
  let sure = 0
  for (let last = false; !last;) {
    if (at + 3 > bytes.length) throw new Error('a page is no whole zstd frame')
    const head = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    const kind = (head >> 1) & 3
    const size = head >> 3
    last = (head & 1) === 1
    if (kind < 2) sure += size
    at += 3 + (kind === 1 ? 1 : size)
    blocks++
    if (at > bytes.length || kind === 3) throw new Error('a page is no whole zstd frame')
    if (sure > unpacked || blocks > unpacked / 64 + 16) throw new Error(`a page's zstd frame holds more than its ${unpacked} bytes`)
  }
}

/** Throws unless a run-length and bit-packed stream gives `count` values of `width` bits within its bytes, and no run goes on beyond them. */
export function checkRuns(bytes: Uint8Array, start: number, end: number, width: number, count: number): void {
  if (width > 32 || end > bytes.length || start > end) throw new Error('a page\'s levels or indices do not fit into it')
  let at = start
  let seen = 0
  while (seen < count) {
    let head = 0
    for (let i = 0; ; i++) {
      if (at >= end || i === 5) throw new Error('a page\'s runs end too early')
      const next = bytes[at++]!
      head += (next & 0x7f) * 2 ** (7 * i)
      if (next < 0x80) break
    }
    const run = Math.floor(head / 2)
    if (head % 2 === 1) {
      const needed = Math.ceil((Math.min(run * 8, count - seen) * width) / 8)
      // a stream of indices counts values that are not null, so up to `count`
      if (run * 8 > count - seen + 504 || needed > end - at) throw new Error(`a page has a run of ${run * 8} values where ${count - seen} are left`)
      seen += run * 8
      at += run * width
    } else {
      if (run > count - seen) throw new Error(`a page has a run of ${run} values where ${count - seen} are left`)
      seen += run
      at += (width + 7) >> 3
    }
    if (seen >= count || at >= end) return
  }
}
