// A Recommender over a small pool of retrieval workers, with a cache of rankings.
import type { Product } from '../domain/dataset.ts'
import type { Ranking, Recommender } from '../domain/recommender.ts'
import type { RetrievalService } from '../protocol/retrieval.ts'
import { connect, type Connection } from './connection.ts'
import { RankingCache } from './rankingCache.ts'

const MAX_WORKERS = 2
/** Hits (query × rank) in one reply: small enough that receiving it never holds up the page. */
const HITS_PER_CALL = 4_000

export interface OpenRecommender {
  readonly recommender: Recommender
  readonly failed: Promise<Error>
  readonly close: () => void
}

function openWorker(): Connection<RetrievalService> {
  const worker = new Worker(new URL('../../workers/retrieval.worker.ts', import.meta.url), { type: 'module', name: 'retrieval' })
  return connect<RetrievalService>(worker, 'retrieval')
}

function chunksOf(items: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

/** Ranks the distinct queries that are not cached, spread over the pool: each worker takes the next chunk when it has finished one. */
async function rankMissing(
  pool: readonly RetrievalService[], missing: readonly string[], k: number, canonical: ReadonlyMap<string, string>,
): Promise<Map<string, Ranking>> {
  const size = Math.max(1, Math.min(Math.floor(HITS_PER_CALL / k), Math.ceil(missing.length / pool.length)))
  const chunks = chunksOf(missing, size)
  const found = new Map<string, Ranking>()
  const work = async (service: RetrievalService): Promise<void> => {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
      const rankings = await service.rank(chunk, k)
      if (rankings.length !== chunk.length) {
        throw new Error(`retrieval worker answered ${rankings.length} rankings for ${chunk.length} queries; expected one for each`)
      }
      for (const [at, query] of chunk.entries()) {
        const { ids, scores } = rankings[at]!
        found.set(query, { ids: ids.map((id) => canonical.get(id) ?? id), scores })
      }
    }
  }
  await Promise.all(pool.map(work))
  return found
}

/** Indexes a catalogue in every worker of the pool; `onProgress` receives the share done, 0 to 1. Close it before opening another. */
export async function openRecommender(products: readonly Product[], onProgress?: (share: number) => void): Promise<OpenRecommender> {
  const size = Math.max(1, Math.min(MAX_WORKERS, navigator.hardwareConcurrency))
  const connections = Array.from({ length: size }, openWorker)
  const close = (): void => connections.forEach((connection) => connection.close())
  const shares = connections.map(() => 0)
  try {
    const reports = await Promise.all(connections.map(({ service }, at) => service.index(products, (share) => {
      shares[at] = share
      onProgress?.(Math.min(...shares))
    })))
    const pool = connections.map(({ service }) => service)
    const cache = new RankingCache()
    // ids come back as copies: kept as the catalogue's own strings, a cached ranking is a list of pointers and light to collect
    const canonical = new Map(products.map(({ id }) => [id, id]))
    const rank = async (queries: readonly string[], k: number): Promise<Ranking[]> => {
      const known = new Map<string, Ranking>()
      const missing: string[] = []
      for (const query of new Set(queries)) {
        const ranking = cache.get(query, k)
        if (ranking === undefined) missing.push(query)
        else known.set(query, ranking)
      }
      for (const [query, ranking] of await rankMissing(pool, missing, k, canonical)) {
        known.set(query, ranking)
        cache.set(query, k, ranking)
      }
      return queries.map((query) => known.get(query)!)
    }
    return { recommender: { name: reports[0]!.name, rank }, failed: Promise.race(connections.map(({ failed }) => failed)), close }
  } catch (error) {
    close()
    throw error
  }
}
