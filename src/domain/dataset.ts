// The catalogue and its judged queries: what every shard becomes before anything trains on it.

/** A catalogue row. Absent text is the empty string. */
export interface Product {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly bullets: string
  readonly brand: string
  readonly color: string
  /** where the shop files it: the last of Amazon's category path, or its main category; absent where no shard says */
  readonly category?: string
  /** the address of a picture of it, where a shard has one; nothing is fetched from there unless a person wants pictures */
  readonly image?: string
  /** what it is about, in single words or phrases */
  readonly tags?: readonly string[]
  /** numeric columns by name: price, margin, stock, released (seconds since 1970), likes, comments, shares */
  readonly numbers?: Readonly<Record<string, number>>
}

/** ESCI's four grades: Exact, Substitute, Complement, Irrelevant. */
export type EsciLabel = 'E' | 'S' | 'C' | 'I'

export interface Judgement {
  readonly productId: string
  /** of graded judgements (qrels): E from grade 1 up, else I */
  readonly label: EsciLabel
  /** the grade that a qrels file gives; absent for ESCI's letters */
  readonly grade?: number
}

export type Split = 'train' | 'validation' | 'test'

/** A shopper's query with everything that was judged for it, in the shard's order (duplicates kept). */
export interface JudgedQuery {
  readonly id: string
  readonly text: string
  readonly split: Split
  /** the shop department of its first relevant product, or of the file it came in: what results are also averaged by */
  readonly domain?: string
  readonly judgements: readonly Judgement[]
}

/** What one person bought, oldest first. */
export interface UserHistory {
  readonly userId: string
  readonly items: readonly string[]
  /** seconds since 1970, one per item; absent where the file gives an order and no times */
  readonly times?: readonly number[]
  /** how strongly the person engaged with each item: a rating, or a share from 0 to 1, as the file has it; absent where it tells none */
  readonly strengths?: readonly number[]
  /** what is told of the person besides: age, gender, city tier, interests */
  readonly profile?: Readonly<Record<string, string>>
  /** where all rows of this person belong, where a file says so: people of the test are then unseen in training */
  readonly split?: Split
  /** of a history that came ready to use (Rec-R1's lists, the benchmark's `history`): the item to predict after `items`, and where the row belongs */
  readonly next?: NextItem
}

/** What comes after a ready history. */
export interface NextItem {
  readonly target: string
  /** seconds since 1970 */
  readonly time?: number
  readonly split?: Split
  readonly domain?: string
  /** whether all items of history and target stand in training (transductive), or none (inductive) */
  readonly setting?: 'transductive' | 'inductive'
}

/** One catalogue with its queries; the products themselves stay in the store. `hash` identifies the bytes it was read from and how (hex SHA-256). */
export interface Dataset {
  readonly name: string
  readonly productCount: number
  readonly queries: readonly JudgedQuery[]
  readonly users?: readonly UserHistory[]
  readonly hash: string
}

/** What a reader refused, and why; `row` counts from 1 within `file`. */
export interface Rejection {
  readonly file: string
  readonly row: number
  readonly column: string
  readonly reason: string
}
