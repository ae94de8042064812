// What the tasks that search for a query have in common: rows are judged queries, the answer is the text that is searched for.
import { renderAnswer, renderFrame, type Wording } from '../prompt.ts'
import { parseEvaluation, parseTraining } from '../request.ts'
import type { Settings } from '../settings.ts'
import { taughtTitle } from './histories.ts'
import type { Row, TaskSpec } from './task.ts'

/** A completion whose answer is one text. In the compact frame it begins with a space: its first word then has the same tokens as in the prompt. */
export function textCompletion(thought: string, answer: string | readonly string[], key: string, settings: Settings): string {
  const text = typeof answer === 'string' ? answer : answer.join(' ')
  if (settings.answerForm === 'plain') return renderAnswer(thought, text, settings.thinking)
  const spaced = settings.template === 'compact' && !text.startsWith(' ') ? ` ${text}` : text
  return renderAnswer(thought, `{"${key}": ${JSON.stringify(spaced)}}`, settings.thinking)
}

type Named = Pick<TaskSpec, 'name' | 'title' | 'version' | 'explanation' | 'source'>

export function searchTask(told: Named, wording: (query: string) => Wording): TaskSpec {
  return {
    ...told,
    over: 'queries',
    answers: 'query',
    rows: ({ queries }) => queries,
    needs: (row, settings) => (isTaughtByLabels(settings) ? firstRelevant(row) : []),
    describe: ({ text }) => text,
    prompt: ({ row, settings }) => renderFrame(wording(row.text), settings),
    parse: ({ prompt, settings }, completion) => parseTraining(prompt, completion, settings),
    read: ({ prompt }, completion) => ({ text: parseEvaluation(prompt, completion) }),
    original: ({ row }) => ({ text: row.text }),
    asks: ({ text }) => [text],
    rank: (_, [ranking], { row }, k) => withoutSeen(ranking?.ids ?? [], row.seen).slice(0, k),
    completion: (thought, answer, { settings }) => textCompletion(thought, answer, 'query', settings),
    label: ({ row, facts, settings }) => firstRelevant(row).map((id) => taughtTitle(facts.product(id), settings))[0],
  }
}

/** Products of labels are fetched where they are read, and nowhere else. */
function isTaughtByLabels({ stages, sftFrom }: Settings): boolean {
  return stages.includes('sft') && sftFrom === 'labels'
}

/** The first Exact product: the title that a perfect query might quote. */
function firstRelevant({ judgements }: Row): string[] {
  const first = judgements.find(({ label }) => label === 'E')
  return first === undefined ? [] : [first.productId]
}

/** A ranking without what the person has already. */
export function withoutSeen(ids: readonly string[], seen: ReadonlySet<string> | undefined): readonly string[] {
  return seen === undefined ? ids : ids.filter((id) => !seen.has(id))
}
