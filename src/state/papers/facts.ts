// What of the open data the papers' experiments depend on, under given settings: departments, histories, and what of the test rows training knew.
import type { Dataset } from '../../domain/dataset.ts'
import { gainOf } from '../../domain/metrics.ts'
import type { PaperFacts } from '../../domain/papers/experiment.ts'
import type { Settings } from '../../domain/settings.ts'
import { planTasks, type Task } from '../../experiment/tasks.ts'

function relevantOf({ query }: Task, { gains }: Pick<Settings, 'gains'>): readonly string[] {
  return query.judgements.filter((judgement) => gainOf(judgement, gains) > 0).map(({ productId }) => productId)
}

/** Time is linear in the rows. Data that the settings' task has no rows of, or none to train or test, has no test rows here. */
export function paperFacts(dataset: Dataset, settings: Settings): PaperFacts {
  const { name, hash, users } = dataset
  const histories = users?.length ?? 0
  const data = { name, hash }
  let tasks: ReturnType<typeof planTasks>
  try {
    tasks = planTasks(dataset, { ...settings, testDepartments: '', evaluationQueries: 0 })
  } catch {
    return { data, departments: [], histories, testRows: 0, start: new Map() }
  }
  const trained = [...tasks.training, ...tasks.validation]
  const known = new Set(trained.flatMap((task) => relevantOf(task, settings)))
  const start = new Map(tasks.test.map((task) => {
    const relevant = relevantOf(task, settings)
    const warm = relevant.filter((id) => known.has(id)).length
    return [task.query.id, warm === 0 ? 'cold' : warm === relevant.length ? 'warm' : 'mixed'] as const
  }))
  const departments = new Map<string, { train: number; test: number }>()
  const count = (rows: readonly Task[], use: 'train' | 'test'): void => {
    for (const { query: { domain } } of rows) {
      if (domain === undefined) continue
      const own = departments.get(domain) ?? { train: 0, test: 0 }
      departments.set(domain, own)
      own[use]++
    }
  }
  count(trained, 'train')
  count(tasks.test, 'test')
  return { data, departments: [...departments].map(([department, counts]) => ({ name: department, ...counts })), histories, testRows: tasks.test.length, start }
}
