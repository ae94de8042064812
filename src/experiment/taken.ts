// Answers of a file or a teacher as the sft stage imitates them: each for its row, and none of a test's.
import { isText, type Imitation } from '../domain/imitation.ts'
import type { RecordedImitation, RunEvent } from './events.ts'
import { fitting } from './fitting.ts'
import { prepare } from './prepare.ts'
import { drawn, told } from './recording.ts'
import type { Run } from './run.ts'
import type { Task } from './tasks.ts'

const MARKER = '<|im_start|>assistant\n'

/** A prompt up to where the assistant's turn begins: what two prompts of one row share, whatever is written for the policy. */
function askedIn(prompt: string): string {
  const at = prompt.lastIndexOf(MARKER)
  return (at < 0 ? prompt : prompt.slice(0, at)).trim()
}

/** Answers of a file or a teacher: those to training rows are imitated, those to validation rows held out, those to test rows left out. */
export async function* taken(run: Run): AsyncGenerator<RunEvent> {
  const { imitate = [], settings, tasks } = run
  const { sftFrom } = settings
  if (imitate.length === 0) {
    const [what, remedy] = sftFrom === 'file'
      ? ['a file of outputs', 'give one (lab train: --imitate FILE), or drop it into the page'] : ['a teacher', 'ask the teacher first']
    throw new Error(`sft imitates ${what} (sftFrom=${sftFrom}), but none is there; ${remedy}, or set sftFrom to copy, labels or rejection`)
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
    const tooLong = long.size === 0 ? '' : `, and ${long.size} are longer than the policy’s ${run.positions} positions`
    const left = `${unmatched} name no row of this data and ${ofTest} answer test rows${tooLong}, so that none is left`
    throw new Error(`sft: of ${imitate.length} outputs to imitate ${left}; give outputs for its ${tasks.training.length} training rows`)
  }
  yield* told(run, 'training', training)
  yield* told(run, 'validation', by.validation)
  const leftOut = { unmatched, ofTest, ...(long.size > 0 ? { tooLong: long.size } : {}) }
  yield { type: 'imitated', from: sftFrom, training: training.length, validation: by.validation.length, ...leftOut }
}

type Used = { readonly use: 'training' | 'validation'; readonly imitation: RecordedImitation } | 'test' | undefined

/** What answers are for, by their row's id, else by its text; a text that a test row has too is a test's. */
function answerUses({ tasks: { training, validation, held } }: Run): (one: Imitation) => Used {
  const ids = new Map<string, readonly ['training' | 'validation' | 'test', Task]>()
  const texts = new Map<string, readonly ['training' | 'validation' | 'test', Task]>()
  // later ones stand: tests above all
  for (const [use, rows] of [['training', training], ['validation', held.validation], ['test', held.test]] as const) {
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
