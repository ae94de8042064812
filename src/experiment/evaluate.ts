// How well a policy, or the query as it stands, does on a set of queries.
import { mean, ndcg, recall, reciprocalRank } from '../domain/metrics.ts'
import { thoughtOf } from '../domain/outputs.ts'
import type { Request } from '../domain/request.ts'
import { totalReward } from '../domain/reward.ts'
import { weightedLcs } from '../domain/rewards/sequence.ts'
import { thoughtWords } from '../domain/rewards/thought.ts'
import type { Settings } from '../domain/settings.ts'
import type { Reading } from '../domain/tasks/task.ts'
import { bootstrapInterval, resamplings } from '../domain/statistics.ts'
import { queryWords } from '../domain/words.ts'
import type { PolicyVersion } from '../protocol/policy.ts'
import type { Answer, AnswerMetrics, AnswersEvent, Metrics, RunEvent } from './events.ts'
import type { Ports } from './ports.ts'
import { prepare } from './prepare.ts'
import { openRewarding, type Ranked, type Rewarding } from './rewarding.ts'
import { inGroups, meanDistinct, rankAnswers } from './score.ts'
import { generation, greedyOf, samplingOf, type Task } from './tasks.ts'

/** Who answers: the unchanged query; a policy, greedily; or a policy by `samples` draws per query. */
export type Answers =
  | { readonly by: 'original' }
  | { readonly by: 'greedy'; readonly version: PolicyVersion }
  | { readonly by: 'samples'; readonly version: PolicyVersion; readonly samples: number }

export interface Measured {
  readonly metrics: Metrics
  /** mean training reward at the evaluation K; NaN where every ranking failed */
  readonly reward: number
  /** outputs whose ranking failed, and the first reason why: they are in no NDCG, recall or reward */
  readonly failed: { readonly outputs: number; readonly of: number; readonly reason?: string }
  /** one value per query, means over its samples, in the queries' order; NaN for a query none of whose rankings came */
  readonly perQuery: { readonly 'ndcg@10': readonly number[]; readonly 'ndcg@100': readonly number[] }
  /** in the queries' order; none where answers were sampled */
  readonly answers: readonly Answer[]
}

interface Output {
  readonly task: Task
  readonly reading: Reading
  /** absent where the query itself is the answer */
  readonly text?: string
  readonly request: Request
  readonly stop: 'token' | 'length'
}

/** An output with what was measured of it; no metrics and NaN for a reward stand for what was not. */
interface Row {
  readonly metrics: AnswerMetrics | undefined
  readonly reward: number
  readonly format: number
  readonly words: readonly string[]
  readonly thought: string | undefined
  readonly failed: string | undefined
}

/** What a ranking is worth for a row: distinct products, whatever the reward counts. */
export function answerMetrics(task: Task, ids: readonly string[]): AnswerMetrics {
  const { measured, query: { sequence }, case: { settings } } = task
  return {
    'ndcg@10': ndcg(ids, measured, 10), 'ndcg@100': ndcg(ids, measured, 100), 'recall@10': recall(ids, measured, 10),
    'ndcg@5': ndcg(ids, measured, 5), 'recall@5': recall(ids, measured, 5), 'mrr@10': reciprocalRank(ids, measured, 10),
    ...(sequence === undefined ? {} : { lcs: weightedLcs(ids, sequence, settings.listLength) }),
  }
}

/** Mean of the values that were measured; NaN where none was. */
function meanMeasured(values: readonly number[]): number {
  const measured = values.filter((value) => !Number.isNaN(value))
  return measured.length === 0 ? Number.NaN : mean(measured)
}

/** Steps of chance that no training step uses: evaluations draw apart from training. */
const EVALUATION_STEP = 0

/**
 * Measures answers to `tasks`, `evaluationBatch` queries at a time. Rankings follow the lenient reading of an output,
 * format rate and reward the strict one; for rewards all outputs are one batch. Same settings and weights, same result, whatever the batch.
 */
export async function measure(
  ports: Ports, settings: Settings, tasks: readonly Task[], answers: Answers, rewarding: Rewarding = openRewarding(ports, settings, []),
): Promise<Measured> {
  const depth = Math.max(100, settings.evalK, settings.rewardK)
  const outputs: (Output & Ranked)[] = []
  for (let start = 0; start < tasks.length; start += settings.evaluationBatch) {
    const part = tasks.slice(start, start + settings.evaluationBatch)
    await prepare(ports, settings, part)
    const some = await answer(ports, settings, part, answers)
    const rankings = await rankAnswers(ports.recommender, settings, some, depth)
    for (const [i, one] of some.entries()) outputs.push({ ...one, output: { text: one.text ?? '', stop: one.stop }, ranked: rankings[i]! })
  }
  const parts = await rewarding.partsOf(outputs, settings.evalK)
  const rows = outputs.map(({ task, reading, text, request, ranked: { ids, failed } }, i): Row => ({
    metrics: failed === undefined ? answerMetrics(task, ids) : undefined,
    reward: failed === undefined ? totalReward(parts[i]!, settings) : Number.NaN,
    format: request.kind === 'query' ? 1 : 0, words: queryWords(reading.text), failed,
    thought: text === undefined ? undefined : thoughtOf(task.prompt.prefill + text),
  }))
  const samples = answers.by === 'samples' ? answers.samples : 1
  const valuesOf = (name: keyof AnswerMetrics): number[] => rows.map(({ metrics }) => metrics?.[name] ?? Number.NaN)
  const perQuery = (name: keyof AnswerMetrics): number[] => {
    const values = valuesOf(name)
    return tasks.map((_, i) => meanMeasured(values.slice(i * samples, (i + 1) * samples)))
  }
  const [ndcg10, ndcg100] = [perQuery('ndcg@10'), perQuery('ndcg@100')]
  const failures = rows.flatMap(({ failed }) => failed ?? [])
  const lcs = meanMeasured(valuesOf('lcs'))
  return {
    metrics: {
      'ndcg@10': meanMeasured(ndcg10), 'ndcg@100': meanMeasured(ndcg100), 'recall@10': meanMeasured(valuesOf('recall@10')),
      ...(failures.length === 0 ? {} : { failed: failures.length }),
      format: mean(rows.map((row) => row.format)),
      words: mean(rows.map((row) => row.words.length)), distinct: meanDistinct(rows.map((row) => row.words)),
      'ndcg@5': meanMeasured(valuesOf('ndcg@5')), 'recall@5': meanMeasured(valuesOf('recall@5')), 'mrr@10': meanMeasured(valuesOf('mrr@10')),
      ...(Number.isNaN(lcs) ? {} : { lcs }),
      ...(answers.by === 'original' ? {} : {
        thoughtWords: mean(rows.map(({ thought }) => thoughtWords(thought))),
        thoughtShare: mean(rows.map(({ thought }) => (thought === undefined ? 0 : 1))),
      }),
    },
    reward: meanMeasured(rows.map((row) => row.reward)),
    failed: { outputs: failures.length, of: rows.length, ...(failures[0] === undefined ? {} : { reason: failures[0] }) },
    perQuery: { 'ndcg@10': ndcg10, 'ndcg@100': ndcg100 },
    answers: answers.by === 'samples' ? [] : outputs.map((output, i) => describeAnswer(output, rows[i]!)),
  }
}

function describeAnswer({ task, reading: { text: rewrite, items }, text }: Output, { metrics, format, failed }: Row): Answer {
  const { id, domain } = task.query
  return {
    queryId: id, query: task.said, ...(domain === undefined ? {} : { domain }), rewrite, ...(items === undefined ? {} : { items }),
    ...(text === undefined ? {} : { text }), format: format === 1, ...(metrics === undefined ? { failed: failed! } : { metrics }),
  }
}

/** Outputs in the tasks' order, a task's samples together. */
async function answer(ports: Ports, settings: Settings, tasks: readonly Task[], answers: Answers): Promise<Output[]> {
  if (answers.by === 'original') {
    return tasks.map((task) => {
      const reading = task.spec.original(task.case)
      return { task, reading, request: { kind: 'query', query: reading.text, ...(reading.items === undefined ? {} : { items: reading.items }) }, stop: 'token' }
    })
  }
  const groupSize = answers.by === 'samples' ? answers.samples : 1
  const sampling = answers.by === 'samples' ? samplingOf(settings) : greedyOf(settings)
  const asked = generation(tasks, { groupSize, sampling, seed: settings.seed, step: EVALUATION_STEP, version: answers.version })
  return inGroups(await ports.policy.generate(asked), tasks.length, groupSize).map(({ prompt, text, stop }) => {
    const task = tasks[prompt]!
    return { task, text, stop, reading: task.spec.read(task.asked, text), request: task.spec.parse(task.asked, text) }
  })
}

/** Resamplings behind the interval of a curve's point: verl takes 1,000, fewer over many queries; the summary's gains take as many as a test does. */
const INTERVAL_DRAWS = 1000

type Evaluation = Extract<RunEvent, { type: 'evaluation' }>

/** The answers of an evaluation, as the event that follows its own. */
export function answersEvent({ answers }: Measured, { split, policy, stage, step }: Pick<Evaluation, 'split' | 'policy' | 'stage' | 'step'>): AnswersEvent {
  return { type: 'answers', split, policy, ...(stage === undefined ? {} : { stage }), step, answers }
}

/** What `measure` found, from the two events that it was told by: for a run that goes on. A value that is missing was not measured. */
export function measuredFrom({ metrics, reward }: Evaluation, { answers }: AnswersEvent): Measured {
  const failures = answers.flatMap(({ failed }) => failed ?? [])
  const values = (name: 'ndcg@10' | 'ndcg@100'): number[] => answers.map((answer) => answer.metrics?.[name] ?? Number.NaN)
  return {
    metrics, reward: reward ?? Number.NaN, answers,
    failed: { outputs: failures.length, of: answers.length, ...(failures[0] === undefined ? {} : { reason: failures[0] }) },
    perQuery: { 'ndcg@10': values('ndcg@10'), 'ndcg@100': values('ndcg@100') },
  }
}

/** An evaluation as an event, with the bootstrap interval of its NDCG@10 over the queries that were measured. */
export function evaluationEvent(measured: Measured, where: Pick<Evaluation, 'split' | 'policy' | 'stage' | 'step' | 'loss' | 'ms'>, seed: number): Evaluation {
  const { ms, loss, ...rest } = where
  const values = measured.perQuery['ndcg@10'].filter((value) => !Number.isNaN(value))
  const interval = bootstrapInterval(values, seed, 0.95, Math.min(INTERVAL_DRAWS, resamplings(values.length)))
  const { metrics, reward } = measured
  return { type: 'evaluation', ...rest, metrics, ...(Number.isNaN(reward) ? {} : { reward }), ...(loss === undefined ? {} : { loss }), interval, ms }
}
