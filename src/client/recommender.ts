// Opens whatever the settings say should rank: over the retrieval workers, the dense worker, a server, or several of them at once.
import type { DenseSpec, HttpSpec, HybridSpec, LexicalSpec, RecommenderSpec } from '../domain/recommender.ts'
import type { RetrievalService } from '../protocol/retrieval.ts'
import { connect, type Connection } from './connection.ts'
import { openDense } from './dense.ts'
import { askParts } from './hybrid.ts'
import type { OpenOptions, OpenRecommender, StoredDataset } from './opened.ts'
import { throughProxy } from './proxy.ts'
import { cachedRecommender, pack, unpack } from './ranking.ts'
import { RankingCache } from './rankingCache.ts'
import { askPool, RetrievalPools } from './retrievalPool.ts'

export type { OpenOptions, OpenRecommender, StoredDataset } from './opened.ts'

function openWorker(): Connection<RetrievalService> {
  const worker = new Worker(new URL('../../workers/retrieval.worker.ts', import.meta.url), { type: 'module', name: 'retrieval' })
  return connect<RetrievalService>(worker, 'retrieval')
}

const pools = new RetrievalPools({ connect: openWorker, workers: navigator.hardwareConcurrency, shares: globalThis.crossOriginIsolated === true })
const cache = new RankingCache()
/** Rankings of a server, or of a folder that only has a name, are remembered while they are open and no longer. */
let openings = 0

/**
 * Opens a recommender over a stored dataset. Another scoring of an index that is open already costs nothing, so open the next before closing
 * the last. Rejects with a sentence: the dataset is not stored, a worker failed, a server refuses, the signal's reason.
 */
export function openRecommender(dataset: StoredDataset, spec: RecommenderSpec, options: OpenOptions = {}): Promise<OpenRecommender> {
  switch (spec.kind) {
    case 'dense': return openDenseCached(dataset, spec, options)
    case 'http': return openServer(dataset, spec, options)
    case 'hybrid': return openHybrid(dataset, spec, options)
    default: return openLexical(dataset, spec, options)
  }
}

/** All that decides a ranking besides query and depth. */
function keyOf({ hash }: StoredDataset, spec: RecommenderSpec): string {
  return `${hash} ${JSON.stringify(spec)}`
}

async function openLexical(dataset: StoredDataset, spec: LexicalSpec, options: OpenOptions): Promise<OpenRecommender> {
  const { pool, release } = await pools.lease(dataset, spec, options)
  const { services, report, failed } = pool
  // the one that holds MiniSearch, when the box is used: the others rank on meanwhile
  const box = services.at(-1)!
  return {
    recommender: cachedRecommender(spec.kind, keyOf(dataset, spec), cache, askPool(pool, spec)), failed, close: release, ms: report.ms,
    ...(report.bytes === undefined ? {} : { bytes: report.bytes }),
    explain: (query, id) => services[0]!.explain(query, id, spec),
    search: async (text, how) => unpack(await box.search(text, how)),
    suggest: (text) => box.suggest(text),
  }
}

/** Queries that cross to a server's worker in one call: their rankings come back together, and the page stays free. */
const SERVER_HITS = 20_000

async function openServer(dataset: StoredDataset, spec: HttpSpec, { onProgress, authorisation, signal }: OpenOptions): Promise<OpenRecommender> {
  signal?.throwIfAborted()
  const { service, failed, close } = openWorker()
  signal?.addEventListener('abort', close)
  try {
    await service.authorise(authorisation)
    const report = await service.open(dataset.hash, await throughProxy(spec), onProgress)
    signal?.throwIfAborted()
    const key = `${keyOf(dataset, spec)} ${++openings}`
    const recommender = cachedRecommender(report.name, key, cache, async (queries, k, found) => {
      const size = Math.max(1, Math.floor(SERVER_HITS / k))
      const chunks = Array.from({ length: Math.ceil(queries.length / size) }, (_, at) => queries.slice(at * size, (at + 1) * size))
      // all at once: the worker keeps to the concurrency that was asked for
      await Promise.all(chunks.map(async (chunk) => {
        const rankings = await service.rank(chunk, k)
        for (const [at, query] of chunk.entries()) found(query, rankings[at]!)
      }))
    })
    return { recommender, failed, close, authorise: (header) => service.authorise(header), counts: async () => (await service.counts())! }
  } catch (error) {
    close()
    throw signal?.aborted === true ? signal.reason as Error : error
  } finally {
    signal?.removeEventListener('abort', close)
  }
}

const DENSE_BATCH = 96
const DENSE_HITS = 50_000

async function openDenseCached(dataset: StoredDataset, spec: DenseSpec, options: OpenOptions): Promise<OpenRecommender> {
  const { onProgress, files, signal } = options
  const opened = await openDense(dataset, spec, {
    ...(files === undefined ? {} : { files }), ...(signal === undefined ? {} : { signal }),
    onProgress: ({ done, total }) => onProgress?.(total === 0 ? 1 : done / total),
  })
  const key = `${keyOf(dataset, spec)}${files === undefined ? '' : ` ${++openings}`}`
  const recommender = cachedRecommender(opened.recommender.name, key, cache, async (queries, k, found) => {
    const size = Math.max(1, Math.min(DENSE_BATCH, Math.floor(DENSE_HITS / k)))
    for (let at = 0; at < queries.length; at += size) {
      const chunk = queries.slice(at, at + size)
      const rankings = await opened.recommender.rank(chunk, k)
      for (const [i, query] of chunk.entries()) found(query, pack(rankings[i]!))
    }
  })
  return { ...opened, recommender }
}

/** Opens the parts one after another. A query that one part failed on has failed: half a hybrid is another recommender. */
async function openHybrid(dataset: StoredDataset, spec: HybridSpec, options: OpenOptions): Promise<OpenRecommender> {
  const parts: OpenRecommender[] = []
  const close = (): void => parts.forEach((part) => part.close())
  try {
    for (const [at, part] of spec.parts.entries()) {
      parts.push(await openRecommender(dataset, part, { ...options, onProgress: (share) => options.onProgress?.((at + share) / spec.parts.length) }))
    }
  } catch (error) {
    close()
    throw error
  }
  const lexical = parts.find(({ explain }) => explain !== undefined)
  const servers = parts.filter(({ authorise }) => authorise !== undefined)
  const name = `hybrid(${parts.map(({ recommender }) => recommender.name).join('+')})`
  // what one part may answer otherwise at another opening, the whole may
  const lasting = servers.length === 0 && options.files === undefined
  const key = `${keyOf(dataset, spec)}${lasting ? '' : ` ${++openings}`}`
  return {
    recommender: cachedRecommender(name, key, cache, askParts(spec, parts.map(({ recommender }) => recommender))), close,
    failed: Promise.race(parts.map(({ failed }) => failed)),
    ...(lexical === undefined ? {} : { search: lexical.search!, suggest: lexical.suggest! }),
    ...(servers.length === 0 ? {} : {
      authorise: async (header) => { await Promise.all(servers.map(({ authorise }) => authorise!(header))) },
      counts: () => servers[0]!.counts!(),
    }),
  }
}
