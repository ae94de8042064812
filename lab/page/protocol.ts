// What the command line asks of the lab page, and what comes back: JSON both ways; big files go over HTTP.
import type { Rejection } from '../../src/domain/dataset.ts'
import type { DecoderOptions, DecoderResult } from '../../src/domain/decoder.ts'
import type { EmbeddedPolicy } from '../../src/domain/embedded.ts'
import type { TableMeasure } from '../../src/domain/methodsTable.ts'
import type { Extra, PaperFacts } from '../../src/domain/papers/experiment.ts'
import type { Forgetting, Probe } from '../../src/domain/forgetting.ts'
import type { Imitation } from '../../src/domain/imitation.ts'
import type { EsciFilter } from '../../src/protocol/ingest.ts'
import type { Settings } from '../../src/domain/settings.ts'
import type { Summary } from '../../src/experiment/events.ts'
import type { ExportDtype, ExportKind, GoldenReport, Sampling, WeightStorage } from '../../src/protocol/policy.ts'
import type { Authorisation } from '../../src/protocol/retrieval.ts'

/** A local file as the page can fetch it. */
export interface FileRef {
  readonly name: string
  readonly address: string
}

/** `check-policy`, `generate` and `train` find the model's files among the chosen ones (see `CHOSEN_FILES`): they may be larger than memory. */
export interface CheckPolicyJob {
  readonly verb: 'check-policy'
  readonly weights: WeightStorage
  readonly golden: FileRef
  readonly caseJson: FileRef
  /** where to POST the computed tensors */
  readonly dump?: string
}

export interface GenerateJob {
  readonly verb: 'generate'
  readonly weights: WeightStorage
  readonly ids: readonly number[]
  readonly sampling: Omit<Sampling, 'stop'>
  readonly seed: number
}

export interface Message {
  readonly role: string
  readonly content: string
}

export interface TokenizeJob {
  readonly verb: 'tokenize'
  /** tokenizer.json, tokenizer_config.json and, where it is there, chat_template.jinja */
  readonly tokenizer: readonly FileRef[]
  readonly items: readonly (string | readonly Message[])[]
}

export interface TrainJob {
  readonly verb: 'train'
  readonly settings: Settings
  readonly versions: Readonly<Record<string, string>>
  readonly shards: readonly FileRef[]
  /** outputs that the sft stage imitates */
  readonly imitate?: readonly FileRef[]
  /** what the trained policy and its start are asked afterwards, into the output forgetting.json */
  readonly probes?: readonly Probe[]
  /** the data set's name in the record */
  readonly shop: string
  /** for a search server; no record holds it */
  readonly authorisation?: Authorisation
}

export interface RankJob {
  readonly verb: 'rank'
  readonly settings: Settings
  readonly locale: string
  readonly queries: readonly { readonly id: string; readonly text: string }[]
  readonly k: number
  /** for a search server */
  readonly authorisation?: Authorisation
  /** where to POST the run */
  readonly run: string
}

export interface MakePolicyJob {
  readonly verb: 'make-policy'
  readonly which: EmbeddedPolicy
  /** config.json and the tokenizer's files; the weights to begin with, where it does not begin at random ones */
  readonly model: readonly FileRef[]
  readonly steps: number
  readonly seed: number
  /** where to POST the weights */
  readonly weights: string
}

export interface BenchJob {
  readonly verb: 'bench'
  readonly names: readonly string[]
  /** the first few cases alone */
  readonly limit?: number
  /** for `step-0.5b`: how weights lie, and whether the small step is taken; for `soak`: how many steps */
  readonly weights?: WeightStorage
  readonly short?: boolean
  readonly steps?: number
  /** the name of the model folder whose files were chosen, for `generate`; the sample policy without it */
  readonly model?: string
}

export interface ExportJob {
  readonly verb: 'export'
  readonly kind: Exclude<ExportKind, 'trained'>
  readonly dtype: ExportDtype
  /** the folder to POST files into */
  readonly folder: string
}

export interface IngestJob {
  readonly verb: 'ingest'
  readonly filter: EsciFilter
}

export interface FuzzJob {
  readonly verb: 'fuzz'
  readonly seed: number
  /** the first case, and how many */
  readonly first: number
  readonly count: number
}

/** Finds histories among the chosen files. */
export interface DecoderJob {
  readonly verb: 'decoder'
  readonly options: DecoderOptions
  /** where to POST every person's row */
  readonly values?: string
}

/** A way of training whose forgetting is measured, from the same start as the others. */
export interface ForgettingMethod {
  readonly method: string
  readonly settings: Settings
}

export interface ForgetJob {
  readonly verb: 'forget'
  readonly shards: readonly FileRef[]
  readonly probes: readonly Probe[]
  readonly methods: readonly ForgettingMethod[]
  /** what supervised methods imitate */
  readonly imitate: readonly Imitation[]
  readonly seed: number
}

export interface BenchKeepJob {
  readonly verb: 'bench-keep'
  /** a hub that serves it as owner/tiny; without one the chosen files are the model's folder */
  readonly mirror?: string
}

export interface BenchIngestJob {
  readonly verb: 'bench-ingest'
}

/** What of the data an experiment of the papers depends on. */
export interface PaperFactsJob extends Pick<TrainJob, 'settings' | 'shards' | 'shop'> {
  readonly verb: 'paper-facts'
}

/** Rows of a paper's table that no run makes: outputs of other systems, ranked as each column ranks, and baselines. */
export interface PaperExtrasJob extends Pick<TrainJob, 'shards' | 'shop' | 'authorisation'> {
  readonly verb: 'paper-extras'
  readonly outputs: readonly FileRef[]
  readonly baselines: boolean
  readonly columns: readonly { readonly column: string; readonly settings: Settings }[]
}

/** An extra row as it crosses from the page: its values as pairs. */
export type PaperExtra = Omit<Extra, 'values'> & { readonly values: readonly (readonly [id: string, values: Readonly<Partial<Record<TableMeasure, number>>>])[] }

export type Job = PaperFactsJob | PaperExtrasJob | CheckPolicyJob | GenerateJob | TokenizeJob | TrainJob | RankJob | MakePolicyJob | BenchJob | ExportJob | IngestJob | FuzzJob | DecoderJob | ForgetJob | BenchIngestJob | BenchKeepJob

export interface Generated {
  readonly ids: readonly number[]
  readonly logps: readonly number[]
  readonly text?: string
}

export interface Results {
  readonly 'paper-facts': Omit<PaperFacts, 'start'> & { readonly start: readonly (readonly [id: string, start: 'warm' | 'mixed' | 'cold'])[] }
  readonly 'paper-extras': { readonly extras: readonly PaperExtra[] }
  readonly 'check-policy': GoldenReport
  readonly generate: Generated
  readonly tokenize: { readonly ids: readonly (readonly number[])[] }
  readonly train: { readonly summary: Summary }
  readonly rank: Ranked
  readonly 'make-policy': { readonly loss: readonly number[]; readonly seconds: number }
  readonly bench: { readonly benches: readonly unknown[] }
  readonly export: { readonly files: readonly { readonly name: string; readonly bytes: number }[] }
  readonly ingest: Counted
  readonly fuzz: FuzzCount
  readonly forget: Forgetting & { readonly trained: readonly { readonly method: string; readonly gain: Summary['gain']['before']; readonly seconds: number }[] }
  readonly decoder: Omit<DecoderResult, 'values'>
  readonly 'bench-ingest': IngestFigures
  readonly 'bench-keep': KeepFigures
}

export interface Ranked {
  readonly queries: number
  /** of ranking, reading and indexing apart */
  readonly seconds: number
  /** median time of a query */
  readonly p50ms: number
  /** queries that got no ranking, for a server that failed */
  readonly failed: number
  /** their ids; absent where all were ranked */
  readonly failedQueries?: readonly string[]
  readonly products: number
  /** of reading the shards and of indexing or embedding them */
  readonly readSeconds: number
  readonly indexSeconds: number
  /** bytes that the index keeps for a product, where it is known */
  readonly bytesPerProduct?: number
}

/** What files hold. */
export interface Counted {
  readonly products: number
  readonly queries: number
  readonly judgements: number
  readonly joined: number
  readonly users: number
  readonly interactions: number
  /** the first hundred */
  readonly rejected: readonly Rejection[]
  readonly rejectedCount: number
  readonly seconds: number
  /** by file */
  readonly formats: Readonly<Record<string, string>>
  readonly rejectedBy: Readonly<Record<string, number>>
  /** rows that the filter set aside, by column */
  readonly filtered: Readonly<Record<string, number>>
  readonly rankings: number
  readonly outputs: number
  readonly items: number
  readonly sequences: number
  /** why the files are no whole data set, if they are none */
  readonly problem?: string
}

export interface FuzzCount {
  readonly cases: number
  readonly read: number
  readonly refused: number
  /** those that ended neither in a data set nor in a sentence that names the file */
  readonly failed: readonly string[]
  readonly slowestMs: number
  readonly slowest: string
}

export interface KeepFigures {
  readonly bytes: number
  readonly inspectSeconds: number
  readonly addSeconds: number
  readonly openSeconds: number
  readonly readSeconds: number
}

export interface IngestFigures {
  readonly rows: number
  readonly products: number
  readonly readSeconds: number
  readonly indexSeconds: number
  readonly indexBytes: number
  /** of one query of ten words, for a sign that the index answers */
  readonly hits: number
}

/** How a job ended; `input` says whether what it was given is to blame. */
export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly input: boolean; readonly message: string }

/** Where the page finds and leaves files, on its own host. */
export const INPUT_PATH = '/lab/input/'
export const OUTPUT_PATH = '/lab/output/'
/** The page's input for files. */
export const CHOSEN_FILES = 'chosen-files'

declare global {
  interface Window {
    /** the page's one entry */
    runJob(job: Job): Promise<Outcome>
    /** shows a line to the person at the terminal */
    labProgress(line: string): Promise<void>
    /** hands over one event of a run, in order */
    labEvent(event: unknown): Promise<void>
  }
}
