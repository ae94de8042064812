// The store of the runs that this browser keeps: their list, what is changed in it, those whose curves are drawn together, and their events once read.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ResamplingService } from '../../client/compare.ts'
import type { RunChange, RunRecord, RunsService } from '../../client/runs.ts'
import type { AnswersEvent, RunEvent } from '../../experiment/events.ts'
import type { RunState } from '../../experiment/reduce.ts'
import { AnswersRead } from './answersRead.ts'
import { createPlayback, type Playback } from './playback.ts'
import { readRun } from './readRun.ts'
import { createResults, type RunResults } from './runResults.ts'
import { fileNameOf, watched } from './runStore.ts'
import type { Sort } from './runList.ts'
import { sentenceOf } from '../sentence.ts'

export type { CheckpointRecord, RunRecord, RunStatus } from '../../client/runs.ts'

/** A run with its events read, as charts and tables draw it. */
export interface OpenedRun {
  readonly record: RunRecord
  readonly state: RunState
  /** the plain events in order: no rollouts, no answers */
  readonly events: readonly RunEvent[]
}

/** What was just done, and stays said until it is dismissed or something else is done. */
export interface Notice {
  readonly message: string
  /** the removed run that can come back */
  readonly undo?: string
}

/** What the place beside the list shows: one run, or the chosen ones together. */
export const RUNS_TABS = ['run', 'curves', 'settings', 'results'] as const
export type RunsTab = (typeof RUNS_TABS)[number]

export interface RunsState {
  readonly records: readonly RunRecord[]
  /** whether the list was read at least once */
  readonly looked: boolean
  /** runs whose events were read, by id */
  readonly opened: ReadonlyMap<string, OpenedRun>
  /** runs whose events are being read */
  readonly opening: ReadonlySet<string>
  /** ids of the runs that are compared, in the order of their colours */
  readonly chosen: readonly string[]
  /** the run whose details are shown */
  readonly shown: string | undefined
  readonly notice: Notice | undefined
  readonly tab: RunsTab
  readonly search: string
  readonly sort: { readonly by: Sort; readonly falling: boolean }
  /** what takes a while */
  readonly doing: string | undefined
  readonly failure: string | undefined
}

export interface Runs extends StoreApi<RunsState> {
  /** The store of runs; whatever changes a run through it changes the list here too. */
  readonly service: RunsService
  /** Reads the list again. */
  readonly look: () => Promise<void>
  readonly show: (id: string | undefined) => void
  readonly setTab: (tab: RunsTab) => void
  readonly setSearch: (search: string) => void
  readonly setSort: (sort: RunsState['sort']) => void
  /** Takes runs into the comparison or out of it; colours go by the order in which they came. */
  readonly choose: (ids: readonly string[], wanted: boolean) => void
  readonly clearChosen: () => void
  /** Compares exactly these, as an address says; those that are not kept here fall away when the list is read. */
  readonly compare: (ids: readonly string[]) => void
  readonly rename: (id: string, name: string) => Promise<void>
  /** Adds tags, and takes some off; the others stay, whoever gave them. */
  readonly tag: (id: string, added: readonly string[], removed?: readonly string[]) => Promise<void>
  /** Notes on the run as a whole stand under the empty query id. */
  readonly note: (id: string, text: string) => Promise<void>
  readonly remove: (id: string) => Promise<void>
  readonly undo: () => Promise<void>
  readonly dismiss: () => void
  /** Says a sentence where the notices stand. */
  readonly say: (message: string) => void
  readonly fail: (message: string | undefined) => void
  /** Reads a run's events, once; undefined when they cannot be read, and `failure` says why. */
  readonly open: (id: string) => Promise<OpenedRun | undefined>
  /** The answers to the test queries: of the original query, the start and the trained policy, where the run got there. */
  readonly answers: (id: string) => Promise<readonly AnswersEvent[]>
  /** Methods by data and measures, of these runs' test queries. */
  readonly results: (ids: readonly string[]) => Promise<RunResults>
  /** The run as one file, with the name to save it under. */
  readonly pack: (id: string) => Promise<{ readonly name: string; readonly blob: Blob } | undefined>
  /** Takes exported runs in, and shows the last of them; those that are refused are told together. */
  readonly take: (files: readonly File[]) => Promise<void>
  readonly playback: Playback
  /** Feeds a kept run's events into the charts, so many a second. */
  readonly replay: (id: string, eventsPerSecond: number) => Promise<void>
}

/** The id under which a note on the whole run stands among the notes on queries. */
export const WHOLE_RUN = ''
/** Opened runs whose events stay in memory. */
const MOST_OPENED = 12

export function createRuns(client: RunsService, resampling: ResamplingService): Runs {
  const store = createStore<RunsState>(() => ({
    records: [], looked: false, opened: new Map(), opening: new Set(), chosen: [], shown: undefined, notice: undefined,
    tab: 'run', search: '', sort: { by: 'created', falling: true }, doing: undefined, failure: undefined,
  }))
  const { getState, setState } = store
  const heard = (record: RunRecord): void => setState(({ records }) => ({
    records: records.some(({ id }) => id === record.id) ? records.map((old) => (old.id === record.id ? record : old)) : [record, ...records],
  }))
  const service = watched(client, heard)
  const playback = createPlayback()
  const reading = new Map<string, Promise<OpenedRun | undefined>>()
  const answersRead = new AnswersRead(client, (id) => getState().chosen.includes(id), MOST_OPENED)

  const recordOf = (id: string): RunRecord | undefined => getState().records.find((record) => record.id === id)
  const nameOf = (id: string): string => recordOf(id)?.name ?? id

  /** Does something that may fail; what failed is said with the run it failed for. */
  const attempt = async <Value>(what: string, work: () => Promise<Value>): Promise<Value | undefined> => {
    setState({ failure: undefined })
    try {
      return await work()
    } catch (error) {
      setState({ failure: `${what}: ${sentenceOf(error)}` })
      return undefined
    }
  }
  /** Does what takes a while, and says how far it is. */
  const lasting = async <Value>(doing: string, what: string, work: (onProgress: (share: number) => void) => Promise<Value>): Promise<Value | undefined> => {
    setState({ doing: `${doing} …` })
    try {
      return await attempt(what, () => work((share) => setState({ doing: `${doing}: ${Math.floor(share * 100)} %` })))
    } finally {
      setState({ doing: undefined })
    }
  }

  /** A removed run can come back all the same, until the next one is removed. */
  const say = (message: string): void => {
    const undo = getState().notice?.undo
    setState({ notice: undo === undefined ? { message } : { message: `${message} Undo brings the deleted run back.`, undo } })
  }

  const look = async (): Promise<void> => {
    await attempt('the list of runs could not be read', async () => {
      const records = await client.list()
      const here = new Set(records.map(({ id }) => id))
      setState(({ chosen, shown }) => ({
        records, looked: true, chosen: chosen.every((id) => here.has(id)) ? chosen : chosen.filter((id) => here.has(id)), shown: shown !== undefined && here.has(shown) ? shown : records[0]?.id,
      }))
    })
  }

  const readEvents = async (record: RunRecord): Promise<OpenedRun | undefined> => {
    setState(({ opening }) => ({ opening: new Set(opening).add(record.id) }))
    const read = await attempt(`run ${record.name} could not be opened`, () => readRun(client, record.id))
    setState(({ opening, opened }) => {
      const rest = new Set(opening)
      rest.delete(record.id)
      if (read === undefined) return { opening: rest }
      const next = new Map(opened)
      next.delete(record.id)
      next.set(record.id, { record, ...read })
      for (const id of next.keys()) {
        if (next.size <= MOST_OPENED) break
        if (id !== record.id && !getState().chosen.includes(id)) next.delete(id)
      }
      return { opening: rest, opened: next }
    })
    return read && { record, ...read }
  }

  const open = (id: string): Promise<OpenedRun | undefined> => {
    const record = recordOf(id)
    if (record === undefined) {
      setState({ failure: `run ${id} is not kept in this browser; import it, or choose another` })
      return Promise.resolve(undefined)
    }
    const there = getState().opened.get(id)
    if (there !== undefined && there.record.events.bytes === record.events.bytes && there.record.done === record.done) return Promise.resolve(there)
    const under = reading.get(id)
    if (under !== undefined) return under
    const begun = readEvents(record).finally(() => reading.delete(id))
    reading.set(id, begun)
    return begun
  }

  let turn = Promise.resolve()
  /** Changes what the record says by now, one change after another: what another tab, or the click before, changed stays. */
  const change = async (id: string, what: string, wanted: (record: RunRecord) => RunChange): Promise<void> => {
    turn = turn.then(async () => void await attempt(`run ${nameOf(id)} ${what}`, async () => service.change(id, wanted(await client.record(id)))))
    await turn
  }

  const answers = (id: string): Promise<readonly AnswersEvent[]> => answersRead.of(id, recordOf(id))
  const results = createResults(resampling, answers)

  return {
    ...store,
    service,
    playback,
    look,
    show: (shown) => setState({ shown }),
    setTab: (tab) => setState({ tab }),
    setSearch: (search) => setState({ search }),
    setSort: (sort) => setState({ sort }),
    choose: (ids, wanted) => setState(({ chosen }) => {
      const others = chosen.filter((id) => !ids.includes(id))
      return { chosen: wanted ? [...chosen, ...ids.filter((id) => !chosen.includes(id))] : others }
    }),
    clearChosen: () => setState({ chosen: [] }),
    compare: (ids) => setState(({ records, looked }) => ({ chosen: [...new Set(ids)].filter((id) => !looked || records.some((record) => record.id === id)) })),
    rename: async (id, name) => {
      const said = name.trim()
      if (said !== '' && said !== nameOf(id)) await change(id, 'could not be renamed', () => ({ name: said }))
    },
    tag: (id, added, removed = []) => change(id, 'could not be tagged', ({ tags }) => (
      { tags: [...new Set([...tags.filter((tag) => !removed.includes(tag)), ...added.map((tag) => tag.trim()).filter((tag) => tag !== '')])] })),
    note: async (id, text) => {
      const said = text.trim()
      if ((recordOf(id)?.notes[WHOLE_RUN] ?? '') === said) return
      await change(id, 'could not be noted on', (record) => {
        const { [WHOLE_RUN]: _, ...notes } = record.notes
        return { notes: said === '' ? notes : { ...notes, [WHOLE_RUN]: said } }
      })
    },
    remove: async (id) => {
      const name = nameOf(id)
      // only the latest removal can be taken back: what was removed before it makes room now
      if (getState().notice?.undo !== undefined) await attempt('removed runs could not be cleared', () => client.purge())
      const done = await attempt(`run ${name} could not be removed`, async () => {
        await client.remove(id)
        return true
      })
      if (done !== true) return
      if (playback.getState().id === id) playback.stop()
      answersRead.forget(id)
      setState(({ records, chosen, shown, opened }) => {
        const rest = new Map(opened)
        rest.delete(id)
        return {
          records: records.filter((record) => record.id !== id), chosen: chosen.filter((one) => one !== id), opened: rest,
          shown: shown === id ? undefined : shown, notice: { message: `Run ${name} was deleted.`, undo: id },
        }
      })
    },
    undo: async () => {
      const id = getState().notice?.undo
      if (id === undefined) return
      const record = await attempt('the run could not be brought back', () => service.undo(id))
      if (record === undefined) return
      await look()
      setState({ notice: { message: `Run ${record.name} is back.` }, shown: id })
    },
    dismiss: () => {
      const undo = getState().notice?.undo
      setState({ notice: undefined })
      if (undo !== undefined) void attempt('removed runs could not be cleared', () => client.purge())
    },
    say,
    fail: (failure) => setState({ failure }),
    open,
    answers,
    results: (ids) => results(ids.flatMap((id) => recordOf(id) ?? [])),
    pack: (id) => lasting(`packing ${nameOf(id)}`, `run ${nameOf(id)} could not be exported`, async (onProgress) => {
      const record = recordOf(id)
      if (record === undefined) throw new Error('it is not kept in this browser')
      return { name: fileNameOf(record), blob: await client.export(id, onProgress) }
    }),
    take: async (files) => {
      const refused: string[] = []
      const taken: RunRecord[] = []
      for (const file of files) {
        const record = await lasting(`reading ${file.name}`, `${file.name} was not imported`, (onProgress) => service.import(file, onProgress))
        if (record === undefined) refused.push(getState().failure!)
        else taken.push(record)
      }
      const last = taken.at(-1)
      if (last !== undefined) {
        await look()
        const said = taken.length === 1 ? `Run ${last.name} was imported, bit for bit.` : `${taken.length} runs were imported, bit for bit.`
        setState({ shown: last.id, tab: 'run' })
        say(said)
      }
      if (refused.length > 0) setState({ failure: refused.join('\n') })
    },
    replay: async (id, eventsPerSecond) => {
      const run = await open(id)
      if (run !== undefined) playback.start(run, eventsPerSecond)
    },
  }
}
