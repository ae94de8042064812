// The store of the run: it pulls the experiment's events one by one, so that to pause is not to pull.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AdapterDescription, ExportDtype, ExportedFile, ExportKind } from '../client/policy.ts'
import { changeSetting, parseSettings, settingsFromHash, settingsOf } from '../domain/config.ts'
import type { SettingName, Settings } from '../domain/settings.ts'
import type { RunEvent } from '../experiment/events.ts'
import type { Ports } from '../experiment/ports.ts'
import { emptyRun, reduce, type RunState } from '../experiment/reduce.ts'
import type { RunInput } from '../experiment/run.ts'
import { Engine, type EngineClient, type EngineStatus } from './engine.ts'
import { frames } from './frames.ts'
import type { Library } from './library.ts'
import { longestQuery } from './need.ts'
import { nextTask } from './nextTask.ts'
import { sentenceOf } from './sentence.ts'

export type { GrpoStep, RunEvent, ScoredRollout, Summary, Metrics, Gain } from '../experiment/events.ts'
export type { AdapterDescription, ExportedFile, ExportKind } from '../client/policy.ts'
export type { EngineStatus, LoadedPolicy } from './engine.ts'
export type { Evaluation, RunState, StepRollouts } from '../experiment/reduce.ts'

export type Phase = 'idle' | 'preparing' | 'running' | 'stepping' | 'pausing' | 'paused' | 'finished' | 'failed'

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
}

export interface RunClient extends EngineClient {
  train(ports: Ports, input: RunInput): AsyncGenerator<RunEvent, unknown>
  versions(): Readonly<Record<string, string>>
}

export interface Run extends StoreApi<RunStoreState> {
  readonly engine: Engine
  /** Begins a run, or goes on with the paused one. */
  readonly train: () => void
  readonly pause: () => void
  /** Goes on to the end of the next step, and pauses there. */
  readonly step: () => void
  /** Gives the run up and loads the starting policy again. */
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

interface ActiveRun {
  alive: boolean
  wanted: boolean
  oneStep: boolean
  pulling: boolean
  events: AsyncGenerator<RunEvent, unknown> | undefined
}

/** How long an error of the loop waits for a device's loss to be its reason. */
const LOSS_TELLS_MS = 300

/** More than this is not copied out of the worker at every best checkpoint. */
const MOST_KEPT_PARAMETERS = 64_000_000
const LOCKED: ReadonlySet<Phase> = new Set(['preparing', 'running', 'stepping', 'pausing', 'paused'])

export function isUnderWay(phase: Phase): boolean {
  return LOCKED.has(phase)
}

/** The same object, whose calls are refused once the run that holds it was given up: an abandoned loop cannot touch the next run's policy. */
function whileAlive<Service extends object>(service: Service, run: ActiveRun): Service {
  return new Proxy(service, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...values: unknown[]): unknown => {
        if (!run.alive) return Promise.reject(new Error('this run was given up; nothing more is done for it'))
        return Reflect.apply(member, target, values)
      }
    },
  })
}

export function createRun(client: RunClient, library: Library): Run {
  const store = createStore<RunStoreState>(() => ({
    settings: settingsOf('sample'), addressFault: undefined, engine: { is: 'starting', doing: 'starting' }, adapter: undefined, phase: 'idle',
    run: emptyRun, kept: undefined, failure: undefined,
  }))
  const { getState, setState } = store
  let active: ActiveRun | undefined
  let waiting: RunEvent[] = []

  const batch = frames(() => {
    if (waiting.length === 0) return
    const events = waiting
    waiting = []
    setState({ run: events.reduce(reduce, getState().run) })
  })
  const enter = (phase: Phase): void => {
    batch.flush()
    setState({ phase })
  }

  const fail = (message: string): void => {
    if (active !== undefined) active.alive = false
    active = undefined
    batch.flush()
    const { run, kept } = getState()
    const steps = run.steps.length + run.sft.length
    const curves = `the curves of ${steps} ${steps === 1 ? 'step' : 'steps'}`
    const policy = kept === undefined ? 'no checkpoint had been reached' : `the best policy, of step ${kept.step}, which can be saved below`
    setState({ phase: 'failed', failure: { message, kept: kept === undefined ? `Kept: ${curves}; ${policy}.` : `Kept: ${curves}, and ${policy}.` } })
  }

  const longest = (): number => longestQuery(library.getState().shop?.dataset.queries)
  const engine = new Engine({ ...client, longestQuery: longest }, (status, adapter) => {
    setState({ engine: status, adapter })
    if (status.is === 'lost' && active !== undefined) fail(status.reason)
  })

  const keep = async (run: ActiveRun, step: number): Promise<void> => {
    const { service } = engine
    const { engine: status } = getState()
    if (service === undefined || status.is !== 'ready' || status.info.trainableParameters > MOST_KEPT_PARAMETERS) return
    const files = await service.exportFiles()
    if (run.alive) setState({ kept: { step, files } })
  }

  const drive = async (run: ActiveRun): Promise<void> => {
    if (run.pulling || run.events === undefined) return
    run.pulling = true
    try {
      while (run.wanted) {
        const { value, done } = await run.events.next()
        if (!run.alive) return
        if (done === true) {
          active = undefined
          enter('finished')
          return
        }
        waiting.push(value)
        batch.request()
        if (value.type === 'checkpoint' && value.name === 'best') await keep(run, value.step)
        if (value.type === 'step' && run.oneStep) run.wanted = false
        // what leads to the next event is another task than what led to this one
        await nextTask()
        if (!run.alive) return
      }
      if (run.alive) enter('paused')
    } catch (error) {
      // what was under way on a lost device fails with it, often before the loss itself is told: the loss is the better sentence
      await new Promise((resolve) => { setTimeout(resolve, LOSS_TELLS_MS) })
      if (run.alive) fail(sentenceOf(error))
    } finally {
      run.pulling = false
    }
  }

  const begin = async (oneStep: boolean): Promise<void> => {
    const run: ActiveRun = { alive: true, wanted: true, oneStep, pulling: false, events: undefined }
    active = run
    waiting = []
    const { settings } = getState()
    setState({ phase: 'preparing', run: emptyRun, kept: undefined, failure: undefined })
    try {
      const { service, info, loaded: { policy, adapter } } = await engine.ready(settings)
      if (!run.alive) return
      engine.touched()
      library.rankBy(settings)
      const { dataset, recommender } = await library.settled()
      if (!run.alive) return
      const ports = { policy: whileAlive(service, run), recommender: whileAlive(recommender, run), now: () => performance.now() }
      run.events = client.train(ports, { dataset, settings, policy: info, loaded: { policy, ...(adapter && { adapter }) }, versions: client.versions() })
    } catch (error) {
      if (run.alive) fail(sentenceOf(error))
      return
    }
    enter(run.wanted ? (run.oneStep ? 'stepping' : 'running') : 'paused')
    await drive(run)
  }

  const go = (oneStep: boolean): void => {
    const { shop } = library.getState()
    if (active === undefined) {
      const failure = { message: 'there is nothing to train on yet', kept: 'Add data, or wait until the sample is loaded.' }
      if (shop === undefined) setState({ failure })
      else void begin(oneStep)
      return
    }
    active.wanted = true
    active.oneStep = oneStep
    if (active.events === undefined) return
    enter(oneStep ? 'stepping' : 'running')
    void drive(active)
  }

  const giveUp = (): void => {
    if (active !== undefined) active.alive = false
    active = undefined
    waiting = []
    engine.touched()
    setState({ phase: 'idle', run: emptyRun, kept: undefined, failure: undefined })
  }
  const load = (): void => void engine.ready(getState().settings).catch(() => undefined)

  const setSettings = (settings: Settings): void => setState({ settings, addressFault: undefined })

  return {
    ...store,
    engine,
    train: () => go(false),
    step: () => go(true),
    pause: () => {
      if (active === undefined) return
      active.wanted = false
      if (active.pulling) enter('pausing')
    },
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
