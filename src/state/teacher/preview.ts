// What supervised training would imitate, before it does: how many texts, how many keep the format, which rows they answer, and what they are worth.
import type { TeacherAnswer } from '../../client/imitations.ts'
import type { PolicyService } from '../../client/policy.ts'
import type { Imitation } from '../../domain/imitation.ts'
import { ended } from '../../domain/imitation.ts'
import { ndcg } from '../../domain/metrics.ts'
import { drawInOrder } from '../../domain/order.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Ports } from '../../experiment/ports.ts'
import { fitting } from '../../experiment/fitting.ts'
import { prepare } from '../../experiment/prepare.ts'
import { openRewarding } from '../../experiment/rewarding.ts'
import { rankAnswers, readingOf, scoreRollouts } from '../../experiment/score.ts'
import type { Task, Tasks } from '../../experiment/tasks.ts'
import { continued, matchingOf, type Shown, type Use } from './matching.ts'
import { byPrompt, stands } from './writing.ts'

/** Rows prepared at once. */
const AT_ONCE = 64

export interface Preview {
  /** the texts, in their order */
  readonly texts: readonly Shown[]
  readonly uses: Readonly<Record<Use, number>>
  /** answers that name no row of this data, and outputs that were cut at maxNewTokens or set aside by the format: left out */
  readonly unmatched: number
  readonly cut: number
  readonly strange: number
  /** those of training rows or of none: what is imitated */
  readonly imitated: number
  /** share of them that keeps the format */
  readonly format: number
}

type PreparePorts = Pick<Ports, 'catalogue' | 'recommender'>

async function prepareAll(ports: PreparePorts, settings: Settings, rows: readonly Task[], signal: AbortSignal): Promise<void> {
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    signal.throwIfAborted()
    await prepare(ports, settings, rows.slice(start, start + AT_ONCE))
  }
}

function previewOf(texts: readonly Shown[], left: Pick<Preview, 'unmatched' | 'cut' | 'strange'>): Preview {
  const uses: Record<Use, number> = { training: 0, validation: 0, test: 0, none: 0 }
  for (const { use } of texts) uses[use]++
  const imitated = texts.filter(({ use }) => use === 'training' || use === 'none')
  return { texts, uses, ...left, imitated: imitated.length, format: imitated.length === 0 ? Number.NaN : imitated.filter(({ keeps }) => keeps).length / imitated.length }
}

/** Of a file: every text beside the row that it answers. */
export async function previewFile(ports: PreparePorts, settings: Settings, tasks: Tasks, imitations: readonly Imitation[], signal: AbortSignal): Promise<Preview> {
  await prepareAll(ports, settings, [...tasks.training, ...tasks.held.validation, ...tasks.held.test], signal)
  const matching = matchingOf(tasks, settings)
  const found = imitations.map((imitation) => matching.of(imitation))
  const texts = found.filter((text) => text !== undefined)
  return previewOf(texts, { unmatched: found.length - texts.length, cut: 0, strange: 0 })
}

/** Rows that copies and labels are shown of; the stage makes them of all. */
const MOST_COPIES = 500

/** Of copies: the rows as they are, or what their labels say. The stage draws a short thought where the prompt asks for one: here stands a mark. */
export async function previewCopies(ports: PreparePorts, settings: Settings, tasks: Tasks, how: 'copy' | 'labels', signal: AbortSignal): Promise<Preview> {
  const rows = rowsOf(tasks, settings).slice(0, MOST_COPIES)
  await prepareAll(ports, settings, rows, signal)
  const texts = rows.flatMap((task): Shown[] => {
    const original = task.spec.original(task.case)
    const answer = how === 'labels' ? task.spec.label?.(task.case) : original.items ?? original.text
    if (answer === undefined) return []
    return [{ prompt: task.prompt.text, completion: task.spec.completion('…', answer, task.case), use: 'training', task, keeps: true }]
  })
  return previewOf(texts, { unmatched: rows.length - texts.length, cut: 0, strange: 0 })
}

/** The rows that a teacher is asked about: at most `sftExamples`, drawn as the stage draws. */
export function rowsOf({ training }: Tasks, { sftExamples, seed }: Settings): readonly Task[] {
  return drawInOrder(training, sftExamples === 0 ? training.length : sftExamples, seed, 'imitated')
}

/** Of a teacher: what it wrote to the rows so far. Cut outputs teach no end, and are left out; with `strict` so is what breaks the format. */
export async function previewTaught(
  ports: PreparePorts, settings: Settings, tasks: Tasks, answers: readonly TeacherAnswer[], strict: boolean, signal: AbortSignal,
): Promise<Preview & { readonly waiting: number }> {
  const rows = rowsOf(tasks, settings)
  await prepareAll(ports, settings, rows, signal)
  const known = byPrompt(answers)
  const texts: Shown[] = []
  let [waiting, cut, strange] = [0, 0, 0]
  for (const task of rows) {
    const answer = known.get(task.prompt.text)
    if (answer === undefined || !stands(answer, settings)) waiting++
    else if (answer.stop === 'length') cut++
    else {
      const keeps = task.spec.parse(task.asked, answer.output).kind === 'query'
      if (strict && !keeps) strange++
      else texts.push({ prompt: task.prompt.text, completion: ended(answer.output), use: 'training', task, keeps })
    }
  }
  return { ...previewOf(texts, { unmatched: 0, cut, strange }), waiting }
}

/** How texts fit the loaded policy. */
export interface Lengths {
  /** longer, with their prompts, than its positions: left out */
  readonly tooLong: number
  readonly positions: number
  /** of so many completions that were counted, those of more tokens than maxNewTokens: the policy could not write them to their end */
  readonly counted: number
  readonly beyond: number
}

/** Completions that are counted in tokens at most. */
const MOST_COUNTED = 256

/** Of the texts that would be imitated. */
export async function lengthsOf(policy: Pick<PolicyService, 'encode'>, positions: number, texts: readonly Shown[], settings: Settings, signal: AbortSignal): Promise<Lengths> {
  const imitated = texts.filter(({ use }) => use === 'training' || use === 'none')
  const fits = await fitting(policy, imitated, positions)
  signal.throwIfAborted()
  const some = drawInOrder(imitated, MOST_COUNTED, settings.seed, 'counted')
  // what the row's own prompt begins already is not written again
  const ids = await policy.encode(some.map((text) => (text.task === undefined ? undefined : continued(text.task, text)) ?? text.completion))
  return { tooLong: fits.filter((fit) => !fit).length, positions, counted: some.length, beyond: ids.filter(({ length }) => length > settings.maxNewTokens).length }
}

/** What texts are worth to the recommender, beside the rows as they are typed. */
export interface Worth {
  readonly texts: number
  readonly reward: number
  readonly ndcg: number
  readonly original: number
}

/** Texts that are measured at most. */
const MOST_MEASURED = 200

/** Rewards of some texts whose rows are known, drawn by the seed. Throws a sentence where none is, or where rankings fail. */
export async function worthOf(ports: PreparePorts, settings: Settings, tasks: Tasks, texts: readonly Shown[], signal: AbortSignal): Promise<Worth> {
  const answering = texts.flatMap((text) => {
    const output = text.use !== 'training' || text.task === undefined ? undefined : continued(text.task, text)
    return output === undefined ? [] : [{ task: text.task!, output: output.replace(/<\|im_end\|>\s*$/, '') }]
  })
  if (answering.length === 0) throw new Error('none of these texts goes on from a prompt of this task’s training rows, so that nothing of it can be ranked')
  const some = drawInOrder(answering, MOST_MEASURED, settings.seed, 'worth')
  const rewarding = openRewarding(ports, settings, tasks.training)
  const rollouts = some.map(({ output }, prompt) => ({ prompt, member: 0, text: output, promptIds: [], ids: [], logps: [], stop: 'token' as const }))
  const scored = await scoreRollouts(ports.recommender, settings, some.map(({ task }) => task), rollouts, rewarding)
  signal.throwIfAborted()
  const failed = scored.find((one) => one.failed !== undefined)?.failed
  if (failed !== undefined) throw new Error(`the answers could not all be ranked: ${failed}`)
  // reward weights may leave NDCG out; it is told all the same
  const read = some.map(({ task, output }) => ({ task, reading: readingOf(task.spec.parse(task.asked, output)) }))
  const ranked = await rankAnswers(ports.recommender, settings, read, settings.trainK)
  const originals = await rankAnswers(ports.recommender, settings, some.map(({ task }) => ({ task, reading: task.spec.original(task.case) })), settings.trainK)
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    texts: some.length, reward: mean(scored.map(({ reward = 0 }) => reward)),
    ndcg: mean(some.map(({ task }, i) => ndcg(ranked[i]!.ids, task.targets, settings.trainK))),
    original: mean(some.map(({ task }, i) => ndcg(originals[i]!.ids, task.targets, settings.trainK))),
  }
}
