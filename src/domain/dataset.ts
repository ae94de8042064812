// The catalogue and its judged queries: what every shard becomes before anything trains on it.

/** A catalogue row. Absent text is the empty string. */
export interface Product {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly bullets: string
  readonly brand: string
  readonly color: string
}

/** ESCI's four grades: Exact, Substitute, Complement, Irrelevant. */
export type EsciLabel = 'E' | 'S' | 'C' | 'I'

export interface Judgement {
  readonly productId: string
  readonly label: EsciLabel
}

/** A shopper's query with everything that was judged for it, in the shard's order (duplicates kept). */
export interface JudgedQuery {
  readonly id: string
  readonly text: string
  readonly split: 'train' | 'test'
  readonly judgements: readonly Judgement[]
}

/** One catalogue with its queries. `hash` identifies the bytes it was read from (hex SHA-256). */
export interface Dataset {
  readonly name: string
  readonly products: readonly Product[]
  readonly queries: readonly JudgedQuery[]
  readonly hash: string
}

/** What a reader refused, and why; `row` counts from 1 within `file`. */
export interface Rejection {
  readonly file: string
  readonly row: number
  readonly column: string
  readonly reason: string
}
