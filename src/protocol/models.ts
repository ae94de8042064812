// What the models worker offers: policies kept in the browser's private file system, from the model hub, a mirror or a dropped folder.
import type { ModelFiles } from './policy.ts'

/**
 * Where a policy comes from. `hub`: an id such as `Qwen/Qwen2.5-0.5B-Instruct`, at huggingface.co (an empty `mirror`) or at `mirror` (an address that
 * serves `/{id}/resolve/{revision}/{file}`); `token`, where given, goes with every request to that host as a bearer token and is stored nowhere.
 */
export type ModelSource =
  | { readonly kind: 'hub'; readonly id: string; readonly revision: string; readonly mirror: string; readonly token?: string }
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly { readonly path: string; readonly file: File }[] }

export interface ModelFileEntry {
  readonly name: string
  readonly bytes: number
  /** hex SHA-256 where the source states one (the hub's LFS id), else the empty string */
  readonly sha256: string
  /** bytes that lie here already */
  readonly kept: number
}

/** A policy before or after it is kept: what its config.json says (raw, parsed by src/domain/model.ts) and which files it consists of. */
export interface ModelRecord {
  /** names the policy in settings and in the store: the hub's id (with `@revision` unless main), or the folder's name and a hash of its files' names and sizes */
  readonly id: string
  readonly source: 'hub' | 'folder'
  readonly config: Readonly<Record<string, unknown>>
  readonly files: readonly ModelFileEntry[]
  readonly bytes: number
  /** every file is whole and checked */
  readonly complete: boolean
  readonly addedAt: string
}

export interface FetchProgress {
  readonly file: string
  readonly bytes: number
  readonly of: number
  /** over all files */
  readonly totalBytes: number
  readonly totalOf: number
}

/** The procedures of workers/models.worker.ts. Every failure is an Error whose message is a sentence with the file, both values and the remedy. */
export interface ModelsService {
  list(): Promise<ModelRecord[]>
  /** Reads what is needed to judge whether it fits (config.json, the files' sizes, the safetensors headers' dtypes are not needed) and keeps nothing else. */
  inspect(source: ModelSource): Promise<ModelRecord>
  /** Brings every file into the store, going on where an earlier attempt stopped; checks sizes and hashes; visible as complete only when whole. */
  add(source: ModelSource, onProgress?: (progress: FetchProgress) => void): Promise<ModelRecord>
  /** Ends an `add` under way; what came so far stays for the next one. */
  stop(id: string): Promise<void>
  /** Its files, weights as Blobs that are read from the disk. */
  open(id: string): Promise<ModelFiles>
  remove(id: string): Promise<void>
}
