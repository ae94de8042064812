// The datasets that this browser keeps: listed, opened, looked into and removed through one store worker.
import type { Dataset, JudgedQuery, Product, UserHistory } from '../domain/dataset.ts'
import type { IngestReport } from '../protocol/ingest.ts'
import { openLock, type OpenDataset, type StoredDataset, type StoreRoom, type StoreService } from '../protocol/store.ts'
import { connect, type Connection } from './connection.ts'

export type { StoredDataset, StoreRoom } from '../protocol/store.ts'

export interface OpenStored {
  readonly dataset: Dataset
  readonly report: IngestReport
  /** Lets go of it: while it is held, no tab can remove it. */
  readonly close: () => void
}

export interface Store {
  list(): Promise<readonly StoredDataset[]>
  /** Opens a stored dataset. Rejects with a sentence when it is not there, or damaged. */
  open(hash: string): Promise<OpenStored>
  remove(hash: string): Promise<void>
  rename(hash: string, name: string): Promise<void>
  /** What was understood of its files, without opening the rest. */
  report(hash: string): Promise<IngestReport>
  /** Every row that was refused as its files were read, as JSON lines. */
  rejections(hash: string): Promise<Blob>
  room(): Promise<StoreRoom>
  /** Asks the browser not to clear the store on its own; false when it won't promise. */
  persist(): Promise<boolean>
  /** Products by id; undefined for ids that the catalogue lacks. */
  products(hash: string, ids: readonly string[]): Promise<readonly (Product | undefined)[]>
  productsAt(hash: string, positions: readonly number[]): Promise<readonly Product[]>
}

/** A lock that this page holds, shared with others, until it lets go. */
function hold(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, { mode: 'shared' }, () => new Promise<void>((release) => { resolve(release) })).catch(reject)
  })
}

/** Receives the parts one by one: a hundred thousand queries in one message would hold up the page. */
async function receive(service: StoreService, hash: string): Promise<OpenDataset> {
  const queries: JudgedQuery[] = []
  const users: UserHistory[] = []
  const { dataset, report } = await service.open(hash, (parts) => {
    queries.push(...parts.queries ?? [])
    users.push(...parts.users ?? [])
  })
  return { dataset: { ...dataset, queries, ...(dataset.users === undefined ? {} : { users }) }, report }
}

/** The store, whose worker starts with the first call, and again after a crash. */
export function createStore(): Store {
  let connection: Connection<StoreService> | undefined
  const service = (): StoreService => {
    if (connection === undefined) {
      const worker = new Worker(new URL('../../workers/store.worker.ts', import.meta.url), { type: 'module', name: 'store' })
      const opened = connect<StoreService>(worker, 'store')
      connection = opened
      void opened.failed.then(() => { if (connection === opened) connection = undefined })
    }
    return connection.service
  }
  return {
    list: () => service().list(),
    async open(hash) {
      const close = await hold(openLock(hash))
      try {
        return { ...(await receive(service(), hash)), close }
      } catch (error) {
        close()
        throw error
      }
    },
    remove: (hash) => service().remove(hash),
    rename: (hash, name) => service().rename(hash, name),
    report: (hash) => service().report(hash),
    rejections: (hash) => service().rejections(hash),
    room: () => service().room(),
    persist: () => navigator.storage.persist(),
    products: (hash, ids) => service().products(hash, ids),
    productsAt: (hash, positions) => service().productsAt(hash, positions),
  }
}

const LAST_USED = 'rec-r1-workbench dataset'

/** The hash of the dataset that was open when the page was left; null where there is none. */
export function lastUsed(): string | null {
  return localStorage.getItem(LAST_USED)
}

export function setLastUsed(hash: string | null): void {
  if (hash === null) localStorage.removeItem(LAST_USED)
  else localStorage.setItem(LAST_USED, hash)
}
