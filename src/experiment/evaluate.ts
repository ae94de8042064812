// How well a policy, or the query as it stands, does on a set of queries.
import { mean, ndcg, recall } from '../domain/metrics.ts'
import type { Request } from '../domain/request.ts'
import { rewardParts, totalReward } from '../domain/reward.ts'
import type { Settings } from '../domain/settings.ts'
import type { Reading } from '../domain/tasks/task.ts'
import { bootstrapInterval, resamplings } from '../domain/statistics.ts'
import { queryWords } from '../domain/words.ts'
import type { PolicyVersion } from '../protocol/policy.ts'
import type { Answer, AnswersEvent, Metrics, RunEvent } from './events.ts'
import type { Ports } from './ports.ts'
import { prepare } from './prepare.ts'
import { inGroups, meanDistinct, outcomeOf, rankAnswers } from './score.ts'
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

/** NaN stands for what was not measured. */
interface Row {
  readonly ndcg10: number
  readonly ndcg100: number
  readonly recall10: number
  readonly reward: number
  readonly format: number
  readonly words: readonly string[]
  readonly failed: string | undefined
}

const UNMEASURED = { ndcg10: Number.NaN, ndcg100: Number.NaN, recall10: Number.NaN, reward: Number.NaN }

/** Mean of the values that were measured; NaN where none was. */
function meanMeasured(values: readonly number[]): number {
  const measured = values.filter((value) => !Number.isNaN(value))
  return measured.length === 0 ? Number.NaN : mean(measured)
}

/** Steps of chance that no training step uses: evaluations draw apart from training. */
const EVALUATION_STEP = 0

/**
 * Measures answers to `tasks`, `evaluationBatch` queries at a time. Rankings follow the lenient reading of an output,
 * format rate and reward the strict one. Same settings and weights, same result, whatever the batch.
 */
export async function measure(ports: Ports, settings: Settings, tasks: readonly Task[], answers: Answers): Promise<Measured> {
  const depth = Math.max(100, settings.evalK)
  const rows: Row[] = []
  const given: Answer[] = []
  for (let start = 0; start < tasks.length; start += settings.evaluationBatch) {
    const part = tasks.slice(start, start + settings.evaluationBatch)
    await prepare(ports, settings, part)
    const outputs = await answer(ports, settings, part, answers)
    const rankings = await rankAnswers(ports.recommender, settings, outputs, depth)
    for (const [i, output] of outputs.entries()) {
      const { task, reading, request, text = '', stop } = output
      const { ids, failed } = rankings[i]!
      const row: Row = {
        ...(failed !== undefined ? UNMEASURED : {
          ndcg10: ndcg(ids, task.measured, 10), ndcg100: ndcg(ids, task.measured, 100), recall10: recall(ids, task.measured, 10),
          reward: totalReward(rewardParts(outcomeOf(task, request, { text, stop }, ids, settings.evalK), settings), settings),
        }),
        format: request.kind === 'query' ? 1 : 0, words: queryWords(reading.text), failed,
      }
      rows.push(row)
      if (answers.by !== 'samples') given.push(describeAnswer(output, row))
    }
  }
  const samples = answers.by === 'samples' ? answers.samples : 1
  const perQuery = (values: readonly number[]): number[] => tasks.map((_, i) => meanMeasured(values.slice(i * samples, (i + 1) * samples)))
  const ndcg10 = perQuery(rows.map((row) => row.ndcg10))
  const ndcg100 = perQuery(rows.map((row) => row.ndcg100))
  const failures = rows.flatMap(({ failed }) => failed ?? [])
  return {
    metrics: {
      'ndcg@10': meanMeasured(ndcg10), 'ndcg@100': meanMeasured(ndcg100), 'recall@10': meanMeasured(rows.map((row) => row.recall10)),
      ...(failures.length === 0 ? {} : { failed: failures.length }),
      format: mean(rows.map((row) => row.format)),
      words: mean(rows.map((row) => row.words.length)), distinct: meanDistinct(rows.map((row) => row.words)),
    },
    reward: meanMeasured(rows.map((row) => row.reward)),
    failed: { outputs: failures.length, of: rows.length, ...(failures[0] === undefined ? {} : { reason: failures[0] }) },
    perQuery: { 'ndcg@10': ndcg10, 'ndcg@100': ndcg100 },
    answers: given,
  }
}

function describeAnswer({ task, reading, text }: Output, { ndcg10, ndcg100, recall10, format, failed }: Row): Answer {
  const { id, domain } = task.query
  return {
    queryId: id, query: task.said, ...(domain === undefined ? {} : { domain }), rewrite: reading.text, ...(reading.items === undefined ? {} : { items: reading.items }), ...(text === undefined ? {} : { text }), format: format === 1,
    ...(failed === undefined ? { metrics: { 'ndcg@10': ndcg10, 'ndcg@100': ndcg100, 'recall@10': recall10 } } : { failed }),
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
export function answersEvent({ answers }: Measured, { split, policy, step }: Pick<Evaluation, 'split' | 'policy' | 'step'>): AnswersEvent {
  return { type: 'answers', split, policy, step, answers }
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
export function evaluationEvent(measured: Measured, where: Pick<Evaluation, 'split' | 'policy' | 'step' | 'ms'>, seed: number): Evaluation {
  const { ms, ...rest } = where
  const values = measured.perQuery['ndcg@10'].filter((value) => !Number.isNaN(value))
  const interval = bootstrapInterval(values, seed, 0.95, Math.min(INTERVAL_DRAWS, resamplings(values.length)))
  const { metrics, reward } = measured
  return { type: 'evaluation', ...rest, metrics, ...(Number.isNaN(reward) ? {} : { reward }), interval, ms }
}
