// What the retrieval worker offers: a catalogue behind the one black-box interface.
import type { Product } from '../domain/dataset.ts'
import type { Ranking } from '../domain/recommender.ts'

export interface IndexReport {
  readonly name: string
  readonly products: number
  readonly ms: number
}

export interface RetrievalService {
  /** Indexes a catalogue and forgets the one before; `onProgress` receives the share done, 0 to 1. */
  index(products: readonly Product[], onProgress?: (share: number) => void): Promise<IndexReport>
  rank(queries: readonly string[], k: number): Promise<Ranking[]>
}
