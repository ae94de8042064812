// Files in, one stored dataset out: read whole, and made visible only then; or the reason why not, and nothing left behind.
import type { Rejection } from '../../src/domain/dataset.ts'
import type { IngestProgress, IngestReport, ReadRequest, Recognised, StoredOutput, StoredRanking } from '../../src/protocol/ingest.ts'
import { digestOf } from '../store/blocks.ts'
import type { CatalogueWriter } from '../store/catalogue.ts'
import { isFull } from '../store/room.ts'
import { createDataset, keepsStored, renameDataset } from '../store/store.ts'
import { memoryWriter } from '../store/memory.ts'
import { departmentOfName, splitOfName } from './assembly/names.ts'
import { fileDigest } from './digest.ts'
import { FORMATS } from './formats/formats.ts'
import { recognise } from './recognise.ts'
import { readShards, type ShardOptions } from './shards.ts'

export interface IntakeOptions {
  readonly onProgress?: (progress: IngestProgress) => void
  readonly signal: AbortSignal
}

/** What the bytes are and how they are read, as one hex SHA-256: order of the files plays no part, and of their names only a split or a department they tell. */
function hashOf(digests: ReadonlyMap<File, string>, { filter, mappings, catalogueOnly }: ReadRequest): Promise<string> {
  const files = [...digests].map(
    // what a name says of split and department counts where rows don't say it: the same bytes under such a name are other data
    ([{ name }, digest]) => ({ digest, mapping: mappings[name] ?? null, split: splitOfName(name), department: departmentOfName(name) }),
  ).toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
  return digestOf(new TextEncoder().encode(JSON.stringify({ files, filter, ...(catalogueOnly === true ? { catalogueOnly } : {}) })))
}

/** Bytes that text takes in the store at least, as a share of its file. Most columns and many rows are not kept, so it is little. */
const LEAST_KEPT = { packed: 0.3, plain: 0.1 }

function leastNeeded(recognised: readonly Recognised[]): number {
  return recognised.reduce((sum, { role, bytes, gzip, container }) => (
    sum + (role === 'products' ? bytes * (gzip || container === 'parquet' ? LEAST_KEPT.packed : LEAST_KEPT.plain) : 0)
  ), 0)
}

/** Rows over all files; each file's own are counted from 1. */
function overall(onProgress: (progress: IngestProgress) => void): (progress: IngestProgress) => void {
  let done = 0
  let last: IngestProgress | undefined
  return (progress) => {
    if (last !== undefined && last.file !== progress.file) done += last.rows
    last = progress
    onProgress({ ...progress, rows: done + progress.rows })
  }
}

/**
 * Reads the files into the store, unless the same bytes were stored before in the same way, and returns the dataset's hash. Rejects with a
 * sentence when they are no whole dataset, when one is damaged or the disk is full; nothing is kept of them then.
 */
export async function intake(files: readonly File[], request: ReadRequest, { signal, onProgress }: IntakeOptions): Promise<string> {
  const recognised = await recognise(files, FORMATS, signal)
  const digests = new Map<File, string>()
  for (const file of files) {
    signal.throwIfAborted()
    digests.set(file, await fileDigest(file))
  }
  const hash = await hashOf(digests, request)
  if (await keepsStored(hash)) {
    await renameDataset(hash, request.name)
    return hash
  }
  const writer = await createDataset(hash, request.name, leastNeeded(recognised))
  let readBytes = 0
  try {
    let first: Rejection | undefined
    const tell = overall((progress) => {
      readBytes = progress.bytes
      onProgress?.(progress)
    })
    const onRejection = (rejection: Rejection): void => {
      first ??= rejection
      writer.reject(rejection)
    }
    const { queries, users, report, problem } = await readShards(files, request, writer.catalogue, { signal, digests, onRejection, onProgress: tell })
    const enough = request.catalogueOnly === true && report.products > 0
    if (problem !== undefined && !enough) {
      throw new Error(
        `${problem}${first === undefined ? '' : `; the first refused row: ${first.file} row ${first.row}, ${first.column}: ${first.reason}`}`,
      )
    }
    signal.throwIfAborted()
    await writer.commit({ queries, ...(users.length === 0 ? {} : { users }), report, readAt: Date.now() })
    return hash
  } catch (error) {
    const { bytes } = writer
    await writer.discard()
    if (!isFull(error)) throw error
    // products are read first: what their text would have come to, had there been room
    const ofProducts = recognised.reduce((sum, { role, bytes: size }) => sum + (role === 'products' ? size : 0), 0)
    throw await writer.full(Math.round(bytes * Math.max(1, ofProducts / Math.max(1, readBytes))), error)
  }
}

/** What the files say, whole data set or not: read to the last row, products counted and let go. */
export async function survey(
  files: readonly File[], request: ReadRequest, options: ShardOptions,
): Promise<{ report: IngestReport; problem?: string }> {
  let count = 0
  const counted: CatalogueWriter = { get count() { return count }, add: () => { count++ } }
  const { report, problem } = await readShards(files, request, counted, options)
  return { report, ...(problem === undefined ? {} : { problem }) }
}

/** Rankings and outputs that files hold (result files, TREC runs, generations): read, and not stored. */
export async function storedResults(
  files: readonly File[], request: ReadRequest, options: ShardOptions,
): Promise<{ rankings: readonly StoredRanking[]; outputs: readonly StoredOutput[] }> {
  const { rankings, outputs } = await readShards(files, request, memoryWriter(), options)
  return { rankings, outputs }
}
