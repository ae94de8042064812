// What the sft stage imitates: copies, labels, answers of a file or a teacher, or the policy's own answers that were rewarded.
import type { ImitatedText } from '../domain/imitation.ts'
import { drawInOrder } from '../domain/order.ts'
import { Stream } from '../domain/random.ts'
import type { RecordedImitation, RunEvent } from './events.ts'
import { prepare } from './prepare.ts'
import { drawn } from './recording.ts'
import { sampled } from './rejection.ts'
import type { Run } from './run.ts'
import { taken } from './taken.ts'
import type { Task } from './tasks.ts'

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

/** Thoughts where an imitation has none: as short as those that trained policies fall back to. */
const THOUGHTS = ['find it', 'keep the words', 'name the product', 'search for this', 'what they want'] as const

/** Prompts and completions of examples, in their order; `chance` draws thoughts where the prompt asks for one and the example has none. */
export async function textsOf({ ports, settings }: Run, examples: readonly Example[], chance: Stream): Promise<readonly ImitatedText[]> {
  await prepare(ports, settings, examples.flatMap((example) => ('task' in example ? [example.task] : [])))
  return examples.map((example): ImitatedText => {
    // a draw for each, used or not: the next one's does not depend on it
    const chosen = chance.pick(THOUGHTS)
    if (!('task' in example)) return { prompt: example.prompt, completion: example.completion }
    const { task } = example
    const { spec, prompt: { text: prompt } } = task
    if ('completion' in example) return { prompt, completion: example.completion }
    const { answer = copied(task), thought = chosen } = example
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
    if (given.training.length === 0) {
      const remedy = 'set sftFrom to copy, file or rejection, or leave sft out of stages'
      throw new Error(`sft: 0 of ${tasks.training.length} training rows have a label to imitate; ${remedy}`)
    }
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
