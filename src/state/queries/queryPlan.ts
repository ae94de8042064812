// The queries of a split as the settings divide the open data, planned once for as long as both stay the same.
import type { JudgedQuery, Split } from '../../domain/dataset.ts'
import type { Settings } from '../../domain/settings.ts'
import { planTasks, Task } from '../../experiment/tasks.ts'
import type { Shop } from '../data/library.ts'

export interface QueryPlan {
  /** All queries with a relevant product. Throws a sentence where the data cannot be split so. */
  readonly tasks: (shop: Shop | undefined, settings: Settings, split: Split) => readonly Task[]
  /** The same as queries; those that their files put into the split where it cannot. */
  readonly queries: (shop: Shop | undefined, settings: Settings, split: Split) => readonly JudgedQuery[]
  /** The same of any queries of the open data by id, whatever split they are in now: those that a run was asked stay theirs. */
  readonly tasksOf: (shop: Shop | undefined, settings: Settings, ids: ReadonlySet<string>) => readonly Task[]
  readonly byId: (shop: Shop | undefined) => ReadonlyMap<string, JudgedQuery>
}

export function createQueryPlan(): QueryPlan {
  let planned: { readonly dataset: unknown; readonly settings: Settings; readonly tasks: Readonly<Record<Split, readonly Task[]>> } | undefined
  const ids = new WeakMap<object, ReadonlyMap<string, JudgedQuery>>()

  const tasks: QueryPlan['tasks'] = (shop, settings, split) => {
    if (shop === undefined) return []
    if (planned?.dataset !== shop.dataset || planned.settings !== settings) {
      const { training, validation, test } = planTasks(shop.dataset, { ...settings, evaluationQueries: 0 })
      planned = { dataset: shop.dataset, settings, tasks: { train: training, validation, test } }
    }
    return planned.tasks[split]
  }
  return {
    tasks,
    tasksOf: (shop, settings, ids) => (shop?.dataset.queries ?? []).flatMap((query, key) => {
      const task = ids.has(query.id) ? new Task(key, query, settings) : undefined
      return task?.hasRelevant === true ? [task] : []
    }),
    queries: (shop, settings, split) => {
      try {
        return tasks(shop, settings, split).map(({ query }) => query)
      } catch {
        return shop?.dataset.queries.filter((query) => query.split === split) ?? []
      }
    },
    byId: (shop) => {
      if (shop === undefined) return new Map()
      const { queries } = shop.dataset
      const known = ids.get(queries) ?? new Map(queries.map((query) => [query.id, query]))
      ids.set(queries, known)
      return known
    },
  }
}
