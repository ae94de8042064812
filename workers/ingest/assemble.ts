// Joins what the formats read into one data set: the catalogue goes to its writer at once, judgements and histories wait as numbers.
import type { JudgedQuery, Product, Rejection, UserHistory } from '../../src/domain/dataset.ts'
import type { EsciFilter, IngestReport, Recognised, StoredOutput, StoredRanking } from '../../src/protocol/ingest.ts'
import type { CatalogueWriter } from '../store/catalogue.ts'
import type { Sink } from './format.ts'

export interface AssemblyOptions {
  /** what the files were recognised as, in reading order */
  readonly files: readonly Recognised[]
  readonly filter: EsciFilter
  /** takes every product at once; throws where the disk is full */
  readonly catalogue: CatalogueWriter
  /** hears of every rejected row; the report keeps the first hundred */
  readonly onRejection?: (rejection: Rejection) => void
}

/** What the files hold together. */
export interface Assembled {
  readonly productCount: number
  /** with an Exact product in the catalogue; where no file gives products, all with an Exact product */
  readonly queries: readonly JudgedQuery[]
  readonly users: readonly UserHistory[]
  readonly rankings: readonly StoredRanking[]
  readonly outputs: readonly StoredOutput[]
  /** all but the time it took */
  readonly report: Omit<IngestReport, 'seconds'>
  /** why nothing can be trained or ranked with these files, and the remedy; undefined for a whole data set (products with judged queries or with histories) */
  readonly problem: string | undefined
}

export interface Assembly extends Sink {
  /** Joins and counts, once, after the last file. */
  finish(): Assembled
}

/** A sink for all files of one data set. */
export declare function assemble(options: AssemblyOptions): Assembly

/**
 * The order in which files are read: maps of categories, then products, then the rest, each kind by digest, so that the same bytes
 * give the same data set whatever their names. Two files of the same bytes are an Error.
 */
export declare function readingOrder<T extends { readonly recognised: Recognised; readonly digest: string }>(files: readonly T[]): T[]

/** An in-memory catalogue, for tests and for shards of the page's own sample. */
export declare function memoryCatalogue(): CatalogueWriter & { readonly products: readonly Product[] }
