// A kept run played again: its events fed to the charts at a chosen speed, paused, and moved to any place.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { RunEvent } from '../../experiment/events.ts'
import { emptyRun, reduceAll, type RunState } from '../../experiment/reduce.ts'
import { sentenceOf } from '../sentence.ts'

export interface PlaybackState {
  /** the run that is played, until it is stopped */
  readonly id: string | undefined
  /** events fed so far, of all */
  readonly at: number
  readonly of: number
  readonly perSecond: number
  readonly playing: boolean
  /** what the events fed so far add up to */
  readonly state: RunState
  readonly fault: string | undefined
}

export interface Playback extends StoreApi<PlaybackState> {
  /** From the beginning, `perSecond` events a second (1 to 100). */
  readonly start: (run: { readonly record: { readonly id: string }; readonly events: readonly RunEvent[] }, perSecond: number) => void
  readonly pause: () => void
  /** Goes on; from the beginning where it had ended. */
  readonly play: () => void
  /** Moves to the place after `at` events. */
  readonly seek: (at: number) => void
  readonly setSpeed: (perSecond: number) => void
  readonly stop: () => void
}

export const SPEEDS = [1, 2, 5, 10, 25, 50, 100] as const

/** States are kept at every so many events: a move backwards adds up no more than this again. */
const MARK_EVERY = 256
/** More events than one turn may add up when a machine was asleep or busy. */
const MOST_A_TURN = 64
const TURN_MS = 50

export function createPlayback(now: () => number = () => performance.now()): Playback {
  const empty: PlaybackState = { id: undefined, at: 0, of: 0, perSecond: 10, playing: false, state: emptyRun, fault: undefined }
  const store = createStore<PlaybackState>(() => empty)
  const { getState, setState } = store
  let events: readonly RunEvent[] = []
  let marks: RunState[] = [emptyRun]
  let timer: ReturnType<typeof setInterval> | undefined
  /** when the events that are due were last counted, and the part of one that was over */
  let counted = 0
  let over = 0

  const halt = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  /** Adds up the events from where the state stands. Rising only; marks are left on the way. */
  const advance = (from: RunState, at: number, to: number): RunState => {
    let state = from
    for (let next = at; next < to;) {
      const end = Math.min(to, (Math.floor(next / MARK_EVERY) + 1) * MARK_EVERY)
      state = reduceAll(state, events.slice(next, end))
      if (end % MARK_EVERY === 0) marks[end / MARK_EVERY] = state
      next = end
    }
    return state
  }
  const turn = (): void => {
    const { at, of, perSecond, state } = getState()
    const time = now()
    over += ((time - counted) * perSecond) / 1000
    counted = time
    const due = Math.min(Math.floor(over), MOST_A_TURN, of - at)
    if (due <= 0) return
    over = Math.min(over - due, 1)
    try {
      const ended = at + due >= of
      setState({ at: at + due, state: advance(state, at, at + due), playing: !ended })
      if (ended) halt()
    } catch (error) {
      halt()
      setState({ playing: false, fault: sentenceOf(error) })
    }
  }
  const run = (): void => {
    halt()
    counted = now()
    over = 0
    timer = setInterval(turn, TURN_MS)
    setState({ playing: true })
  }
  const seek = (wanted: number): void => {
    const { of } = getState()
    const at = Math.max(0, Math.min(of, Math.round(wanted)))
    let mark = Math.min(Math.floor(at / MARK_EVERY), marks.length - 1)
    while (marks[mark] === undefined) mark--
    // time that passed before the move feeds nothing after it
    counted = now()
    over = 0
    setState({ at, state: advance(marks[mark]!, mark * MARK_EVERY, at) })
    if (at < of || !getState().playing) return
    halt()
    setState({ playing: false })
  }

  return {
    ...store,
    start: ({ record, events: given }, perSecond) => {
      events = given
      marks = [emptyRun]
      setState({ ...empty, id: record.id, of: given.length, perSecond })
      if (given.length > 0) run()
    },
    pause: () => {
      halt()
      setState({ playing: false })
    },
    play: () => {
      const { id, at, of } = getState()
      if (id === undefined || of === 0) return
      if (at >= of) seek(0)
      run()
    },
    seek,
    setSpeed: (perSecond) => setState({ perSecond }),
    stop: () => {
      halt()
      events = []
      marks = [emptyRun]
      setState(empty)
    },
  }
}
