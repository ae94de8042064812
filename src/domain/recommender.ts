// The black box that ranks: it knows queries and product ids, and nothing of the policy that wrote the query.

/** Ranked product ids, best first, with the recommender's own scores; ties stand in catalogue order. */
export interface Ranking {
  readonly ids: readonly string[]
  readonly scores: ArrayLike<number>
  /** why this query got no answer (a server that failed): it is then no ranking at all, and no reward follows from it */
  readonly failed?: string
}

export interface Recommender {
  /** The name of its scoring, as it stands on the page, in the run's record and as the tag of a TREC run: without white space. */
  readonly name: string
  /** Ranks the catalogue for each query and returns the top `k` of each, in the queries' order. */
  rank(queries: readonly string[], k: number): Promise<Ranking[]>
}

/** How text becomes terms. `plain`: lower case, split at spaces, punctuation and symbols, no Boolean words. `lucene`: EnglishAnalyzer's chain. */
export type AnalyzerName = 'plain' | 'lucene'

export const FIELDS = ['title', 'description', 'bullets', 'brand', 'color'] as const
export type Field = (typeof FIELDS)[number]

/** A lexical scoring over the compiled index. */
export interface LexicalSpec {
  readonly kind: 'minisearch' | 'bm25' | 'lucene'
  readonly analyzer: AnalyzerName
  readonly k1: number
  readonly b: number
  /** weight by field; a field of weight 0 is not searched. `lucene` reads all searched fields as one text and knows no other weights. */
  readonly weights: Readonly<Record<Field, number>>
  /** `bag`: a bag of words. `boolean`: AND, OR, NOT, quotes, parentheses, + and − filter, the words that are not excluded score. */
  readonly query: 'bag' | 'boolean'
}

export interface DenseSpec {
  readonly kind: 'dense'
  /** a model-hub id, the name of a dropped folder, or `sample` for the embedded encoder */
  readonly model: string
  readonly pooling: 'cls' | 'mean'
  /** put before every query and every product by models that were trained so (E5's "query: " and "passage: ") */
  readonly queryPrefix: string
  readonly productPrefix: string
}

export interface HttpSpec {
  readonly kind: 'http'
  readonly engine: 'elasticsearch' | 'opensearch' | 'json'
  readonly url: string
  /** JSON with {{query}} and {{k}} in it; the empty text is the engine's usual one */
  readonly template: string
  /** where a hit says its product id: `_id`, or a field of the document */
  readonly idField: string
  readonly concurrency: number
  readonly timeoutMs: number
  readonly retries: number
}

export interface HybridSpec {
  readonly kind: 'hybrid'
  readonly parts: readonly (LexicalSpec | DenseSpec | HttpSpec)[]
  /** reciprocal rank fusion (Cormack et al. 2009), or a weighted sum of scores brought to 0 to 1 by query */
  readonly fusion: 'rrf' | 'weighted'
  /** the constant of 1 / (constant + rank) */
  readonly rrfConstant: number
  readonly weights: readonly number[]
  /** how deep each part is asked */
  readonly depth: number
}

/** Everything that decides a ranking besides catalogue and query: plain data, and the key of caches. */
export type RecommenderSpec = LexicalSpec | DenseSpec | HttpSpec | HybridSpec
