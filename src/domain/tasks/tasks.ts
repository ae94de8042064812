// Every task by its name: adding one is adding a file and its line here.
import type { Settings } from '../settings.ts'
import { augmentation } from './augmentation.ts'
import { denseSearch } from './denseSearch.ts'
import { openSet } from './openSet.ts'
import { productSearch } from './productSearch.ts'
import { pseudoReview } from './pseudoReview.ts'
import { recllm } from './recllm.ts'
import { rerank } from './rerank.ts'
import { sequential } from './sequential.ts'
import type { TaskSpec } from './task.ts'

export const TASKS: readonly TaskSpec[] = [productSearch, denseSearch, pseudoReview, sequential, rerank, openSet, augmentation, recllm]

const byName: ReadonlyMap<string, TaskSpec> = new Map(TASKS.map((task) => [task.name, task]))

/** The task that the settings name. Throws where there is none: a record of a later version. */
export function taskOf({ task }: Pick<Settings, 'task'>): TaskSpec {
  const found = byName.get(task)
  if (found !== undefined) return found
  throw new Error(`setting task is ${JSON.stringify(task)}, which this version does not know; it knows ${[...byName.keys()].join(', ')}`)
}
