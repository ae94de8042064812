// The store of the run: begun, paused, stopped, taken up again from a checkpoint, and kept event by event.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AdapterDescription, ExportDtype, ExportedFile, ExportKind } from '../../client/policy.ts'
import { changeSetting, parseSettings, settingsFromHash, settingsOf, settingsToHash } from '../../domain/config.ts'
import type { RunRecord } from '../../client/runs.ts'
import type { SettingName, Settings } from '../../domain/settings.ts'
import type { RunEvent } from '../../experiment/events.ts'
import { emptyRun, reduceAll, type RunState } from '../../experiment/reduce.ts'
import { Driver, type DriverClient, type Fork, type Plan } from './driver.ts'
import { Engine, type EngineClient, type EngineStatus } from '../policy/engine.ts'
import { frames } from '../frames.ts'
import { checkpointAt, forkFaultsOf, latestCheckpoint, leftBehind, readKept, settingsFrom, type CheckpointPlace } from './kept.ts'
import type { Library } from '../data/library.ts'
import { taskOf } from '../../domain/tasks/tasks.ts'
import { longestPromptOf } from '../tasks/longest.ts'
import { sentenceOf } from '../sentence.ts'

export type { GrpoStep, RunEvent, ScoredRollout, Summary, Metrics, Gain } from '../../experiment/events.ts'
export type { AdapterDescription, ExportedFile, ExportKind } from '../../client/policy.ts'
export type { Fork } from './driver.ts'
export type { EngineStatus, LoadedPolicy } from '../policy/engine.ts'
export type { Evaluation, RunState, StepRollouts } from '../../experiment/reduce.ts'

/** `stopping`: training was ended early, and what was reached is being measured; `interrupted`: a kept run that nobody drives, shown to be gone on with. */
export type Phase = 'idle' | 'preparing' | 'running' | 'stepping' | 'pausing' | 'paused' | 'stopping' | 'finished' | 'failed' | 'interrupted'

/** The best policy so far as files, held outside the worker: a lost device does not take it along. */
export interface Kept {
  readonly step: number
  readonly files: readonly ExportedFile[]
}

export interface RunStoreState {
  readonly settings: Settings
  /** what was wrong with the settings in the page's address */
  readonly addressFault: string | undefined
  readonly engine: EngineStatus
  /** the graphics adapter, once it is known */
  readonly adapter: AdapterDescription | undefined
  readonly phase: Phase
  readonly run: RunState
  readonly kept: Kept | undefined
  readonly failure: { readonly message: string; readonly kept: string } | undefined
  /** the record of the run that is shown, as last written */
  readonly record: RunRecord | undefined
  /** why the run that is shown is not kept whole */
  readonly keepingFault: string | undefined
  /** what the next run goes on from, set up and not begun */
  readonly fork: Fork | undefined
  /** an interrupted run that is not shown, for the address asks for something else */
  readonly left: RunRecord | undefined
  /** how many of the run's alarms a person has put away */
  readonly dismissed: number
}

export interface RunClient extends EngineClient, DriverClient {
  /** characters of the longest prompt that the open data leads to; without it, of one of usual length */
  longestPrompt?(settings: Settings): number
}

export interface Run extends StoreApi<RunStoreState> {
  readonly engine: Engine
  /** Begins a run, or goes on with the paused one. */
  readonly train: () => void
  readonly pause: () => void
  /** Goes on to the end of the next step, and pauses there. */
  readonly step: () => void
  /** Ends training early, and measures what was reached. */
  readonly stop: () => void
  /** Goes on with a kept run from its latest checkpoint, or from the one that is named; what came after it is gone. */
  readonly resume: (id: string, from?: CheckpointPlace) => Promise<void>
  /** Sets a new run up that begins with what a kept one was after a checkpoint; `train` begins it, with the settings as they are then. */
  readonly fork: (id: string, stage: CheckpointPlace['stage'], step: number) => Promise<void>
  readonly unfork: () => void
  /**
   * Shows the run that was under way when the page was left, if nobody goes on with it. `asked`: the settings of the page's address; where they are
   * other ones, the run is told of (`left`) and not shown.
   */
  readonly lookForInterrupted: (asked: Settings | undefined) => Promise<void>
  readonly forgetLeft: () => void
  readonly dismissAlarms: () => void
  /** Gives the run up and loads the starting policy again; it stays kept as stopped. */
  readonly reset: () => void
  /** After a failure: a fresh engine, and the same run from its beginning. */
  readonly startAgain: () => void
  /** Loads what the settings ask for; what fails is told by the engine's status. */
  readonly load: () => void
  /** The policy as it stands, as files. Waits for its turn between what a run asks. */
  readonly exportFiles: (kind: ExportKind, dtype: ExportDtype) => Promise<readonly ExportedFile[]>
  /** Changes one setting from its text; returns what is wrong with it, if anything. */
  readonly change: (name: SettingName, text: string) => string | undefined
  /** Changes several at once; `preset` is taken first. */
  readonly changeAll: (values: Partial<Settings>) => string | undefined
  /** Takes settings from a URL's hash. */
  readonly setAddress: (hash: string) => void
}

const UNDER_WAY: ReadonlySet<Phase> = new Set(['preparing', 'running', 'stepping', 'pausing', 'paused', 'stopping'])

export function isUnderWay(phase: Phase): boolean {
  return UNDER_WAY.has(phase)
}

const FRESH = {
  run: emptyRun, kept: undefined, failure: undefined, record: undefined, keepingFault: undefined, dismissed: 0, fork: undefined, left: undefined,
} as const

/** What a failure leaves, as a sentence. */
function leftOf({ run, kept, record }: RunStoreState): string {
  const steps = run.steps.length + run.sft.length
  const checkpoint = record && latestCheckpoint(record)
  const parts = [
    `the curves of ${steps} ${steps === 1 ? 'step' : 'steps'}`,
    ...(checkpoint === undefined ? [] : [`the checkpoint of step ${checkpoint.step}, to go on from`]),
    ...(kept === undefined ? [] : [`the best policy, of step ${kept.step}, which can be saved below`]),
  ]
  const listed = parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`
  return `Kept: ${listed}${parts.length < 2 ? '; no checkpoint had been reached' : ''}.`
}

export function createRun(client: RunClient, library: Library): Run {
  const store = createStore<RunStoreState>(() => ({
    settings: settingsOf('sample'), addressFault: undefined, engine: { is: 'starting', doing: 'starting' }, adapter: undefined, phase: 'idle', ...FRESH,
  }))
  const { getState, setState } = store
  let waiting: RunEvent[] = []
  const batch = frames(() => {
    if (waiting.length === 0) return
    const events = waiting
    waiting = []
    setState({ run: reduceAll(getState().run, events) })
  })

  const longestPrompt = (settings: Settings): number => client.longestPrompt?.(settings) ?? longestPromptOf([], taskOf(settings), settings)
  const engine = new Engine({ ...client, longestPrompt }, (status, adapter) => {
    setState({ engine: status, adapter })
    if (status.is === 'lost' && driver.busy) driver.fail(status.reason)
  })
  const driver = new Driver(client, library, engine, {
    event: (event) => {
      waiting.push(event)
      batch.request()
    },
    phase: (phase) => {
      batch.flush()
      setState({ phase })
    },
    failed: (message) => {
      batch.flush()
      setState({ phase: 'failed', failure: { message, kept: leftOf(getState()) } })
    },
    kept: (record, keepingFault, active) => {
      // of a run that was left only how it was left is heard, and only while it is the one that is shown
      if (active || (record !== undefined && getState().record?.id === record.id)) setState({ record, keepingFault })
    },
    fault: (keepingFault) => setState({ keepingFault }),
    takenUp: (run, record) => setState({ run, record }),
    best: (step, files) => setState({ kept: { step, files } }),
  })
  const begin = (oneStep: boolean, plan: Plan): Promise<void> => {
    waiting = []
    // what a run goes on from stays in sight
    setState({ ...FRESH, phase: 'preparing', ...(plan.same === true ? { run: getState().run, record: getState().record } : {}) })
    return driver.begin(oneStep, plan)
  }

  /** what is to replace the run that is shown, while it is read: nothing else begins meanwhile, and to give up ends it */
  let taking: object | undefined
  const go = (oneStep: boolean): void => {
    if (taking !== undefined) return
    if (driver.busy) return driver.go(oneStep)
    const { settings, fork } = getState()
    const faults = fork === undefined ? [] : forkFaultsOf(fork, settings)
    const nothing = { message: 'there is nothing to train on yet', kept: 'Add data, or wait until the sample is loaded.' }
    if (library.getState().shop === undefined) setState({ failure: nothing })
    else if (faults.length > 0) setState({ failure: { message: faults.join('; '), kept: 'Nothing was begun.' } })
    else void begin(oneStep, { settings, ...(fork && { from: fork }) })
  }

  const giveUp = (): void => {
    const { phase, record: left } = getState()
    taking = undefined
    if (driver.busy) driver.leave('stopped')
    else if (phase === 'interrupted' && left !== undefined) void client.store.change(left.id, { status: 'stopped' }).catch(() => undefined)
    waiting = []
    engine.touched()
    setState({ ...FRESH, phase: 'idle' })
  }
  const load = (): void => void engine.ready(getState().settings).catch(() => undefined)
  const setSettings = (settings: Settings): void => setState({ settings, addressFault: undefined })
  const recordOf = async (id: string): Promise<RunRecord> => {
    const found = (await client.store.list()).find((one) => one.id === id)
    if (found === undefined) throw new Error(`no run ${id} is kept in this browser; look at Runs for those that are`)
    if (found.damage !== undefined) throw new Error(`run ${found.name} cannot be opened: ${found.damage}`)
    return found
  }
  /**
   * Replaces the run that is shown, once what `read` asks for is at hand, unless a run is under way; a paused one stays kept, and can be gone on
   * with. What goes wrong is told.
   */
  const replaceShown = async (read: () => Promise<() => void | Promise<void>>): Promise<void> => {
    // a second click asks for what is on its way
    if (taking !== undefined) return
    if (driver.busy && getState().phase !== 'paused') {
      setState({ failure: { message: 'another run is under way', kept: 'Pause, stop or reset it first; it stays kept.' } })
      return
    }
    const mine = {}
    taking = mine
    const replace = await read().catch((error: unknown) => () => setState({ failure: { message: sentenceOf(error), kept: 'Nothing was changed.' } }))
    if (taking !== mine) return
    taking = undefined
    await replace()
  }
  const shown = async (record: RunRecord) => {
    // its record's: a fork that was left before its first checkpoint has events of its parent's settings alone
    const { state } = await readKept(client.store, record.id)
    return { ...FRESH, run: state, record, settings: settingsFrom(record.settings) }
  }

  return {
    ...store,
    engine,
    train: () => go(false),
    step: () => go(true),
    pause: () => driver.pause(),
    stop: () => driver.stop(),
    resume: (id, from) => replaceShown(async () => {
      const record = await recordOf(id)
      const at = from === undefined ? latestCheckpoint(record) : checkpointAt(record, from)
      if (at === undefined) throw new Error(`run ${record.name} has no checkpoint to go on from; start it again with the same settings`)
      if (record.writer === 'elsewhere') throw new Error(`run ${record.name} is under way in another tab; go on with it there, or close that tab first`)
      const now = await shown(record)
      return () => {
        driver.leave('paused')
        setState(now)
        return begin(false, { settings: now.settings, from: { record, stage: at.stage, step: at.step }, same: true })
      }
    }),
    fork: (id, stage, step) => replaceShown(async () => {
      const record = await recordOf(id)
      checkpointAt(record, { stage, step })
      return () => {
        driver.leave('paused')
        setState({ ...FRESH, phase: 'idle', settings: settingsFrom(record.settings), fork: { record, stage, step } })
      }
    }),
    unfork: () => setState({ fork: undefined }),
    lookForInterrupted: async (asked) => {
      const { settings } = getState()
      const all = await client.store.list().catch(() => [])
      const left = leftBehind(all)
      if (left === undefined) return
      if (asked !== undefined && settingsToHash(asked) !== settingsToHash(settingsFrom(left.settings))) {
        if (getState().phase === 'idle' && taking === undefined) setState({ left })
        return
      }
      const now = await shown(left).catch(() => undefined)
      // somebody was quicker, or came by an address that asks for something else
      if (now === undefined || driver.busy || taking !== undefined || getState().phase !== 'idle' || getState().settings !== settings) return
      setState({ ...now, phase: 'interrupted' })
    },
    forgetLeft: () => setState({ left: undefined }),
    dismissAlarms: () => setState(({ run: { alarms } }) => ({ dismissed: alarms.length })),
    reset: () => {
      giveUp()
      load()
    },
    startAgain: () => {
      giveUp()
      engine.restart()
      go(false)
    },
    load,
    exportFiles: (kind, dtype) => {
      const { service } = engine
      if (service === undefined || getState().engine.is !== 'ready') return Promise.reject(new Error('no policy is loaded; load one first'))
      return service.exportFiles(kind, dtype)
    },
    change: (name, text) => {
      try {
        setSettings(changeSetting(getState().settings, name, text))
        return undefined
      } catch (error) {
        return sentenceOf(error)
      }
    },
    changeAll: (values) => {
      try {
        setSettings(parseSettings(Object.entries(values).map(([name, value]) => `${name}=${value}`), getState().settings))
        return undefined
      } catch (error) {
        return sentenceOf(error)
      }
    },
    setAddress: (hash) => {
      try {
        setSettings(settingsFromHash(hash))
      } catch (error) {
        setState({ addressFault: `the address was not understood: ${sentenceOf(error)}` })
      }
    },
  }
}
