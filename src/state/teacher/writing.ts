// A frozen model writes answers to rows, one after another: each is kept before the next is asked, so that pausing, stopping or leaving loses nothing.
import type { TeacherAnswer } from '../../client/imitations.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Ports } from '../../experiment/ports.ts'
import { prepare } from '../../experiment/prepare.ts'
import type { Task } from '../../experiment/tasks.ts'
import type { AskedQuery, SourceAnswer } from '../inspect/sources.ts'

/** Rows whose prompts are made at once. */
const AT_ONCE = 16

export interface Writing {
  readonly ports: Pick<Ports, 'catalogue' | 'recommender'>
  readonly settings: Settings
  /** in the order of writing */
  readonly rows: readonly Task[]
  /** what was written before */
  readonly before: readonly TeacherAnswer[]
  readonly ask: (queries: readonly AskedQuery[], signal: AbortSignal) => Promise<readonly SourceAnswer[]>
  readonly keep: (answers: readonly TeacherAnswer[]) => Promise<void>
  /** rows answered so far, of all; and what was written last */
  readonly tell: (done: number, last: TeacherAnswer | undefined) => void
  /** resolves at once, or when a pause ends */
  readonly going: () => Promise<void>
  readonly signal: AbortSignal
}

/** Whether an answer stands for these settings: one that was cut is asked again where more is allowed now. */
export function stands({ stop, maxNewTokens }: TeacherAnswer, settings: Pick<Settings, 'maxNewTokens'>): boolean {
  return stop === 'token' || maxNewTokens >= settings.maxNewTokens
}

/** Answers by their prompts, the latest of each. */
export function byPrompt(answers: readonly TeacherAnswer[]): Map<string, TeacherAnswer> {
  return new Map(answers.map((answer) => [answer.prompt, answer]))
}

/** Rejects with the signal's reason once it is aborted, and where the model or the store fails; what was written before that is kept. */
export async function write({ ports, settings, rows, before, ask, keep, tell, going, signal }: Writing): Promise<void> {
  const known = byPrompt(before)
  let done = 0
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    const some = rows.slice(start, start + AT_ONCE)
    await prepare(ports, settings, some)
    for (const task of some) {
      await going()
      signal.throwIfAborted()
      const { prompt, query, said } = task
      const old = known.get(prompt.text)
      if (old !== undefined && stands(old, settings)) {
        tell(++done, old)
        continue
      }
      const [answer] = await ask([{ id: query.id, text: said, prompt }], signal)
      if (answer?.kind !== 'text' || answer.output === undefined) throw new Error(`the teacher wrote no text for “${said}”; choose a frozen model`)
      const written: TeacherAnswer = {
        rowId: query.id, prompt: prompt.text, output: answer.output, stop: answer.cut === true ? 'length' : 'token', maxNewTokens: settings.maxNewTokens,
      }
      await keep([written])
      known.set(prompt.text, written)
      tell(++done, written)
    }
  }
}
