// What an experiment of the papers is: the runs that it needs, and how their results become tables, figures and a verdict.
import type { System, SystemValues, TableMeasure } from '../methodsTable.ts'
import type { Settings } from '../settings.ts'

/** What a person chooses of an experiment; each experiment says which of these it heeds. */
export interface Choices {
  readonly seeds: readonly number[]
  readonly recommenders: readonly Settings['recommender'][]
  readonly modes: readonly Settings['mode'][]
  /** the measure of the main tables */
  readonly measure: TableMeasure
  /** words of a budgeted thought */
  readonly thoughtBudget: number
  /** what an hour of the machine costs; 0 leaves money out */
  readonly pricePerHour: number
}

/** The open data, as far as an experiment depends on it; of `rows` those that are tested. */
export interface PaperFacts {
  readonly data: { readonly name: string; readonly hash: string }
  /** departments with training and test rows, in the order in which they first stand */
  readonly departments: readonly { readonly name: string; readonly train: number; readonly test: number }[]
  /** histories of people */
  readonly histories: number
  readonly testRows: number
  /** of every test row: whether its relevant products were relevant in training, all, some or none of them */
  readonly start: ReadonlyMap<string, 'warm' | 'mixed' | 'cold'>
}

/** One run that an experiment needs. Runs of equal settings are one run, whichever experiments ask for it. */
export interface PlannedRun {
  /** column, method and seed, unique within the plan */
  readonly key: string
  readonly column: string
  readonly method: string
  readonly seed: number
  readonly settings: Settings
}

/** What training has cost so far. */
export interface Spent {
  readonly rollouts: number
  readonly sampledTokens: number
  readonly trainedTokens: number
  /** of steps, without evaluations */
  readonly seconds: number
}

/** A validation, with what training had cost by then. */
export interface PathPoint {
  readonly step: number
  readonly ndcg10: number
  readonly low: number
  readonly high: number
  readonly spent: Spent
}

/** What a run told. */
export interface RunResult {
  readonly run: { readonly id: string; readonly name: string }
  readonly stages: string
  readonly seconds: number
  /** by row id: of the original, of prompting before several stages, of what the last stage started from, of what was trained */
  readonly tests: Readonly<Partial<Record<'original' | 'prompted' | 'before' | 'after', SystemValues>>>
  /** of test rows that name one */
  readonly departments: ReadonlyMap<string, string>
  readonly path: readonly PathPoint[]
  readonly spent: Spent
  /** mean words of the thoughts in the answers to test rows */
  readonly thought: Readonly<Partial<Record<'before' | 'after', number>>>
  /** completion tokens by RL step */
  readonly lengths: readonly { readonly step: number; readonly tokens: number }[]
  /** of the first RL step: how much its groups had to compare */
  readonly first: { readonly distinctOutputs: number; readonly zeroSpread: number } | undefined
}

/** A row that no run of ours made: outputs of another system, or a baseline that ranks by itself. */
export interface Extra {
  readonly column: string
  readonly title: string
  readonly detail: string
  readonly values: SystemValues
}

/** What was forgotten by one policy: a measure for each probe, by probe id. */
export interface Forgotten {
  /** negative log-likelihood of the probe's text, and its tokens */
  readonly nll: number
  readonly tokens: number
  /** mean KL from the base over the probe's tokens */
  readonly kl: number
  readonly kind: string
  /** whether an instruction was followed; absent where none is given */
  readonly passed?: boolean
}
export type ForgottenBy = ReadonlyMap<string, Forgotten>

export interface Given {
  readonly base: Settings
  readonly choices: Choices
  readonly facts: PaperFacts
  readonly plan: readonly PlannedRun[]
  /** by key, of the runs that are done */
  readonly results: ReadonlyMap<string, RunResult>
  readonly extras: readonly Extra[]
  /** by key; `base` for the policy that all begin with */
  readonly forgotten: ReadonlyMap<string, ForgottenBy>
}

export interface FigurePoint {
  readonly x: number
  readonly y: number
  readonly low?: number
  readonly high?: number
}

export interface Figure {
  readonly title: string
  readonly kind: 'lines' | 'bars'
  readonly x: string
  readonly y: string
  /** of bars: the names along the axis; a point's x is a place in them */
  readonly names?: readonly string[]
  readonly series: readonly { readonly name: string; readonly points: readonly FigurePoint[] }[]
  readonly says: string
}

/** A table to be made: systems are compared within their column (`data`). */
export interface TablePlan {
  readonly title: string
  readonly measures: readonly TableMeasure[]
  readonly systems: readonly System[]
  /** the row that the paper has as best, and what speaks for its not being so here */
  readonly expected?: { readonly title: string; readonly why: readonly string[] }
}

/** Rows of figures as they are printed in a paper, or recomputed from its stored outputs. */
export interface Printed {
  readonly title: string
  readonly source: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly name: string; readonly values: readonly (string | number)[] }[]
}

export interface Layout {
  readonly tables: readonly TablePlan[]
  readonly figures: readonly Figure[]
  /** plain tables of numbers beside the figures */
  readonly lists?: readonly Printed[]
  /** sentences beyond those that the tables give */
  readonly notes: readonly string[]
}

export interface Experiment {
  readonly name: string
  readonly title: string
  /** the paper, and which table or figure of it */
  readonly from: string
  /** what it shows, in a sentence or two */
  readonly shows: string
  /** how it is done here, and where that differs from the paper */
  readonly how: string
  readonly heeds: readonly (keyof Choices)[]
  /** what it needs beside runs: outputs of other systems, the item-id decoder and popularity, the probes of what is forgotten */
  readonly wants?: readonly ('stored' | 'baselines' | 'probes')[]
  /** settings that the experiment stands on, from those of the page */
  readonly on?: (settings: Settings) => Settings
  /** why it cannot run on this data with these settings, with the remedy; undefined where it can */
  readonly fault?: (base: Settings, facts: PaperFacts) => string | undefined
  readonly plan: (base: Settings, choices: Choices, facts: PaperFacts) => readonly PlannedRun[]
  readonly layout: (given: Given) => Layout
  readonly printed?: readonly Printed[]
}

export const DEFAULT_CHOICES: Choices = { seeds: [1], recommenders: ['minisearch'], modes: ['corrected'], measure: 'ndcg@100', thoughtBudget: 2, pricePerHour: 0 }
