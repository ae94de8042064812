// The store of the table of queries: which two systems it compares, what is shown of it, and the query that is chosen.
import { createStore } from 'zustand/vanilla'
import type { CompareService } from '../../client/compare.ts'
import type { Split } from '../../domain/dataset.ts'
import { AnswerBook } from './answerBook.ts'
import { misfit } from '../inspect/asking.ts'
import { createComparing } from './comparing.ts'
import { createJobs } from './jobs.ts'
import type { Library } from '../data/library.ts'
import { createQueryEvaluation } from './queryEvaluation.ts'
import { createQueryNotes, type NoteHome, type NoteMemory } from './queryNotes.ts'
import { createQueryPlan } from './queryPlan.ts'
import { arrange, countOutcomes, joinAnswers, NO_ROWS, valuesOf, type QueryRow, type QueryRows, type RowValues } from './queryRows.ts'
import type { QueryTable, QueryTableState } from './queryTableState.ts'
import { keptAnswers } from '../runs/keptAnswers.ts'
import { becameAnother } from '../run/another.ts'
import { isUnderWay, type Run } from '../run/run.ts'
import type { Runs } from '../runs/runs.ts'
import { sentenceOf } from '../sentence.ts'
import type { Sources } from '../inspect/sources.ts'
import type { Rows } from '../tasks/rows.ts'
import { isEvaluated, isTold, keptPlace, listSystems, ORIGINAL, pairOf, POLICY, runOf, sameSystems, START, type System } from './systems.ts'
import { askedKey, termsNow, type Terms } from './terms.ts'
import type { View } from '../inspect/view.ts'
import { policyPlace } from './writers.ts'

export type { QueryTable, QueryTableState } from './queryTableState.ts'

export interface QueryTableParts {
  readonly library: Library
  readonly run: Run
  readonly view: View
  readonly runs: Runs
  readonly sources: Sources
  readonly rows: Pick<Rows, 'getState' | 'subscribe' | 'byId' | 'tasks'>
  readonly comparer: CompareService
  readonly memory: NoteMemory
}

const NO_VALUES: RowValues = { a: new Float64Array(), b: new Float64Array(), delta: new Float64Array() }
const NO_TABLE = { table: NO_ROWS, values: NO_VALUES, order: new Int32Array(), outcomes: { win: 0, tie: 0, loss: 0, unknown: 0 }, compared: undefined } as const

/** So many queries are ranked as typed without a word; more are ranked when a person says so. */
const RANKED_UNASKED = 1000
/** A person who holds j down looks at none of the queries on the way. */
const RESTS_MS = 140

const differ = (one: readonly unknown[], other: readonly unknown[]): boolean => one.length !== other.length || one.some((value, at) => value !== other[at])

export function createQueryTable({ library, run, view, runs, sources, rows, comparer, memory }: QueryTableParts): QueryTable {
  const store = createStore<QueryTableState>(() => ({
    split: 'test', a: ORIGINAL, b: POLICY, following: true, systems: [], metric: 'ndcg@10',
    filter: 'all', domain: undefined, search: '', sort: undefined, ...NO_TABLE,
    selected: undefined, notes: new Map(), job: undefined, failure: undefined,
  }))
  const { getState, setState } = store
  const book = new AnswerBook()
  const plan = createQueryPlan(rows)
  const notes = createQueryNotes(memory, runs.service)
  const comparing = createComparing(comparer, (compared) => setState({ compared }), (failure) => setState({ failure }))
  const jobs = createJobs((job) => setState({ job }), (failure) => setState({ failure }))
  let watchers = 0
  let stale = true
  let resting: ReturnType<typeof setTimeout> | undefined
  /** what the rows and the notes were made of */
  let joined: readonly unknown[] = []
  let noted: readonly unknown[] = []
  /** what was asked of the store, and of the recommender without a word: once each, as long as the data are open */
  const tried = new Set<string>()

  const shopNow = () => library.getState().shop
  const termsHere = (): Terms | undefined => {
    const shop = shopNow()
    return shop && termsNow(shop, run.getState().settings)
  }
  /** Under what an answer on demand would be made now. */
  const keyNow = (split: Split): string => {
    const terms = termsHere()
    return terms === undefined ? '' : askedKey(terms, run.getState().settings, split)
  }
  const systemsNow = (): readonly System[] => {
    const state = run.getState()
    const { records, opened } = runs.getState()
    const hash = shopNow()?.dataset.hash
    return listSystems({
      task: rows.getState().spec, book, run: state.run, record: state.record, terms: termsHere(), records: records.filter(({ dataset, damage }) => dataset.hash === hash && damage === undefined), opened,
      sources: sources.getState().list, policy: state.engine.is === 'ready' ? policyPlace(state) : undefined,
      fits: (record) => state.engine.is === 'ready' && misfit(record, state.engine) === undefined,
    })
  }
  /** Notes belong to the run whose answers are looked at: B's, else A's, else to the data. */
  const homeNow = ({ a, b }: Pick<QueryTableState, 'a' | 'b'>): NoteHome => {
    const { record } = run.getState()
    const own = (id: string): string | undefined => runOf(id) ?? (id.startsWith('live:') || isEvaluated(id) || id === POLICY ? record?.id : undefined)
    const id = own(b) ?? own(a)
    const kept = id === undefined ? undefined : runs.getState().records.find((one) => one.id === id) ?? (record?.id === id ? record : undefined)
    return { dataset: shopNow()?.dataset.hash ?? 'none', run: kept }
  }

  const placesOf = ({ rows }: QueryRows, domain: string | undefined): Iterable<number> => (
    domain === undefined ? rows.keys() : [...rows.keys()].filter((at) => rows[at]!.domain === domain))
  /** The selected row is the inspected query, whoever chose it; while a person moves on, the row they are at. */
  const selectedOf = (rows: readonly QueryRow[]): string | undefined => {
    const { selected } = getState()
    const { query, queryId } = view.getState()
    const same = rows.find(({ id }) => id === selected)
    if (same !== undefined && resting !== undefined) return selected
    const chosen = rows.find(({ id, text }) => id === queryId && text === query)
    return (chosen ?? (same?.text === query ? same : rows.find(({ text }) => text === query)))?.id
  }
  const arranged = (change: Partial<QueryTableState>): Partial<QueryTableState> => {
    const next = { ...getState(), ...change }
    return { ...change, order: arrange(next.table, next.values, next, next.notes) }
  }
  const measured = (change: Partial<QueryTableState>): Partial<QueryTableState> => {
    const next = { ...getState(), ...change }
    const values = valuesOf(next.table, next.metric)
    return arranged({ ...change, values, outcomes: countOutcomes(values.delta, placesOf(next.table, next.domain)), compared: undefined })
  }
  const compare = (): void => {
    const { table, values, domain } = getState()
    comparing.ask({ table, values, domain, seed: run.getState().settings.seed })
  }

  /** Brings the table up to date. Where the answers are what they were, nothing of it is made anew. */
  const look = (): void => {
    stale = watchers === 0
    if (stale) return
    book.stand(keyNow)
    const listed = systemsNow()
    const { following, ...now } = getState()
    const systems = sameSystems(listed, now.systems) ? now.systems : listed
    const { split, a, b } = { ...now, ...(following ? pairOf(systems) : {}) }
    const shop = shopNow()
    const { settings } = run.getState()
    const [ofA, ofB] = [book.get(a, split), book.get(b, split)]
    const none = ofA === undefined && ofB === undefined
    const { rows: described } = rows.getState()
    const made = [shop?.dataset, described, split, ofA, ofB, none ? settings : undefined]
    const home = homeNow({ a, b })
    const read = [home.dataset, home.run?.id, home.run?.notes]
    const change = { systems, split, a, b, ...(differ(read, noted) ? { notes: notes.read(home) } : {}) }
    noted = read
    if (differ(made, joined)) {
      joined = made
      // what a run was asked about may be some of the split: where one side is known, the other is compared on those
      const table = joinAnswers(none ? plan.queries(shop, settings, split) : [], ofA ?? [], ofB ?? [], rows.byId)
      const domain = now.domain !== undefined && table.domains.includes(now.domain) ? now.domain : undefined
      setState(measured({ ...change, table, domain, selected: selectedOf(table.rows) }))
      compare()
    } else {
      setState(change.notes === undefined ? change : arranged(change))
    }
    for (const id of [a, b]) void fetchKept(id, split)
    const { length } = getState().table.rows
    const { lacking } = getState().table
    const lacks = (a === ORIGINAL ? lacking.a : 0) + (b === ORIGINAL ? lacking.b : 0)
    if (lacks === 0 || jobs.busy() || length > RANKED_UNASKED || !first(`${split} ${ORIGINAL} ${a} ${b} ${keyNow(split)}`)) return
    evaluation.evaluate(ORIGINAL)
  }
  const first = (what: string): boolean => !tried.has(what) && tried.add(what).has(what)

  /** Fetches a kept run's answers from the store; its steps become known as well. */
  const fetchKept = async (system: string, split: Split): Promise<void> => {
    const place = keptPlace(system)
    if (place === undefined || book.get(system, split) !== undefined || !first(`${split} ${system}`)) return
    try {
      book.put(system, split, await keptAnswers(runs, place, split))
      void runs.open(place.run)
      look()
    } catch (error) {
      setState({ failure: sentenceOf(error) })
    }
  }

  const evaluation = createQueryEvaluation({ library, run, runs, sources, book, plan, jobs, getState, setState, look })

  const inspect = (id: string): void => {
    clearTimeout(resting)
    resting = undefined
    const text = getState().table.rows.find((row) => row.id === id)?.text
    if (text !== undefined && (text !== view.getState().query || id !== view.getState().queryId)) view.setQuery(text, id)
  }

  library.subscribe(({ shop }, before) => {
    if (shop === before.shop) return
    jobs.end('another data set, or another recommender, took its place')
    tried.clear()
    if (shop?.dataset.hash === before.shop?.dataset.hash) {
      // what another recommender ranked is no answer of this one; what a run told stays what it was
      book.forget((id) => !isTold(id))
    } else {
      book.forget(() => true)
      setState({ following: true, ...NO_TABLE, domain: undefined, search: '', failure: undefined })
    }
    look()
  })
  rows.subscribe((now, before) => {
    if (now.rows === before.rows || now.dataset?.hash !== before.dataset?.hash) return
    // what was asked on demand about another task's rows is no answer of these
    if (now.spec !== before.spec) {
      book.forget((id) => !isTold(id))
      tried.clear()
    }
    look()
  })
  view.subscribe(({ query, queryId }, before) => {
    if ((query !== before.query || queryId !== before.queryId) && watchers > 0) setState({ selected: selectedOf(getState().table.rows) })
  })
  run.subscribe((now, before) => {
    const another = becameAnother(now, before)
    // what the former run and its policy answered is nothing of the next
    if (another) book.forget((id) => id.startsWith('live:') || isEvaluated(id) || id === START)
    if (!evaluation.holds() && isUnderWay(now.phase) && !isUnderWay(before.phase)) jobs.end('a run began; evaluate once more')
    if (now.engine !== before.engine && now.engine.is !== 'ready') book.forget((id) => isEvaluated(id) || id === START)
    if (another || now.engine !== before.engine || now.phase !== before.phase || now.record?.id !== before.record?.id || now.settings !== before.settings) look()
  })
  runs.subscribe((now, before) => { if (now.records !== before.records || now.opened !== before.opened) look() })
  sources.subscribe((now, before) => {
    if (now.list === before.list) return
    const here = new Set(now.list.map(({ id }) => `source:${id}`))
    book.forget((id) => id.startsWith('source:') && !here.has(id))
    look()
  })

  return {
    ...store,
    hear: (event) => { if (book.hear(event)) look() },
    watch: () => {
      watchers++
      if (stale) look()
      // kept runs are offered too
      if (!runs.getState().looked) void runs.look()
      void notes.settle(homeNow(getState()))
      return () => { watchers-- }
    },
    choose: (what) => {
      tried.clear()
      setState({ ...what, following: false, failure: undefined })
      look()
    },
    show: (what) => {
      const measures = what.metric !== undefined || 'domain' in what
      setState(measures ? measured(what) : arranged(what))
      if (measures) compare()
      if (what.sort?.by === 'unjudged') evaluation.countUnjudged()
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
    evaluate: evaluation.evaluate,
    cancel: () => jobs.end(),
    note: (id, text) => {
      const now = new Map(getState().notes)
      if (text.trim() === '') now.delete(id)
      else now.set(id, text)
      // the rows stay where they are while one types, whatever they are filtered or sorted by
      setState({ notes: now })
      void notes.write(homeNow(getState()), id, text).then((failure) => { if (failure !== undefined) setState({ failure }) })
    },
    saveRun: evaluation.saveRun,
  }
}
