// Says what files are from their first kilobytes: the container by its bytes, the format by its columns, never by a name.
import type { Recognised } from '../../src/protocol/ingest.ts'
import { KEY, VALUE, type Format, type Row, type Shape } from './format.ts'
import { openFile, readLayout, type Layout, type Opened } from './layout.ts'
import { suggestMapping } from './mapping.ts'
import { FileError, Source } from './source.ts'

/** A file with what it turned out to be. Without a format it is a table that a person maps, and `recognised.role` is 'unknown'. */
export interface Known {
  readonly file: File
  readonly recognised: Recognised
  readonly format: Format | undefined
  readonly shape: Shape
}

const SAMPLE_ROWS = 20
const SHOWN_ROWS = 5
const SHOWN_LETTERS = 200

/**
 * Recognises one file among `formats` (FORMATS of formats/formats.ts). Throws a sentence that names the file when it is empty, no text and no
 * Parquet, JSON that is no table, damaged within its first kilobytes, or when two formats claim it.
 */
export async function recogniseFile(file: File, formats: readonly Format[], signal?: AbortSignal): Promise<Known> {
  const opened = await openFile(file, signal)
  const { layout, shape, format } = await choose(opened, formats)
  if (format === undefined && layout.container === 'json') refuseNoTable(file, shape.first)
  const columns = [...shape.columns]
  const suggested = format === undefined ? suggestMapping(columns, shape.first) : undefined
  return {
    file, shape, format,
    recognised: {
      file: file.name, bytes: file.size, container: layout.container, gzip: opened.gzip, format: format?.name ?? 'table',
      role: format?.role ?? 'unknown', columns,
      samples: shape.first.slice(0, SHOWN_ROWS).map((row) => Object.fromEntries(columns.map((column) => [column, shown(row[column])]))),
      ...(suggested === undefined ? {} : { suggested }),
    },
  }
}

/** What every file is, in the order given; see recogniseFile. */
export async function recognise(files: readonly File[], formats: readonly Format[], signal?: AbortSignal): Promise<readonly Recognised[]> {
  const known: Recognised[] = []
  for (const file of files) known.push((await recogniseFile(file, formats, signal)).recognised)
  return known
}

/** The first layout that a format knows, with that format; else the likeliest layout without one. */
export async function choose(opened: Opened, formats: readonly Format[]): Promise<{ layout: Layout; shape: Shape; format: Format | undefined }> {
  let first: { layout: Layout; shape: Shape; format: undefined } | undefined
  for (const layout of opened.layouts) {
    const shape = await shapeOf(opened, layout)
    const [format, other] = formats.filter((known) => known.matches(shape))
    if (format !== undefined && other !== undefined) {
      throw new FileError(
        `file ${opened.file.name} could be ${format.name} or ${other.name}: it has the columns of both (${[...shape.columns].join(', ')}); `
        + `leave one kind's out`,
      )
    }
    if (format !== undefined) return { layout, shape, format }
    first ??= { layout, shape, format: undefined }
  }
  return first!
}

class Enough extends Error {}

async function shapeOf(opened: Opened, layout: Layout): Promise<Shape> {
  const rows: Row[] = []
  let columns: readonly string[] | undefined = opened.shard?.columns
  const take = {
    row: (row: Row) => {
      rows.push(row)
      if (rows.length === SAMPLE_ROWS) throw new Enough()
    },
    reject: () => undefined,
    columns: (names: readonly string[]) => { columns = names },
  }
  const { whole, bytes } = opened.head
  // only what is surely whole: the last line of a part of the file is not
  const end = whole || layout.container === 'json' || !bytes.includes(0x0a) ? bytes.length : bytes.lastIndexOf(0x0a) + 1
  const head = new File([bytes.subarray(0, end) as Uint8Array<ArrayBuffer>], opened.file.name)
  const source = opened.shard === undefined ? new Source(head, false, opened.source.signal) : opened.source
  try {
    await readLayout({ ...opened, source }, layout, undefined, take)
  } catch (cause) {
    // a part of a file breaks off; only where nothing came out of it is it wrong
    const cut = !whole && opened.shard === undefined && rows.length > 0
    if (!(cause instanceof Enough) && !cut) throw cause
  }
  columns ??= [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (columns.length === 0) {
    throw new FileError(
      `file ${opened.file.name} has no record that can be read in its first ${bytes.length} bytes; is it a table, or one JSON object a line?`,
    )
  }
  return { container: layout.container, columns: new Set(columns), first: rows }
}

/** Values that are lists or no objects have no columns to map. */
function refuseNoTable(file: File, rows: readonly Row[]): void {
  const keyed = rows.some((row) => KEY in row)
  const odd = rows.find((row) => VALUE in row && (!keyed || typeof row[VALUE] === 'object' && row[VALUE] !== null))
  if (odd === undefined) return
  const what = keyed ? `its entry ${JSON.stringify(odd[KEY])} is a list` : `it lists ${JSON.stringify(odd[VALUE])?.slice(0, 40)}`
  throw new FileError(`file ${file.name} is JSON but no table: ${what}; a list of objects with named fields, or an object of such objects, is needed`)
}

function shown(cell: unknown): string {
  if (cell === undefined || cell === null) return ''
  const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell, plain) ?? ''
  return text.length > SHOWN_LETTERS ? `${text.slice(0, SHOWN_LETTERS - 1)}…` : text
}
