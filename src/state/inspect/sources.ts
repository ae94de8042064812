// The store of what else may answer a query beside the policy: frozen models, outputs of another system, and its rankings.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { openFrozen } from '../../client/frozen.ts'
import type { AskedQuery as FiledQuery, FrozenReference, MatchReport, SourceEntry, SourceRecord, SourcesService } from '../../client/sources.ts'
import { readImported } from '../../domain/outputs.ts'
import type { Prompt } from '../../domain/prompt.ts'
import type { Settings } from '../../domain/settings.ts'
import { frozenFolderOf, FrozenShelf, type FrozenFolder, type FrozenStatus } from './frozen.ts'
import type { Library } from '../data/library.ts'
import { sentenceOf } from '../sentence.ts'

export type { FrozenReference, MatchReport, SourceRecord } from '../../client/sources.ts'
export type { FrozenFolder, FrozenStatus } from './frozen.ts'

/** A row as sources are asked about it: files know it by id or text, models read its prompt. */
export interface AskedQuery extends FiledQuery {
  readonly prompt: Prompt
}

/** What a source says to one query. */
export type SourceAnswer =
  /** a text that is then ranked; `output` is the whole of what was written, `cut` where it was cut at maxNewTokens */
  | { readonly kind: 'text'; readonly rewrite: string; readonly output?: string; readonly thought?: string; readonly fault?: string; readonly cut?: true }
  /** a ranking of its own, best first */
  | { readonly kind: 'ranking'; readonly ids: readonly string[]; readonly scores: readonly number[] }
  /** nothing is known for this query, and why */
  | { readonly kind: 'absent'; readonly reason: string }

export interface Source {
  /** unique, and the same after a reload for what is kept */
  readonly id: string
  readonly kind: 'frozen' | 'outputs' | 'run'
  readonly title: string
  /** what it is: the model and its dtype, the file and how many queries it has */
  readonly note: string
  readonly answer: (query: AskedQuery) => Promise<SourceAnswer>
  /** judged queries of the open dataset that it answers; undefined where it answers any, and until a file is matched */
  readonly queries: () => number | undefined
  /** Answers in the order of the queries, told of as they come; rejects with the signal's reason once it is aborted. */
  readonly answerAll: (queries: readonly AskedQuery[], onProgress?: (done: number, of: number) => void, signal?: AbortSignal) => Promise<readonly SourceAnswer[]>
}

/** How a file met the open dataset: matched, not yet, or why that failed. */
export type Match = { readonly is: 'matching' } | ({ readonly is: 'matched' } & MatchReport) | { readonly is: 'failed'; readonly reason: string }

export interface SourcesState {
  /** in the order they were added */
  readonly list: readonly Source[]
  readonly records: readonly SourceRecord[]
  /** of files, by source id, against the open dataset */
  readonly matches: ReadonlyMap<string, Match>
  /** of frozen models, by source id */
  readonly models: ReadonlyMap<string, FrozenStatus>
  /** a model's folder that was given, until it is decided how it runs */
  readonly offered: FrozenFolder | undefined
  /** the sheet that adds and manages them is open */
  readonly open: boolean
  /** what is being brought here, and how far it is */
  readonly doing: { readonly what: string; readonly share: number | undefined } | undefined
  readonly failure: string | undefined
}

export interface Sources extends StoreApi<SourcesState> {
  /** Shows the sheet, or closes it. */
  readonly show: () => void
  readonly close: () => void
  /** Keeps what files of other systems say; what each is wrong with is told by `failure`. */
  readonly addFiles: (files: readonly File[]) => Promise<void>
  /** Looks into a chosen or dropped folder; false where it holds no language model as ONNX. */
  readonly offerFolder: (files: readonly File[]) => Promise<boolean>
  readonly withdrawFolder: () => void
  /** Brings a model here and opens it; it is kept by reference once that went well. `from: 'folder'` takes the offered one. */
  readonly addModel: (reference: FrozenReference) => Promise<void>
  /** Opens a model that is kept. */
  readonly openModel: (id: string) => Promise<void>
  /** Frees the memory that it takes; it is opened again when it is asked. */
  readonly closeModel: (id: string) => void
  /** Gives up what is being brought here. */
  readonly cancel: () => void
  /** Takes what was dropped on the page, where all of it is something to compare with; false leaves it to others. */
  readonly takeDropped: (files: readonly File[]) => Promise<boolean>
  readonly remove: (id: string) => Promise<void>
}

export interface SourcesWorld {
  readonly client: SourcesService
  readonly openFrozen: typeof openFrozen
  readonly library: Pick<Library, 'getState' | 'subscribe'>
  readonly settings: () => Settings
}

/** The id of a model until it is known to run. */
export const PENDING = 'pending'
/** Queries asked of a file at once: few enough that their answers are taken between two frames. */
const PART = 500

export function createSources(world: SourcesWorld): Sources {
  const { client, library } = world
  const store = createStore<SourcesState>(() => ({ list: [], records: [], matches: new Map(), models: new Map(), offered: undefined, open: false, doing: undefined, failure: undefined }))
  const { getState, setState } = store
  const openHash = (): string | undefined => library.getState().shop?.dataset.hash

  const setMatch = (id: string, match: Match): void => setState(({ matches }) => ({ matches: new Map(matches).set(id, match) }))
  const match = async (id: string): Promise<void> => {
    const hash = openHash()
    if (hash === undefined) return
    setMatch(id, { is: 'matching' })
    const found = await client.match(id, hash).then((report): Match => ({ is: 'matched', ...report }), (error: unknown): Match => ({ is: 'failed', reason: sentenceOf(error) }))
    if (openHash() === hash && getState().records.some((record) => record.id === id)) setMatch(id, found)
  }

  const fileSource = (record: Extract<SourceRecord, { file: string }>): Source => {
    const answerAll: Source['answerAll'] = async (queries, onProgress, signal) => {
      const hash = openHash()
      if (hash === undefined) return queries.map(() => ({ kind: 'absent', reason: 'no dataset is open' }))
      const answers: SourceAnswer[] = []
      for (let at = 0; at < queries.length; at += PART) {
        signal?.throwIfAborted()
        const part = queries.slice(at, at + PART)
        const found = await client.answers(record.id, hash, part.map(({ id, text }) => ({ text, ...(id === undefined ? {} : { id }) })))
        for (const [place, entry] of found.entries()) answers.push(answerOf(entry, record, part[place]!, world.settings()))
        onProgress?.(answers.length, queries.length)
      }
      return answers
    }
    return {
      id: record.id, kind: record.kind, title: record.title, note: noteOf(record), answerAll,
      answer: async (query) => (await answerAll([query]))[0]!,
      queries: () => {
        const known = getState().matches.get(record.id)
        return known?.is === 'matched' ? known.matched : undefined
      },
    }
  }
  const shelf = new FrozenShelf({
    open: world.openFrozen, settings: world.settings,
    onStatus: (id, status) => setState(({ models }) => ({ models: new Map(models).set(id, status) })),
  })
  const modelSource = (record: Extract<SourceRecord, { kind: 'frozen' }>): Source => {
    const model = shelf.of(record)
    const { dtype, device, from, mirror } = record.reference
    const where = from === 'folder' ? 'a folder' : mirror === '' ? 'the hub' : new URL(mirror).host
    setState(({ models }) => ({ models: new Map(models).set(record.id, model.status) }))
    return {
      id: record.id, kind: 'frozen', title: record.title, note: `frozen ${dtype} on ${device}, from ${where}`, queries: () => undefined,
      answerAll: (...asked) => model.answerAll(...asked),
      answer: async (query) => {
        // a folder that is gone is no failure of the query
        if (model.status.is === 'absent') return { kind: 'absent', reason: `the folder of ${record.title} has to be given again; open Compare with …` }
        return (await model.answerAll([query]))[0]!
      },
    }
  }
  const sourceOf = (record: SourceRecord): Source => (record.kind === 'frozen' ? modelSource(record) : fileSource(record))

  const take = (records: readonly SourceRecord[]): void => {
    const known = new Map(getState().list.map((source) => [source.id, source]))
    setState({ records, list: records.map((record) => known.get(record.id) ?? sourceOf(record)) })
  }
  const matchAll = (): void => {
    setState({ matches: new Map() })
    for (const { id, kind } of getState().records) if (kind !== 'frozen') void match(id)
  }

  let listed: Promise<void> | undefined
  /** What was kept before; asked for when there is a dataset to match it to. */
  const list = (): Promise<void> => {
    listed ??= client.list().then(take, (error: unknown) => {
      listed = undefined
      setState({ failure: sentenceOf(error) })
    })
    return listed
  }
  library.subscribe(({ shop }, before) => {
    if (shop !== undefined && shop.dataset.hash !== before.shop?.dataset.hash) void list().then(matchAll)
  })

  /** id of the model that is being brought here */
  let bringing: string | undefined
  const self: Sources = {
    ...store,
    show: () => setState({ open: true }),
    close: () => setState({ open: false, failure: undefined }),
    addFiles: async (files) => {
      const faults: string[] = []
      setState({ failure: undefined })
      await list()
      for (const [at, file] of files.entries()) {
        setState({ doing: { what: file.name, share: files.length === 1 ? undefined : at / files.length } })
        try {
          const record = await client.keep(file)
          if (getState().records.some(({ id }) => id === record.id)) {
            faults.push(`${file.name} says the same as ${record.title}, which is here already`)
            continue
          }
          take([...getState().records, record])
          await match(record.id)
        } catch (error) {
          faults.push(sentenceOf(error))
        }
      }
      setState({ doing: undefined, failure: faults.length === 0 ? undefined : faults.join('. ') })
    },
    offerFolder: async (files) => {
      const offered = await frozenFolderOf(files)
      if (offered === undefined) return false
      setState({ offered, open: true, failure: undefined })
      return true
    },
    withdrawFolder: () => setState({ offered: undefined }),
    addModel: async (reference) => {
      const { offered } = getState()
      const given = reference.from === 'folder' ? offered?.files : undefined
      const title = titleOf(reference)
      setState({ failure: undefined, doing: { what: title, share: undefined } })
      bringing = PENDING
      try {
        await list()
        await shelf.of({ id: PENDING, kind: 'frozen', title, addedAt: 0, reference }, given).open()
        // kept once it is known to run
        const record = await client.keepModel(title, reference)
        if (record.kind !== 'frozen') return
        const others = getState().list.filter(({ id }) => id !== record.id)
        const known = others.length < getState().list.length
        shelf.adopt(PENDING, record)
        // a folder that is given again is another source to whoever asked it in vain
        if (known) setState(({ list: all }) => ({ list: all.map((source) => (source.id === record.id ? sourceOf(record) : source)) }))
        else take([...getState().records, record])
        setState({ offered: undefined })
      } catch (error) {
        const cancelled = getState().models.get(PENDING)?.is === 'closed'
        setState({ failure: cancelled ? undefined : sentenceOf(error) })
      } finally {
        shelf.remove(PENDING)
        bringing = undefined
        setState(({ models }) => ({ doing: undefined, models: new Map([...models].filter(([id]) => id !== PENDING)) }))
      }
    },
    openModel: async (id) => {
      const record = getState().records.find((one) => one.id === id)
      if (record?.kind !== 'frozen') return
      bringing = id
      await shelf.of(record).open().catch(() => undefined) // its status says why
      if (bringing === id) bringing = undefined
    },
    closeModel: (id) => {
      const record = getState().records.find((one) => one.id === id)
      if (record?.kind === 'frozen') shelf.of(record).close()
    },
    cancel: () => { if (bringing !== undefined) shelf.cancel(bringing) },
    takeDropped: async (files) => {
      if (await self.offerFolder(files)) return true
      const kinds = await Promise.all(files.map((file) => client.recognise(file)))
      if (files.length === 0 || kinds.includes(undefined)) return false
      self.show()
      await self.addFiles(files)
      return true
    },
    remove: async (id) => {
      try {
        shelf.remove(id)
        await client.remove(id)
        take(getState().records.filter((record) => record.id !== id))
      } catch (error) {
        setState({ failure: sentenceOf(error) })
      }
    },
  }
  return self
}

/** A reference as a person calls it. */
function titleOf({ model, dtype }: FrozenReference): string {
  return `${model.split('/').at(-1)!} ${dtype}`
}

function noteOf(record: Extract<SourceRecord, { file: string }>): string {
  const { kind, file, format, queries } = record
  return `${kind === 'run' ? 'rankings' : 'outputs'} for ${new Intl.NumberFormat('en').format(queries)} queries of ${file} (${format})`
}

function answerOf(entry: SourceEntry | undefined, record: SourceRecord, query: FiledQuery, settings: Pick<Settings, 'mode'>): SourceAnswer {
  if (entry === undefined) return { kind: 'absent', reason: `${record.title} says nothing to “${query.text}”` }
  return entry.kind === 'ranking' ? entry : { kind: 'text', output: entry.text, ...readImported(entry.text, settings) }
}
