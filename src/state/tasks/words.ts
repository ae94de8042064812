// What the page calls a task's rows and answers.
import type { TaskSpec } from '../../domain/tasks/task.ts'
import { TASKS } from '../../domain/tasks/tasks.ts'
import type { Task } from '../../experiment/tasks.ts'

type Kind = Pick<TaskSpec, 'over' | 'answers'>

export interface RowWords {
  readonly one: string
  readonly many: string
}

const QUERY: RowWords = { one: 'query', many: 'queries' }
const HISTORY: RowWords = { one: 'history', many: 'histories' }

/** What a row is called. */
export function rowWords({ over }: Pick<TaskSpec, 'over'>): RowWords {
  return over === 'queries' ? QUERY : HISTORY
}

/** What stands where no policy is asked, and in few letters. */
export function originalWords({ over, answers }: Kind): { readonly title: string; readonly short: string } {
  if (answers === 'ids') return { title: 'Candidates as given', short: 'as given' }
  if (over === 'queries') return { title: 'Original query', short: 'original' }
  return answers === 'names' ? { title: 'Items of the history', short: 'history' } : { title: answers === 'text' ? 'History alone' : 'Titles of the history', short: 'history' }
}

/** The task that a run's record names; product search where it names none that is known: records of before there were others. */
export function recordedTask(name: unknown): TaskSpec {
  return TASKS.find((task) => task.name === name) ?? TASKS[0]!
}

/** The text that an answer is shown against word by word; undefined where the answer is a text of its own, or a list. */
export function comparedText(task: Task | undefined, query: string): string | undefined {
  if (task === undefined || (task.spec.over === 'queries' && task.spec.answers === 'query')) return query
  return task.spec.answers === 'query' ? task.spec.original(task.case).text : undefined
}

/** Words of a text, as people count them. */
export function wordCount(text: string): number {
  return text.split(/\s+/u).filter((word) => word !== '').length
}
