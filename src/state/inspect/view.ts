// The store of what is looked at: the place, the query under inspection with its columns, and how the curves are drawn.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { ndcg, targetsOf } from '../../domain/metrics.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Row } from '../../domain/tasks/task.ts'
import { rankAnswers } from '../../experiment/score.ts'
import { ASKED_WITH, createAsking, RANKED_WITH } from './asking.ts'
import { kindOf, knownColumns, moved, nextTyped, type ColumnId } from './columns.ts'
import { DEPTH, type Inspection } from './inspect.ts'
import type { Library, Shop } from '../data/library.ts'
import type { Run, RunStoreState } from '../run/run.ts'
import type { Runs } from '../runs/runs.ts'
import { sentenceOf } from '../sentence.ts'
import type { Memory } from '../shell.ts'
import { fromLink, recall, remember, toLink, withText, type Shown } from './shown.ts'
import type { Rows } from '../tasks/rows.ts'
import type { Sources } from './sources.ts'

export type { ColumnId } from './columns.ts'
export type { Column, Inspection } from './inspect.ts'
export type { Shown } from './shown.ts'

/** The places of the workbench. */
export const PLACES = ['train', 'inspect', 'runs', 'papers'] as const
export type Place = (typeof PLACES)[number]

export interface ViewState extends Shown {
  readonly place: Place
  readonly tab: 'curves' | 'result' | 'kernels' | 'settings'
  /** weight of the moving average, 0 to 0.95 */
  readonly smoothing: number
  readonly query: string
  /** the judged query that was chosen, where one was and no text typed: two may say the same */
  readonly queryId: string | undefined
  readonly inspection: Inspection | undefined
  /** something is being asked or ranked for a column */
  readonly inspecting: boolean
  readonly fault: string | undefined
}

export interface View extends StoreApi<ViewState> {
  readonly setPlace: (place: Place) => void
  readonly setTab: (tab: ViewState['tab']) => void
  readonly setSmoothing: (weight: number) => void
  /** Inspects a judged query, by its id where that is known, or any other text. */
  readonly setQuery: (text: string, id?: string) => void
  /** Asks every column again. */
  readonly refresh: () => void
  /** Adds a column at the right, unless it is there. */
  readonly addColumn: (id: ColumnId) => void
  /** Adds a column of one's own, which begins with the query; returns its id. */
  readonly addTyped: () => ColumnId
  readonly removeColumn: (id: ColumnId) => void
  readonly moveColumn: (id: ColumnId, by: number) => void
  /** What a typed column says to the query of now; ranked after a pause. */
  readonly type: (id: ColumnId, text: string) => void
  readonly show: (change: Partial<Pick<Shown, 'listed' | 'k' | 'pictures' | 'tableOpen'>>) => void
  /** The query and the columns as the part of an address after `?`, and the columns that it can't carry. */
  readonly link: () => { readonly search: string; readonly leftOut: readonly ColumnId[] }
  /** Takes the query and the columns of such an address; false where it has none. */
  readonly takeLink: (search: string) => boolean
}

/** What the columns may ask, and where the choice of them is remembered. */
export interface ViewParts {
  readonly rows: Pick<Rows, 'getState' | 'subscribe' | 'same' | 'prepared'>
  readonly sources: Pick<Sources, 'getState' | 'subscribe'>
  readonly runs: Pick<Runs, 'getState' | 'subscribe' | 'service'>
  readonly memory: Memory
}

const TRIED_FIRST = 30

/** The first few that will do, and not one more looked at. */
function firstOf(rows: readonly Row[], wanted: (row: Row) => boolean): readonly Row[] {
  const found: Row[] = []
  for (const row of rows) {
    if (found.length === TRIED_FIRST) break
    if (wanted(row)) found.push(row)
  }
  return found
}

/** The row to begin with: the first test row that, as it stands, leaves something to gain. A solved one would be a poor welcome. */
async function firstRow(rows: ViewParts['rows'], shop: Shop, settings: Settings): Promise<Row | undefined> {
  const { rows: all } = rows.getState()
  const relevant = ({ judgements }: Row): boolean => targetsOf(judgements, settings).gain.size > 0
  const test = firstOf(all, (row) => row.split === 'test' && relevant(row))
  const tried = test.length > 0 ? test : firstOf(all, relevant)
  try {
    const tasks = await rows.prepared(tried, shop, settings)
    const rankings = await rankAnswers(shop.recommender, settings, tasks.map((task) => ({ task, reading: task.spec.original(task.case) })), DEPTH)
    return tried.find(({ judgements }, at) => ndcg(rankings[at]?.ids ?? [], targetsOf(judgements, settings), DEPTH) < 0.5) ?? tried[0] ?? all[0]
  } catch {
    return tried[0] ?? all[0]
  }
}

/** What is shown may be another by now: a validation, a pause, an end, a fresh engine, settings that ask, rank or measure otherwise. */
function worthAnotherLook(now: RunStoreState, before: RunStoreState): boolean {
  const settled = now.phase !== before.phase && (now.phase === 'paused' || now.phase === 'finished' || now.phase === 'idle')
  const otherwise = [...ASKED_WITH, ...RANKED_WITH].some((name) => now.settings[name] !== before.settings[name])
  return now.engine !== before.engine || settled || otherwise || now.run.validations.length > before.run.validations.length
}

/** A person who types pauses before the text is ranked. */
const TYPING_MS = 350

export function createView(library: Library, run: Run, { rows, sources, runs, memory }: ViewParts): View {
  const store = createStore<ViewState>(() => ({
    ...recall(memory), place: 'train', tab: 'curves', smoothing: 0.6, query: '', queryId: undefined, inspection: undefined, inspecting: false, fault: undefined,
  }))
  const { getState, setState } = store
  const asking = createAsking({ run, sources, rows, past: runs.service })
  /** counts the looks at a query: what an older one still brings is nobody's any more */
  let latest = 0
  /** counts how often each column was asked: the last counts */
  const turns = new Map<ColumnId, number>()
  let pending = 0
  /** the query of a link, until there is a shop to ask it of */
  let awaited: string | undefined

  const put = (id: ColumnId, change: (inspection: Inspection) => Pick<Inspection, 'columns' | 'absent'>): void => {
    const { inspection, columns } = getState()
    if (inspection === undefined || !columns.includes(id)) return
    setState({ inspection: { ...inspection, ...change(inspection) } })
  }
  const without = <Value>(record: Readonly<Record<string, Value>>, id: string): Readonly<Record<string, Value>> => {
    const { [id]: _, ...rest } = record
    return rest
  }

  /** Asks one column, and shows what comes unless something newer was asked in the meantime. */
  const lookAt = async (id: ColumnId, fresh: boolean): Promise<void> => {
    const { shop } = library.getState()
    const { inspection, typed } = getState()
    if (shop === undefined || inspection === undefined) return
    const { query, judged } = inspection
    const mine = latest
    const turn = (turns.get(id) ?? 0) + 1
    turns.set(id, turn)
    const wanted = (): boolean => mine === latest && turns.get(id) === turn && getState().columns.includes(id)
    pending++
    setState({ inspecting: true })
    try {
      const answered = await asking.ask(id, { query, judged }, typed[id]?.[query], shop, fresh, wanted)
      if (answered === undefined || !wanted()) return
      if ('column' in answered) put(id, ({ columns, absent }) => ({ columns: { ...columns, [id]: answered.column }, absent: without(absent, id) }))
      else if ('absent' in answered) put(id, ({ columns, absent }) => ({ columns: without(columns, id), absent: { ...absent, [id]: answered.absent } }))
      else put(id, ({ columns, absent }) => ({ columns: without(columns, id), absent: without(absent, id) }))
    } catch (error) {
      if (wanted()) put(id, ({ columns, absent }) => ({ columns: without(columns, id), absent: { ...absent, [id]: sentenceOf(error) } }))
    } finally {
      pending--
      setState({ inspecting: pending > 0 })
    }
  }

  const look = (fresh: boolean): void => {
    latest++
    const { shop } = library.getState()
    const { query: asked, queryId, inspection: shown, columns } = getState()
    const query = asked.trim()
    if (shop === undefined || query === '') return setState({ inspection: undefined, fault: undefined })
    const judged = rows.same(query, queryId)
    // the columns of the look before stay until they are replaced, when it is the same query
    const inspection = shown?.query === query && shown.judged?.id === judged?.id ? { ...shown, judged } : { query, judged, task: undefined, columns: {}, absent: {} }
    setState({ inspection, fault: undefined })
    const mine = latest
    void asking.taskOf({ query, judged }, shop).then((task) => {
      const { inspection: now } = getState()
      if (mine === latest && now !== undefined && now.task !== task) setState({ inspection: { ...now, task } })
    }, () => undefined) // every column says why
    for (const id of columns) void lookAt(id, fresh)
  }
  const keep = (): void => {
    const remembered = remember(memory, getState())
    if (!remembered) setState({ fault: 'the browser has no room to remember the columns; they stay until the page is left' })
  }
  const setColumns = (columns: readonly ColumnId[]): void => {
    setState(({ inspection }) => ({
      columns,
      inspection: inspection && {
        ...inspection,
        columns: Object.fromEntries(Object.entries(inspection.columns).filter(([id]) => columns.includes(id))),
        absent: Object.fromEntries(Object.entries(inspection.absent).filter(([id]) => columns.includes(id))),
      },
    }))
    keep()
  }
  const add = (id: ColumnId): void => {
    const { columns } = getState()
    if (columns.includes(id) || knownColumns([id]).length === 0) return
    setColumns([...columns, id])
    void lookAt(id, false)
  }

  const welcome = async (shop: Shop | undefined): Promise<void> => {
    if (shop !== undefined) {
      const { rows: offered } = rows.getState()
      const row = awaited === undefined ? await firstRow(rows, shop, run.getState().settings) : undefined
      const query = awaited ?? row?.text ?? ''
      awaited = undefined
      // someone may have typed, or loaded another shop, in the meantime
      if (library.getState().shop === shop && rows.getState().rows === offered && getState().query === '') setState({ query, queryId: row?.id })
    }
    look(false)
  }
  const begin = (shop: Shop | undefined): void => {
    latest++
    setState({ query: '', queryId: undefined, inspection: undefined })
    if (!rows.getState().reading) void welcome(shop)
  }

  library.subscribe(({ shop }, before) => {
    if (shop === before.shop) return
    // the same data, ranked otherwise or called otherwise: the query stays
    if (shop !== undefined && shop.dataset.hash === before.shop?.dataset.hash && getState().query !== '') return look(false)
    begin(shop)
  })
  rows.subscribe((now, before) => {
    // other data are told of by the library
    if (now.rows === before.rows || now.dataset?.hash !== before.dataset?.hash) return
    if (now.reading) return begin(undefined)
    const { query, queryId } = getState()
    const stays = (now.spec.over === 'queries' && before.spec.over === 'queries') || rows.same(query, queryId) !== undefined
    if (awaited === undefined && query !== '' && stays) look(false)
    else begin(library.getState().shop)
  })
  run.subscribe((now, before) => {
    if (worthAnotherLook(now, before)) look(false)
  })
  // what was brought here, or taken away, may answer now, or no more
  sources.subscribe(({ list }, before) => {
    if (list === before.list) return
    for (const id of getState().columns) if (kindOf(id)?.is === 'source') void lookAt(id, false)
  })
  runs.subscribe(({ records }, before) => {
    if (records === before.records) return
    const { columns, inspection } = getState()
    for (const id of columns) if (kindOf(id)?.is === 'checkpoint' && inspection?.absent[id] !== undefined) void lookAt(id, false)
  })

  const typing = new Map<ColumnId, ReturnType<typeof setTimeout>>()
  return {
    ...store,
    setPlace: (place) => setState({ place }),
    setTab: (tab) => setState({ tab }),
    setSmoothing: (smoothing) => setState({ smoothing }),
    setQuery: (query, queryId) => {
      setState({ query, queryId })
      look(false)
    },
    refresh: () => look(true),
    addColumn: add,
    addTyped: () => {
      const { columns, typed } = getState()
      // a removed column's texts are remembered, and come back with it
      const free = Object.keys(typed).find((id) => !columns.includes(id)) ?? nextTyped([...columns, ...Object.keys(typed)])
      add(free)
      return free
    },
    removeColumn: (id) => setColumns(getState().columns.filter((other) => other !== id)),
    moveColumn: (id, by) => setColumns(moved(getState().columns, id, by)),
    type: (id, text) => {
      const { inspection, typed, query } = getState()
      setState({ typed: withText(typed, id, inspection?.query ?? query.trim(), text) })
      clearTimeout(typing.get(id))
      typing.set(id, setTimeout(() => {
        keep()
        void lookAt(id, false)
      }, TYPING_MS))
    },
    show: (change) => {
      setState(change)
      keep()
    },
    link: () => toLink(getState().query.trim(), getState()),
    takeLink: (search) => {
      const given = fromLink(search, getState())
      if (given === undefined) return false
      setState({ ...given.shown, place: 'inspect' })
      keep()
      if (library.getState().shop === undefined) awaited = given.query
      else {
        setState({ query: given.query, queryId: undefined })
        look(false)
      }
      return true
    },
  }
}
