// Reads shards in a worker of their own, which ends with the read: nothing of a failed or cancelled read stays in memory.
import type { Dataset } from '../domain/dataset.ts'
import type { IngestProgress, IngestReport, IngestService } from '../protocol/ingest.ts'
import { connect } from './connection.ts'

export type { IngestReport } from '../protocol/ingest.ts'

export interface ReadOptions {
  /** the dataset's name on the page and in the run's record; the first file's name by default */
  readonly name?: string
  readonly onProgress?: (progress: IngestProgress) => void
  /** aborting ends the worker at once and rejects the read */
  readonly signal?: AbortSignal
}

export interface ReadResult {
  readonly dataset: Dataset
  readonly report: IngestReport
}

/** Reads ESCI's two Parquet kinds, in any order. Errors name the file and the remedy; nothing is kept of a failed read. */
export async function readShards(files: readonly File[], options: ReadOptions = {}): Promise<ReadResult> {
  const first = files[0]
  if (first === undefined) throw new Error('no files: choose ESCI\'s products and examples Parquet together')
  const worker = new Worker(new URL('../../workers/ingest.worker.ts', import.meta.url), { type: 'module', name: 'ingest' })
  const connection = connect<IngestService>(worker, 'ingest')
  const cancel = (): void => connection.close()
  try {
    options.signal?.throwIfAborted()
    options.signal?.addEventListener('abort', cancel)
    return await connection.service.read(files, options.name ?? first.name, options.onProgress)
  } catch (error) {
    if (options.signal?.aborted === true) throw new Error('reading was cancelled; nothing of these files was kept', { cause: error })
    throw error
  } finally {
    options.signal?.removeEventListener('abort', cancel)
    connection.close()
  }
}
