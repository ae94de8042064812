// The rows of a split as the settings divide the open data, planned once for as long as both stay the same.
import type { Split } from '../../domain/dataset.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Row } from '../../domain/tasks/task.ts'
import { planTasks, type Task } from '../../experiment/tasks.ts'
import type { Shop } from '../data/library.ts'
import type { Rows } from '../tasks/rows.ts'

export interface QueryPlan {
  /** The rows with a relevant product, as people read them; those that their files put into the split where it cannot be divided so. */
  readonly queries: (shop: Shop | undefined, settings: Settings, split: Split) => readonly Row[]
  /** Tasks of any rows of the open data by id, whatever split they are in now: those that a run was asked stay theirs. */
  readonly tasksOf: (settings: Settings, ids: ReadonlySet<string>) => readonly Task[]
}

export function createQueryPlan(rows: Pick<Rows, 'getState' | 'byId' | 'tasks'>): QueryPlan {
  let planned: { readonly dataset: unknown; readonly settings: Settings; readonly tasks: Readonly<Record<Split, readonly Task[]>> } | undefined

  const tasks = (shop: Shop, settings: Settings, split: Split): readonly Task[] => {
    if (planned?.dataset !== shop.dataset || planned.settings !== settings) {
      const { training, validation, test } = planTasks(shop.dataset, { ...settings, evaluationQueries: 0 })
      planned = { dataset: shop.dataset, settings, tasks: { train: training, validation, test } }
    }
    return planned.tasks[split]
  }
  return {
    tasksOf: (settings, ids) => rows.tasks(rows.getState().rows.filter(({ id }) => ids.has(id)), settings).filter((task) => task.hasRelevant),
    queries: (shop, settings, split) => {
      if (shop === undefined) return []
      try {
        return tasks(shop, settings, split).map(({ query }) => rows.byId(query.id) ?? query)
      } catch {
        return rows.getState().rows.filter((row) => row.split === split)
      }
    },
  }
}
