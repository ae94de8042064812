// What the models worker offers: policies kept in the browser's private file system, from the model hub, a mirror or a dropped folder.
import type { ModelFiles } from './policy.ts'

/**
 * Where a policy comes from. `hub`: an id such as `Qwen/Qwen2.5-0.5B-Instruct`, at huggingface.co (an empty `mirror`) or at `mirror`: an address that
 * serves `/{id}/resolve/{revision}/{file}`, or the address of a plain folder, with or without the id. `token`, where given, goes with every request
 * to that host as a bearer token, to no other that it sends us on to, and is stored nowhere. `folder`: paths with or without the folders around them.
 */
export type ModelSource =
  | { readonly kind: 'hub'; readonly id: string; readonly revision: string; readonly mirror: string; readonly token?: string }
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly { readonly path: string; readonly file: File }[] }

export interface ModelFileEntry {
  readonly name: string
  /** 0 where the host doesn't tell it beforehand */
  readonly bytes: number
  /** hex SHA-256 where the source states one (the hub's LFS id), else the empty string */
  readonly sha256: string
  /** bytes that lie here already */
  readonly kept: number
}

/** A policy before or after it is kept: what its config.json says (raw, parsed by src/domain/modelConfig.ts) and which files it consists of. */
export interface ModelRecord {
  /** names the policy in settings and in the store: the hub's id (with `@revision` unless main), or the folder's name and a hash of its files' names, sizes and times */
  readonly id: string
  readonly source: 'hub' | 'folder'
  readonly config: Readonly<Record<string, unknown>>
  readonly files: readonly ModelFileEntry[]
  /** of all files */
  readonly bytes: number
  /** every file is whole and checked */
  readonly complete: boolean
  /** ISO 8601; when it became whole, or was begun */
  readonly addedAt: string
  /** why it cannot be opened; it can only be removed */
  readonly damage?: string
}

export interface FetchProgress {
  readonly file: string
  readonly bytes: number
  readonly of: number
  /** over all files, what lay here before included */
  readonly totalBytes: number
  readonly totalOf: number
}

/** The procedures of workers/models.worker.ts. Every failure is an Error whose message is a sentence with the file, both values and the remedy. */
export interface ModelsService {
  /** Every policy that is kept whole or in part, the latest first. */
  list(): Promise<ModelRecord[]>
  /**
   * Reads what is needed to judge whether it fits (config.json, the files' sizes) and keeps nothing. What is kept whole already is answered
   * from the store, without the network.
   */
  inspect(source: ModelSource): Promise<ModelRecord>
  /**
   * Brings every file into the store, going on where an earlier attempt stopped; checks sizes, hashes and safetensors headers; complete only
   * when whole. What is kept whole already is answered at once. Refused before anything is written when there is not room for it.
   */
  add(source: ModelSource, onProgress?: (progress: FetchProgress) => void): Promise<ModelRecord>
  /** Ends an `add` under way, which rejects; what came so far stays for the next one. */
  stop(id: string): Promise<void>
  /** Its files, weights as Blobs that are read from the disk. */
  open(id: string): Promise<ModelFiles>
  /** Frees what it takes. Rejects while it is being added, or while another tab holds it open (`modelOpenLock`). */
  remove(id: string): Promise<void>
}

/** The Web Lock that a page holds, shared, for as long as it may read the policy's files. */
export function modelOpenLock(id: string): string {
  return `model ${id} open`
}

/** The Web Lock of whoever writes the policy's files. */
export function modelWriteLock(id: string): string {
  return `model ${id} written`
}
