// The black box that ranks: it knows queries and product ids, and nothing of the policy that wrote the query.

/** Ranked product ids, best first, with the recommender's own scores; ties stand in catalogue order. */
export interface Ranking {
  readonly ids: readonly string[]
  readonly scores: readonly number[]
}

export interface Recommender {
  /** The name of its scoring, as it stands on the page and in the run's record. */
  readonly name: string
  /** Ranks the catalogue for each query and returns the top `k` of each, in the queries' order. */
  rank(queries: readonly string[], k: number): Promise<Ranking[]>
}
