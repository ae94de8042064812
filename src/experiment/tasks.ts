// The rows of a run's task, each with its prompt and its targets, and how the policy is asked about them.
import type { Dataset, Split } from '../domain/dataset.ts'
import { departmentList } from '../domain/department.ts'
import { gainOf, targetsOf, type Targets } from '../domain/metrics.ts'
import { drawInOrder, splitValidation } from '../domain/order.ts'
import { END_OF_TURN, type Prompt } from '../domain/prompt.ts'
import type { Settings } from '../domain/settings.ts'
import { splitOf } from '../domain/splits.ts'
import { NO_FACTS, type Asked, type Case, type Facts, type Row, type TaskSpec } from '../domain/tasks/task.ts'
import { taskOf } from '../domain/tasks/tasks.ts'
import type { GenerateRequest, Sampling } from '../protocol/policy.ts'

/** A row as a run uses it. Its prompt and targets are made when they are first asked for: a release has 130,000 queries. */
export class Task {
  #prompt: Prompt | undefined
  #targets: Targets | undefined
  #measured: Targets | undefined
  #case: Case
  #isPrepared = false

  constructor(
    /** the row's place in the data: names the prompt to the sampler's generator, whatever batch it is in */
    readonly key: number,
    row: Row,
    private readonly settings: Settings,
    readonly spec: TaskSpec = taskOf(settings),
  ) {
    this.#case = { row, facts: NO_FACTS, settings }
  }

  /** the row, with its candidates once it was prepared */
  get query(): Row {
    return this.#case.row
  }

  /** Takes what prompt and parser need to know (prepare.ts). */
  prepared(facts: Facts, candidates?: readonly string[]): void {
    const { row, settings } = this.#case
    this.#case = { row: candidates === undefined ? row : { ...row, candidates }, facts, settings }
    this.#prompt = undefined
    this.#isPrepared = true
  }

  /** whether candidates and facts are there, where the task needs any */
  get isPrepared(): boolean {
    return this.#isPrepared
  }

  get case(): Case {
    return this.#case
  }

  get asked(): Asked {
    return { ...this.#case, prompt: this.prompt }
  }

  /** the row in one line for people */
  get said(): string {
    return this.spec.describe(this.#case.row, this.#case.facts)
  }

  get prompt(): Prompt {
    return this.#prompt ??= this.spec.prompt(this.#case)
  }

  /** what the reward is measured against */
  get targets(): Targets {
    return this.#targets ??= targetsOf(this.query.judgements, this.settings)
  }

  /** what reported measures are measured against: always distinct products */
  get measured(): Targets {
    return this.#measured ??= targetsOf(this.query.judgements, { ...this.settings, duplicateTargets: 'distinct' })
  }

  get hasRelevant(): boolean {
    return this.query.judgements.some((judgement) => gainOf(judgement, this.settings.gains) > 0)
  }
}

/** Disjoint by query; only queries with a relevant product, in the dataset's order. */
export interface Tasks {
  readonly training: readonly Task[]
  readonly validation: readonly Task[]
  readonly test: readonly Task[]
  /** training and validation queries that the policy is sampled on before and after */
  readonly paired: readonly Task[]
  /** all of validation and test, whether this run measures them or not: none is ever imitated */
  readonly held: { readonly validation: readonly Task[]; readonly test: readonly Task[] }
}

/** Throws where there is nothing to train on, or nothing to test. */
export function planTasks(dataset: Dataset, settings: Settings): Tasks {
  const spec = taskOf(settings)
  const rows = spec.rows(dataset, settings)
  const all = rows.map((row, key) => new Task(key, row, settings, spec))
  const heldOut = departmentList(settings.testDepartments)
  const inSplit = (name: Split): Task[] => all.filter((task) => splitOf(task.query, heldOut) === name && task.hasRelevant)
  const needed = (name: 'train' | 'test'): Task[] => {
    const tasks = inSplit(name)
    if (tasks.length > 0) return tasks
    if (heldOut.length > 0) {
      const departments = new Set(rows.map(({ domain }) => domain ?? 'none'))
      throw new Error(`${dataset.name} holds 0 ${name} queries with ${heldOut.join(', ')} held out; its departments are ${[...departments].join(', ')}`)
    }
    const queries = rows.filter(({ split }) => split === name).length
    throw new Error(`${dataset.name} holds ${queries} ${name} queries and 0 of them with a relevant product; add examples of split ${name}, label E`)
  }
  const [test, train, validation] = [needed('test'), needed('train'), inSplit('validation')]
  const { training, validation: chosen } = validation.length > 0 ? { training: train, validation } : splitValidation(train, settings.validationShare, settings.seed)
  const some = (tasks: readonly Task[], use: string): readonly Task[] => drawInOrder(tasks, settings.evaluationQueries || tasks.length, settings.seed, use)
  const paired = [...training, ...chosen].toSorted((a, b) => a.key - b.key)
  return { training, validation: some(chosen, 'validation'), test: some(test, 'test'), paired: some(paired, 'paired'), held: { validation: chosen, test } }
}

export function samplingOf(settings: Settings): Sampling {
  const { temperature, topK, topP, maxNewTokens } = settings
  return { temperature, topK, topP, maxNewTokens, stop: [END_OF_TURN] }
}

export function greedyOf({ maxNewTokens }: Settings): Sampling {
  return { temperature: 0, topK: 0, topP: 1, maxNewTokens, stop: [END_OF_TURN] }
}

export function generation(tasks: readonly Task[], how: Omit<GenerateRequest, 'prompts'>): GenerateRequest {
  return { prompts: tasks.map(({ key, prompt }) => ({ key, text: prompt.text })), ...how }
}
