// A browser for tests of the stores: datasets by name, recommenders that open at once, and a record of what was opened and closed.
import type { IngestReport } from '../client/ingest.ts'
import type { OpenRecommender } from '../client/opened.ts'
import type { StoredDataset } from '../client/store.ts'
import type { RecommenderSpec } from '../domain/recommender.ts'
import type { LibraryClient } from './data/library.ts'

const REPORT: IngestReport = {
  files: [], products: 1, queries: 0, trainQueries: 0, testQueries: 0, judgements: 0, joined: 0, labels: { E: 0, S: 0, C: 0, I: 0 },
  duplicates: 0, untitled: 0, users: 0, interactions: 0, rejected: [], rejectedCount: 0, rejectedBy: {},
  leftOut: { queriesWithoutExact: 0, filtered: {}, duplicateProducts: 0 }, samples: { products: [], queries: [] }, seconds: 0,
}

interface Seen {
  /** hash and kind of recommenders */
  readonly closed: string[]
  /** hashes of datasets that were let go */
  readonly released: string[]
  readonly specs: RecommenderSpec[]
  last: string | null
  /** in the order opened */
  readonly crash: ((reason: Error) => void)[]
}

/** A browser's store with the sample and what `names` say; each dataset's hash is its name with a mark. */
export function fakeBrowser(names: readonly string[] = [], over: Partial<LibraryClient> = {}) {
  const seen: Seen = { closed: [], released: [], specs: [], last: null, crash: [] }
  const stored = new Map(names.map((name) => [`#${name}`, name]))
  const damage = new Map<string, string>()
  const list = (): Promise<readonly StoredDataset[]> => Promise.resolve([...stored].map(([hash, name]) => (
    { hash, name, products: 1, queries: 0, users: 0, bytes: 10, readAt: 0, ...(damage.has(hash) ? { damage: damage.get(hash)! } : {}) })))
  const client: { -readonly [Name in keyof LibraryClient]: LibraryClient[Name] } = {
    store: {
      list,
      open: (hash) => {
        const name = stored.get(hash)
        const whole = name !== undefined && !damage.has(hash)
        if (!whole) return Promise.reject(new Error(`the stored dataset ${name} is damaged: its manifest was changed`))
        return Promise.resolve({ dataset: { name, hash, productCount: 1, queries: [] }, report: REPORT, close: () => void seen.released.push(hash) })
      },
      remove: (hash) => {
        stored.delete(hash)
        return Promise.resolve()
      },
      rename: (hash, name) => {
        stored.set(hash, name)
        return Promise.resolve()
      },
      room: () => Promise.resolve({ used: stored.size * 10, quota: 1000 }),
      persist: () => Promise.resolve(true),
      report: () => Promise.resolve(REPORT),
      rejections: () => Promise.resolve(new Blob()),
      products: () => Promise.resolve([]),
      productsAt: () => Promise.resolve([]),
    },
    storeSample: () => {
      stored.set('#sample', 'sample')
      return Promise.resolve('#sample')
    },
    openRecommender: ({ hash }, spec, options): Promise<OpenRecommender> => {
      seen.specs.push(spec)
      options?.onProgress?.(1)
      const failed = new Promise<Error>((resolve) => { seen.crash.push(resolve) })
      const recommender = { name: spec.kind, rank: () => Promise.resolve([]) }
      return Promise.resolve({ recommender, failed, close: () => void seen.closed.push(`${hash} ${spec.kind}`) })
    },
    lastUsed: () => seen.last,
    setLastUsed: (hash) => { seen.last = hash },
    ...over,
  }
  return { client, seen, stored, damage }
}
