// Drives one run at a time: loads what it needs, pulls its events, keeps them with its checkpoints, and takes a kept one up again.
import type { ExportedFile, PolicyService } from '../../client/policy.ts'
import type { RunRecord, RunStatus } from '../../client/runs.ts'
import { settingsRecord } from '../../domain/config.ts'
import type { Imitation } from '../../domain/imitation.ts'
import type { Settings } from '../../domain/settings.ts'
import type { RunEvent } from '../../experiment/events.ts'
import type { Ports } from '../../experiment/ports.ts'
import type { RunState } from '../../experiment/reduce.ts'
import type { RunInput } from '../../experiment/run.ts'
import { activeRun, pull, whileAlive, type ActiveRun } from './drive.ts'
import type { Engine } from '../policy/engine.ts'
import { careful, type Careful, type Keeper } from './keeping.ts'
import { eventsUpTo, openDataOf, readKept, restore, type CheckpointPlace, type KeptRuns, type ReadKept } from './kept.ts'
import type { Library } from '../data/library.ts'
import { sentenceOf } from '../sentence.ts'

/** A checkpoint of a kept run that another one is to go on from. */
export interface Fork extends CheckpointPlace {
  readonly record: RunRecord
}

/** What a run begins with. */
export interface Plan {
  readonly settings: Settings
  readonly from?: Fork
  /** the same run goes on, rather than a new one from its checkpoint */
  readonly same?: boolean
}

export interface DriverClient {
  readonly keeper: Keeper
  readonly store: KeptRuns
  train(ports: Ports, input: RunInput): AsyncGenerator<RunEvent, unknown>
  versions(): Readonly<Record<string, string>>
  /** what a run with these settings imitates: of a file or a teacher; undefined where neither is asked for. Rejects with a sentence where there is nothing */
  imitate?(settings: Settings): Promise<readonly Imitation[] | undefined>
}

type DrivenPhase = 'running' | 'stepping' | 'pausing' | 'paused' | 'stopping' | 'finished'

/** What the driver tells the store of the run. */
export interface Told {
  readonly event: (event: RunEvent) => void
  readonly phase: (phase: DrivenPhase) => void
  readonly failed: (reason: string) => void
  /** `active`: of the run that is driven now; else of one that was left */
  readonly kept: (record: RunRecord | undefined, fault: string | undefined, active: boolean) => void
  readonly fault: (fault: string) => void
  /** a kept run was taken up: what it adds up to */
  readonly takenUp: (state: RunState, record: RunRecord) => void
  readonly best: (step: number, files: readonly ExportedFile[]) => void
}

interface TakenUp extends ReadKept {
  readonly record: RunRecord
  readonly bestKept: boolean
}

interface Driven extends ActiveRun {
  recording: Careful | undefined
}

/** More than this is not copied out of the worker at every best checkpoint. */
const MOST_KEPT_PARAMETERS = 64_000_000
/** Bytes of a checkpoint for each trained parameter: the weight and AdamW's two moments, in float32. */
const CHECKPOINT_BYTES = 12
/** More than this is not taken off the device for a checkpoint: one buffer of the page cannot be much larger. */
const MOST_CHECKPOINT_BYTES = 1.5e9

export class Driver {
  readonly #client: DriverClient
  readonly #library: Library
  readonly #engine: Engine
  readonly #told: Told
  #active: Driven | undefined
  /** what the run before still writes: nothing of the store is cut back under it */
  #settling: Promise<void> = Promise.resolve()

  constructor(client: DriverClient, library: Library, engine: Engine, told: Told) {
    this.#client = client
    this.#library = library
    this.#engine = engine
    this.#told = told
  }

  /** Whether a run is under way, paused or not. */
  get busy(): boolean {
    return this.#active !== undefined
  }

  /** Rejects while a run is under way: two of them would drive one engine, and write one record. */
  async begin(oneStep: boolean, plan: Plan): Promise<void> {
    if (this.busy) throw new Error('a run is under way already; pause, stop or reset it first')
    const run: Driven = { ...activeRun(oneStep), recording: undefined }
    this.#active = run
    const { settings, from } = plan
    try {
      if (from !== undefined) await openDataOf(from.record, this.#library)
      const { service, info, loaded: { policy, adapter } } = await this.#engine.ready(settings)
      if (!run.alive) return
      this.#engine.touched()
      this.#library.rankBy(settings)
      const { dataset, recommender, catalogue } = await this.#library.settled()
      if (!run.alive) return
      const ports = {
        policy: whileAlive(service, run), recommender: whileAlive(recommender, run), catalogue: whileAlive(catalogue, run), now: () => performance.now(),
      }
      const input: RunInput = {
        dataset, settings, policy: info, loaded: { policy, ...(adapter && { adapter }) }, versions: this.#client.versions(), ended: () => run.ended,
      }
      // a run that goes on has them in its events
      const imitate = from === undefined ? await this.#client.imitate?.(settings) : undefined
      if (!run.alive) return
      const taken = from === undefined ? undefined : await this.#takeUp(run, { ...plan, from }, ports, input)
      if (!run.alive) return
      const recording = taken === undefined ? this.#client.keeper.begin() : this.#client.keeper.goOn(taken.record)
      run.recording = careful(recording, ({ record, fault }) => this.#told.kept(record, fault, run === this.#active))
      if (taken !== undefined) this.#told.takenUp(taken.state, taken.record)
      run.events = this.#client.train(ports, { ...input, ...(imitate && { imitate }), ...(taken && { resume: taken.events, bestKept: taken.bestKept }) })
    } catch (error) {
      if (run.alive) this.fail(sentenceOf(error))
      return
    }
    if (run.wanted) this.#enter(run)
    else this.#told.phase('paused')
    await this.#drive(run)
  }

  /** Goes on with the run that is under way. */
  go(oneStep: boolean): void {
    const run = this.#active
    if (run === undefined) return
    run.wanted = true
    run.oneStep = oneStep
    if (run.events === undefined) return
    this.#enter(run)
    void this.#drive(run)
  }

  pause(): void {
    const run = this.#active
    if (run === undefined) return
    run.wanted = false
    if (run.pulling) this.#told.phase('pausing')
  }

  /** Ends training early; what was reached is measured. */
  stop(): void {
    const run = this.#active
    if (run === undefined || run.ended) return
    run.ended = true
    this.go(false)
  }

  /** The run is no longer driven here; how it stands is written, whatever comes next. */
  leave(status: RunStatus): void {
    const run = this.#active
    if (run === undefined) return
    run.alive = false
    this.#active = undefined
    if (run.recording !== undefined) this.#settling = run.recording.settle(status)
  }

  fail(reason: string): void {
    this.leave('failed')
    this.#told.failed(reason)
  }

  #enter({ ended, oneStep }: ActiveRun): void {
    this.#told.phase(ended ? 'stopping' : oneStep ? 'stepping' : 'running')
  }

  #drive(run: Driven): Promise<void> {
    return pull(run, {
      event: async (event) => {
        this.#told.event(event)
        await run.recording?.take(event)
        if (run.alive && event.type === 'checkpoint') await this.#keep(run, event)
      },
      paused: () => {
        this.#told.phase('paused')
        void run.recording?.settle('paused')
      },
      finished: () => {
        this.leave('finished')
        this.#told.phase('finished')
      },
      failed: (reason) => this.fail(reason),
    })
  }

  /** Takes what a checkpoint is kept for: its bytes for the store of runs, and of the best one the files as well. */
  async #keep(run: Driven, event: Extract<RunEvent, { type: 'checkpoint' }>): Promise<void> {
    const { service, info } = this.#engine
    if (service === undefined || info === undefined) return
    const { trainableParameters } = info
    const bytes = trainableParameters * CHECKPOINT_BYTES
    const taken = async (): Promise<ArrayBuffer> => {
      const state = await service.checkpoint()
      if (!run.alive) throw new Error('this run was given up; its checkpoint is not kept')
      return state
    }
    if (bytes <= MOST_CHECKPOINT_BYTES) await run.recording?.keep(event, taken)
    else {
      const size = `${(bytes / 1e9).toFixed(1)} GB`
      this.#told.fault(`checkpoints of ${size} are not kept, so this run cannot go on once the page is left; set trainable to lora for smaller ones`)
    }
    if (!run.alive || event.name !== 'best' || trainableParameters > MOST_KEPT_PARAMETERS) return
    const files = await service.exportFiles()
    if (run.alive) this.#told.best(event.step, files)
  }

  /**
   * Brings the engine to where it stood at the checkpoint of the kept run, or of a new one that begins there; then cuts the run back to it. All that
   * going on needs is read and checked before, so that what is refused loses nothing.
   */
  async #takeUp(
    run: Driven, { settings, from, same = false }: Plan & { readonly from: Fork }, ports: Ports & { readonly policy: PolicyService }, input: RunInput,
  ): Promise<TakenUp> {
    const { store } = this.#client
    const { record: { id, name }, stage, step } = from
    const stillWanted = (): void => { if (!run.alive) throw new Error('this run was given up; nothing of it is cut back') }
    await this.#settling
    const known = same ? from.record : await store.fork(id, stage, step, `${name}, from step ${step}`)
    const own = known.id
    try {
      const whole = await readKept(store, own)
      const events = same ? eventsUpTo(whole.events, from) : whole.events
      // fetched with the loop, once a run is wanted: the page is usable before
      const [{ goOn }, { openRun }] = await Promise.all([import('../../experiment/goOn.ts'), import('../../experiment/run.ts')])
      await goOn(openRun(ports, input), input, events)
      const bestKept = await restore(ports.policy, store, known, events)
      stillWanted()
      const rewound = await store.rewind(own, stage, step)
      const planned = stage === 'sft' ? settings.sftSteps : settings.steps
      const record = same ? rewound : await store.change(own, { settings: settingsRecord(settings), planned })
      const read = same ? await readKept(store, own) : whole
      stillWanted()
      return { ...read, record, bestKept }
    } catch (error) {
      // a branch that nothing ever ran on is no run; another tab may do better with the run itself
      await (same ? store.release(own) : store.remove(own)).catch(() => undefined)
      throw error
    }
  }
}
