// What the command line asks of the lab page, and what comes back: JSON both ways; big files go over HTTP.
import type { Settings } from '../../src/domain/settings.ts'
import type { Summary } from '../../src/experiment/events.ts'
import type { GoldenReport, Sampling } from '../../src/protocol/policy.ts'
import type { Authorisation } from '../../src/protocol/retrieval.ts'

/** A local file as the page can fetch it. */
export interface FileRef {
  readonly name: string
  readonly address: string
}

export interface CheckPolicyJob {
  readonly verb: 'check-policy'
  readonly model: readonly FileRef[]
  readonly golden: FileRef
  readonly caseJson: FileRef
  /** where to POST the computed tensors */
  readonly dump?: string
}

export interface GenerateJob {
  readonly verb: 'generate'
  readonly model: readonly FileRef[]
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
  /** tokenizer.json and tokenizer_config.json */
  readonly tokenizer: readonly FileRef[]
  readonly items: readonly (string | readonly Message[])[]
}

export interface TrainJob {
  readonly verb: 'train'
  readonly settings: Settings
  readonly versions: Readonly<Record<string, string>>
  readonly model: readonly FileRef[]
  readonly shards: readonly FileRef[]
  /** the data set's name in the record */
  readonly shop: string
  /** for a search server; no record holds it */
  readonly authorisation?: Authorisation
}

export interface MakePolicyJob {
  readonly verb: 'make-policy'
  /** config.json and the tokenizer's files */
  readonly model: readonly FileRef[]
  readonly steps: number
  readonly seed: number
  /** where to POST the weights */
  readonly weights: string
}

export interface BenchJob {
  readonly verb: 'bench'
  readonly names: readonly string[]
}

export type Job = CheckPolicyJob | GenerateJob | TokenizeJob | TrainJob | MakePolicyJob | BenchJob

export interface Generated {
  readonly ids: readonly number[]
  readonly logps: readonly number[]
  readonly text?: string
}

export interface Results {
  readonly 'check-policy': GoldenReport
  readonly generate: Generated
  readonly tokenize: { readonly ids: readonly (readonly number[])[] }
  readonly train: { readonly summary: Summary }
  readonly 'make-policy': { readonly loss: readonly number[]; readonly seconds: number }
  readonly bench: { readonly benches: readonly unknown[] }
}

/** How a job ended; `input` says whether what it was given is to blame. */
export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly input: boolean; readonly message: string }

/** Where the page finds and leaves files, on its own host. */
export const INPUT_PATH = '/lab/input/'
export const OUTPUT_PATH = '/lab/output/'

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
