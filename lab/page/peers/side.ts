// What `bench generate` asks of each side, ours and the peers: the same model, the same tokens, greedy, of a fixed length.

/** A file of a model's folder by its path. */
export interface FolderFile {
  readonly path: string
  readonly bytes: Blob
}

export interface Continuations {
  /** [group][tokens], the new ids only */
  readonly ids: readonly (readonly number[])[]
  readonly ms: number
  /** until every continuation had its first token: the prompt's share */
  readonly firstMs?: number
}
