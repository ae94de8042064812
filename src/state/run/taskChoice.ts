// Which tasks the open data can serve, why not, and the settings that choosing one brings.
import { PRESETS, type Preset } from '../../domain/config.ts'
import type { Dataset } from '../../domain/dataset.ts'
import { isEmbedded } from '../../domain/embedded.ts'
import type { Settings } from '../../domain/settings.ts'
import type { TaskSpec } from '../../domain/tasks/task.ts'
import { TASKS } from '../../domain/tasks/tasks.ts'

type TaskName = TaskSpec['name']

export interface TaskOffer {
  readonly spec: TaskSpec
  /** what of the data it would ask about: 240 queries, 480 histories */
  readonly over: string
  /** why the data cannot serve it, and what to add; undefined where they can */
  readonly lacks: string | undefined
}

const count = (value: number, one: string, others: string): string => `${value.toLocaleString('en')} ${value === 1 ? one : others}`

/** What to add, by what a task asks about. */
const REMEDY = {
  queries: 'Add judged queries: ESCI examples, Amazon-C4, qrels, or any table with query, product_id and a label.',
  histories: 'Add histories: reviews or ratings with user_id and parent_asin or item_id, interactions, or ready lists with a target.',
} as const satisfies Record<TaskSpec['over'], string>

/** Every task, and whether `dataset` can serve it; all can while none is open. */
export function taskOffers(dataset: Pick<Dataset, 'name' | 'queries' | 'users'> | undefined): TaskOffer[] {
  const [queries, users] = [dataset?.queries.length ?? 0, dataset?.users?.length ?? 0]
  return TASKS.map((spec) => {
    const over = spec.over === 'queries' ? count(queries, 'query', 'queries') : count(users, 'history', 'histories')
    const has = dataset === undefined || (spec.over === 'queries' ? queries : users) > 0
    return { spec, over, lacks: has ? undefined : `${dataset.name} holds 0 ${spec.over === 'queries' ? 'judged queries' : 'histories'}. ${REMEDY[spec.over]}` }
  })
}

/** The preset of a task on the embedded shop; undefined where there is none. */
export function samplePreset(task: TaskName): Preset | undefined {
  return (Object.keys(PRESETS) as Preset[]).find((name) => /^sample(-|$)/.test(name) && (PRESETS[name].task ?? 'product-search') === task)
}

/** The settings that come with a task: on the embedded shop its preset, elsewhere the task alone; a policy of the person's own stays, an embedded one gives way to the one that was made for it. */
export function taskChange(task: TaskName, { policy, policyMirror, memoryBudget, recommender }: Settings, onSample: boolean): Partial<Settings> {
  const preset = samplePreset(task)
  const change: Partial<Settings> = onSample && preset !== undefined ? { preset } : { task }
  if (!isEmbedded(policy)) return 'preset' in change ? { ...change, policy, policyMirror, memoryBudget } : change
  if ('preset' in change) return change
  const made = (preset === undefined ? undefined : PRESETS[preset].policy) ?? 'sample'
  // both dense tasks ask an encoder; its task alone would search by words
  const dense = task === 'dense-search' || task === 'pseudo-review' ? { recommender: 'dense' as const } : {}
  return { ...change, ...(made === policy ? {} : { policy: made }), ...(recommender === 'dense' ? {} : dense) }
}

/** Settings for data that took the sample's place, where nobody touched any: those for shards, with the task as far as the data can serve it. */
export function changeForData(dataset: Pick<Dataset, 'name' | 'queries' | 'users'>, settings: Settings): Partial<Settings> {
  const offers = taskOffers(dataset)
  const servable = offers.filter(({ lacks }) => lacks === undefined).map(({ spec }) => spec.name)
  const task = servable.includes(settings.task) ? settings.task : servable[0] ?? settings.task
  const { preset: _, ...change } = taskChange(task, settings, false)
  return { preset: 'shards', ...change }
}
