// What the ingest worker offers: published shards in, one dataset out, nothing half-loaded.
import type { Dataset, Rejection } from '../domain/dataset.ts'

export interface IngestProgress {
  readonly file: string
  readonly rows: number
  readonly bytes: number
  readonly totalBytes: number
}

/** What was understood of the files, before anything uses it. */
export interface IngestReport {
  readonly products: number
  /** queries with an Exact product in the catalogue: those of the data set */
  readonly queries: number
  readonly trainQueries: number
  readonly testQueries: number
  readonly judgements: number
  /** judgements whose product is in the catalogue */
  readonly joined: number
  readonly labels: Readonly<Record<'E' | 'S' | 'C' | 'I', number>>
  /** judgements of a query and product that were judged before */
  readonly duplicates: number
  /** products without any text */
  readonly untitled: number
  readonly rejected: readonly Rejection[]
  readonly rejectedCount: number
  /** what was understood and not used: queries without an Exact product in the catalogue, rows of other locales, products whose id stood before */
  readonly leftOut?: { readonly queriesWithoutExact: number; readonly otherLocales: number; readonly duplicateProducts: number }
  readonly seconds: number
}

export interface IngestService {
  /**
   * Reads ESCI's products and examples Parquet (recognised by content), in any order, several shards of each.
   * A missing half, a corrupt or truncated file is an Error by name; nothing is kept of a failed read.
   */
  read(files: readonly File[], name: string, onProgress?: (progress: IngestProgress) => void): Promise<{ dataset: Dataset; report: IngestReport }>
  cancel(): Promise<void>
}
