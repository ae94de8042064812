// One Parquet file as a shard: recognised by its content, read row group by row group, only the columns asked for.
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

export interface Shard {
  readonly file: File
  readonly buffer: AsyncBuffer
  readonly metadata: FileMetaData
  /** names of the top-level columns */
  readonly columns: ReadonlySet<string>
  readonly rows: number
}

export type Row = Readonly<Record<string, unknown>>

const MAGIC = 'PAR1'
/** Magic at both ends and the footer's length between them. */
const SMALLEST = 12

/** Opens a shard by its magic numbers and its footer. Throws a sentence that names the file when it is no whole Parquet file. */
export async function openShard(file: File): Promise<Shard> {
  const magic = async (start: number): Promise<string> => new TextDecoder('latin1').decode(await file.slice(start, start + 4).arrayBuffer())
  if (file.size === 0) throw new Error(`shard ${file.name} is empty; choose the file again`)
  if ((await magic(0)) !== MAGIC) throw new Error(`shard ${file.name} does not begin with ${MAGIC}, so it is no Parquet file; ESCI's products and examples are published as Parquet`)
  if (file.size < SMALLEST || (await magic(file.size - 4)) !== MAGIC) {
    throw new Error(`shard ${file.name} begins as Parquet but does not end with ${MAGIC}, so it was cut off at ${file.size} bytes; download it again`)
  }
  const buffer: AsyncBuffer = { byteLength: file.size, slice: (start, end) => file.slice(start, end).arrayBuffer() }
  try {
    const metadata = await parquetMetadataAsync(buffer, { geoparquet: false })
    checkChunks(metadata, file.size)
    return { file, buffer, metadata, columns: topLevelColumns(metadata), rows: Number(metadata.num_rows) }
  } catch (cause) {
    throw corrupt(file, 'footer', cause)
  }
}

/**
 * The shard's rows in order, with those of `columns` that it has, and the number of the first row (from 1).
 * Throws a sentence that names the file and the rows when they can't be decoded, or are not as many as the footer says.
 */
export async function* readRows(shard: Shard, columns: readonly string[]): AsyncGenerator<{ firstRow: number; rows: Row[] }> {
  let start = 0
  for (const group of shard.metadata.row_groups) {
    const end = start + Number(group.num_rows)
    if (end === start) continue
    const wanted = columns.filter((column) => shard.columns.has(column))
    let rows: Row[]
    try {
      rows = await parquetReadObjects({
        file: shard.buffer, metadata: shard.metadata, compressors, columns: wanted, rowStart: start, rowEnd: end, geoparquet: false,
        parsers: { stringFromBytes: (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : strictText.decode(bytes)) },
      })
    } catch (cause) {
      throw corrupt(shard.file, `rows ${start + 1} to ${end}`, cause)
    }
    if (rows.length !== end - start) throw corrupt(shard.file, `rows ${start + 1} to ${end}`, new Error(`${rows.length} rows came out of ${end - start}`))
    yield { firstRow: start + 1, rows }
    start = end
  }
  if (start !== shard.rows) throw corrupt(shard.file, 'footer', new Error(`row groups hold ${start} rows of ${shard.rows}`))
}

/** Text that is no UTF-8 is damage, not data. */
const strictText = new TextDecoder('utf-8', { fatal: true })

function corrupt(file: File, where: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Error(`shard ${file.name} is damaged (${where}: ${reason}); nothing of it was used, download it again`, { cause })
}

/** Column chunks that reach beyond the file are damage that would otherwise show as a far-off decoding error. */
function checkChunks(metadata: FileMetaData, size: number): void {
  for (const [index, group] of metadata.row_groups.entries()) {
    for (const { meta_data: chunk } of group.columns) {
      const begin = Number(chunk?.dictionary_page_offset ?? chunk?.data_page_offset ?? 0)
      const end = begin + Number(chunk?.total_compressed_size ?? 0)
      if (end > size) throw new Error(`column ${chunk?.path_in_schema.join('.')} of row group ${index + 1} ends at byte ${end} of ${size}`)
    }
  }
}

/** The schema is a list in depth-first order; the root counts its children. */
function topLevelColumns(metadata: FileMetaData): Set<string> {
  const names = new Set<string>()
  const skip = (at: number): number => {
    let next = at + 1
    for (let child = 0; child < (metadata.schema[at]?.num_children ?? 0); child++) next = skip(next)
    return next
  }
  for (let at = 1; at < metadata.schema.length; at = skip(at)) names.add(metadata.schema[at]!.name)
  return names
}
