// The compiled lexical index of one catalogue: built once by analyzer, ranked by any of the three scorings, shared between workers.
import type { LexicalSpec } from '../../src/domain/recommender.ts'
import type { Explanation, WireRanking } from '../../src/protocol/retrieval.ts'
import type { CatalogueReader } from '../store/catalogue.ts'

/** What `share` hands to other workers: plain data over SharedArrayBuffers, and the spec it was opened with. */
export interface SharedIndex {
  readonly spec: LexicalSpec
}

export interface BuildOptions {
  /** receives the share of products indexed, 0 to 1 */
  readonly onProgress?: (share: number) => void
  /** ends the build with its reason */
  readonly signal?: AbortSignal
}

export class LexicalIndex {
  readonly products: number = 0
  /** bytes that the index holds, stored text apart */
  readonly bytes: number = 0

  private constructor(readonly spec: LexicalSpec) {}

  /** Indexes a catalogue in one pass with bounded memory. */
  static build(_reader: CatalogueReader, spec: LexicalSpec, _options: BuildOptions = {}): Promise<LexicalIndex> {
    return Promise.resolve(new LexicalIndex(spec))
  }

  /** An index over the memory of another worker's. */
  static attach(shared: SharedIndex): LexicalIndex {
    return new LexicalIndex(shared.spec)
  }

  /** The same index ranked by another spec. A different analyzer, or phrases that were not indexed, is an Error: build anew. */
  withSpec(spec: LexicalSpec): LexicalIndex {
    return new LexicalIndex(spec)
  }

  /** The index's memory for other workers to `attach`; undefined where the page is not isolated. */
  share(): SharedIndex | undefined {
    return undefined
  }

  /** Top `k` for each query, best first, ties in catalogue order. `k` must be a whole number of at least 1. */
  rank(_queries: readonly string[], _k: number): WireRanking[] {
    throw new Error('lexical index: under way')
  }

  /** Takes the score of product `id` apart; undefined where the product does not match or is unknown. */
  explain(_query: string, _id: string): Explanation | undefined {
    throw new Error('lexical index: under way')
  }
}
