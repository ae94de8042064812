// The store of the past: what a run's policy answered to the inspected query step by step, and the rollouts of any step, from memory and from the store of runs.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RunRecord, RunsService } from '../../client/runs.ts'
import type { AnswersEvent, RunEvent, ScoredRollout } from '../../experiment/events.ts'
import type { Cursor } from '../cursor.ts'
import { nextTask } from '../nextTask.ts'
import { becameAnother } from '../run/another.ts'
import type { Run } from '../run/run.ts'
import { sentenceOf } from '../sentence.ts'
import { greedyMoment, mergeMoments, sampledMoment, type Moment } from './timeline.ts'
import type { Rows } from '../tasks/rows.ts'
import type { View } from './view.ts'

export type { AnswersEvent, ScoredRollout } from '../../experiment/events.ts'

/** `live`: the run of the page; else a kept one by its id. */
export type Subject = string

/** One step's rollouts, every group of it. */
export interface StepRollouts {
  readonly step: number
  readonly rollouts: readonly ScoredRollout[]
}

export interface ReplayState {
  readonly subject: Subject
  /** the judged query that is inspected; undefined where a text was typed that nobody judged */
  readonly query: { readonly id: string; readonly text: string } | undefined
  /** its answers, in order */
  readonly moments: readonly Moment[]
  /** the run's last step so far */
  readonly last: number
  readonly reading: boolean
  /** all groups of the step that is shown; undefined while they are read, and where there is none at or before it */
  readonly step: StepRollouts | undefined
  /** steps with rollouts that lie in the store, rising; steps in memory are known without it */
  readonly steps: readonly number[]
  readonly failure: string | undefined
}

export interface Replay extends StoreApi<ReplayState> {
  /** Takes an event of the page's run: greedy answers are nowhere else until the store has them. */
  readonly hear: (event: RunEvent) => void
  /** Follows the inspected query, the pinned step and the run until the returned function is called: a past that nobody sees costs nothing. */
  readonly watch: () => () => void
  readonly choose: (subject: Subject) => void
  /** Pins a step; the last one of the run of the page lets go, so that the run is followed. */
  readonly pin: (step: number | undefined) => void
}

export interface ReplayWorld {
  readonly run: Pick<Run, 'getState' | 'subscribe'>
  readonly runs: { readonly service: Pick<RunsService, 'lines' | 'steps' | 'list'> }
  readonly view: Pick<View, 'getState' | 'subscribe'>
  readonly rows: Pick<Rows, 'getState' | 'subscribe' | 'same'>
  readonly cursor: Cursor
}

/** Lines parsed in one task: a query's lines are cut down to it, some kilobytes each. */
const LINES_A_TASK = 100
/** Evaluations of the page's run whose answers are held, the latest; older ones are read from the store. */
const MOST_EVALUATIONS = 40
/** A slider that is dragged reads a step from the store when it rests this long. */
const RESTS_MS = 80

type Line = { readonly type: 'rollouts' } & StepRollouts | AnswersEvent

/** The largest of `steps`, rising, that is not above `step`. */
export function atOrBefore(steps: readonly number[], step: number): number | undefined {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (steps[middle]! <= step) low = middle + 1
    else high = middle
  }
  return steps[low - 1]
}

export function createReplay({ run, runs, view, rows, cursor }: ReplayWorld): Replay {
  const store = createStore<ReplayState>(() => ({
    subject: 'live', query: undefined, moments: [], last: 0, reading: false, step: undefined, steps: [], failure: undefined,
  }))
  const { getState, setState } = store
  let watchers = 0
  /** counts the readings of a query, and of a step: what an older one brings is nobody's any more */
  let latest = 0
  let latestStep = 0
  let evaluations: readonly AnswersEvent[] = []
  let resting: ReturnType<typeof setTimeout> | undefined

  const recordOf = (subject: Subject): string | undefined => (subject === 'live' ? run.getState().record?.id : subject)
  /** the last step of GRPO that the page's run has told of */
  const liveLast = (): number => {
    const { rollouts, steps } = run.getState().run
    return Math.max(steps.at(-1)?.step ?? 0, rollouts?.step ?? 0)
  }
  /** steps whose rollouts the page still holds */
  const inMemory = (): readonly StepRollouts[] => (getState().subject === 'live' ? run.getState().run.rolloutHistory : [])

  const parsed = async (lines: readonly string[], wanted: () => boolean): Promise<readonly Line[]> => {
    const found: Line[] = []
    for (let from = 0; from < lines.length && wanted(); from += LINES_A_TASK) {
      for (const line of lines.slice(from, from + LINES_A_TASK)) found.push(JSON.parse(line) as Line)
      await nextTask()
    }
    return found
  }

  const momentsOf = (lines: readonly Line[], queryId: string): Moment[] => lines.flatMap((line) => (
    (line.type === 'rollouts' ? sampledMoment(line, queryId) : greedyMoment(line, queryId)) ?? []))

  /** Reads everything that is known of the query; what the page holds in memory stands at once. */
  const readQuery = async (): Promise<void> => {
    const mine = ++latest
    const wanted = (): boolean => mine === latest && watchers > 0
    const { subject } = getState()
    const { query: asked, queryId } = view.getState()
    const judged = rows.same(asked, queryId)
    const query = judged && { id: judged.id, text: judged.text }
    const held = query === undefined ? [] : mergeMoments(
      inMemory().flatMap((step) => sampledMoment(step, query.id) ?? []), subject === 'live' ? momentsOf(evaluations, query.id) : [])
    const id = recordOf(subject)
    setState({ query, moments: held, failure: undefined, reading: id !== undefined && query !== undefined })
    if (id === undefined || query === undefined) return
    try {
      const [rollouts, answers] = await Promise.all([
        runs.service.lines(id, 'rollouts', { queryId: query.id }), runs.service.lines(id, 'answers', { queryId: query.id }),
      ])
      const read = momentsOf(await parsed([...rollouts, ...answers], wanted), query.id)
      // what the run told in the meantime is newer
      if (wanted()) setState(({ moments }) => ({ moments: mergeMoments(read, moments), last: Math.max(getState().last, read.at(-1)?.step ?? 0) }))
    } catch (error) {
      if (wanted()) setState({ failure: sentenceOf(error) })
    } finally {
      if (mine === latest) setState({ reading: false })
    }
  }

  /** All groups of the pinned step, or of the last: from memory, else from the store. */
  const readStep = async (): Promise<void> => {
    const mine = ++latestStep
    const { subject, steps, last } = getState()
    const held = inMemory()
    const pinned = cursor.getState().pinned
    const wantedStep = pinned ?? last
    const step = Math.max(held.findLast((one) => one.step <= wantedStep)?.step ?? -1, atOrBefore(steps, wantedStep) ?? -1)
    if (step === -1) return setState({ step: undefined })
    if (getState().step?.step === step && subject !== 'live') return
    const known = held.find((one) => one.step === step)
    if (known !== undefined) return setState({ step: known })
    const id = recordOf(subject)
    if (id === undefined) return setState({ step: undefined })
    try {
      const [line] = await parsed(await runs.service.lines(id, 'rollouts', { step }), () => mine === latestStep)
      if (mine === latestStep) setState({ step: line?.type === 'rollouts' ? { step, rollouts: line.rollouts } : undefined })
    } catch (error) {
      if (mine === latestStep) setState({ failure: sentenceOf(error) })
    }
  }

  const readSteps = async (): Promise<void> => {
    const { subject } = getState()
    const id = recordOf(subject)
    setState({ steps: [], step: undefined })
    if (id !== undefined) {
      try {
        const steps = await runs.service.steps(id, 'rollouts')
        if (getState().subject === subject && recordOf(subject) === id) setState({ steps })
      } catch (error) {
        setState({ failure: sentenceOf(error) })
      }
    }
    if (subject !== 'live') setState({ last: getState().steps.at(-1) ?? 0 })
    await readStep()
  }

  const begin = (): void => {
    setState({ last: getState().subject === 'live' ? liveLast() : 0 })
    void readQuery()
    void readSteps()
  }

  /** A step more of the run of the page: only what it says of the query is looked at. */
  const goOn = (): void => {
    const { subject, query, moments } = getState()
    if (subject !== 'live') return
    const { rollouts } = run.getState().run
    const last = liveLast()
    const moment = query === undefined || rollouts === undefined ? undefined : sampledMoment(rollouts, query.id)
    setState({ last, ...(moment === undefined ? {} : { moments: mergeMoments(moments, [moment]) }) })
    if (cursor.getState().pinned === undefined) void readStep()
  }

  const follow = (): (() => void) => {
    const ends = [
      run.subscribe((now, before) => {
        if (getState().subject !== 'live') return
        const another = now.record?.id !== before.record?.id || now.run.start !== before.run.start
        if (another) begin()
        else if (now.run.rollouts !== before.run.rollouts) goOn()
      }),
      view.subscribe((now, before) => { if (now.query !== before.query || now.queryId !== before.queryId) void readQuery() }),
      cursor.subscribe((now, before) => {
        if (now.pinned === before.pinned) return
        clearTimeout(resting)
        resting = setTimeout(() => void readStep(), RESTS_MS)
      }),
    ]
    return () => {
      clearTimeout(resting)
      for (const end of ends) end()
    }
  }

  // watched or not: `hear` is told whoever looks
  run.subscribe((now, before) => { if (becameAnother(now, before)) evaluations = [] })

  let end: (() => void) | undefined
  return {
    ...store,
    hear: (event) => {
      if (event.type === 'start') evaluations = []
      if (event.type !== 'answers' || event.policy === 'original') return
      evaluations = [...evaluations.slice(1 - MOST_EVALUATIONS), event]
      const { subject, query, moments } = getState()
      if (watchers > 0 && subject === 'live' && query !== undefined) setState({ moments: mergeMoments(moments, momentsOf([event], query.id)) })
    },
    watch: () => {
      if (watchers++ === 0) {
        end = follow()
        begin()
      }
      let ended = false
      return () => {
        if (ended) return
        ended = true
        if (--watchers === 0) end?.()
      }
    },
    choose: (subject) => {
      if (subject === getState().subject) return
      setState({ subject, moments: [], step: undefined, steps: [] })
      begin()
    },
    pin: (step) => {
      const { subject, last } = getState()
      cursor.setState({ pinned: subject === 'live' && step === last ? undefined : step })
    },
  }
}

/** The kept runs that can be looked back on: those of the open data set. */
export function lookBackOn(records: readonly RunRecord[], hash: string | undefined): readonly RunRecord[] {
  return records.filter(({ dataset, damage }) => damage === undefined && dataset.hash === hash)
}
