// The store of what is being added: files recognised, confirmed, read into the browser's store, understood; then used, kept or discarded.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { FetchProgress } from '../../client/address.ts'
import type { ColumnMapping, EsciFilter, IngestProgress, IngestReport, ReadOptions, Recognised, StoredCheck } from '../../client/ingest.ts'
import type { Store } from '../../client/store.ts'
import { ESCI_US } from '../../client/ingest.ts'
import { filterApplies, mappingFault } from './files.ts'
import { nameOf, withOwnNames } from './given.ts'
import { beginning, progressed, type Reading } from './reading.ts'
import { sentenceOf } from '../sentence.ts'

export type { StoredCheck } from '../../client/ingest.ts'
export type { Reading } from './reading.ts'

/** A dataset that is stored, and that nothing uses yet. */
export interface Understood {
  readonly hash: string
  readonly name: string
  readonly report: IngestReport
  /** the same files were read before, in the same way: discarding would take what was there */
  readonly known: boolean
}

export interface AddingState {
  readonly open: boolean
  readonly files: readonly File[]
  /** in the files' order */
  readonly recognised: readonly Recognised[]
  /** by file name, of the unknown tables: suggested, until a person changes it */
  readonly mappings: Readonly<Record<string, ColumnMapping>>
  readonly filter: EsciFilter
  /** empty: the files' own names */
  readonly name: string
  /** fetching, recognising or reading, while that is under way */
  readonly doing: Reading | undefined
  readonly understood: Understood | undefined
  /** result files' measures, recomputed */
  readonly checks: readonly StoredCheck[] | undefined
  readonly failure: string | undefined
}

export interface AddingClient {
  readonly store: Pick<Store, 'list' | 'report' | 'remove' | 'rejections' | 'persist'>
  recogniseFiles(files: readonly File[], signal?: AbortSignal): Promise<readonly Recognised[]>
  readFiles(files: readonly File[], options: ReadOptions): Promise<string>
  checkResults(files: readonly File[], options: Pick<ReadOptions, 'onProgress' | 'signal'>): Promise<readonly StoredCheck[]>
  fetchFile(address: string, onProgress?: (progress: FetchProgress) => void, signal?: AbortSignal): Promise<File>
}

export interface Adding extends StoreApi<AddingState> {
  readonly show: () => void
  /** Recognises files and puts them beside those that are there. */
  readonly addFiles: (files: readonly File[]) => Promise<void>
  readonly addAddress: (address: string) => Promise<void>
  readonly leaveOut: (file: string) => void
  readonly setMapping: (file: string, mapping: ColumnMapping) => void
  readonly setFilter: (filter: EsciFilter) => void
  readonly setName: (name: string) => void
  /** Reads the files into the store, or only checks their measures where they are stored results and nothing else. */
  readonly read: () => Promise<void>
  readonly cancel: () => void
  /** Closes the sheet; what was read stays stored. A read goes on behind it, anything else under way ends. */
  readonly close: () => void
  /** Closes the sheet and frees what was read. */
  readonly discard: () => Promise<void>
  /** Every refused row of what was understood. */
  readonly rejections: () => Promise<Blob>
}

const NOTHING = {
  files: [], recognised: [], mappings: {}, name: '', doing: undefined, understood: undefined, checks: undefined, failure: undefined,
} as const satisfies Partial<AddingState>

/** Files of these roles hold rankings and outputs, and no catalogue. */
const STORED: ReadonlySet<Recognised['role']> = new Set(['results', 'run', 'outputs'])

export function onlyResults(recognised: readonly Recognised[]): boolean {
  return recognised.some(({ role }) => role === 'results') && recognised.every(({ role }) => STORED.has(role))
}

/** Why the files cannot be read yet, as a sentence; undefined when they can. */
export function readFault({ recognised, mappings }: Pick<AddingState, 'recognised' | 'mappings'>): string | undefined {
  if (recognised.length === 0) return 'no file is chosen yet'
  for (const { file, role } of recognised) {
    const fault = role === 'unknown' ? mappingFault(mappings[file] ?? { role: 'products', columns: {} }) : undefined
    if (fault !== undefined) return `${file}: ${fault}`
  }
  return undefined
}

export function createAdding(client: AddingClient): Adding {
  const store = createStore<AddingState>(() => ({ ...NOTHING, open: false, filter: ESCI_US }))
  const { getState, setState } = store
  let abort: AbortController | undefined

  /** One piece of work at a time; only the latest is heard. */
  const take = async (work: (signal: AbortSignal, tell: (reading: Reading) => void) => Promise<void>): Promise<void> => {
    const { doing } = getState()
    if (doing?.phase === 'reading') {
      setState({ open: true, failure: `${doing.what} is being read; wait for it or cancel it, then add other files` })
      return
    }
    abort?.abort()
    const mine = new AbortController()
    abort = mine
    setState({ failure: undefined, open: true })
    try {
      await work(mine.signal, (doing) => { if (abort === mine) setState({ doing }) })
    } catch (error) {
      if (abort === mine) setState({ failure: sentenceOf(error) })
    } finally {
      if (abort === mine) {
        abort = undefined
        setState({ doing: undefined })
      }
    }
  }
  const meter = (what: string, phase: Reading['phase'], tell: (reading: Reading) => void): ((progress: IngestProgress) => void) => {
    const began = performance.now()
    tell(beginning(what, phase))
    return (progress) => tell(progressed(what, phase, progress, (performance.now() - began) / 1000))
  }

  const recognise = async (given: readonly File[], signal: AbortSignal, tell: (reading: Reading) => void): Promise<void> => {
    const { understood, checks } = getState()
    // what was read is done with: these are the next ones
    if (understood !== undefined || checks !== undefined) setState(NOTHING)
    const files = withOwnNames(given, getState().files)
    if (files.length === 0) return
    tell(beginning(nameOf(files), 'recognising'))
    const recognised = await client.recogniseFiles(files, signal)
    signal.throwIfAborted()
    const unknown = recognised.filter(({ role }) => role === 'unknown')
    const suggested = unknown.flatMap(({ file, suggested: mapping }) => (mapping === undefined ? [] : [[file, mapping] as const]))
    setState((state) => ({
      files: [...state.files, ...files], recognised: [...state.recognised, ...recognised],
      mappings: { ...state.mappings, ...Object.fromEntries(suggested) },
    }))
  }

  const readInto = async (name: string, signal: AbortSignal, tell: (reading: Reading) => void): Promise<void> => {
    const { files, recognised, mappings, filter } = getState()
    const before = await client.store.list()
    // a store that the browser may clear is a store all the same: a refusal changes nothing here
    void client.store.persist().catch(() => false)
    const wanted = filterApplies(recognised) ? filter : ESCI_US
    const hash = await client.readFiles(files, { name, mappings, filter: wanted, signal, onProgress: meter(name, 'reading', tell) })
    signal.throwIfAborted()
    const known = before.some((stored) => stored.hash === hash && stored.damage === undefined)
    setState({ understood: { hash, name, report: await client.store.report(hash), known } })
  }

  return {
    ...store,
    show: () => setState({ open: true }),
    addFiles: (files) => (files.length === 0 ? Promise.resolve() : take((signal, tell) => recognise(files, signal, tell))),
    addAddress: (address) => take(async (signal, tell) => {
      const told = meter(address, 'fetching', tell)
      const file = await client.fetchFile(address, ({ bytes, totalBytes }) => told({ file: address, rows: 0, bytes, totalBytes }), signal)
      await recognise([file], signal, tell)
    }),
    leaveOut: (name) => setState(({ files, recognised }) => ({
      files: files.filter((file) => file.name !== name), recognised: recognised.filter(({ file }) => file !== name), failure: undefined,
    })),
    setMapping: (file, mapping) => setState(({ mappings }) => ({ mappings: { ...mappings, [file]: mapping } })),
    setFilter: (filter) => setState({ filter }),
    setName: (name) => setState({ name }),
    read: () => take(async (signal, tell) => {
      const { files, recognised, name } = getState()
      const fault = readFault(getState())
      if (fault !== undefined) throw new Error(fault)
      const called = name.trim() === '' ? nameOf(files) : name.trim()
      if (!onlyResults(recognised)) await readInto(called, signal, tell)
      const results = files.filter((_, at) => recognised[at]!.role === 'results')
      if (results.length > 0) setState({ checks: await client.checkResults(results, { signal, onProgress: meter(called, 'reading', tell) }) })
    }),
    cancel: () => abort?.abort(new Error('reading was cancelled; nothing of these files was kept')),
    close: () => {
      if (getState().doing?.phase === 'reading') return setState({ open: false })
      abort?.abort()
      abort = undefined
      setState({ ...NOTHING, open: false })
    },
    discard: async () => {
      const { understood } = getState()
      try {
        if (understood !== undefined && !understood.known) await client.store.remove(understood.hash)
        setState({ ...NOTHING, open: false })
      } catch (error) {
        setState({ failure: sentenceOf(error) })
      }
    },
    rejections: () => {
      const { understood } = getState()
      return understood === undefined ? Promise.resolve(new Blob()) : client.store.rejections(understood.hash)
    },
  }
}
