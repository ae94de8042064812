// Files in, one stored dataset out: recognised, read in the order that their bytes decide, joined, and made visible only when whole.
import type { IngestProgress, ReadRequest } from '../../src/protocol/ingest.ts'
import type { DatasetWriter } from '../store/dataset.ts'
import { fullSentence, isFull } from '../store/room.ts'
import { createDataset, dropIfDamaged, renameDataset } from '../store/store.ts'
import { digestOf } from '../store/blocks.ts'
import { fileDigest } from './digest.ts'
import { readEsci } from './esci.ts'

export interface IntakeOptions {
  readonly onProgress?: (progress: IngestProgress) => void
  readonly signal: AbortSignal
}

/** What the bytes are and how they are read, as one hex SHA-256: names and order of the files play no part. */
async function hashOf(digests: readonly { readonly file: File; readonly digest: string }[], { filter, mappings }: ReadRequest): Promise<string> {
  const files = digests.map(({ file, digest }) => [digest, mappings[file.name] ?? null]).toSorted(([a], [b]) => (a! < b! ? -1 : 1))
  return digestOf(new TextEncoder().encode(JSON.stringify({ files, filter })))
}

/** Reads the files into the store, unless the same bytes were stored before in the same way. Returns the dataset's hash. */
export async function intake(files: readonly File[], request: ReadRequest, { onProgress, signal }: IntakeOptions): Promise<string> {
  if (files.length === 0) throw new Error('no files were given; add ESCI\'s products and examples Parquet')
  const digests: { file: File; digest: string }[] = []
  for (const file of files) {
    signal.throwIfAborted()
    digests.push({ file, digest: await fileDigest(file) })
  }
  const hash = await hashOf(digests, request)
  if (await dropIfDamaged(hash)) {
    await renameDataset(hash, request.name)
    return hash
  }
  const writer = await createDataset(hash, request.name)
  try {
    const { queries, report } = await readEsci(files, writer.catalogue, { signal, ...(onProgress === undefined ? {} : { onProgress }) })
    signal.throwIfAborted()
    await writer.commit({ queries, report, readAt: Date.now() })
    return hash
  } catch (error) {
    await writer.discard()
    throw isFull(error) ? await full(request.name, writer, error) : error
  }
}

async function full(name: string, writer: DatasetWriter, cause: unknown): Promise<Error> {
  return new Error(await fullSentence(name, writer.bytes), { cause })
}
