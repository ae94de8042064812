// The store of what is loaded: one shop at a time, read whole into the browser's store and indexed before it replaces the one before.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { FetchProgress } from '../client/address.ts'
import { ESCI_US, type ColumnMapping, type EsciFilter, type IngestProgress, type IngestReport, type ReadOptions, type Recognised } from '../client/ingest.ts'
import type { OpenOptions, OpenRecommender } from '../client/recommender.ts'
import type { OpenStored, Store, StoredDataset, StoreRoom } from '../client/store.ts'
import type { Dataset } from '../domain/dataset.ts'
import type { Recommender, RecommenderSpec } from '../domain/recommender.ts'
import type { Settings } from '../domain/settings.ts'
import { given, joined, type Given } from './given.ts'
import { Ranker, type Ranking } from './ranker.ts'
import { beginning, progressed, type Reading } from './reading.ts'
import { sentenceOf } from './sentence.ts'

export type { ColumnMapping, EsciFilter, IngestReport, Recognised } from '../client/ingest.ts'
export type { StoredDataset, StoreRoom } from '../client/store.ts'
export type { Given } from './given.ts'
export type { Ranking } from './ranker.ts'
export type { Reading } from './reading.ts'

/** A dataset that can be trained on, with a recommender that has indexed it. */
export interface Shop {
  readonly dataset: Dataset
  readonly report: IngestReport
  readonly recommender: Recommender
  /** what the recommender offers besides: explanations, MiniSearch's box, a server's counts */
  readonly opened: OpenRecommender
}

export interface LibraryState {
  readonly shop: Shop | undefined
  readonly reading: Reading | undefined
  /** why the last read or the recommender failed, and what was kept */
  readonly failure: string | undefined
  /** every dataset that this browser keeps, the latest read first */
  readonly stored: readonly StoredDataset[]
  readonly room: StoreRoom | undefined
  /** files that wait: for their columns' meaning, or for the half that was missing */
  readonly pending: Given | undefined
  /** what the next read keeps of ESCI's rows */
  readonly filter: EsciFilter
  /** whether the shop's recommender is what the settings ask for */
  readonly ranking: Ranking
}

/** What the library asks of src/client. */
export interface LibraryClient {
  readonly store: Store
  recogniseFiles(files: readonly File[], signal?: AbortSignal): Promise<readonly Recognised[]>
  readFiles(files: readonly File[], options: ReadOptions): Promise<string>
  storeSample(options: Pick<ReadOptions, 'onProgress' | 'signal'>): Promise<string>
  fetchFile(address: string, onProgress?: (progress: FetchProgress) => void, signal?: AbortSignal): Promise<File>
  openRecommender(dataset: Pick<Dataset, 'hash' | 'productCount'>, spec: RecommenderSpec, options?: OpenOptions): Promise<OpenRecommender>
  /** the hash of the dataset that was open when the page was left; null where there is none, or it was the sample */
  lastUsed(): string | null
  setLastUsed(hash: string | null): void
}

export interface Library extends StoreApi<LibraryState> {
  /** Opens what was open when the page was left, else the sample. */
  start(): Promise<void>
  loadSample(): Promise<void>
  open(hash: string): Promise<void>
  /** Recognises files and reads them, unless something is still to be said of them: then they are `pending`. */
  addFiles(files: readonly File[]): Promise<void>
  addAddress(address: string): Promise<void>
  /** Reads the pending files as the person confirmed. */
  confirm(mappings?: Readonly<Record<string, ColumnMapping>>): Promise<void>
  dismiss(): void
  setFilter(filter: EsciFilter): void
  remove(hash: string): Promise<void>
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
    setState({ ranking, ...(shop === undefined || opened === undefined ? {} : { shop: { ...shop, opened, recommender: opened.recommender } }) })
  })
  const store = createStore<LibraryState>(() => ({
    shop: undefined, reading: undefined, failure: undefined, stored: [], room: undefined, pending: undefined, filter: ESCI_US, ranking: { is: 'ready' },
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
      opened = await ranker.open(stored.dataset, (share) => tell({ ...beginning(what, 'indexing'), share, rows: stored.dataset.productCount }), signal)
    } catch (error) {
      stored.close()
      throw signal.aborted ? new Error(`indexing was cancelled; ${what} is stored and can be opened again`, { cause: error }) : error
    }
    current?.close()
    current = stored
    const { dataset, report } = stored
    setState({ shop: { dataset, report, recommender: opened.recommender, opened }, ranking: ranker.state, failure: undefined, pending: undefined })
    client.setLastUsed(hash === sample ? null : hash)
    void opened.failed.then((reason) => {
      if (getState().shop?.opened === opened) close(`${sentenceOf(reason)}. Open ${dataset.name} again.`)
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
    const order: readonly Reading['phase'][] = ['fetching', 'recognising', 'reading', 'opening', 'indexing']
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

  /** Progress of one phase as the page shows it. */
  const meter = ({ what, tell }: Work, phase: Reading['phase']): ((progress: IngestProgress) => void) => {
    const began = performance.now()
    tell(beginning(what, phase))
    return (progress) => tell(progressed(what, phase, progress, (performance.now() - began) / 1000))
  }

  const read = async ({ files, name, mappings, filter }: Given, work: Work): Promise<void> => {
    const hash = await client.readFiles(files, { name, mappings, filter, signal: work.signal, onProgress: meter(work, 'reading') })
    work.signal.throwIfAborted()
    setState({ pending: undefined })
    await openHash(hash, work)
  }

  const give = async (files: readonly File[], work: Work): Promise<void> => {
    work.tell(beginning(work.what, 'recognising'))
    const recognised = await client.recogniseFiles(files, work.signal)
    const { pending, filter } = getState()
    const all = joined(pending, files, recognised, filter)
    // kept until they are read: what is missing may come with the next files
    setState({ pending: all })
    if (all.unmapped.every((file) => pending?.mappings[file] !== undefined)) await read(all, { ...work, what: all.name })
  }

  const loadSample = (): Promise<void> => take('sample', async (work) => {
    sample = await client.storeSample({ signal: work.signal, onProgress: meter(work, 'reading') })
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
      if (shop !== undefined) return
      await loadSample()
      setState({ failure })
    },
    addFiles: (files) => (files.length === 0 ? Promise.resolve() : take(given(files, [], getState().filter).name, (work) => give(files, work))),
    addAddress: (address) => take(address, async (work) => {
      const tell = meter(work, 'fetching')
      const file = await client.fetchFile(address, ({ bytes, totalBytes }) => tell({ file: address, rows: 0, bytes, totalBytes }), work.signal)
      await give([file], work)
    }),
    confirm: (mappings = {}) => {
      const { pending, filter } = getState()
      if (pending === undefined) return Promise.resolve()
      const confirmed = { ...pending, filter, mappings: { ...pending.mappings, ...mappings } }
      setState({ pending: confirmed })
      return take(confirmed.name, (work) => read(confirmed, work))
    },
    dismiss: () => setState({ pending: undefined }),
    setFilter: (filter) => setState({ filter }),
    remove: async (hash) => {
      const wasOpen = getState().shop?.dataset.hash === hash
      if (wasOpen) close(undefined)
      try {
        await client.store.remove(hash)
      } catch (error) {
        setState({ failure: sentenceOf(error) })
      }
      await look()
      if (!wasOpen) return
      const other = getState().stored.find(({ damage }) => damage === undefined)
      if (hash !== sample) await loadSample()
      else if (other !== undefined) await open(other.hash)
    },
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
