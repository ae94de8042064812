// All files of one data set, from bytes to what they say together: recognised, put in order, read one after the other, joined.
import type { Rejection } from '../../src/domain/dataset.ts'
import type { IngestProgress, IngestReport, ReadRequest } from '../../src/protocol/ingest.ts'
import type { CatalogueWriter } from '../store/catalogue.ts'
import { assemble, readingOrder } from './assemble.ts'
import type { Assembled } from './assemble.ts'
import { fileDigest } from './digest.ts'
import type { Format } from './format.ts'
import { FORMATS } from './formats/formats.ts'
import { mappedFormat } from './mapping.ts'
import { readFile } from './read.ts'
import { recogniseFile } from './recognise.ts'
import type { Known } from './recognise.ts'

export interface ShardOptions {
  readonly onProgress?: (progress: IngestProgress) => void
  readonly onRejection?: (rejection: Rejection) => void
  readonly signal?: AbortSignal
  /** of files whose digests are known already */
  readonly digests?: ReadonlyMap<File, string>
}

/** What the files hold together, and the time it took. Whether a `problem` (they are no whole data set) matters is the caller's to decide. */
export interface ReadShards extends Assembled {
  readonly report: IngestReport
}

/**
 * Reads files of any published formats, several shards of each, in any order and under any names: the same bytes give the same data set.
 * Throws a sentence that names the file when one is empty, damaged, no table, given twice, or a table whose columns nobody has told the meaning of;
 * what `catalogue` holds then is to be thrown away.
 */
export async function readShards(
  files: readonly File[], request: Pick<ReadRequest, 'filter' | 'mappings'>, catalogue: CatalogueWriter, options: ShardOptions = {},
): Promise<ReadShards> {
  const { onProgress, onRejection, signal, digests } = options
  const started = performance.now()
  if (files.length === 0) throw new Error('no files were given; add products and judged queries, ESCI\'s products and examples for one')
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0)
  const shards = []
  for (const file of files) {
    signal?.throwIfAborted()
    onProgress?.({ file: file.name, rows: 0, bytes: 0, totalBytes })
    const known = await recogniseFile(file, FORMATS, signal)
    const digest = digests?.get(file) ?? await fileDigest(file)
    const format = formatOf(known, request.mappings)
    shards.push({ file, format, recognised: known.recognised, digest, role: format.role })
  }
  const ordered = readingOrder(shards)
  const assembly = assemble({
    files: ordered.map((shard) => shard.recognised), filter: request.filter, catalogue, ...(onRejection === undefined ? {} : { onRejection }),
  })
  let doneBytes = 0
  for (const { file, format } of ordered) {
    await readFile(file, format, assembly, {
      ...(signal === undefined ? {} : { signal }),
      onProgress: ({ rows, bytes }) => { onProgress?.({ file: file.name, rows, bytes: doneBytes + bytes, totalBytes }) },
    })
    doneBytes += file.size
  }
  const assembled = assembly.finish()
  return { ...assembled, report: { ...assembled.report, seconds: (performance.now() - started) / 1000 } }
}

function formatOf({ file, format, recognised }: Known, mappings: ReadRequest['mappings']): Format {
  if (format !== undefined) return format
  const mapping = mappings[file.name]
  if (mapping !== undefined) return mappedFormat(mapping)
  const remedy = 'say what they mean, or add ESCI\'s products (product_id, product_title, …) and examples (query, product_id, esci_label, …)'
  throw new Error(`shard ${file.name} is ${recognised.container} of no known kind; its columns are ${recognised.columns.join(', ')}; ${remedy}`)
}
