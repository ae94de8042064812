// The store of what is loaded: one shop at a time, read whole into the browser's store and indexed before it replaces the one before.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { IngestReport, ReadOptions } from '../../client/ingest.ts'
import type { OpenOptions, OpenRecommender } from '../../client/recommender.ts'
import type { OpenStored, Store, StoredDataset, StoreRoom } from '../../client/store.ts'
import type { Dataset } from '../../domain/dataset.ts'
import type { Recommender, RecommenderSpec } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Catalogue } from '../../experiment/ports.ts'
import { catalogueOf } from './catalogue.ts'
import { Ranker, type Ranking } from './ranker.ts'
import { beginning, progressed, type Reading } from './reading.ts'
import { sentenceOf } from '../sentence.ts'

export type { IngestReport } from '../../client/ingest.ts'
export type { StoredDataset, StoreRoom } from '../../client/store.ts'
export type { Ranking } from './ranker.ts'
export type { Reading } from './reading.ts'

/** A dataset that can be trained on, with a recommender that has indexed it. */
export interface Shop {
  readonly dataset: Dataset
  readonly report: IngestReport
  readonly recommender: Recommender
  /** what the recommender was opened for; undefined where it could not be opened */
  readonly spec: RecommenderSpec | undefined
  /** what the recommender offers besides: explanations, MiniSearch's box, a server's counts */
  readonly opened: OpenRecommender
  /** its products, by id and by place */
  readonly catalogue: Catalogue
}

export interface LibraryState {
  readonly shop: Shop | undefined
  readonly reading: Reading | undefined
  /** why the last read or the recommender failed, and what was kept */
  readonly failure: string | undefined
  /** every dataset that this browser keeps, the latest read first */
  readonly stored: readonly StoredDataset[]
  readonly room: StoreRoom | undefined
  /** whether the shop's recommender is what the settings ask for */
  readonly ranking: Ranking
}

/** What the library asks of src/client. */
export interface LibraryClient {
  readonly store: Store
  storeSample(options: Pick<ReadOptions, 'onProgress' | 'signal'>): Promise<string>
  readonly openRecommender: (
    dataset: Pick<Dataset, 'hash' | 'productCount'>, spec: RecommenderSpec, options?: OpenOptions,
  ) => Promise<OpenRecommender>
  /** the hash of the dataset that was open when the page was left; null where there is none, or it was the sample */
  lastUsed(): string | null
  setLastUsed(hash: string | null): void
}

export interface Library extends StoreApi<LibraryState> {
  /** Opens what was open when the page was left, else the sample. */
  start(): Promise<void>
  loadSample(): Promise<void>
  open(hash: string): Promise<void>
  remove(hash: string): Promise<void>
  rename(hash: string, name: string): Promise<void>
  /** Looks up what is stored and how much room is left. */
  look(): Promise<void>
  /** Every row that was refused as the dataset's files were read, as JSON lines. */
  rejections(hash: string): Promise<Blob>
  cancel(): void
  /** Ranks by what the settings ask for from now on; the shop's recommender is opened anew where that is another. */
  rankBy(settings: Settings): void
  /** The shop, once its recommender is what the settings ask for; rejects with the reason when that cannot be. */
  settled(): Promise<Shop>
  readonly ranker: Ranker
  /** True for the embedded shop, whatever it is called. */
  isSample(hash: string): boolean
}

type Tell = (reading: Reading) => void
interface Work { readonly signal: AbortSignal; readonly tell: Tell; readonly what: string }

export function createLibrary(client: LibraryClient, settings: Settings): Library {
  const ranker = new Ranker(client.openRecommender, settings, (opened, ranking) => {
    const { shop } = getState()
    const changed = shop === undefined || opened === undefined ? undefined : { ...shop, opened, recommender: opened.recommender, spec: ranker.spec }
    setState({ ranking, ...(changed === undefined ? {} : { shop: changed }) })
    if (opened !== undefined) watch(opened)
  })
  const store = createStore<LibraryState>(() => ({
    shop: undefined, reading: undefined, failure: undefined, stored: [], room: undefined, ranking: { is: 'ready' },
  }))
  const { getState, setState } = store
  let current: OpenStored | undefined
  let abort: AbortController | undefined
  let sample: string | undefined

  /** What is stored and how much room is left, looked up again after whatever changes it. */
  const look = async (): Promise<void> => {
    try {
      const stored = await client.store.list()
      setState({ stored, room: await client.store.room() })
    } catch (error) {
      setState({ failure: sentenceOf(error) })
    }
  }

  const openHash = async (hash: string, { what, tell, signal }: Work): Promise<void> => {
    tell(beginning(what, 'opening'))
    const stored = await client.store.open(hash)
    let opened: OpenRecommender
    try {
      signal.throwIfAborted()
      tell(beginning(what, 'indexing'))
      const { productCount: rows } = stored.dataset
      opened = await ranker.open(stored.dataset, (share) => tell({ ...beginning(what, 'indexing'), share, rows }), signal)
    } catch (error) {
      stored.close()
      throw signal.aborted ? new Error(`indexing was cancelled; ${what} is stored and can be opened again`, { cause: error }) : error
    }
    current?.close()
    current = stored
    const { dataset, report } = stored
    const catalogue = catalogueOf(client.store, dataset)
    setState({ shop: { dataset, report, recommender: opened.recommender, spec: ranker.spec, opened, catalogue }, ranking: ranker.state, failure: undefined })
    client.setLastUsed(hash === sample ? null : hash)
    watch(opened)
  }

  /** A crashed worker took the index along, so the shop goes; its dataset stays stored. */
  const watch = (opened: OpenRecommender): void => {
    void opened.failed.then((reason) => {
      const { shop } = getState()
      if (shop?.opened === opened) close(`${sentenceOf(reason)}. Open ${shop.dataset.name} again.`)
    })
  }

  const close = (failure: string | undefined): void => {
    ranker.close()
    current?.close()
    current = undefined
    setState({ shop: undefined, failure })
  }

  /** One piece of work at a time: a new one ends the one before, and only the latest is heard. */
  const take = async (what: string, work: (mine: Work) => Promise<void>): Promise<void> => {
    abort?.abort()
    const mine = new AbortController()
    abort = mine
    // progress crosses on a channel of its own and may come after the result that it led to: it never leads backwards
    const order: readonly Reading['phase'][] = ['reading', 'opening', 'indexing']
    const tell: Tell = (reading) => {
      const shown = getState().reading
      if (abort === mine && !(shown !== undefined && order.indexOf(shown.phase) > order.indexOf(reading.phase))) setState({ reading })
    }
    setState({ reading: undefined, failure: undefined })
    try {
      await work({ signal: mine.signal, tell, what })
    } catch (error) {
      if (abort !== mine) return
      const kept = getState().shop
      setState({ failure: `${sentenceOf(error)}${kept === undefined ? '' : ` — ${kept.dataset.name} is still loaded`}` })
    } finally {
      if (abort === mine) {
        abort = undefined
        setState({ reading: undefined })
        await look()
      }
    }
  }

  const loadSample = (): Promise<void> => take('sample', async (work) => {
    const began = performance.now()
    work.tell(beginning(work.what, 'reading'))
    sample = await client.storeSample({
      signal: work.signal, onProgress: (progress) => work.tell(progressed(work.what, 'reading', progress, (performance.now() - began) / 1000)),
    })
    await openHash(sample, work)
  })
  const open = (hash: string): Promise<void> => {
    const named = getState().stored.find((stored) => stored.hash === hash)?.name ?? 'the stored data set'
    return take(named, (work) => openHash(hash, work))
  }

  return {
    ...store,
    ranker,
    isSample: (hash) => hash === sample,
    loadSample,
    open,
    async start() {
      const last = client.lastUsed()
      await look()
      if (last === null || !getState().stored.some(({ hash }) => hash === last)) return loadSample()
      await open(last)
      const { shop, failure } = getState()
      if (shop === undefined) {
        await loadSample()
        setState({ failure })
        return
      }
      // the sample is always there to go back to, and known by its bytes
      sample = await client.storeSample({}).catch(() => undefined)
      await look()
    },
    remove: async (hash) => {
      const wasOpen = getState().shop?.dataset.hash === hash
      if (wasOpen) close(undefined)
      const failure = await client.store.remove(hash).then(() => undefined, sentenceOf)
      await look()
      const other = getState().stored.find((stored) => stored.damage === undefined && stored.hash !== hash)
      if (wasOpen && hash !== sample) await loadSample()
      else if (wasOpen && other !== undefined) await open(other.hash)
      if (failure !== undefined) setState({ failure })
    },
    rename: async (hash, name) => {
      try {
        await client.store.rename(hash, name)
        const { shop } = getState()
        if (shop?.dataset.hash === hash) setState({ shop: { ...shop, dataset: { ...shop.dataset, name } } })
      } catch (error) {
        setState({ failure: sentenceOf(error) })
      }
      await look()
    },
    look,
    rejections: (hash) => client.store.rejections(hash),
    cancel: () => abort?.abort(),
    rankBy: (wanted) => ranker.rankBy(wanted),
    async settled() {
      await ranker.settled()
      const { shop } = getState()
      if (shop === undefined) throw new Error('there is nothing to train on: no data set is open')
      return shop
    },
  }
}
