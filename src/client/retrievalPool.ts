// A few retrieval workers over one index: one builds it, the others share its memory, and whoever needs the same index shares the workers.
import type { LexicalSpec } from '../domain/recommender.ts'
import type { IndexReport, RetrievalService } from '../protocol/retrieval.ts'
import type { Connection } from './connection.ts'
import type { OpenOptions, StoredDataset } from './opened.ts'
import type { Ask } from './ranking.ts'

const MAX_WORKERS = 2
/** Hits (query × rank) in one reply: small enough that receiving it never holds up the page. */
const HITS_PER_CALL = 4_000
/** Without shared memory every worker holds an index of its own; beyond this many products one worker has to do. */
const COPIED_PRODUCTS = 200_000

export interface RetrievalPool {
  readonly services: readonly RetrievalService[]
  readonly report: IndexReport
  readonly failed: Promise<Error>
}

/** The host's side of a pool, so that pools are tested on fakes. */
export interface PoolHost {
  readonly connect: () => Connection<RetrievalService>
  readonly workers: number
  /** whether memory can be shared between workers */
  readonly shares: boolean
}

interface Entry {
  users: number
  readonly opening: Promise<RetrievalPool>
  readonly listeners: Set<(share: number) => void>
  readonly close: () => void
}

export interface Lease {
  readonly pool: RetrievalPool
  /** The last one to give a pool back ends its workers. */
  readonly release: () => void
}

/** The pools that are open, by what their indexes were made of: another scoring of the same index costs nothing to open. */
export class RetrievalPools {
  readonly #entries = new Map<string, Entry>()

  constructor(private readonly host: PoolHost) {}

  async lease(dataset: StoredDataset, spec: LexicalSpec, { onProgress, signal }: OpenOptions): Promise<Lease> {
    signal?.throwIfAborted()
    const key = `${dataset.hash} ${spec.analyzer} ${spec.query}`
    const entry = this.#entries.get(key) ?? this.#open(key, dataset, spec)
    entry.users++
    if (onProgress !== undefined) entry.listeners.add(onProgress)
    let held = true
    const release = (): void => {
      if (!held) return
      held = false
      if (onProgress !== undefined) entry.listeners.delete(onProgress)
      if (--entry.users === 0) this.#end(key, entry)
    }
    let stop: () => void = () => undefined
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(signal?.reason as Error)
      signal?.addEventListener('abort', stop)
    })
    try {
      const pool = await Promise.race([entry.opening, aborted])
      signal?.throwIfAborted()
      return { pool, release }
    } catch (error) {
      release()
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  #end(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    entry.close()
  }

  #open(key: string, dataset: StoredDataset, spec: LexicalSpec): Entry {
    const listeners = new Set<(share: number) => void>()
    const tell = (share: number): void => listeners.forEach((listener) => listener(share))
    const copies = this.host.shares || dataset.productCount <= COPIED_PRODUCTS ? Math.max(1, Math.min(MAX_WORKERS, this.host.workers)) : 1
    const connections = Array.from({ length: copies }, this.host.connect)
    const close = (): void => connections.forEach((connection) => connection.close())
    const opening = openAll(connections, this.host.shares, dataset.hash, spec, tell)
    const entry: Entry = { users: 0, opening, listeners, close }
    this.#entries.set(key, entry)
    // what failed or crashed is not found again: the next to ask opens anew
    opening.then(({ failed }) => failed.then(() => this.#end(key, entry)), () => this.#end(key, entry))
    return entry
  }
}

async function openAll(
  connections: readonly Connection<RetrievalService>[], shares: boolean, hash: string, spec: LexicalSpec, onProgress: (share: number) => void,
): Promise<RetrievalPool> {
  const services = connections.map(({ service }) => service)
  const [first, ...others] = services as [RetrievalService, ...RetrievalService[]]
  const failed = Promise.race(connections.map((connection) => connection.failed))
  if (!shares) {
    const done = services.map(() => 0)
    const [report] = await Promise.all(services.map((service, at) => service.open(hash, spec, (share) => {
      done[at] = share
      onProgress(Math.min(...done))
    })))
    return { services, report: report!, failed }
  }
  const report = await first.open(hash, spec, onProgress)
  const shared = others.length === 0 ? undefined : await first.share()
  await Promise.all(others.map((service) => (shared === undefined ? service.open(hash, spec) : service.attach(hash, shared))))
  return { services, report, failed }
}

/** Ranks by `spec` over the pool: each worker takes the next few queries when it has finished its last. */
export function askPool({ services }: RetrievalPool, spec: LexicalSpec): Ask {
  return async (queries, k, found) => {
    const size = Math.max(1, Math.min(Math.floor(HITS_PER_CALL / k), Math.ceil(queries.length / services.length)))
    let next = 0
    const work = async (service: RetrievalService): Promise<void> => {
      while (next < queries.length) {
        const chunk = queries.slice(next, next + size)
        next += chunk.length
        const rankings = await service.rank(chunk, k, spec)
        if (rankings.length !== chunk.length) {
          throw new Error(`retrieval worker answered ${rankings.length} rankings for ${chunk.length} queries; expected one for each`)
        }
        for (const [at, query] of chunk.entries()) found(query, rankings[at]!)
      }
    }
    await Promise.all(services.map(work))
  }
}
