// Which row of the task a text to imitate answers, and whether that row may be imitated at all: rows of validation and test are held out.
import type { Imitation, ImitatedText } from '../../domain/imitation.ts'
import { keepsFormat } from '../../domain/imitation.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Task, Tasks } from '../../experiment/tasks.ts'

export type Use = 'training' | 'validation' | 'test' | 'none'

/** A text as it would be imitated. */
export interface Shown extends ImitatedText {
  readonly use: Use
  /** the row that it answers */
  readonly task: Task | undefined
  /** whether it holds to the strict format of training */
  readonly keeps: boolean
}

const MARKER = '<|im_start|>assistant\n'

/** A prompt up to where the assistant's turn begins: what two prompts of one row share. */
function asked(prompt: string): string {
  const at = prompt.lastIndexOf(MARKER)
  return (at < 0 ? prompt : prompt.slice(0, at)).trim()
}

/** What `task` reads of a text's completion: all after its own prompt; undefined where the text does not begin with that. */
export function continued(task: Task, { prompt, completion }: ImitatedText): string | undefined {
  const whole = prompt + completion
  return whole.startsWith(task.prompt.text) ? whole.slice(task.prompt.text.length) : undefined
}

export interface Matching {
  readonly of: (imitation: Imitation) => Shown | undefined
}

/** Prepared rows by what is asked and by id and text. A text that no row asks stands for itself; an answer without a row is none. */
export function matchingOf({ training, held }: Tasks, settings: Settings): Matching {
  const byPrompt = new Map<string, readonly [Use, Task]>()
  const byId = new Map<string, readonly [Use, Task]>()
  const byText = new Map<string, readonly [Use, Task]>()
  // later ones stand: a text that a test row has too is a test's
  for (const [use, rows] of [['training', training], ['validation', held.validation], ['test', held.test]] as const) {
    for (const task of rows) {
      byId.set(task.query.id, [use, task])
      if (task.query.text.trim() !== '') byText.set(task.query.text.trim(), [use, task])
      byPrompt.set(asked(task.prompt.text), [use, task])
    }
  }
  return {
    of: (imitation) => {
      if ('prompt' in imitation) {
        const [use, task] = byPrompt.get(asked(imitation.prompt)) ?? ['none' as const, undefined]
        return { ...imitation, use, task, keeps: keeping(imitation, task, settings) }
      }
      const found = (imitation.rowId === undefined ? undefined : byId.get(imitation.rowId)) ?? byText.get(imitation.query.trim())
      if (found === undefined) return undefined
      const [use, task] = found
      const text = { prompt: task.prompt.text, completion: task.spec.completion(imitation.thought ?? '', imitation.answer, task.case) }
      return { ...text, use, task, keeps: keeping(text, task, settings) }
    },
  }
}

function keeping(text: ImitatedText, task: Task | undefined, settings: Settings): boolean {
  const rest = task === undefined ? undefined : continued(task, text)
  return task === undefined || rest === undefined ? keepsFormat(text, settings) : task.spec.parse(task.asked, rest.replace(/<\|im_end\|>\s*$/, '')).kind === 'query'
}
