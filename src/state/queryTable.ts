// The store of the table of queries: which two systems it compares, what is shown of it, and the query that is chosen.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Compared, CompareService } from '../client/compare.ts'
import type { JudgedQuery, Split } from '../domain/dataset.ts'
import type { Settings } from '../domain/settings.ts'
import type { RunEvent } from '../experiment/events.ts'
import { planTasks, type Task } from '../experiment/tasks.ts'
import { AnswerBook, ORIGINAL, partTitle, THIS_RUN, type System } from './answerBook.ts'
import { asTyped, evaluateAll, type Writer } from './evaluating.ts'
import type { Library } from './library.ts'
import {
  arrange, countOutcomes, joinAnswers, NO_ROWS, valuesOf, type Outcome, type QueryRow, type QueryRows, type RowChoice, type RowValues, type TableAnswer, type TableMetric,
} from './queryRows.ts'
import type { Run } from './run.ts'
import { sentenceOf } from './sentence.ts'
import type { View } from './view.ts'

export interface QueryTableState extends RowChoice {
  readonly split: Split
  /** ids of the systems that are compared */
  readonly a: string
  readonly b: string
  /** until a person chooses, the table follows the run */
  readonly following: boolean
  readonly systems: readonly System[]
  readonly metric: TableMetric
  readonly table: QueryRows
  readonly values: RowValues
  /** places of the rows that are shown, in their order */
  readonly order: Int32Array
  /** over the rows of the chosen domain, whatever else is filtered */
  readonly outcomes: Readonly<Record<Outcome | 'unknown', number>>
  /** the same rows resampled; undefined while that is under way, and where nothing is paired */
  readonly compared: Compared | undefined
  /** id of the chosen query */
  readonly selected: string | undefined
  readonly notes: ReadonlyMap<string, string>
  /** what is being evaluated */
  readonly job: { readonly what: string; readonly done: number; readonly of: number } | undefined
  readonly failure: string | undefined
}

export interface QueryTable extends StoreApi<QueryTableState> {
  /** Takes an event of the page's run. */
  readonly hear: (event: RunEvent) => void
  /** Keeps the rows up to date until the returned function is called: a table that nobody sees costs nothing. */
  readonly watch: () => () => void
  readonly choose: (what: Partial<Pick<QueryTableState, 'split' | 'a' | 'b'>>) => void
  readonly show: (what: Partial<RowChoice & Pick<QueryTableState, 'metric'>>) => void
  /** Selects a query, and has it inspected. */
  readonly select: (id: string) => void
  /** Selects the query `by` rows further; it is inspected once the person rests there. */
  readonly move: (by: number) => void
  /** Has every query of the split answered by a system that can be asked. */
  readonly evaluate: (system: string) => void
  readonly cancel: () => void
}

const NO_VALUES: RowValues = { a: new Float64Array(), b: new Float64Array(), delta: new Float64Array() }
const NO_OUTCOMES = { win: 0, tie: 0, loss: 0, unknown: 0 }

/** So many queries are ranked as typed without a word; more are ranked when a person says so. */
const RANKED_UNASKED = 1000
const RANKED_AT_ONCE = 32
/** A person who holds j down looks at none of the queries on the way. */
const RESTS_MS = 140
const RESAMPLED_AFTER_MS = 60

export function createQueryTable(library: Library, run: Run, view: View, comparer: CompareService): QueryTable {
  const store = createStore<QueryTableState>(() => ({
    split: 'test', a: ORIGINAL, b: 'live:after', following: true, systems: [], metric: 'ndcg@10',
    filter: 'all', domain: undefined, search: '', sort: undefined,
    table: NO_ROWS, values: NO_VALUES, order: new Int32Array(), outcomes: NO_OUTCOMES, compared: undefined,
    selected: undefined, notes: new Map(), job: undefined, failure: undefined,
  }))
  const { getState, setState } = store
  const book = new AnswerBook()
  let watchers = 0
  let stale = true
  let abort: AbortController | undefined
  let resting: ReturnType<typeof setTimeout> | undefined
  let resampling: ReturnType<typeof setTimeout> | undefined
  let latestComparison = 0
  let planned: { readonly shop: unknown; readonly settings: Settings; readonly tasks: Readonly<Record<Split, readonly Task[]>> } | undefined

  /** All queries with a relevant product by use; none where the data cannot be split so. */
  const tasksOf = (split: Split): readonly Task[] => {
    const { shop } = library.getState()
    const { settings } = run.getState()
    if (shop === undefined) return []
    if (planned?.shop !== shop.dataset || planned.settings !== settings) {
      const { training, validation, test } = planTasks(shop.dataset, { ...settings, evaluationQueries: 0 })
      planned = { shop: shop.dataset, settings, tasks: { train: training, validation, test } }
    }
    return planned.tasks[split]
  }
  const queriesOf = (split: Split): readonly Pick<JudgedQuery, 'id' | 'text' | 'domain'>[] => {
    try {
      return tasksOf(split).map(({ query }) => query)
    } catch {
      return library.getState().shop?.dataset.queries.filter((query) => query.split === split) ?? []
    }
  }

  const systemsOf = (): readonly System[] => {
    const systems: System[] = [{ id: ORIGINAL, title: 'original query', group: 'as typed', known: book.systems().find(({ id }) => id === ORIGINAL)?.splits ?? [], asks: true }]
    for (const { id, splits } of book.systems()) {
      if (id.startsWith('live:')) systems.push({ id, title: partTitle(id.slice('live:'.length)), group: THIS_RUN, known: splits, asks: false })
    }
    return systems
  }

  /** What the run has to show by now: its test before and after, else its latest validation. */
  const follow = (systems: readonly System[]): Partial<Pick<QueryTableState, 'split' | 'a' | 'b'>> => {
    const knows = (id: string, split: Split): boolean => systems.some((system) => system.id === id && system.known.includes(split))
    if (knows('live:after', 'test')) return { split: 'test', a: ORIGINAL, b: 'live:after' }
    const latest = systems.findLast(({ id, known }) => id.startsWith('live:step:') && known.includes('validation'))
    if (latest !== undefined) return { split: 'validation', a: ORIGINAL, b: latest.id }
    return { split: 'test', a: ORIGINAL, b: knows('live:before', 'test') ? 'live:before' : 'live:after' }
  }

  const compare = (): void => {
    clearTimeout(resampling)
    const mine = ++latestComparison
    resampling = setTimeout(() => void (async () => {
      const { table, values, domain } = getState()
      const places = domain === undefined ? undefined : [...table.rows.keys()].filter((at) => table.rows[at]!.domain === domain)
      const of = (side: Float64Array): Float64Array => (places === undefined ? side : Float64Array.from(places, (at) => side[at]!))
      const names = new Map(table.domains.map((name, at) => [name, at]))
      try {
        const compared = await comparer.compare({
          before: of(values.a), after: of(values.b), seed: run.getState().settings.seed,
          ...(places === undefined && names.size > 1 ? { names: table.domains, domains: Int32Array.from(table.rows, (row) => names.get(row.domain ?? '') ?? -1) } : {}),
        })
        if (mine === latestComparison) setState({ compared })
      } catch (error) {
        if (mine === latestComparison) setState({ failure: sentenceOf(error) })
      }
    })(), RESAMPLED_AFTER_MS)
  }

  const domainPlaces = ({ rows }: QueryRows, domain: string | undefined): Iterable<number> => (
    domain === undefined ? rows.keys() : [...rows.keys()].filter((at) => rows[at]!.domain === domain))

  /** The selected row is the inspected query, whoever chose it. */
  const selectedOf = (rows: readonly QueryRow[]): string | undefined => {
    const { selected } = getState()
    const { query } = view.getState()
    const same = rows.find(({ id }) => id === selected)
    return same !== undefined && same.text === query ? selected : (rows.find(({ text }) => text === query)?.id)
  }

  const arranged = (change: Partial<QueryTableState>): Partial<QueryTableState> => {
    const next = { ...getState(), ...change }
    return { ...change, order: arrange(next.table, next.values, next, next.notes) }
  }
  const measured = (change: Partial<QueryTableState>): Partial<QueryTableState> => {
    const next = { ...getState(), ...change }
    const values = valuesOf(next.table, next.metric)
    return arranged({ ...change, values, outcomes: countOutcomes(values.delta, domainPlaces(next.table, next.domain)), compared: undefined })
  }

  const look = (): void => {
    if (watchers === 0) {
      stale = true
      return
    }
    stale = false
    const systems = systemsOf()
    const { following, ...now } = getState()
    const { split, a, b } = { ...now, ...(following ? follow(systems) : {}) }
    const { shop } = library.getState()
    const [ofA, ofB] = [book.get(a, split) ?? [], book.get(b, split) ?? []]
    const byId = new Map(shop?.dataset.queries.map((query) => [query.id, query]))
    // what a run was asked about may be some of the split; where only one side is known, the other is compared on those
    const asked = ofA.length === 0 && ofB.length === 0 ? queriesOf(split) : []
    const table = joinAnswers(asked, ofA, ofB, (id) => byId.get(id))
    const domain = now.domain !== undefined && table.domains.includes(now.domain) ? now.domain : undefined
    setState(measured({ systems, split, a, b, table, domain, selected: selectedOf(table.rows) }))
    compare()
    unasked()
  }

  /** Few queries are ranked as typed at once: half of what the table is for. */
  const unasked = (): void => {
    const { a, b, split, job, table } = getState()
    const wanted = (a === ORIGINAL || b === ORIGINAL) && book.get(ORIGINAL, split) === undefined
    if (wanted && job === undefined && table.rows.length > 0 && table.rows.length <= RANKED_UNASKED) evaluate(ORIGINAL)
  }

  const writerOf = (system: string): Writer => {
    if (system === ORIGINAL) return asTyped
    throw new Error(`${system} cannot be asked here`)
  }

  const evaluate = (system: string): void => {
    if (abort !== undefined) return
    const { shop } = library.getState()
    if (shop === undefined) return
    const { split, table, systems } = getState()
    const mine = new AbortController()
    abort = mine
    void (async () => {
      let told: readonly TableAnswer[] = []
      try {
        const wanted = new Set(table.rows.map(({ id }) => id))
        const tasks = tasksOf(split).filter(({ query }) => wanted.size === 0 || wanted.has(query.id))
        const what = systems.find(({ id }) => id === system)?.title ?? system
        setState({ job: { what, done: 0, of: tasks.length }, failure: undefined })
        await evaluateAll(tasks, writerOf(system), {
          recommender: shop.recommender, settings: run.getState().settings, batch: RANKED_AT_ONCE, signal: mine.signal,
          onPart: (answers, done) => {
            told = [...told, ...answers]
            setState({ job: { what, done, of: tasks.length } })
          },
        })
        book.put(system, split, told)
      } catch (error) {
        if (!mine.signal.aborted) setState({ failure: sentenceOf(error) })
      } finally {
        abort = undefined
        setState({ job: undefined })
        if (!mine.signal.aborted && told.length > 0) look()
      }
    })()
  }

  library.subscribe(({ shop }, before) => {
    if (shop === before.shop) return
    abort?.abort(new Error('the data changed'))
    if (shop?.dataset.hash !== before.shop?.dataset.hash) {
      book.forget(() => true)
      setState({ following: true, table: NO_ROWS, values: NO_VALUES, order: new Int32Array(), outcomes: NO_OUTCOMES, compared: undefined, domain: undefined, search: '' })
    } else {
      book.forget((id) => id === ORIGINAL || id.startsWith('policy@'))
    }
    look()
  })
  view.subscribe(({ query }, before) => {
    if (query !== before.query && watchers > 0) setState({ selected: selectedOf(getState().table.rows) })
  })

  const inspect = (id: string): void => {
    clearTimeout(resting)
    const text = getState().table.rows.find((row) => row.id === id)?.text
    if (text !== undefined && text !== view.getState().query) view.setQuery(text)
  }

  return {
    ...store,
    hear: (event) => { if (book.hear(event)) look() },
    watch: () => {
      watchers++
      if (stale) look()
      return () => { watchers-- }
    },
    choose: (what) => {
      setState({ ...what, following: false })
      look()
    },
    show: (what) => {
      const measures = what.metric !== undefined || 'domain' in what
      setState(measures ? measured(what) : arranged(what))
      if (measures) compare()
    },
    select: (id) => {
      setState({ selected: id })
      inspect(id)
    },
    move: (by) => {
      const { order, table, selected } = getState()
      if (order.length === 0) return
      const at = order.findIndex((place) => table.rows[place]!.id === selected)
      const next = table.rows[order[Math.max(0, Math.min(order.length - 1, at < 0 ? 0 : at + by))]!]!
      if (next.id === selected) return
      setState({ selected: next.id })
      clearTimeout(resting)
      resting = setTimeout(() => inspect(next.id), RESTS_MS)
    },
    evaluate,
    cancel: () => abort?.abort(new Error('cancelled')),
  }
}
