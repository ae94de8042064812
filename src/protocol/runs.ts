// What the store of runs offers: every run as a folder of the browser's private file system, its events to the byte, its checkpoints, and one file to take it elsewhere.

/** Rollouts and answers are large and read by query or by step; everything else is read at once. */
export type LineKind = 'plain' | 'rollouts' | 'answers'

/** One line of events.jsonl without its line feed: a JSON object whose `type` is its kind, unless that is plain. */
export interface RunLine {
  readonly text: string
  readonly kind: LineKind
  /** of rollouts and answers */
  readonly step?: number
}

/** The kind of the line that holds an event of this type. */
export function lineKind(type: unknown): LineKind {
  return type === 'rollouts' || type === 'answers' ? type : 'plain'
}

export type RunStatus = 'running' | 'paused' | 'finished' | 'stopped' | 'failed'

/** The policy's trainable weights and optimiser state after `step` updates of `stage`. */
export interface CheckpointRecord {
  readonly stage: 'sft' | 'grpo'
  readonly step: number
  /** what it is kept for: start, best, last, step */
  readonly names: readonly string[]
  readonly bytes: number
  readonly sha256: string
  /** how many bytes of events.jsonl had been written, its own `checkpoint` event included: a run that goes on from here keeps these */
  readonly eventsBytes: number
}

/** What a run is, but for its events and checkpoints: run.json. Times are milliseconds since 1970. */
export interface RunRecord {
  readonly id: string
  readonly name: string
  readonly tags: readonly string[]
  readonly status: RunStatus
  readonly createdAt: number
  readonly changedAt: number
  /** when whoever trained it in this browser last said how it stands; a name, tags or notes do not move it, and a run that was imported has none */
  readonly drivenAt?: number
  readonly done: number
  readonly planned: number
  readonly settings: Readonly<Record<string, string | number | boolean>>
  readonly dataset: { readonly name: string; readonly hash: string }
  readonly recommender: string
  /** id or folder name of the policy */
  readonly policy: string
  /** browser, adapter, versions, seed, cores: name → value, as a table shows it */
  readonly environment: Readonly<Record<string, string>>
  /** the run and step that this one goes on from */
  readonly parent?: { readonly id: string; readonly name: string; readonly step: number }
  /** the summary of a finished run (Summary of the experiment) */
  readonly summary?: unknown
  /** a person's notes on queries, by query id */
  readonly notes: Readonly<Record<string, string>>
  readonly checkpoints: readonly CheckpointRecord[]
  readonly events: { readonly count: number; readonly bytes: number }
  /** the last line was cut off by a crash and dropped, or bytes were: what was repaired, as a sentence */
  readonly repaired?: string
  /** the run was left while it was `running`, by a crash or a closed tab: `status` says paused. Set as a record is read, as the next two are */
  readonly interrupted?: true
  /** who may write it now: this tab, or another one, where nothing of it can be changed; absent: nobody has it open */
  readonly writer?: 'here' | 'elsewhere'
  /** why the run cannot be opened */
  readonly damage?: string
}

export type NewRun = Omit<RunRecord, 'id' | 'changedAt' | 'checkpoints' | 'events' | 'notes' | 'tags' | 'repaired' | 'interrupted' | 'writer' | 'damage'>
type Changing = 'name' | 'tags' | 'status' | 'drivenAt' | 'done' | 'planned' | 'summary' | 'notes' | 'settings' | 'environment' | 'recommender'
export type RunChange = Partial<Pick<RunRecord, Changing>>

/** Which lines: of one step, or those that say something of one query, cut down to what they say of it. */
export type LinesWanted = { readonly step: number } | { readonly queryId: string }

/** Share of the bytes that were gone through, 0 … 1. */
export type Progress = (share: number) => void

/**
 * The procedures of workers/runs.worker.ts. Every failure is an Error whose message is a sentence, and leaves what was kept before as it was.
 * A run has one writer: the tab that created it, appends, or rewound it has it open until it ends with a status (finished, stopped, failed) or is
 * released; meanwhile other tabs read it and are refused to change it. What was appended before a crash is read again: a torn last line is dropped.
 */
export interface RunsService {
  /** Every run that is not removed, the latest first. The first call of a tab ends what earlier tabs removed. */
  list(): Promise<RunRecord[]>
  record(id: string): Promise<RunRecord>
  /** The run is open for writing in this tab from now on. */
  create(run: NewRun): Promise<RunRecord>
  append(id: string, lines: readonly RunLine[]): Promise<void>
  /**
   * Stores a checkpoint’s bytes at the present end of the events. `bytes` are moved, the caller's buffer is empty after; left out, they are those kept
   * of this stage and step already, which get more names. Then the oldest beyond the latest `most` go: never the start, the last, the best,
   * or what was the best when one that stays was made (whoever goes on from there needs it).
   */
  keep(id: string, checkpoint: Omit<CheckpointRecord, 'bytes' | 'sha256' | 'eventsBytes'>, bytes: ArrayBuffer | undefined, most: number): Promise<RunRecord>
  change(id: string, change: RunChange): Promise<RunRecord>
  /** This tab writes it no more, whatever its status; another may. */
  release(id: string): Promise<void>
  /** The plain lines in order, in parts of about a megabyte (`onPart` is a proxied callback). */
  events(id: string, onPart: (lines: readonly string[]) => void): Promise<void>
  /** Lines of one kind, the earliest first. Asked for a query, each line's array holds that query's entries alone, and lines without any are left out. */
  lines(id: string, kind: 'rollouts' | 'answers', wanted: LinesWanted): Promise<string[]>
  /** Steps that have lines of this kind, rising. */
  steps(id: string, kind: 'rollouts' | 'answers'): Promise<number[]>
  /** A checkpoint's bytes, checked against its hash. */
  checkpoint(id: string, stage: 'sft' | 'grpo', step: number): Promise<ArrayBuffer>
  /** Cuts the run back to a checkpoint, to go on from there: later events and checkpoints are gone. The run is open for writing in this tab. */
  rewind(id: string, stage: 'sft' | 'grpo', step: number): Promise<RunRecord>
  /** A new run that begins with the events and checkpoints of `id` up to there; a `fork` line follows them. Nobody has it open yet: `rewind` opens it. */
  fork(id: string, stage: 'sft' | 'grpo', step: number, name: string): Promise<RunRecord>
  /** Out of the list; `undo` brings it back until the page asks to `purge`, or is opened anew. */
  remove(id: string): Promise<void>
  undo(id: string): Promise<RunRecord>
  purge(): Promise<void>
  /** The whole run as one zip archive: run.json, events.jsonl, checkpoints. A run that is being written is taken as it stands. */
  export(id: string, onProgress?: Progress): Promise<Blob>
  /**
   * Takes an exported run in, checked whole before anything is kept. A run that is here already is not taken twice: the sentence says so. One with
   * the same id and other contents comes under a new id.
   */
  import(file: Blob, onProgress?: Progress): Promise<RunRecord>
  room(): Promise<{ readonly used: number; readonly quota: number }>
}

/** The Web Lock of the tab that has the run open for writing. */
export function runLock(id: string): string {
  return `rec-r1-workbench run ${id}`
}

/** The Web Lock of whoever reads the run's files (shared) or takes some away (exclusive). */
export function runFilesLock(id: string): string {
  return `rec-r1-workbench run files ${id}`
}
