// A run before it begins: how many rows it has for each use, what it will do in plain words, and how long a step of its shape took before.
import { departmentList } from '../../domain/department.ts'
import type { Dataset, JudgedQuery } from '../../domain/dataset.ts'
import { gainOf } from '../../domain/metrics.ts'
import type { Settings } from '../../domain/settings.ts'
import { REWARD_PARTS, REWARD_WEIGHTS, type RewardPart } from '../../domain/rewards/weights.ts'
import { splitOf } from '../../domain/splits.ts'
import { taskOf } from '../../domain/tasks/tasks.ts'

/** Queries with a relevant product, by what a run uses them for. */
export interface QueryCounts {
  readonly train: number
  readonly validation: number
  readonly test: number
}

type Counted = Pick<Settings, 'testDepartments' | 'gains' | 'validationShare' | 'evaluationQueries'>

const counted = new WeakMap<readonly JudgedQuery[], { readonly key: string; readonly counts: QueryCounts }>()

/** As the experiment splits them (planTasks), without making a task of each: the last answer for a dataset is kept. */
export function countQueries({ queries }: Pick<Dataset, 'queries'>, settings: Counted): QueryCounts {
  const { testDepartments, gains, validationShare, evaluationQueries } = settings
  const key = [testDepartments, gains, validationShare, evaluationQueries].join('\n')
  const known = counted.get(queries)
  if (known?.key === key) return known.counts
  const heldOut = departmentList(testDepartments)
  const all = { train: 0, validation: 0, test: 0 }
  for (const query of queries) {
    if (query.judgements.some((judgement) => gainOf(judgement, gains) > 0)) all[splitOf(query, heldOut)]++
  }
  const most = evaluationQueries || Infinity
  const drawn = all.validation > 0 || validationShare === 0 || all.train < 2 ? 0 : Math.max(1, Math.round(validationShare * all.train))
  const counts = { train: all.train - drawn, validation: Math.min(most, all.validation + drawn), test: Math.min(most, all.test) }
  counted.set(queries, { key, counts })
  return counts
}

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const many = (value: number, one: string, others = `${one}s`): string => `${number.format(value)} ${value === 1 ? one : others}`

const AGGREGATIONS: Readonly<Record<Settings['aggregation'], string>> = {
  grpo: 'GRPO, a mean per completion', bnpo: 'GRPO over all tokens alike', dr_grpo: 'Dr. GRPO, a constant length',
  micro_batch_token_mean: 'GRPO with a mean per micro-batch',
}

/** What each part rewards or costs, in words. */
const PARTS: Readonly<Record<Exclude<RewardPart, 'ndcg'>, (settings: Settings) => string>> = {
  format: () => 'a well-formed output that finds something', malformed: () => 'a broken format', repetition: () => 'repeated words',
  length: ({ lengthFree }) => `words beyond ${lengthFree}`, overlong: () => 'a completion that was cut',
  recall: ({ rewardK }) => `recall@${number.format(rewardK)}`, mrr: ({ rewardK }) => `MRR@${number.format(rewardK)}`, hit: ({ rewardK }) => `a hit within ${number.format(rewardK)}`,
  lcs: () => 'items in the label’s order (LCS)', duplicates: () => 'items listed twice', strangers: () => 'items outside the pool', wrongLength: () => 'a list of the wrong length',
  thought: ({ thoughtBudget }) => (thoughtBudget === 0 ? 'long thoughts (none is: thoughtBudget is 0)' : `thought beyond ${many(thoughtBudget, 'word')}`),
  diversity: ({ diversityBy }) => `diversity by ${diversityBy}`, novelty: () => 'novelty', coverage: () => 'coverage of the catalogue',
  freshness: ({ freshnessColumn }) => `freshness by ${freshnessColumn}`, business: ({ businessColumn }) => businessColumn,
  expression: ({ expression }) => (expression.trim() === '' ? 'an expression (none is written)' : expression),
}

/** The parts of the reward that count, with their weights. */
function rewardSentence(settings: Settings, recommender: string): string {
  const { rewardNdcg, trainK } = settings
  const { answers } = taskOf(settings)
  const named = REWARD_PARTS.flatMap((part) => {
    const weight = settings[REWARD_WEIGHTS[part]]
    return part === 'ndcg' || weight === 0 ? [] : [`${weight > 0 ? '+' : '−'}${number.format(Math.abs(weight))} for ${PARTS[part](settings)}`]
  })
  const by = answers === 'ids' ? 'of the list itself' : `by ${recommender}`
  const rest = named.length === 0 ? '' : `, with ${named.join(', ')}`
  if (rewardNdcg === 0) return named.length === 0 ? 'Nothing is rewarded: no part has a weight.' : `The reward is ${named.join(', ')}.`
  return `${rewardNdcg === 1 ? '' : `${number.format(rewardNdcg)} × `}NDCG@${number.format(trainK)} ${by} is the reward${rest}.`
}

/** What is imitated, by where it comes from. */
export const IMITATED: Readonly<Record<Settings['sftFrom'], string>> = {
  copy: 'what stands there already', labels: 'the labels', file: 'a file of outputs', teacher: 'a frozen model’s answers',
  rejection: 'its own answers that were rewarded',
}

/** What is written for a row. */
const WRITTEN = { query: ['query', 'queries'], ids: ['list', 'lists'], names: ['list of names', 'lists of names'], text: ['text', 'texts'] } as const

/** Rows and answers, counted in the task's words. */
function wordsOf(settings: Settings): { readonly rows: (count: number, kind?: string) => string; readonly answers: (count: number) => string } {
  const { over, answers } = taskOf(settings)
  const [one, others] = over === 'queries' ? ['query', 'queries'] : ['history', 'histories']
  const [answer, more] = over === 'queries' && answers === 'query' ? ['rewrite', 'rewrites'] : WRITTEN[answers]
  return { rows: (count, kind = '') => many(count, `${kind}${one}`, `${kind}${others}`), answers: (count) => many(count, answer, more) }
}

const every = (count: number): string => (count === 1 ? 'every step' : `every ${number.format(count)} steps`)

/** A checkpoint that the run goes on from: what it is called, and the steps of its stage that are done there. */
export interface From {
  readonly said: string
  readonly stage: 'sft' | 'grpo'
  readonly step: number
}

/** What will run, sentence by sentence. `counts`: undefined while no data set is open. */
export function plainWords(settings: Settings, counts: QueryCounts | undefined, names: { readonly recommender: string; readonly from?: From }): string[] {
  const { stages, sftSteps, sftBatch, steps, promptsPerStep, groupSize, validationEvery, checkpointEvery } = settings
  const { iterations, klCoefficient, aggregation, trainable, loraRank, learningRate } = settings
  const { from } = names
  const { rows, answers } = wordsOf(settings)
  const sentences: string[] = []
  if (from !== undefined) sentences.push(`It goes on from ${from.said}.`)
  const imitation = Math.max(0, sftSteps - (from?.stage === 'sft' ? from.step : 0))
  const more = (stage: From['stage']): string => (from?.stage === stage ? 'more step' : 'step')
  if (stages.includes('sft') && from?.stage !== 'grpo') {
    sentences.push(`${stages === 'sft' ? '' : 'First '}${many(imitation, more('sft'))} of imitation of ${IMITATED[settings.sftFrom]}, ${many(sftBatch, 'text')} each.`)
  }
  if (stages === 'prompt') sentences.push('Nothing is trained: the policy answers as it is.')
  if (stages.includes('grpo')) {
    const queries = counts === undefined ? promptsPerStep : Math.min(promptsPerStep, Math.max(1, counts.train))
    const still = Math.max(0, steps - (from?.stage === 'grpo' ? from.step : 0))
    const epochs = counts === undefined || counts.train === 0 ? undefined : still * queries / counts.train
    const seen = epochs === undefined ? '' : epochs < 1
      ? ` of ${number.format(still * queries)} of the ${rows(counts!.train, 'training ')}`
      : ` of ${rows(counts!.train, 'training ')}, about ${many(Number(epochs.toPrecision(2)), 'epoch')}`
    const each = `${rows(queries)} × ${many(groupSize, 'rollout')}`
    sentences.push(`${many(still, more('grpo'))} of ${each}: ${answers(still * queries * groupSize)}${seen}.`)
    sentences.push(rewardSentence(settings, names.recommender))
    const what = trainable === 'lora' ? `Adapters of rank ${loraRank} are trained` : 'Every weight is trained'
    const kl = klCoefficient === 0 ? 'nothing holds it to its start'
      : klCoefficient < 0 ? 'drifting away is rewarded' : `a KL of weight ${klCoefficient} holds it to its start`
    const updates = iterations > 1 ? `, ${iterations} updates a batch` : ''
    sentences.push(`${what} by ${AGGREGATIONS[aggregation]}, at a learning rate of ${learningRate}${updates}; ${kl}.`)
  }
  if (counts !== undefined) {
    const validated = validationEvery === 0 || counts.validation === 0 ? 'The last step is what is measured'
      : `Validated ${every(validationEvery)} on ${rows(counts.validation, 'held-out ')}, and the best is what is measured`
    sentences.push(stages === 'prompt' ? `It is measured on ${rows(counts.test, 'test ')}.` : `${validated}: ${rows(counts.test, 'test ')}, before and after.`)
  }
  if (stages === 'prompt') return sentences
  sentences.push(checkpointEvery === 0
    ? 'Of its checkpoints only the best and the last are kept.'
    : `A checkpoint ${every(checkpointEvery)} is kept, to go on from.`)
  return sentences
}

/** What a step's length depends on, as the key under which a measured one is remembered. */
export function shapeKey(settings: Settings, dataset: { readonly hash: string }, adapter: string): string {
  const { policy, trainable, loraRank, baseWeights, checkpointing, promptsPerStep, groupSize, maxNewTokens } = settings
  const { template, thinking, iterations, klCoefficient, recommender, trainK, task, historyLength, candidates, candidateCount } = settings
  const lora = trainable === 'lora' ? loraRank : 0
  return JSON.stringify([
    adapter, dataset.hash, policy, trainable, lora, baseWeights, checkpointing, promptsPerStep, groupSize, maxNewTokens,
    template, thinking, iterations, klCoefficient !== 0, recommender, trainK, ...(task === 'product-search' ? [] : [task, historyLength, candidates, candidateCount]),
  ])
}

/** The adapter as the key names it: what runs the kernels. */
export function adapterKey({ vendor, architecture, description }: { readonly vendor: string; readonly architecture: string; readonly description: string }): string {
  return [vendor, architecture, description].join(' ')
}

const MOST_REMEMBERED = 60

/** Milliseconds of a step by shape, the latest last; the oldest are forgotten. */
export function rememberStep(known: Readonly<Record<string, number>>, key: string, ms: number): Record<string, number> {
  const others = Object.entries(known).filter(([other]) => other !== key)
  return Object.fromEntries([...others.slice(1 - MOST_REMEMBERED), [key, Math.round(ms)]])
}
