// Keeps a run as it goes: its events as lines, gathered for half a second, its checkpoints, and how it stands. What fails is thrown, and tried again at the next checkpoint.
import { lineKind, type RunLine, type RunRecord, type RunsService, type RunStatus } from '../../client/runs.ts'
import { summaryOf, type RunEvent, type StartEvent } from '../../experiment/events.ts'
import { lineOf } from '../../experiment/line.ts'
import type { Keeper, Recording } from './keeping.ts'
import { environmentOf, nameOf } from './runFacts.ts'

type Store = Pick<RunsService, 'list' | 'record' | 'create' | 'append' | 'keep' | 'change' | 'release'>
type CheckpointEvent = Extract<RunEvent, { type: 'checkpoint' }>
type Told = Pick<RunRecord, 'done' | 'planned'> & { readonly summary?: unknown }

/** Longer than this no line waits to be written, unless the store is at work. */
const WAIT_MS = 500
/** More than this does not wait. */
const WAITING_BYTES = 1e6
/** With more than this on its way to the store the run waits for it. */
const BEHIND_BYTES = 8e6
/** More than this is not held in memory for a store that fails: the run is kept up to there, and no further. */
const MOST_HELD_BYTES = 64e6
/** How often the record says how far the run is. */
const PROGRESS_MS = 5_000
const KEPT_UNLESS_SAID = 5

export interface RecorderOptions {
  /** milliseconds, of any beginning */
  readonly now?: () => number
  /** the time of day, in milliseconds since 1970 */
  readonly date?: () => number
  /** names and values of the machine, for the record */
  readonly machine?: Readonly<Record<string, string>>
}

/** Several runs one after the other; a paused one that another follows is let go of, so that any tab may go on with it. */
export function createRecorder(store: Store, options: RecorderOptions = {}): Keeper {
  let last: RunRecording | undefined
  const next = (recording: RunRecording): Recording => {
    const before = last
    last = recording
    if (before !== undefined && before.id !== recording.id) void before.release()
    return recording
  }
  return {
    begin: () => next(new RunRecording(store, options)),
    goOn: (record) => next(new RunRecording(store, options, record)),
  }
}

class RunRecording implements Recording {
  readonly #now: () => number
  #start: StartEvent | undefined
  #record: RunRecord | undefined
  #told: Told = { done: 0, planned: 0 }
  /** lines that the store has for certain */
  #stored: number
  /** after an append that failed: the store may have its lines, if its worker ended before it answered */
  #uncertain = false
  #waiting: RunLine[] = []
  #waitingBytes = 0
  #since = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #writing: Promise<void> | undefined
  /** told to whoever asks next; nothing is written before a checkpoint or the end tries again */
  #fault: unknown
  #failing = false
  #abandoned = false
  #status: RunStatus = 'running'
  #progressAt = 0

  constructor(readonly store: Store, readonly options: RecorderOptions, record?: RunRecord) {
    this.#now = options.now ?? (() => performance.now())
    this.#record = record
    this.#stored = record?.events.count ?? 0
    if (record === undefined) return
    this.#told = { done: record.done, planned: record.planned }
    this.#status = record.status
  }

  get id(): string | undefined {
    return this.#record?.id
  }

  record = (): RunRecord | undefined => this.#record

  take = async (event: RunEvent): Promise<void> => {
    if (this.#abandoned) return
    this.#note(event)
    const text = lineOf(event)
    const kind = lineKind(event.type)
    if (this.#waiting.length === 0) this.#since = this.#now()
    this.#waiting.push({ text, kind, ...('step' in event && kind !== 'plain' ? { step: event.step } : {}) })
    this.#waitingBytes += text.length + 1
    if (this.#failing) {
      if (this.#waitingBytes <= MOST_HELD_BYTES) return this.#tell()
      this.#abandon()
    }
    // the record stands before anything else happens, so that the page can name the run
    if (event.type === 'start') await this.#write()
    else if (this.#waitingBytes >= WAITING_BYTES || this.#now() - this.#since >= WAIT_MS) void this.#write()
    else this.#timer ??= setTimeout(() => { void this.#write() }, WAIT_MS)
    if (this.#waitingBytes > BEHIND_BYTES) await this.#writing
    this.#tell()
  }

  has = ({ stage, step }: CheckpointEvent): boolean => this.#record?.checkpoints.some((one) => one.stage === stage && one.step === step) ?? false

  keep = async (event: CheckpointEvent, bytes: ArrayBuffer | undefined): Promise<void> => {
    if (this.#abandoned) return
    await this.#flush()
    const { stage, step, name } = event
    const most = this.#record?.settings['checkpointsKept']
    this.#record = await this.store.keep(this.#record!.id, { stage, step, names: [name] }, bytes, typeof most === 'number' ? most : KEPT_UNLESS_SAID)
    await this.#progress(0)
  }

  settle = async (status: RunStatus): Promise<void> => {
    if (this.#abandoned) return this.release()
    // it ended before it began
    if (this.#record === undefined && this.#start === undefined) return
    try {
      await this.#flush()
      this.#status = status
      this.#record = await this.store.change(this.#record!.id, { status, drivenAt: this.#today(), ...this.#told })
    } catch (error) {
      // it is not written any more, whatever its record says
      if (status !== 'running' && status !== 'paused') await this.release()
      throw error
    }
  }

  /** Other tabs may write it from now on. */
  release = async (): Promise<void> => {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    if (this.#record !== undefined) await this.store.release(this.#record.id).catch(() => undefined)
  }

  #today(): number {
    return (this.options.date ?? Date.now)()
  }

  #note(event: RunEvent): void {
    if (event.type === 'start') this.#start = event
    if (event.type === 'stage') this.#told = { ...this.#told, done: 0, planned: event.steps }
    if (event.type === 'step') this.#told = { ...this.#told, done: event.step }
    if (event.type === 'done') this.#told = { ...this.#told, summary: summaryOf(event) }
  }

  /** Throws what failed behind the back of those who told, once. */
  #tell(): void {
    const fault = this.#fault
    this.#fault = undefined
    if (fault !== undefined) throw fault as Error
  }

  /** Everything that waits is in the store after it; tries again what failed. */
  async #flush(): Promise<void> {
    await this.#writing
    this.#failing = false
    // a failure that nobody heard of yet, and that this makes good, needs no word
    this.#fault = undefined
    await this.#write()
    this.#tell()
  }

  /** Never rejects: a failure is told by the next call. */
  #write(): Promise<void> {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#failing) return Promise.resolve()
    this.#writing ??= this.#writeAll().catch((error: unknown) => {
      this.#fault = error
      this.#failing = true
    }).finally(() => { this.#writing = undefined })
    return this.#writing
  }

  async #writeAll(): Promise<void> {
    if (this.#record === undefined) await this.#create()
    const { id } = this.#record!
    while (this.#waiting.length > 0) {
      const known = await this.#alreadyThere(id)
      const lines = this.#waiting.slice(known)
      if (lines.length > 0) {
        this.#uncertain = true
        await this.store.append(id, lines)
        this.#uncertain = false
      }
      this.#forget(known + lines.length)
    }
    await this.#progress(PROGRESS_MS)
  }

  async #alreadyThere(id: string): Promise<number> {
    if (!this.#uncertain) return 0
    const { events: { count } } = await this.store.record(id)
    return Math.max(0, count - this.#stored)
  }

  #forget(count: number): void {
    const gone = this.#waiting.splice(0, count)
    this.#stored += gone.length
    for (const { text } of gone) this.#waitingBytes -= text.length + 1
    this.#since = this.#now()
  }

  #abandon(): void {
    this.#abandoned = true
    this.#waiting = []
    this.#waitingBytes = 0
    void this.release()
    throw new Error('the browser\'s store has failed for too long, and the run is no longer kept; what was kept before is whole, and training goes on')
  }

  async #create(): Promise<void> {
    const start = this.#start
    if (start === undefined) throw new Error('a run is kept from its start event on, which was not told')
    const { settings, dataset: { name, hash }, recommender, loaded } = start
    const policy = loaded?.policy ?? String(settings['policy'] ?? start.policy.architecture)
    const names = (await this.store.list().catch(() => [])).map((run) => run.name)
    this.#record = await this.store.create({
      name: nameOf(name, policy, names), status: 'running', createdAt: this.#today(), drivenAt: this.#today(), ...this.#told,
      settings, dataset: { name, hash }, recommender, policy, environment: { ...environmentOf(start), ...this.options.machine },
    })
    this.#status = 'running'
    this.#progressAt = this.#now()
  }

  /** Writes how far the run is, unless that was done `every` milliseconds ago or less. */
  async #progress(every: number): Promise<void> {
    const resumed = this.#status !== 'running'
    if (!resumed && this.#now() - this.#progressAt < every) return
    this.#progressAt = this.#now()
    this.#status = 'running'
    this.#record = await this.store.change(this.#record!.id, { drivenAt: this.#today(), ...this.#told, ...(resumed ? { status: 'running' } : {}) })
  }
}
