// What the retrieval workers offer: a stored catalogue behind the one black-box interface.
import type { DenseSpec, HttpSpec, LexicalSpec } from '../domain/recommender.ts'

export interface IndexReport {
  readonly name: string
  readonly products: number
  readonly ms: number
  /** bytes that the index keeps in memory, stored text apart */
  readonly bytes?: number
}

/** A ranking as it crosses between threads: cheap to copy whatever its depth. */
export interface WireRanking {
  /** ids joined by line feeds; the empty text for an empty ranking */
  readonly ids: string
  /** transferred */
  readonly scores: Float64Array
  readonly failed?: string
}

/** The part of a score that one term gives. Parts add up to `sum`. */
export interface TermShare {
  readonly term: string
  /** how often the query asks for it */
  readonly queryCount: number
  readonly field: string
  /** how often it stands there, and in how many products' fields */
  readonly count: number
  readonly products: number
  readonly share: number
}

/** A score taken apart: sum × factor is the score, to rounding. The factor is 1 but for `minisearch` (number of matched terms). */
export interface Explanation {
  readonly id: string
  readonly score: number
  readonly sum: number
  readonly factor: number
  readonly terms: readonly TermShare[]
}

export interface SearchOptions {
  readonly prefix: boolean
  /** edits allowed as a share of a word's length, 0 for none (MiniSearch's `fuzzy`) */
  readonly fuzzy: number
  readonly limit: number
}

/** A request header that says who asks. It lives in memory: no record, no error and no address holds it. */
export interface Authorisation {
  readonly name: string
  readonly value: string
}

/** What a server was asked since it was opened, and what came of it. */
export interface ServerCounts {
  readonly requests: number
  /** requests that were repeated */
  readonly retries: number
  /** queries that got no ranking */
  readonly failed: number
  /** ids in the server's rankings, and those among them that the catalogue doesn't hold */
  readonly ids: number
  readonly unknownIds: number
}

/** Served by retrieval.worker.ts: one stored catalogue, indexed once and ranked by any lexical scoring of the same analyzer, or by a server. */
export interface RetrievalService {
  /** Reads the stored dataset `hash` and indexes it for `spec`; what was open before is forgotten. `onProgress` receives the share done, 0 to 1. */
  open(hash: string, spec: LexicalSpec | HttpSpec, onProgress?: (share: number) => void): Promise<IndexReport>
  /** The open index's memory for other workers to `attach`: SharedArrayBuffers where the page is isolated, else undefined. */
  share(): Promise<unknown>
  attach(hash: string, shared: unknown): Promise<void>
  /** Top `k` of each query. `spec` ranks by another lexical scoring over the same index than the one that it was opened with. */
  rank(queries: readonly string[], k: number, spec?: LexicalSpec): Promise<WireRanking[]>
  /** Takes the score of product `id` apart. Undefined where the product does not match. */
  explain(query: string, id: string, spec?: LexicalSpec): Promise<Explanation | undefined>
  /** The search box, by MiniSearch itself; a sentence as rejection beyond MINISEARCH_LIMIT products. */
  search(text: string, options: SearchOptions): Promise<WireRanking>
  suggest(text: string): Promise<readonly string[]>
  /** Held in this worker's memory only, for the next requests of an HttpSpec. */
  authorise(header: Authorisation | undefined): Promise<void>
  /** Undefined where no server is open. */
  counts(): Promise<ServerCounts | undefined>
}

/** MiniSearch itself holds catalogues up to this many products; the compiled index carries on beyond. */
export const MINISEARCH_LIMIT = 100_000

export interface EmbeddingProgress {
  readonly done: number
  readonly total: number
}

/** Served by dense.worker.ts: onnxruntime-web and the exact top-k kernel on one device. */
export interface DenseService {
  /** Embeds the stored dataset `hash` (what is stored of an earlier, unfinished pass is kept) and holds the matrix on the GPU. */
  open(hash: string, spec: DenseSpec, files: DenseModelFiles | undefined, onProgress?: (progress: EmbeddingProgress) => void): Promise<IndexReport>
  rank(queries: readonly string[], k: number): Promise<WireRanking[]>
  cancel(): Promise<void>
}

/** A dropped model folder: paths within it (`config.json`, `tokenizer.json`, `onnx/model.onnx`) to files. */
export type DenseModelFiles = Readonly<Record<string, File>>
