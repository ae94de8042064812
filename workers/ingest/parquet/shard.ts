// One Parquet file: its footer checked before it is believed, its rows streamed page by page, only the columns asked for.
import { parquetMetadata, parquetSchema } from 'hyparquet'
import type { ColumnMetaData, DecodedArray, FileMetaData, RowGroup, SchemaTree } from 'hyparquet'
import { assembleNested } from 'hyparquet/src/assemble.js'
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { put } from '../literal.ts'
import { damaged, FileError, reasonOf, type Source, type Take } from '../source.ts'
import { thriftEnd } from './guard.ts'
import { ColumnPages } from './pages.ts'

export interface Shard {
  readonly source: Source
  readonly metadata: FileMetaData
  readonly schema: SchemaTree
  /** names of the top-level columns */
  readonly columns: readonly string[]
  readonly rows: number
}

const MAGIC = 'PAR1'
/** Magic at both ends and the footer's length between them. */
const SMALLEST = 12
const FOOTER_LIMIT = 2 ** 26
const CODECS = new Set(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'])
/** Rows that exist as objects at once. */
const BATCH = 512

/** Opens a file that begins with PAR1. Throws a sentence that names it when it is no whole Parquet file or its footer can't be true. */
export async function openShard(source: Source): Promise<Shard> {
  const { file } = source
  const tail = file.size < SMALLEST ? new Uint8Array(0) : await source.slice(file.size - 8, file.size)
  if (new TextDecoder('latin1').decode(tail.subarray(4)) !== MAGIC) {
    throw new FileError(`file ${file.name} begins as Parquet but does not end with ${MAGIC}, so it was cut off at ${file.size} bytes; get it again`)
  }
  try {
    const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true)
    if (length > Math.min(file.size - SMALLEST, FOOTER_LIMIT)) throw new Error(`it claims ${length} bytes`)
    const footer = await source.slice(file.size - 8 - length, file.size)
    thriftEnd(footer.subarray(0, length), 0)
    const metadata = parquetMetadata(footer, { geoparquet: false })
    const schema = parquetSchema(metadata)
    checkMetadata(metadata, schema, file.size)
    return { source, metadata, schema, columns: schema.children.map(({ element }) => element.name), rows: Number(metadata.num_rows) }
  } catch (cause) {
    if (cause instanceof FileError || source.signal?.aborted === true) throw cause
    throw damaged(file, 'footer', reasonOf(cause), cause)
  }
}

/** Counts and places that contradict each other or the file are damage; found here they cost nothing. */
function checkMetadata(metadata: FileMetaData, schema: SchemaTree, size: number): void {
  let rows = 0
  for (const [index, group] of metadata.row_groups.entries()) {
    rows += Number(group.num_rows)
    const seen = new Set<string>()
    for (const { meta_data: chunk } of group.columns) {
      const name = `column ${chunk?.path_in_schema.join('.') ?? '?'} of row group ${index + 1}`
      if (chunk === undefined) throw new Error(`${name} is not described`)
      if (chunk.path_in_schema.some((part) => typeof part !== 'string')) throw new Error(`${name} has no name`)
      seen.add(chunk.path_in_schema.join('.'))
      const begin = Number(chunk.dictionary_page_offset || chunk.data_page_offset)
      const end = begin + Number(chunk.total_compressed_size)
      if (!(begin >= 4 && end >= begin && end <= size)) throw new Error(`${name} stands from byte ${begin} to ${end} of ${size}`)
      const flat = chunk.path_in_schema.length === 1 && schema.children.some(
        (child) => child.element.name === chunk.path_in_schema[0] && child.element.repetition_type !== 'REPEATED',
      )
      if (Number(chunk.num_values) < 0 || (flat && Number(chunk.num_values) !== Number(group.num_rows))) {
        throw new Error(`${name} has ${chunk.num_values} values in ${group.num_rows} rows`)
      }
    }
    for (const leaf of schema.children.flatMap(leavesOf)) {
      if (!seen.has(leaf.path.join('.'))) throw new Error(`column ${leaf.path.join('.')} is missing in row group ${index + 1}`)
    }
    if (!(Number(group.num_rows) >= 0)) throw new Error(`row group ${index + 1} has ${group.num_rows} rows`)
  }
  if (rows !== Number(metadata.num_rows)) throw new Error(`its row groups hold ${rows} rows of ${metadata.num_rows}`)
}

function leavesOf(tree: SchemaTree): SchemaTree[] {
  return tree.children.length === 0 ? [tree] : tree.children.flatMap(leavesOf)
}

/**
 * Gives every row to `take`, with those of `columns` that the file has (all of them by default). Memory holds a page of each column and a few
 * hundred rows, whatever the row groups' size. Throws a sentence with rows and column when pages can't be decoded or are not as many as promised.
 */
export async function readShard(shard: Shard, columns: readonly string[] | undefined, take: Take): Promise<void> {
  const wanted = columns === undefined ? shard.columns : shard.columns.filter((column) => columns.includes(column))
  let first = 1
  for (const group of shard.metadata.row_groups) {
    if (Number(group.num_rows) > 0) await readGroup(shard, group, wanted, first, take)
    first += Number(group.num_rows)
  }
}

interface Column {
  readonly name: string
  readonly tree: SchemaTree
  readonly leaves: readonly { readonly path: string; readonly pages: ColumnPages }[]
}

async function readGroup(shard: Shard, group: RowGroup, wanted: readonly string[], first: number, take: Take): Promise<void> {
  const { source, schema } = shard
  const total = Number(group.num_rows)
  let done = 0
  /** the column being decoded, for the sentence when it can't be */
  const at = { column: '' }
  const columns = guarded(() => wanted.map((name): Column => {
    at.column = name
    const tree = schema.children.find(({ element }) => element.name === name)!
    return { name, tree, leaves: leavesOf(tree).map((leaf) => ({ path: leaf.path.join('.'), pages: openPages(source, group, schema, leaf) })) }
  }))
  while (done < total) {
    let batch: readonly ArrayLike<unknown>[]
    let count: number
    try {
      count = await decodeBatch(columns, total - done, at)
      batch = columns.map((column) => {
        at.column = column.name
        return rowsOf(column, count)
      })
      const longer = done + count === total ? columns.find(({ leaves }) => leaves.some(({ pages }) => pages.ready > 0 || !pages.done)) : undefined
      if (longer !== undefined) throw new Error(`column ${longer.name} has more than ${total} rows`)
    } catch (cause) {
      throw told(cause)
    }
    await source.turn()
    source.position = Math.round((source.file.size * (first - 1 + done)) / shard.rows)
    for (let i = 0; i < count; i++) {
      const row: Record<string, unknown> = {}
      for (let c = 0; c < columns.length; c++) put(row, columns[c]!.name, batch[c]![i])
      take.row(row, first + done + i)
    }
    done += count
  }

  function guarded<T>(step: () => T): T {
    try {
      return step()
    } catch (cause) {
      throw told(cause)
    }
  }

  function told(cause: unknown): unknown {
    if (cause instanceof FileError || source.signal?.aborted === true) return cause
    const column = at.column === '' ? '' : `, column ${at.column}`
    return damaged(source.file, `rows ${first + done} to ${first + total - 1}${column}`, reasonOf(cause), cause)
  }
}

/** Decodes pages until every column has a row ready; returns how many rows all of them have, at most BATCH. */
async function decodeBatch(columns: readonly Column[], left: number, at: { column: string }): Promise<number> {
  let count = Math.min(BATCH, left)
  for (const { leaves } of columns) {
    for (const { path, pages } of leaves) {
      at.column = path
      while (pages.ready === 0) {
        if (pages.done) throw new Error(`it ends ${left} rows too early`)
        await pages.decode()
      }
      count = Math.min(count, pages.ready)
    }
  }
  return count
}

function openPages(source: Source, group: RowGroup, schema: SchemaTree, leaf: SchemaTree): ColumnPages {
  const chunk = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema.join('.') === leaf.path.join('.'))!.meta_data as ColumnMetaData
  if (!CODECS.has(chunk.codec)) {
    throw new FileError(
      `file ${source.file.name} has column ${leaf.path.join('.')} packed with ${chunk.codec}; write it with snappy, gzip, zstd or none`,
    )
  }
  const path: SchemaTree[] = [schema]
  for (const part of leaf.path) path.push(path.at(-1)!.children.find(({ element }) => element.name === part)!)
  return new ColumnPages(source, chunk, path)
}

/** The next rows of a top-level column, nested values put together. */
function rowsOf(column: Column, count: number): ArrayLike<unknown> {
  if (column.tree.children.length === 0) return column.leaves[0]!.pages.take(count)
  const data = new Map<string, DecodedArray>(column.leaves.map(({ path, pages }) => [path, pages.take(count) as DecodedArray]))
  assembleNested(data, column.tree, DEFAULT_PARSERS)
  const rows = data.get(column.tree.path.join('.'))
  if (rows === undefined || rows.length !== count) throw new Error(`its values make ${rows?.length ?? 0} of ${count} rows`)
  return rows
}
