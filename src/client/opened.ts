// What an opened recommender is to the page and to the lab, whatever ranks behind it.
import type { Ranking, Recommender } from '../domain/recommender.ts'
import type { Authorisation, DenseModelFiles, Explanation, SearchOptions, ServerCounts } from '../protocol/retrieval.ts'

export { MINISEARCH_LIMIT } from '../protocol/retrieval.ts'
export type { Authorisation, DenseModelFiles, Explanation, SearchOptions, ServerCounts, TermShare } from '../protocol/retrieval.ts'

export interface OpenRecommender {
  readonly recommender: Recommender
  /** resolves with the reason when a worker behind it crashes, and never otherwise */
  readonly failed: Promise<Error>
  readonly close: () => void
  /** bytes that the index keeps in memory, where that is known */
  readonly bytes?: number
  /** milliseconds that indexing or embedding took when it was done */
  readonly ms?: number
  /** Takes a lexical score apart; undefined where the product does not match. Absent where nothing lexical ranks. */
  readonly explain?: (query: string, id: string) => Promise<Explanation | undefined>
  /** MiniSearch's own search and suggestions; absent where nothing lexical ranks. Refused with a sentence beyond MINISEARCH_LIMIT products. */
  readonly search?: (text: string, options: SearchOptions) => Promise<Ranking>
  readonly suggest?: (text: string) => Promise<readonly string[]>
  /** Changes the header of the next requests to a server; absent where none is asked. */
  readonly authorise?: (header: Authorisation | undefined) => Promise<void>
  /** What a server was asked so far; absent where none is asked. */
  readonly counts?: () => Promise<ServerCounts>
}

export interface OpenOptions {
  /** receives the share done, 0 to 1 */
  readonly onProgress?: (share: number) => void
  /** sent with every request to a server */
  readonly authorisation?: Authorisation
  /** a dropped folder with the encoder of a dense recommender */
  readonly files?: DenseModelFiles
  /** aborting ends what is under way and rejects with its reason */
  readonly signal?: AbortSignal
}

/** A stored dataset, as far as a recommender needs to know it. */
export interface StoredDataset {
  readonly hash: string
  readonly productCount: number
}
