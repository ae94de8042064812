// The store of what is loaded: one shop at a time, read and indexed whole before it replaces the one before.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { IngestReport, ReadOptions, ReadResult } from '../client/ingest.ts'
import type { OpenRecommender } from '../client/recommender.ts'
import type { Dataset, Product } from '../domain/dataset.ts'
import type { Recommender } from '../domain/recommender.ts'
import { sentenceOf } from './sentence.ts'

export type { IngestReport } from '../client/ingest.ts'

/** A dataset that can be trained on: its products by id, and a recommender that has indexed them. */
export interface Shop {
  readonly dataset: Dataset
  readonly report: IngestReport
  readonly products: ReadonlyMap<string, Product>
  readonly recommender: Recommender
}

export interface Reading {
  readonly what: string
  readonly phase: 'reading' | 'indexing'
  /** 0 to 1 */
  readonly share: number
  readonly rows: number
}

export interface LibraryState {
  readonly shop: Shop | undefined
  readonly reading: Reading | undefined
  /** why the last read or the recommender failed, and what was kept */
  readonly failure: string | undefined
}

/** What the library asks of src/client. */
export interface LibraryClient {
  readShards(files: readonly File[], options: ReadOptions): Promise<ReadResult>
  loadSample(options: Omit<ReadOptions, 'name'>): Promise<ReadResult>
  openRecommender(products: readonly Product[], onProgress: (share: number) => void): Promise<OpenRecommender>
}

export interface Library extends StoreApi<LibraryState> {
  loadSample(): Promise<void>
  addShards(files: readonly File[]): Promise<void>
  cancel(): void
}

function nameOf(files: readonly File[]): string {
  return files.map(({ name }) => name.replace(/\.parquet$/i, '')).join(' + ')
}

export function createLibrary(client: LibraryClient): Library {
  const store = createStore<LibraryState>(() => ({ shop: undefined, reading: undefined, failure: undefined }))
  let current: OpenRecommender | undefined
  let abort: AbortController | undefined

  /** Progress crosses on a channel of its own and may come after the result that it led to: only the read under way is told, and never backwards. */
  const tell = (mine: AbortController, reading: Reading): void => {
    const shown = store.getState().reading
    if (abort === mine && !(shown?.phase === 'indexing' && reading.phase === 'reading')) store.setState({ reading })
  }

  const index = async ({ dataset, report }: ReadResult, what: string, mine: AbortController): Promise<void> => {
    const opened = await client.openRecommender(dataset.products, (share) => {
      tell(mine, { what, phase: 'indexing', share, rows: dataset.products.length })
    })
    if (mine.signal.aborted) {
      opened.close()
      throw new Error('indexing was cancelled; nothing of these files was kept')
    }
    current?.close()
    current = opened
    const products = new Map(dataset.products.map((product) => [product.id, product]))
    store.setState({ shop: { dataset, report, products, recommender: opened.recommender }, failure: undefined })
    void opened.failed.then((reason) => {
      if (current === opened) store.setState({ shop: undefined, failure: `${sentenceOf(reason)}. Load the shards again.` })
    })
  }

  const take = async (what: string, read: (options: Omit<ReadOptions, 'name'>) => Promise<ReadResult>): Promise<void> => {
    abort?.abort()
    const mine = new AbortController()
    abort = mine
    store.setState({ reading: { what, phase: 'reading', share: 0, rows: 0 }, failure: undefined })
    try {
      const result = await read({
        signal: mine.signal,
        onProgress: ({ rows, bytes, totalBytes }) => {
          tell(mine, { what, phase: 'reading', share: totalBytes > 0 ? bytes / totalBytes : 0, rows })
        },
      })
      await index(result, what, mine)
    } catch (error) {
      if (abort !== mine) return
      const kept = store.getState().shop
      store.setState({ failure: `${sentenceOf(error)}${kept === undefined ? '' : ` — ${kept.dataset.name} is still loaded`}` })
    } finally {
      if (abort === mine) {
        abort = undefined
        store.setState({ reading: undefined })
      }
    }
  }

  return {
    ...store,
    loadSample: () => take('sample', (options) => client.loadSample(options)),
    addShards: (files) => {
      if (files.length === 0) return Promise.resolve()
      const name = nameOf(files)
      return take(name, (options) => client.readShards(files, { ...options, name }))
    },
    cancel: () => abort?.abort(),
  }
}
