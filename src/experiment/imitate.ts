// What the sft stage imitates: copies, labels, answers of a file or a teacher, or the policy's own answers that were rewarded.
import { mean } from '../domain/metrics.ts'
import { ended, isText, type ImitatedText, type Imitation } from '../domain/imitation.ts'
import { drawInOrder } from '../domain/order.ts'
import { Stream } from '../domain/random.ts'
import type { Settings } from '../domain/settings.ts'
import type { ImitationsEvent, RecordedImitation, RunEvent, SampledFor } from './events.ts'
import { fitting } from './fitting.ts'
import { prepare } from './prepare.ts'
import type { Run } from './run.ts'
import { inGroups, scoreRollouts } from './score.ts'
import { generation, samplingOf, type Task } from './tasks.ts'

/** A text to imitate, made when its turn comes. Of a row without an answer, what stands where no policy is asked is copied. */
export type Example =
  | { readonly task: Task; readonly answer?: string | readonly string[]; readonly thought?: string }
  | { readonly task: Task; readonly completion: string }
  | ImitatedText

export interface Imitating {
  readonly training: readonly Example[]
  /** for the held-out loss: never trained on */
  readonly validation: readonly Example[]
}

/** Imitations in one event: a line of the record stays readable. */
const AN_EVENT = 200
/** Thoughts where an imitation has none: as short as those that trained policies fall back to. */
const THOUGHTS = ['find it', 'keep the words', 'name the product', 'search for this', 'what they want'] as const

/** Prompts and completions of examples, in their order; `chance` draws thoughts where the prompt asks for one and the example has none. */
export async function textsOf({ ports, settings }: Run, examples: readonly Example[], chance: Stream): Promise<readonly ImitatedText[]> {
  await prepare(ports, settings, examples.flatMap((example) => ('task' in example ? [example.task] : [])))
  return examples.map((example): ImitatedText => {
    // a draw for each, used or not: the next one's does not depend on it
    const drawn = chance.pick(THOUGHTS)
    if (!('task' in example)) return { prompt: example.prompt, completion: example.completion }
    const { task } = example
    const { spec, prompt: { text: prompt } } = task
    if ('completion' in example) return { prompt, completion: example.completion }
    const { answer = copied(task), thought = drawn } = example
    return { prompt, completion: spec.completion(thought, answer, task.case) }
  })
}

function copied({ spec, case: about }: Task): string | readonly string[] {
  const { text, items } = spec.original(about)
  return items ?? text
}

/**
 * Gathers what the settings ask to imitate. What data and settings alone give (copies, labels) is made again whenever a run goes on; anything else is told
 * as events, and `run.recorded` has it then. Throws a sentence where there is nothing.
 */
export async function* gather(run: Run, isContinued: boolean): AsyncGenerator<RunEvent, Imitating> {
  const { settings, tasks, recorded } = run
  const { sftFrom } = settings
  if (sftFrom === 'copy' || sftFrom === 'labels') {
    const given = sftFrom === 'copy' ? copies(run) : await labels(run)
    if (given.training.length === 0) throw new Error(`sft: 0 of ${tasks.training.length} training rows have a label to imitate; set sftFrom to copy, file or rejection, or leave sft out of stages`)
    if (!isContinued) yield { type: 'imitated', from: sftFrom, training: given.training.length, validation: given.validation.length }
    return given
  }
  if (!isContinued) yield* sftFrom === 'rejection' ? sampled(run) : taken(run)
  return { training: examplesOf(run, recorded.training), validation: examplesOf(run, recorded.validation) }
}

function copies({ settings, tasks: { training, validation } }: Run): Imitating {
  const asCopies = (rows: readonly Task[]): readonly Example[] => rows.map((task) => ({ task }))
  return { training: asCopies(drawn(training, settings)), validation: asCopies(validation) }
}

/** Answers made of the rows' labels. More rows than the stage can see are not prepared. */
async function labels({ ports, settings, tasks: { training, validation } }: Run): Promise<Imitating> {
  const asLabels = async (rows: readonly Task[]): Promise<readonly Example[]> => {
    const found: Example[] = []
    for (let start = 0; start < rows.length; start += settings.evaluationBatch) {
      const some = rows.slice(start, start + settings.evaluationBatch)
      await prepare(ports, settings, some)
      for (const task of some) {
        const answer = task.spec.label?.(task.case)
        if (answer !== undefined) found.push({ task, answer })
      }
    }
    return found
  }
  const seen = drawInOrder(training, settings.sftSteps * settings.sftBatch, settings.seed, 'labelled')
  return { training: drawn(await asLabels(seen), settings), validation: await asLabels(validation) }
}

/** At most `sftExamples`, drawn by the seed, in their order. */
function drawn<T>(items: readonly T[], { sftExamples, seed }: Settings): readonly T[] {
  return drawInOrder(items, sftExamples === 0 ? items.length : sftExamples, seed, 'imitated')
}

/** Recorded imitations with their rows. Throws where a row is not there: the record is of other data. */
function examplesOf({ tasks }: Run, recorded: readonly RecordedImitation[]): readonly Example[] {
  const byId = new Map([...tasks.training, ...tasks.validation].map((task) => [task.query.id, task]))
  return recorded.map((imitation): Example => {
    if ('prompt' in imitation) return imitation
    const { queryId, ...said } = imitation
    const task = byId.get(queryId)
    if (task === undefined) throw new Error(`the record imitates row ${queryId}, which this data does not train on; open the data set of the run`)
    return { task, ...said }
  })
}

/** Records imitations as events, and tells the run of them. */
function* told({ recorded }: Run, use: ImitationsEvent['use'], imitations: readonly RecordedImitation[], more: Partial<SampledFor> = {}): Generator<RunEvent> {
  // several may share one event's figures, which are told once
  for (let start = 0; start === 0 || start < imitations.length; start += AN_EVENT) {
    const some = imitations.slice(start, start + AN_EVENT)
    recorded[use].push(...some)
    yield { type: 'imitations', use, imitations: some, ...(start === 0 ? more : {}) }
  }
}

const MARKER = '<|im_start|>assistant\n'

/** A prompt up to where the assistant's turn begins: what two prompts of one row share, whatever is written for the policy. */
function askedIn(prompt: string): string {
  const at = prompt.lastIndexOf(MARKER)
  return (at < 0 ? prompt : prompt.slice(0, at)).trim()
}

/** Answers of a file or a teacher: those to training rows are imitated, those to validation rows held out, those to test rows left out. */
async function* taken(run: Run): AsyncGenerator<RunEvent> {
  const { imitate = [], settings, tasks } = run
  const { sftFrom } = settings
  if (imitate.length === 0) {
    throw new Error(`sft imitates ${sftFrom === 'file' ? 'a file of outputs' : 'a teacher'} (sftFrom=${sftFrom}), but none is there; ${
      sftFrom === 'file' ? 'give one (lab train: --imitate FILE), or drop it into the page' : 'ask the teacher first'}, or set sftFrom to copy, labels or rejection`)
  }
  const useOf = imitate.some(isText) ? await usesOf(run) : answerUses(run)
  const by: Record<'training' | 'validation', RecordedImitation[]> = { training: [], validation: [] }
  let [unmatched, ofTest] = [0, 0]
  const texts = imitate.filter(isText)
  const fits = await fitting(run.ports.policy, texts, run.positions)
  const long = new Set<Imitation>(texts.filter((_, i) => !fits[i]))
  for (const one of imitate) {
    if (long.has(one)) continue
    const use = useOf(one)
    if (use === 'test') ofTest++
    else if (use === undefined) unmatched++
    else by[use.use].push(use.imitation)
  }
  const training = drawn(by.training, settings)
  if (training.length === 0) {
    throw new Error(`sft: of ${imitate.length} outputs to imitate ${unmatched} name no row of this data and ${ofTest} answer test rows${long.size === 0 ? '' : `, and ${long.size} are longer than the policy’s ${run.positions} positions`}, so that none is left; give outputs for its ${tasks.training.length} training rows`)
  }
  yield* told(run, 'training', training)
  yield* told(run, 'validation', by.validation)
  yield { type: 'imitated', from: sftFrom, training: training.length, validation: by.validation.length, unmatched, ofTest, ...(long.size > 0 ? { tooLong: long.size } : {}) }
}

type Used = { readonly use: 'training' | 'validation'; readonly imitation: RecordedImitation } | 'test' | undefined

/** What answers are for, by their row's id, else by its text; a text that a test row has too is a test's. */
function answerUses({ tasks: { training, validation, held } }: Run): (one: Imitation) => Used {
  const ids = new Map<string, readonly ['training' | 'validation' | 'test', Task]>()
  const texts = new Map<string, readonly ['training' | 'validation' | 'test', Task]>()
  // later ones stand: tests above all
  for (const [use, rows] of [['training', training], ['validation', held.validation], ['validation', validation], ['test', held.test]] as const) {
    for (const task of rows) {
      ids.set(task.query.id, [use, task])
      if (task.query.text.trim() !== '') texts.set(task.query.text.trim(), [use, task])
    }
  }
  const validated = new Set(validation)
  return (one) => {
    if (isText(one)) return undefined
    const { rowId, query, answer, thought } = one
    const found = (rowId === undefined ? undefined : ids.get(rowId)) ?? texts.get(query.trim())
    if (found === undefined) return undefined
    const [use, task] = found
    if (use === 'test') return 'test'
    // a validation row that this run does not measure is neither trained on nor held out
    if (use === 'validation' && !validated.has(task)) return 'test'
    return { use, imitation: { queryId: task.query.id, answer, ...(thought === undefined ? {} : { thought }) } }
  }
}

/** The same of texts too, whose rows are known by their prompts: those of validation and test rows must be made for that. */
async function usesOf(run: Run): Promise<(one: Imitation) => Used> {
  const { ports, settings, tasks: { held, validation } } = run
  const uses = new Map<string, 'validation' | 'test'>()
  const measured = new Set(validation)
  for (const rows of [held.validation, held.test]) {
    for (let start = 0; start < rows.length; start += settings.evaluationBatch) {
      const some = rows.slice(start, start + settings.evaluationBatch)
      await prepare(ports, settings, some)
      for (const task of some) uses.set(askedIn(task.prompt.text), measured.has(task) ? 'validation' : 'test')
    }
  }
  const answered = answerUses(run)
  return (one) => {
    if (!isText(one)) return answered(one)
    const use = uses.get(askedIn(one.prompt)) ?? 'training'
    return use === 'test' ? 'test' : { use, imitation: { prompt: one.prompt, completion: one.completion } }
  }
}

/**
 * Rejection sampling (Yuan et al. 2023; RAFT, Dong et al. 2023): of `rejectionSamples` draws for each row the best is kept where its reward is above
 * `rejectionFrom` and above the mean of its row's. Rows come in an order of the seed's, until `sftExamples` were kept.
 */
async function* sampled(run: Run): AsyncGenerator<RunEvent> {
  const { settings, tasks, recorded } = run
  const { sftExamples, seed, rejectionFrom, rejectionSamples } = settings
  const order = new Stream(seed, 'rejection order').shuffle(tasks.training)
  const all: SampledFor[] = []
  const most = sftExamples === 0 ? Infinity : sftExamples
  for (const [use, rows] of [['training', order], ['validation', tasks.validation]] as const) {
    // as much at once as a step samples
    const batch = Math.max(1, Math.floor((settings.promptsPerStep * settings.groupSize) / rejectionSamples))
    for (let start = 0; start < rows.length && !(use === 'training' && recorded.training.length >= most) && !run.ended(); start += batch) {
      const { kept, figures } = await drawFor(run, rows.slice(start, start + batch))
      all.push(figures)
      yield* told(run, use, use === 'training' ? kept.slice(0, most - recorded.training.length) : kept, figures)
    }
  }
  const sum = (of: (one: SampledFor) => number): number => all.reduce((total, one) => total + of(one), 0)
  const ranked = all.filter(({ reward }) => Number.isFinite(reward))
  const reward = ranked.length === 0 ? Number.NaN : ranked.reduce((total, one) => total + one.reward * one.rollouts, 0) / ranked.reduce((total, one) => total + one.rollouts, 0)
  const figures: SampledFor = { rows: sum((one) => one.rows), rollouts: sum((one) => one.rollouts), generatedTokens: sum((one) => one.generatedTokens), reward, ms: sum((one) => one.ms) }
  const { length } = recorded.training
  if (length === 0 && !run.ended()) {
    throw new Error(`rejection kept 0 of ${figures.rollouts} outputs for ${figures.rows} rows, whose mean reward is ${reward.toFixed(3)}: none is above rejectionFrom (${rejectionFrom}) and above its row's mean; lower rejectionFrom, raise rejectionSamples (${rejectionSamples}) or temperature, or begin with grpo`)
  }
  yield { type: 'imitated', from: 'rejection', training: length, validation: recorded.validation.length, sampled: figures }
}

/** Draws for some rows, and what is kept of them. Chance is apart from that of evaluations and training steps. */
async function drawFor({ ports, settings, rewarding }: Run, rows: readonly Task[]): Promise<{ readonly kept: RecordedImitation[]; readonly figures: SampledFor }> {
  const start = ports.now()
  const groupSize = settings.rejectionSamples
  await prepare(ports, settings, rows)
  const seed = new Stream(settings.seed, 'rejection').integer(2 ** 32)
  const generated = await ports.policy.generate(generation(rows, { groupSize, sampling: samplingOf(settings), seed, step: 0, version: 'current' }))
  const rollouts = inGroups(generated, rows.length, groupSize)
  const scored = await scoreRollouts(ports.recommender, settings, rows, rollouts, rewarding)
  const kept = rows.flatMap((task, i): RecordedImitation[] => {
    const own = scored.slice(i * groupSize, (i + 1) * groupSize).flatMap(({ rollout: { text, stop }, reward }) => (reward === undefined ? [] : [{ completion: stop === 'token' ? ended(text) : text, reward }]))
    if (own.length === 0) return []
    const best = own.reduce((one, other) => (other.reward > one.reward ? other : one))
    // of one draw alone there is no mean to be above
    const isKept = best.reward > settings.rejectionFrom && (own.length === 1 || best.reward > mean(own.map(({ reward }) => reward)))
    return isKept ? [{ queryId: task.query.id, ...best }] : []
  })
  const rewards = scored.flatMap(({ reward }) => reward ?? [])
  const figures = {
    rows: rows.length, rollouts: rollouts.length, generatedTokens: rollouts.reduce((sum, { ids }) => sum + ids.length, 0),
    reward: rewards.length === 0 ? Number.NaN : mean(rewards), ms: ports.now() - start,
  }
  return { kept, figures }
}
