// What a run tells: one value a line in events.jsonl, and all that the page ever knows of a run. Times stand in fields named ms or …Ms only.
import type { PolicyInfo, UpdateReport } from '../protocol/policy.ts'

export type StageName = 'sft' | 'grpo'

/** Means over queries of one evaluation: ndcg@K and recall@K by name, format rate, words per rewrite, share of distinct words. */
export interface Metrics {
  readonly 'ndcg@10': number
  readonly 'ndcg@100': number
  readonly 'recall@10': number
  readonly format: number
  readonly words: number
  readonly distinct: number
  /** absent in records of before they were measured */
  readonly 'ndcg@5'?: number
  readonly 'recall@5'?: number
  readonly 'mrr@10'?: number
  /** position-weighted longest common subsequence with the label sequence at listLength; absent where no row has one */
  readonly lcs?: number
  /** words of a thought, none counting 0, and the share of outputs with one; absent where no policy was asked */
  readonly thoughtWords?: number
  readonly thoughtShare?: number
  /** outputs whose ranking failed, left out of NDCG and recall; absent where there are none */
  readonly failed?: number
}

/** What an answer is worth by its ranking. */
export type AnswerMetrics = Pick<Metrics, 'ndcg@10' | 'ndcg@100' | 'recall@10' | 'ndcg@5' | 'recall@5' | 'mrr@10' | 'lcs'>

/** Mean paired difference on one metric, its 95 % bootstrap interval and two-sided randomisation p. */
export interface Gain {
  readonly delta: number
  readonly low: number
  readonly high: number
  readonly p: number
}

/** A rollout with all that its reward was made of. */
export interface ScoredRollout {
  readonly queryId: string
  readonly query: string
  readonly member: number
  readonly text: string
  /** undefined when the output broke the format */
  readonly rewrite?: string
  /** the single entries of a list, where the task asks for one */
  readonly items?: readonly string[]
  /** absent when the ranking failed */
  readonly reward?: number
  /** why there was no ranking, and so no reward: the rollout stands apart from its group's statistics, its advantage is 0 */
  readonly failed?: string
  /** named parts before weights, in the settings' order; none when the ranking failed */
  readonly parts: Readonly<Record<string, number>>
  readonly advantage: number
  readonly tokens: number
  readonly logp: number
  /** the completion's token ids, and the sampler's log-probability of each to four decimals */
  readonly ids: readonly number[]
  readonly logps: readonly number[]
  readonly stop: 'token' | 'length'
}

/** One query's greedy answer within an evaluation. */
export interface Answer {
  readonly queryId: string
  readonly query: string
  /** department or domain, where the data names one */
  readonly domain?: string
  /** what was searched for, read leniently; the query itself for `original` */
  readonly rewrite: string
  /** the single entries of a list, where the task asks for one */
  readonly items?: readonly string[]
  /** the whole output; absent for `original` */
  readonly text?: string
  /** whether the output keeps the format, read strictly */
  readonly format: boolean
  /** absent when the ranking failed */
  readonly metrics?: AnswerMetrics
  /** why there was no ranking */
  readonly failed?: string
}

/** The answers behind the evaluation event just before it, in the tasks' order. */
export interface AnswersEvent extends Pick<EvaluationEvent, 'split' | 'policy' | 'step' | 'stage'> {
  readonly type: 'answers'
  readonly answers: readonly Answer[]
}

/** `done` holds the summary but for its seconds, which are `ms` / 1000: see summaryOf. */
export type RunEvent =
  | StartEvent
  | { readonly type: 'stage'; readonly stage: StageName; readonly steps: number }
  | EvaluationEvent
  | ({ readonly type: 'step'; readonly stage: 'grpo' } & GrpoStep)
  | SftStepEvent
  | { readonly type: 'rollouts'; readonly step: number; readonly rollouts: readonly ScoredRollout[] }
  | AnswersEvent
  | CheckpointEvent
  | ImitationsEvent
  | ImitatedEvent
  /** this run goes on from a checkpoint of another, whose events up to there stand before */
  | { readonly type: 'fork'; readonly run: string; readonly step: number }
  /** a run that goes on, goes on with these settings changed: after a checkpoint, or its `fork` */
  | { readonly type: 'settings'; readonly step: number; readonly changed: Readonly<Record<string, string | number | boolean>> }
  /** a person ended training early after this step of the stage; what follows measures what was reached */
  | { readonly type: 'stopped'; readonly step: number }
  | { readonly type: 'paired'; readonly before: number; readonly after: number; readonly p: number; readonly ms: number }
  | { readonly type: 'alarm'; readonly step: number; readonly message: string }
  | { readonly type: 'done'; readonly summary: Omit<Summary, 'seconds'>; readonly ms: number }

/**
 * What the policy is worth keeping for: the state after `step` updates of the stage, its validation included, stands in the engine until the next event
 * is asked for. Events of one stage and step mean the same state, whose bytes need be taken once: it can be best, due and last at a time.
 */
export interface CheckpointEvent {
  readonly type: 'checkpoint'
  /** start: of every stage; best: the highest validation so far; step: every `checkpointEvery` steps but the last; last: the end of training */
  readonly name: 'start' | 'best' | 'last' | 'step'
  readonly stage: StageName
  readonly step: number
  readonly reason: string
}

/** What the engine holds as the run begins. */
export interface LoadedRecord {
  /** `sample`: the embedded policy; else the id or the folder's name */
  readonly policy: string
  /** the adapter that training continues; its scale is alpha / rank, however its own file says that */
  readonly adapter?: { readonly name: string; readonly rank?: number; readonly alpha?: number }
}

/** The record of what runs. */
export interface StartEvent {
  readonly type: 'start'
  readonly loaded?: LoadedRecord
  readonly settings: Readonly<Record<string, string | number | boolean>>
  readonly policy: PolicyInfo
  /** counts of products, and of judged queries by use */
  readonly dataset: {
    readonly name: string
    readonly hash: string
    readonly products: number
    readonly train: number
    readonly validation: number
    readonly test: number
  }
  readonly recommender: string
  /** the task, and the version of its prompt and parser; absent in records of before there were several */
  readonly task?: { readonly name: string; readonly version: number }
  readonly versions: Readonly<Record<string, string>>
}

/** An imitation as it is recorded: an answer to a row, which the task writes as a completion; a row's completion as it was sampled; or a text as it stands. */
export type RecordedImitation =
  | { readonly queryId: string; readonly answer: string | readonly string[]; readonly thought?: string }
  | { readonly queryId: string; readonly completion: string; readonly reward: number }
  | { readonly prompt: string; readonly completion: string }

/**
 * Texts to imitate that settings and data alone do not give again: of a file, of a teacher, or sampled and kept. Some of them an event, before the sft
 * stage's start; of rejection with what was sampled for these, whether kept or not.
 */
export interface ImitationsEvent extends Partial<SampledFor> {
  readonly type: 'imitations'
  /** what they are for: training, or the held-out loss */
  readonly use: 'training' | 'validation'
  readonly imitations: readonly RecordedImitation[]
}

export interface SampledFor {
  readonly rows: number
  readonly rollouts: number
  readonly generatedTokens: number
  /** mean reward of what was sampled; NaN where no ranking came */
  readonly reward: number
  readonly ms: number
}

/** What the sft stage imitates, once it is known: told before its start. */
export interface ImitatedEvent {
  readonly type: 'imitated'
  readonly from: string
  /** texts that are trained on, and texts for the held-out loss */
  readonly training: number
  readonly validation: number
  /** of a file or a teacher: answers that name no row of this data, and those to test rows; both are left out */
  readonly unmatched?: number
  readonly ofTest?: number
  /** texts that the policy's positions cannot hold, left out; absent where there are none */
  readonly tooLong?: number
  /** of rejection: what was sampled in all, of which `training` and `validation` were kept */
  readonly sampled?: SampledFor
}

export interface EvaluationEvent {
  readonly type: 'evaluation'
  readonly split: 'validation' | 'test'
  /** prompted: before the first of several stages; before, after: around the last one */
  readonly policy: 'original' | 'prompted' | 'before' | 'after' | 'current'
  /** of a validation in an sft stage that another stage follows: its steps are counted apart */
  readonly stage?: 'sft'
  readonly step: number
  readonly metrics: Metrics
  /** of NDCG@10: 95 % bootstrap over queries */
  readonly interval: { readonly low: number; readonly high: number }
  /** mean training reward of the outputs at the evaluation K: the best checkpoint is chosen by it; absent where every ranking failed */
  readonly reward?: number
  /** of the sft stage: mean cross-entropy of the held-out imitations, in nats per counted token; absent where none are held out */
  readonly loss?: number
  readonly ms: number
}

export interface SftStepEvent {
  readonly type: 'step'
  readonly stage: 'sft'
  readonly step: number
  readonly loss: number
  readonly gradNorm: number
  readonly tokens: number
  readonly learningRate: number
  readonly ms: number
}

/** One GRPO step; shares are of rollouts, groups or tokens as named. */
export interface GrpoStep extends Omit<UpdateReport, 'ms' | 'loss'> {
  readonly step: number
  readonly loss: number
  readonly reward: { readonly mean: number; readonly std: number; readonly min: number; readonly max: number }
  /** rollouts whose ranking failed, and the first reason why: they are in no reward, part or NDCG of the step, which are NaN when all failed */
  readonly failed: { readonly rollouts: number; readonly share: number; readonly reason?: string }
  /** mean of every named reward part */
  readonly parts: Readonly<Record<string, number>>
  /** NDCG at the training K, misses and broken formats as 0 */
  readonly ndcg: number
  readonly format: number
  readonly words: number
  readonly distinct: number
  /** share of the rewrites' distinct words that do not stand in their query */
  readonly newWords: number
  /** distinct rewrites among the well-formed ones of a group, as a share, mean over groups: 1 when every rollout asks something else */
  readonly distinctOutputs: number
  /** thoughts of the step: mean words, the share of outputs with one, and distinct ones among a group’s, mean over groups; absent where none is asked for */
  readonly thought?: { readonly words: number; readonly share: number; readonly distinct: number }
  readonly completionLength: { readonly mean: number; readonly max: number; readonly truncated: number }
  readonly zeroSpread: { readonly share: number; readonly allGood: number; readonly allBad: number }
  readonly learningRate: number
  readonly generatedTokens: number
  readonly generateMs: number
  readonly rankMs: number
  readonly updateMs: number
  readonly ms: number
}

/** What `lab train` prints last: names and meaning are a fixed contract. */
export interface Summary {
  readonly steps: number
  readonly seconds: number
  /** prompted: of the policy before the first of several stages */
  readonly test: { readonly original: Metrics; readonly prompted?: Metrics; readonly before: Metrics; readonly after: Metrics }
  readonly gain: { readonly before: Gain; readonly original: Gain; readonly prompted?: Gain }
  readonly train: {
    readonly first20: number
    readonly last20: number
    readonly format: { readonly first20: number; readonly last20: number }
    readonly paired: { readonly before: number; readonly after: number; readonly p: number }
  }
  readonly maxLogpGap: number
  /** rollouts of training whose ranking failed */
  readonly failed: number
  /** the checkpoint that `after` measures, and why */
  readonly best: { readonly step: number; readonly reason: string }
}

/** The whole summary of a finished run. */
export function summaryOf({ summary, ms }: Extract<RunEvent, { type: 'done' }>): Summary {
  const { steps, ...rest } = summary
  return { steps, seconds: ms / 1000, ...rest }
}
