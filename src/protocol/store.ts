// What the store worker offers: the datasets in the browser's private file system, listed, opened, looked into and removed.
import type { Dataset, JudgedQuery, Product, UserHistory } from '../domain/dataset.ts'
import type { IngestReport } from './ingest.ts'

export interface StoredDataset {
  readonly hash: string
  readonly name: string
  readonly products: number
  readonly queries: number
  readonly users: number
  /** what removing it frees */
  readonly bytes: number
  /** when it was read, in milliseconds since 1970 */
  readonly readAt: number
  /** why it cannot be opened; it can only be removed */
  readonly damage?: string
}

/** What the browser gives this page, in bytes. */
export interface StoreRoom {
  readonly used: number
  readonly quota: number
}

export interface OpenDataset {
  readonly dataset: Dataset
  readonly report: IngestReport
}

/** Queries and histories come in parts, so that receiving them never holds up the page. */
export interface DatasetParts {
  readonly queries?: readonly JudgedQuery[]
  readonly users?: readonly UserHistory[]
}

export interface StoreService {
  /** Every dataset in the store, the latest read first. What an interrupted read left behind is removed on the way. */
  list(): Promise<readonly StoredDataset[]>
  /**
   * Checks the stored dataset `hash` and returns it; its queries and users go to `onPart` instead where that is given.
   * Rejects with a sentence when it is not there or damaged: nothing of it is to be used then.
   */
  open(hash: string, onPart?: (parts: DatasetParts) => void): Promise<OpenDataset>
  /** Gives a dataset another name. */
  rename(hash: string, name: string): Promise<void>
  /** Frees what the dataset takes. Rejects while any tab holds it open (`openLock`). */
  remove(hash: string): Promise<void>
  room(): Promise<StoreRoom>
  /** What was understood of its files, without opening the rest. */
  report(hash: string): Promise<IngestReport>
  /** Every row that was refused as its files were read, one JSON object (Rejection) a line. */
  rejections(hash: string): Promise<Blob>
  /** Products by id; undefined for ids that the catalogue lacks. */
  products(hash: string, ids: readonly string[]): Promise<readonly (Product | undefined)[]>
  /** Products by place in the catalogue. */
  productsAt(hash: string, positions: readonly number[]): Promise<readonly Product[]>
}

/** The Web Lock that a page holds, shared, for as long as it uses the dataset. */
export function openLock(hash: string): string {
  return `dataset ${hash} open`
}

/** The Web Lock of whoever writes the dataset. */
export function writeLock(hash: string): string {
  return `dataset ${hash} written`
}
