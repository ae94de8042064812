// What the sources worker offers: other systems' answers to the judged queries, read from files, kept in the browser and matched to a dataset.

/** What a file says to a query: a text that some system wrote, or a ranking of its own. */
export type SourceEntry =
  | { readonly kind: 'text'; readonly text: string }
  /** best first */
  | { readonly kind: 'ranking'; readonly ids: readonly string[]; readonly scores: readonly number[] }

/** A row that could not be used. */
export interface RefusedRow {
  readonly row: number
  readonly column: string
  readonly reason: string
}

/** A frozen model by reference: what it needs to be opened again. */
export interface FrozenReference {
  /** a hub's id, or a folder's name */
  readonly model: string
  readonly from: 'hub' | 'folder'
  readonly revision: string
  /** the empty text: huggingface.co */
  readonly mirror: string
  readonly dtype: string
  readonly device: 'webgpu' | 'wasm'
}

/** One kept source. `id` is made of its bytes (files) or of its reference (models): the same thing is not kept twice. */
export type SourceRecord = { readonly id: string; readonly title: string; /** milliseconds since 1970 */ readonly addedAt: number } & (
  | {
    readonly kind: 'outputs' | 'run'
    readonly file: string
    /** what the file was recognised as */
    readonly format: string
    readonly queries: number
    /** rows that say a query again; the first stands */
    readonly repeated: number
    readonly refused: { readonly count: number; readonly first?: RefusedRow }
  }
  | { readonly kind: 'frozen'; readonly reference: FrozenReference }
)

/** How a source's entries met the judged queries of a dataset. */
export interface MatchReport {
  readonly entries: number
  /** entries that met a judged query, by what they were met */
  readonly matched: number
  readonly by: { readonly id: number; readonly text: number; readonly targets: number }
  /** of those met by targets: several queries have the same relevant products, and order alone chose among them */
  readonly ambiguous: number
  /** judged queries of the dataset */
  readonly judged: number
  /** the first entry that met none: its id or text as the file has it, and why */
  readonly firstUnmatched?: { readonly named: string; readonly why: string }
}

export interface AskedQuery {
  readonly id?: string
  readonly text: string
}

/** The procedures of workers/sources.worker.ts. Every failure is an Error whose message is a sentence. */
export interface SourcesService {
  /** Every kept source, the oldest first. A damaged one is left out and removed. */
  list(): Promise<SourceRecord[]>
  /** What a file is, from its first kilobytes; undefined where it is nothing that compares. Never rejects. */
  recognise(file: File): Promise<'outputs' | 'run' | undefined>
  /** Reads a file whole and keeps what it says. Rejects with a sentence that names file, row and column where nothing in it can be used. */
  keep(file: File): Promise<SourceRecord>
  keepModel(title: string, reference: FrozenReference): Promise<SourceRecord>
  remove(id: string): Promise<void>
  /** Matches a kept file to the stored dataset `hash`: by id, by text, or by its list of targets. */
  match(id: string, hash: string): Promise<MatchReport>
  /** What the file says to each query, in their order; undefined where it says nothing. `hash` names the dataset that the ids are of. */
  answers(id: string, hash: string, queries: readonly AskedQuery[]): Promise<(SourceEntry | undefined)[]>
}
