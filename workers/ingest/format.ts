// What every published format is to the readers: how it is recognised, which columns it needs, and what a record says.
import type { EsciLabel, Product, Split } from '../../src/domain/dataset.ts'
import type { Imitation } from '../../src/domain/imitation.ts'
import type { Container, EsciFilter, Role } from '../../src/protocol/ingest.ts'

/** The column under which a keyed JSON object (`{"k": {…}, …}`, one record per key) gives each record's key. */
export const KEY = '__key'
/** The column of a record that is no object: the value beside its key (`{"k": "v"}`), or an entry of a plain list. */
export const VALUE = '__value'

/** The name of a column that the file does not name (CSV and TSV without a header): '0', '1', … in order. */
export function columnName(index: number): string {
  return String(index)
}

/**
 * One row or one JSON object, as its container gives it: strings, numbers, bigints, booleans, null, lists, objects.
 * Columns without names are '0', '1', … (columnName). TREC's are qid, iter, docid, rel (judgements), or qid, iter, docid, rank, score, tag (runs), all texts.
 */
export type Row = Readonly<Record<string, unknown>>

/** Where a record stands; rows count from 1 within the file (header lines are not rows). */
export interface Place {
  readonly file: string
  readonly row: number
}

/** What is known of a file from its first kilobytes. */
export interface Shape {
  readonly container: Container
  /** names of the columns, or of the first records' keys */
  readonly columns: ReadonlySet<string>
  readonly first: readonly Row[]
}

/** Takes what records say; it joins, counts and stores. Texts are as the file has them (trimmed, never unescaped or run). */
export interface Sink {
  /** which rows of ESCI are wanted: formats apply it and tell `filtered`. Absent: all. */
  readonly filter?: EsciFilter
  /** a row of the catalogue; of two with one id the first stands. `told: 'again'`: the file tells a product with each judgement of it, so a repeat is no duplicate */
  product(product: Product, at: Place, told?: 'once' | 'again'): void
  query(query: { readonly id: string; readonly text: string; readonly split?: Split; readonly domain?: string }, at: Place): void
  /**
   * `text` and `split` where the row has them (ESCI), else they come by `query` (BEIR, TREC).
   * `whole`: this row holds all of its query's judgements (Rec-R1's lists), so of two such rows of one query the first stands.
   */
  judgement(judgement: {
    readonly queryId: string; readonly productId: string; readonly label: EsciLabel; readonly grade?: number
    readonly text?: string; readonly split?: Split; readonly domain?: string; readonly whole?: boolean
  }, at: Place): void
  /** numbers, tags and category of a product that stands in another file; told before it, they stand over its own */
  facts(productId: string, told: Pick<Product, 'numbers' | 'tags' | 'category'>, at: Place): void
  /** what is told of a person besides what they bought, and the split that all of it belongs to */
  person(userId: string, told: { readonly profile: Readonly<Record<string, string>>; readonly split?: Split }, at: Place): void
  /** `rating`: how strongly the person engaged, as the file has it */
  interaction(event: { readonly userId: string; readonly itemId: string; readonly time: number | undefined; readonly rating: number | undefined }, at: Place): void
  /** a ready history with the item to predict (Rec-R1's Beauty lists, the 2023 benchmark's `history`) */
  sequence(sequence: {
    readonly userId: string; readonly items: readonly string[]; readonly target: string | undefined; readonly split?: Split; readonly domain?: string
    readonly setting?: 'transductive' | 'inductive'; /** of the target, in seconds */ readonly time?: number
  }, at: Place): void
  /** the shop department of a product; of two for one product the first stands */
  category(productId: string, category: string, at: Place): void
  /** a ranking someone stored, with its targets and measures where the file has them (result files, TREC runs) */
  retrieved(ranking: {
    readonly queryId: string; readonly text?: string; readonly ids: readonly string[]; readonly scores?: readonly number[]
    readonly targets?: readonly string[]; readonly measures?: Readonly<Record<string, number>>
  }, at: Place): void
  /** an output that some model wrote for a query (stored generations; SFT text with its prompt, and the query found in it) */
  output(output: { readonly queryId: string; readonly text: string; readonly targets?: readonly string[]; readonly prompt?: string; readonly query?: string }, at: Place): void
  /** an output to imitate, with its prompt or with the query that it answers; a sink that takes none takes `output` of SFT texts */
  imitation?(told: Imitation, at: Place): void
  /** a row that a filter set aside, by the column that decided */
  filtered(column: string): void
  /** what was assumed of a file, as one sentence; said once however often it is told */
  note?(sentence: string): void
  /** a row that cannot be used: the column, what stands there and the remedy, as one sentence */
  reject(at: Place, column: string, reason: string): void
}

export interface Format {
  readonly name: string
  readonly role: Role
  /** columns to read; the others are never decoded. Undefined reads whole records. */
  readonly columns?: readonly string[]
  matches(shape: Shape): boolean
  /** what one record says; throws only where the whole file can't be what it seemed */
  read(row: Row, at: Place, sink: Sink): void
}
