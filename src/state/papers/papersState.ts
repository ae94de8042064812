// What the papers' place shows and does.
import type { StoreApi } from 'zustand/vanilla'
import type { RunRecord } from '../../client/runs.ts'
import type { Choices, PaperFacts, PlannedRun } from '../../domain/papers/experiment.ts'
import type { Report } from '../../domain/papers/report.ts'

/** A run of a plan, and what there is of it. */
export interface PlannedState {
  readonly planned: PlannedRun
  readonly is: 'done' | 'begun' | 'missing'
  readonly record?: RunRecord
  /** how long it takes, where that is known; of a done run how long it took */
  readonly seconds: number | undefined
}

/** An experiment with the current data, settings and choices. */
export interface Standing {
  readonly plan: readonly PlannedState[]
  readonly done: number
  /** seconds of what is missing, as far as known, and how many runs that leaves out */
  readonly seconds: number
  readonly unknown: number
  /** why it cannot run */
  readonly fault: string | undefined
}

/** What is under way: runs of an experiment one after the other, then what is derived from them. */
export interface PapersJob {
  readonly experiment: string
  readonly phase: 'running' | 'paused' | 'stopping'
  readonly doing: string
  readonly done: number
  readonly of: number
  /** seconds left, as far as known; undefined before anything is known */
  readonly left: number | undefined
  /** runs among what is left whose length is not known */
  readonly unknown: number
}

export interface PapersState {
  readonly chosen: string
  readonly choices: Choices
  /** undefined until data is open and the runs were looked at */
  readonly facts: PaperFacts | undefined
  readonly standings: ReadonlyMap<string, Standing>
  readonly job: PapersJob | undefined
  /** an experiment that was under way when the page was left, or was stopped */
  readonly left: { readonly experiment: string } | undefined
  readonly report: Report | undefined
  /** whether what stands beside the chosen experiment's runs (outputs ranked, baselines, probes) has been made for them */
  readonly derived: boolean
  /** the report is being made */
  readonly reporting: boolean
  readonly failure: string | undefined
}

export interface Papers extends StoreApi<PapersState> {
  /** Looks at data, settings and kept runs again, and makes the report of the chosen experiment. */
  readonly look: () => Promise<void>
  readonly choose: (experiment: string) => void
  readonly set: (choices: Partial<Choices>) => void
  /** Runs what is missing of the chosen experiment, or goes on with what was left. */
  readonly go: () => Promise<void>
  /** Pauses the run under way and stops there; it can be gone on with. */
  readonly stop: () => void
  /** Forgets what was left, and brings the person's settings back. */
  readonly giveUp: () => void
}
