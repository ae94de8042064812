// What the ingest worker offers: published shards in, one stored dataset out, nothing half-loaded.
import type { Dataset, EsciLabel, Product, Rejection } from '../domain/dataset.ts'
import type { Imitation, ImitationCounts } from '../domain/imitation.ts'
import type { Recomputed, StoredResult } from '../domain/results.ts'

export interface IngestProgress {
  readonly file: string
  readonly rows: number
  readonly bytes: number
  readonly totalBytes: number
}

/** How a file is laid out, whatever it holds. */
export type Container = 'parquet' | 'csv' | 'tsv' | 'jsonl' | 'json' | 'python' | 'trec'

/** What a file is for. */
export type Role =
  | 'products' | 'facts' | 'judgements' | 'queries' | 'interactions' | 'sequences' | 'people' | 'categories' | 'rl-prompts' | 'texts' | 'run' | 'results' | 'outputs'
  | 'unknown'

/** What a file was recognised as, before it is read. */
export interface Recognised {
  readonly file: string
  readonly bytes: number
  readonly container: Container
  readonly gzip: boolean
  /** the format's name as people know it: 'ESCI products', 'Amazon Reviews 2023 metadata', 'BEIR queries'; 'table' for an unknown one */
  readonly format: string
  readonly role: Role
  readonly columns: readonly string[]
  /** the first rows as text by column, for the person who confirms a mapping */
  readonly samples: readonly Readonly<Record<string, string>>[]
  /** of an unknown table: what its columns most likely mean (suggestMapping), for the person who confirms it */
  readonly suggested?: ColumnMapping
}

/** What the columns of an unknown table mean, as the person confirmed it. */
export interface ColumnMapping {
  readonly role: 'products' | 'judgements' | 'queries' | 'interactions' | 'people'
  /**
   * our name (`id`, `title`, …; `queryId`, `query`, `productId`, `label`, `split`; `userId`, `itemId`, `time`) to the file's column;
   * columns that keep their own names are `numbers.NAME` of products and `profile.NAME` of people
   */
  readonly columns: Readonly<Record<string, string>>
}

/** Which rows of ESCI are used. Rec-R1: locale us, labels E, the small version. */
export interface EsciFilter {
  /** `all`, or one locale */
  readonly locale: string
  readonly version: 'all' | 'small' | 'large'
  readonly split: 'all' | 'train' | 'test'
  readonly labels: 'all' | 'exact'
}

export const ESCI_US: EsciFilter = { locale: 'us', version: 'all', split: 'all', labels: 'all' }
/** The one switch: what Rec-R1 trains on. */
export const ESCI_REC_R1: EsciFilter = { locale: 'us', version: 'small', split: 'all', labels: 'exact' }

export interface ReadRequest {
  readonly name: string
  readonly filter: EsciFilter
  /** by file name, for files of role 'unknown' */
  readonly mappings: Readonly<Record<string, ColumnMapping>>
  /** products are enough: a catalogue to rank, without anything judged */
  readonly catalogueOnly?: boolean
}

/** What was understood of the files, before anything uses it. */
export interface IngestReport {
  readonly files: readonly Recognised[]
  readonly products: number
  /** queries with a relevant product in the catalogue: those of the data set */
  readonly queries: number
  readonly trainQueries: number
  readonly testQueries: number
  readonly validationQueries?: number
  readonly judgements: number
  /** judgements whose product is in the catalogue */
  readonly joined: number
  readonly labels: Readonly<Record<EsciLabel, number>>
  /** judgements of a query and product that were judged before */
  readonly duplicates: number
  /** products without any text */
  readonly untitled: number
  readonly users: number
  /** reviews, ratings, rows of the benchmark; of ready lists without times each pair of user and item once */
  readonly interactions: number
  /** distinct items of histories, and those of them in the catalogue */
  readonly items?: number
  readonly itemsJoined?: number
  /** histories that came ready with the item to predict */
  readonly sequences?: number
  /** stored rankings and stored outputs, by query */
  readonly rankings?: number
  readonly outputs?: number
  /** queries by the shop department of their first relevant product */
  readonly domains?: Readonly<Record<string, number>>
  /** what is known of products besides texts: in how many of them each number stands, and how many have tags; absent in reports of earlier versions */
  readonly facts?: { readonly numbers: Readonly<Record<string, number>>; readonly tagged: number }
  /** events that tell how strongly a person engaged */
  readonly strengths?: number
  /** people of whom something is told besides, and what */
  readonly profiles?: { readonly people: number; readonly names: readonly string[] }
  /** what was assumed where files don't say, each as one sentence */
  readonly notes?: readonly string[]
  /** the first hundred; `rejectedBy` counts them all by reason */
  readonly rejected: readonly Rejection[]
  readonly rejectedCount: number
  readonly rejectedBy: Readonly<Record<string, number>>
  /** what was understood and not used */
  readonly leftOut: {
    readonly queriesWithoutExact: number
    /** rows that the filter set aside, by the column that decided: product_locale, small_version, split, esci_label */
    readonly filtered: Readonly<Record<string, number>>
    readonly duplicateProducts: number
    /** judgements whose query has no text in any file */
    readonly withoutText?: number
    /** queries that no file judges */
    readonly queriesWithoutJudgement?: number
    /** whole lists of a query that another row told before */
    readonly repeatedQueries?: number
  }
  /** the first rows of what was understood */
  readonly samples: { readonly products: readonly Product[]; readonly queries: readonly { readonly text: string; readonly products: readonly string[] }[] }
  readonly seconds: number
}

/** A ranking that a file holds, with the targets and measures told beside it: rows of Rec-R1's result files, and TREC runs by query. */
export interface StoredRanking extends StoredResult {
  readonly file: string
  /** its first row */
  readonly row: number
  readonly text?: string
  readonly scores?: readonly number[]
}

/** What some model wrote for a query. */
export interface StoredOutput {
  readonly file: string
  readonly row: number
  readonly queryId: string
  readonly text: string
  readonly targets?: readonly string[]
  readonly prompt?: string
  /** the shopper's query that the prompt quotes */
  readonly query?: string
}

/** A result file's own measures beside what they come to when its rankings are measured again. */
export type StoredCheck = { readonly file: string } & ({ readonly recomputed: Recomputed } | { readonly fault: string })

/** What was understood of files of texts to imitate. */
export interface ImitationReport extends ImitationCounts {
  /** by file name */
  readonly formats: Readonly<Record<string, string>>
  readonly rows: number
  readonly rejected: readonly Rejection[]
  readonly rejectedCount: number
  readonly rejectedBy: Readonly<Record<string, number>>
  readonly notes: readonly string[]
}

export interface ReadImitations {
  readonly imitations: readonly Imitation[]
  readonly report: ImitationReport
}

export interface IngestService {
  /** Says what each file is, from its first kilobytes. An empty or unreadable file is an Error by name. */
  recognise(files: readonly File[]): Promise<readonly Recognised[]>
  /**
   * Reads the files into the browser's store as one dataset, in any order, several shards of each kind.
   * A missing half, a corrupt or truncated file, a full disk is an Error by name; nothing is kept of a failed read.
   */
  read(files: readonly File[], request: ReadRequest, onProgress?: (progress: IngestProgress) => void): Promise<{ dataset: Dataset; report: IngestReport }>
  /** As `read`, but only says under which hash the dataset is stored: a page opens it from there in parts that never hold it up. */
  store(files: readonly File[], request: ReadRequest, onProgress?: (progress: IngestProgress) => void): Promise<string>
  /** The rankings and outputs of result files, TREC runs and generations, for evaluation; nothing is stored. */
  results(files: readonly File[], request: ReadRequest, onProgress?: (progress: IngestProgress) => void): Promise<{ rankings: readonly StoredRanking[]; outputs: readonly StoredOutput[] }>
  /** What the files say, read to their last rows and not stored; `problem` says why they are no whole data set (a half is missing, say), if they are none. */
  survey(files: readonly File[], request: ReadRequest, onProgress?: (progress: IngestProgress) => void): Promise<{ report: IngestReport; problem?: string }>
  /** Measures the rankings of result files again, file by file; nothing is stored. A file that holds none says so as its fault. */
  checkResults(files: readonly File[], onProgress?: (progress: IngestProgress) => void): Promise<readonly StoredCheck[]>
  /** Reads files of texts to imitate (Rec-R1's SFT Parquet, chats, prompts with completions, queries with outputs); nothing is stored. */
  imitations(files: readonly File[], onProgress?: (progress: IngestProgress) => void): Promise<ReadImitations>
  /** Ends the read under way: it rejects once nothing of it is left. */
  cancel(): Promise<void>
}
