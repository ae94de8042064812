// What the store of runs offers: every run as a folder of the browser's private file system, its events to the byte, its checkpoints, and one file to take it elsewhere.

/** One line of events.jsonl without its line feed. `rollouts` and `answers` are large and read by query or by step; everything else is read at once. */
export interface RunLine {
  readonly text: string
  readonly kind: 'plain' | 'rollouts' | 'answers'
  /** of rollouts and answers */
  readonly step?: number
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
  /** why the run cannot be opened; set by `list` alone */
  readonly damage?: string
}

export type NewRun = Omit<RunRecord, 'id' | 'changedAt' | 'checkpoints' | 'events' | 'notes' | 'tags'>
export type RunChange = Partial<Pick<RunRecord, 'name' | 'tags' | 'status' | 'done' | 'planned' | 'summary' | 'notes' | 'settings' | 'environment' | 'recommender'>>

/** The procedures of workers/runs.worker.ts. Every failure is an Error whose message is a sentence. What was appended before a crash is read again: a torn last line is dropped. */
export interface RunsService {
  /** Every run that is not removed, the latest first. */
  list(): Promise<RunRecord[]>
  create(run: NewRun): Promise<RunRecord>
  append(id: string, lines: readonly RunLine[]): Promise<void>
  /** Stores a checkpoint’s bytes at the present end of the events; beyond the latest `most` checkpoints named only `step`, the oldest go. */
  keep(id: string, checkpoint: Omit<CheckpointRecord, 'bytes' | 'sha256' | 'eventsBytes'>, bytes: ArrayBuffer, most: number): Promise<RunRecord>
  change(id: string, change: RunChange): Promise<RunRecord>
  /** The plain lines in order, in parts of about a megabyte (`onPart` is a proxied callback). */
  events(id: string, onPart: (lines: readonly string[]) => void): Promise<void>
  /** Lines of one kind: of one step, or all that say `queryId` (a substring search over lines, then JSON), the earliest first, at most `most`. */
  lines(id: string, kind: 'rollouts' | 'answers', wanted: { readonly step?: number; readonly queryId?: string }): Promise<string[]>
  /** Steps that have lines of this kind, rising. */
  steps(id: string, kind: 'rollouts' | 'answers'): Promise<number[]>
  /** A checkpoint's bytes, checked against its hash. */
  checkpoint(id: string, stage: 'sft' | 'grpo', step: number): Promise<ArrayBuffer>
  /** Cuts the run back to a checkpoint, to go on from there: later events and checkpoints are gone. */
  rewind(id: string, stage: 'sft' | 'grpo', step: number): Promise<RunRecord>
  /** A new run that begins with the events and checkpoints of `id` up to there; a `fork` line follows them. */
  fork(id: string, stage: 'sft' | 'grpo', step: number, name: string): Promise<RunRecord>
  /** Out of the list; `undo` brings it back until the page asks to `purge`. */
  remove(id: string): Promise<void>
  undo(id: string): Promise<RunRecord>
  purge(): Promise<void>
  /** The whole run as one zip archive: run.json, events.jsonl, checkpoints. */
  export(id: string): Promise<Blob>
  /** Takes an exported run in, checked whole before anything is kept. A run that is here already is not taken twice: the sentence says so. */
  import(file: Blob): Promise<RunRecord>
  room(): Promise<{ readonly used: number; readonly quota: number }>
}
