// Reads shards in a worker of their own, which ends with the read: nothing of a failed or cancelled read stays in memory.
import { ESCI_US, type IngestProgress, type IngestReport, type IngestService, type ReadImitations, type ReadRequest, type Recognised, type StoredCheck } from '../protocol/ingest.ts'
import { connect, type Connection } from './connection.ts'

export { ESCI_REC_R1, ESCI_US } from '../protocol/ingest.ts'
export type { ColumnMapping, EsciFilter, ImitationReport, IngestProgress, IngestReport, ReadImitations, ReadRequest, Recognised, StoredCheck } from '../protocol/ingest.ts'

export interface ReadOptions extends Partial<ReadRequest> {
  readonly onProgress?: (progress: IngestProgress) => void
  /** aborting ends the worker at once and rejects the read */
  readonly signal?: AbortSignal
}

function openWorker(): Connection<IngestService> {
  const worker = new Worker(new URL('../../workers/ingest.worker.ts', import.meta.url), { type: 'module', name: 'ingest' })
  return connect<IngestService>(worker, 'ingest')
}

/** A worker that was asked to stop gets this long to clear up what it wrote; then it is ended as it is. */
const CLEARING_MS = 3_000

/** Asks a fresh worker, which ends with its answer, or soon after the signal says so. */
async function ask<T>(signal: AbortSignal | undefined, question: (service: IngestService) => Promise<T>): Promise<T> {
  const connection = openWorker()
  const cancel = (): void => {
    void connection.service.cancel().catch(() => undefined)
    setTimeout(() => connection.close(), CLEARING_MS)
  }
  try {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', cancel)
    return await question(connection.service)
  } catch (error) {
    if (signal?.aborted === true) throw new Error('reading was cancelled; nothing of these files was kept', { cause: error })
    throw error
  } finally {
    signal?.removeEventListener('abort', cancel)
    connection.close()
  }
}

/** What each file is, from its first kilobytes, in the files' order. An empty or unreadable file is an Error by name. */
export function recogniseFiles(files: readonly File[], signal?: AbortSignal): Promise<readonly Recognised[]> {
  return ask(signal, (service) => service.recognise(files))
}

/**
 * Reads files of one dataset into the browser's store, in any order, and returns the hash under which it is stored.
 * Errors name the file and the remedy; nothing is kept of a failed read.
 */
export async function readFiles(files: readonly File[], { onProgress, signal, ...request }: ReadOptions = {}): Promise<string> {
  const [first] = files
  if (first === undefined) throw new Error('no files were given; add the files of one data set together')
  const { name = first.name, filter = ESCI_US, mappings = {}, catalogueOnly = false } = request
  return ask(signal, (service) => service.store(files, { name, filter, mappings, catalogueOnly }, onProgress))
}

/** What files say, whole data set or not, without storing it; `problem` says why they are none. */
export async function surveyFiles(files: readonly File[], { onProgress, signal, ...request }: ReadOptions = {}): Promise<{ readonly report: IngestReport; readonly problem?: string }> {
  const { name = 'survey', filter = ESCI_US, mappings = {} } = request
  return ask(signal, (service) => service.survey(files, { name, filter, mappings }, onProgress))
}

/** Recomputes the measures of result files from the rankings beside them; what a file lacks stands as its fault. */
export function checkResults(files: readonly File[], { onProgress, signal }: Pick<ReadOptions, 'onProgress' | 'signal'> = {}): Promise<readonly StoredCheck[]> {
  return ask(signal, (service) => service.checkResults(files, onProgress))
}

/** Texts to imitate, of files that are read and not stored. Errors name the file, and of rows the first refused one. */
export function readImitations(files: readonly File[], { onProgress, signal }: Pick<ReadOptions, 'onProgress' | 'signal'> = {}): Promise<ReadImitations> {
  return ask(signal, (service) => service.imitations(files, onProgress))
}
