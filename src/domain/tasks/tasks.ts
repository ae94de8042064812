// Every task by its name: adding one is adding a file and its line here.
import type { Settings } from '../settings.ts'
import { productSearch } from './productSearch.ts'
import type { TaskSpec } from './task.ts'

export const TASKS: readonly TaskSpec[] = [productSearch]

const byName: ReadonlyMap<string, TaskSpec> = new Map(TASKS.map((task) => [task.name, task]))

/** The task that the settings name. Throws where there is none: a record of a later version. */
export function taskOf({ task }: Pick<Settings, 'task'>): TaskSpec {
  const found = byName.get(task)
  if (found === undefined) throw new Error(`setting task is ${JSON.stringify(task)}, which this version does not know; it knows ${[...byName.keys()].join(', ')}`)
  return found
}
