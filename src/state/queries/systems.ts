// Who could be compared in the table of queries: the query as typed, the page's run, kept runs, policies and checkpoints, and other systems.
import type { RunRecord } from '../../client/runs.ts'
import type { Split } from '../../domain/dataset.ts'
import { stepWords } from '../../domain/stage.ts'
import type { AnswersEvent } from '../../experiment/events.ts'
import type { RunState } from '../../experiment/reduce.ts'
import type { TaskSpec } from '../../domain/tasks/task.ts'
import type { Source } from '../inspect/sources.ts'
import { originalWords, recordedTask } from '../tasks/words.ts'
import type { AnswerBook } from './answerBook.ts'
import { termsOfRun, type Terms } from './terms.ts'

/** Who answers queries. */
export interface System {
  /**
   * `original`; `start` and `policy`, the loaded policy's, to be asked; `policy@STAGE:STEP` as it answered here; `live:PART` of the page's run;
   * `kept:RUN:PART` of a kept one, a part being `original`, `before`, `after` or `step:40`; `checkpoint:RUN:STAGE:STEP`; `source:ID`
   */
  readonly id: string
  /** as it is called anywhere: of a run’s answers and checkpoints, with the run's name */
  readonly title: string
  /** the heading that it is offered under */
  readonly group: string
  /** splits whose answers are known, or lie in the store and are read when wanted */
  readonly known: readonly Split[]
  /** whether it can be asked about any other query */
  readonly asks: boolean
  /** who ranks it and how it is measured; undefined where nobody knows */
  readonly terms: Terms | undefined
}

export const ORIGINAL = 'original'
export const START = 'start'
export const POLICY = 'policy'
const EVALUATED = 'policy@'

export const livePart = (part: string): string => `live:${part}`
const keptPart = (run: string, part: string): string => `kept:${run}:${part}`
export const evaluatedPolicy = (stage: string, step: number): string => `${EVALUATED}${stage}:${step}`
export const isEvaluated = (id: string): boolean => id.startsWith(EVALUATED)
/** Whether a run told its answers; any others are made here on demand. */
export const isTold = (id: string): boolean => id.startsWith('live:') || id.startsWith('kept:')

/** `before`, `after`, `original`, `prompted`, `step:40`, or `sft:40` of an sft stage that another follows. */
export function partOf({ policy, stage, step }: Pick<AnswersEvent, 'policy' | 'stage' | 'step'>): string {
  return policy === 'current' ? `${stage ?? 'step'}:${step}` : policy
}

const policyTitle = (stage: string | undefined, step: number): string => (step === 0 ? 'policy, untrained' : `policy of ${stepWords(stage, step)}`)

function partTitle(part: string, settings: Readonly<Record<string, unknown>> | undefined): string {
  if (part === 'before') return 'start'
  if (part === 'original') return originalWords(recordedTask(settings?.['task'])).title.toLowerCase()
  if (part === 'prompted') return 'prompted policy'
  if (part.startsWith('sft:')) return `sft step ${part.slice('sft:'.length)}`
  return part.startsWith('step:') ? `step ${part.slice('step:'.length)}` : part
}

/** The kept run that a system belongs to, and which part of it; undefined for every other. */
export function keptPlace(id: string): { readonly run: string; readonly part: string } | undefined {
  const [, run, part] = /^kept:([^:]+):(.+)$/.exec(id) ?? []
  return run === undefined || part === undefined ? undefined : { run, part }
}

/** The run whose policy it is, kept or a checkpoint of one. */
export function runOf(id: string): string | undefined {
  return keptPlace(id)?.run ?? /^checkpoint:([^:]+):/.exec(id)?.[1]
}

export interface SystemsWorld {
  readonly book: AnswerBook
  /** the task that is asked about; without it, queries are searched for */
  readonly task?: Pick<TaskSpec, 'over' | 'answers'>
  /** the page's run, and its record where it is kept */
  readonly run: RunState
  readonly record: RunRecord | undefined
  /** of the open dataset, the latest first */
  readonly records: readonly RunRecord[]
  /** events that were read, by run */
  readonly opened: ReadonlyMap<string, { readonly state: RunState }>
  readonly sources: readonly { readonly id: string; readonly title: string; readonly kind: Source['kind'] }[]
  /** the loaded policy; undefined while there is none */
  readonly policy: { readonly stage: string | undefined; readonly step: number } | undefined
  /** of what is asked now; undefined while no data are open */
  readonly terms: Terms | undefined
  /** whether a checkpoint of this run can answer in the engine as it stands */
  readonly fits: (record: RunRecord) => boolean
}

const AS_TYPED = 'as typed'
const THIS_RUN = 'this run'
const LOADED = 'loaded policy'
const OTHERS = 'other systems'

/** A run's parts with answers, by what is known of it. Runs whose events were not read show at least what every finished run has. */
function partsOf(state: RunState | undefined, { summary }: Pick<RunRecord, 'summary'>): readonly (readonly [part: string, split: Split])[] {
  if (state === undefined) return summary === undefined ? [] : [['original', 'test'], ['before', 'test'], ['after', 'test']]
  const tests = (['original', 'prompted', 'before', 'after'] as const).filter((part) => state.tests[part] !== undefined)
  const steps = state.validations.map(({ step }): readonly [string, Split] => [`step:${step}`, 'validation'])
  return [...tests.map((part): readonly [string, Split] => [part, 'test']), ...steps]
}

const ofRun = (title: string, name: string | undefined): string => (name === undefined ? title : `${title} · ${name}`)

export function listSystems({ task, book, run, record, records, opened, sources, policy, terms, fits }: SystemsWorld): readonly System[] {
  const answered = new Map(book.systems().map(({ id, splits }) => [id, splits]))
  const known = (id: string): readonly Split[] => answered.get(id) ?? []
  const systems: System[] = [{ id: ORIGINAL, title: task === undefined ? 'original query' : originalWords(task).title.toLowerCase(), group: AS_TYPED, known: known(ORIGINAL), asks: true, terms }]
  const ofPage = run.start === undefined ? undefined : termsOfRun(run.start.recommender, run.start.settings)

  for (const [id, splits] of answered) {
    if (!id.startsWith('live:')) continue
    const title = ofRun(partTitle(id.slice('live:'.length), run.start?.settings), record?.name)
    systems.push({ id, title, group: THIS_RUN, known: splits, asks: false, terms: ofPage })
  }
  const now = policy && evaluatedPolicy(policy.stage ?? 'none', policy.step)
  if (policy !== undefined) {
    systems.push({ id: START, title: 'starting policy', group: LOADED, known: known(START), asks: true, terms })
    const title = `${policyTitle(policy.stage, policy.step)} (now)`
    if (!answered.has(now!)) systems.push({ id: POLICY, title, group: LOADED, known: [], asks: true, terms })
  }
  for (const [id, splits] of answered) {
    if (!isEvaluated(id)) continue
    const [stage, step] = id.slice(EVALUATED.length).split(':')
    // weights of a step that has gone by cannot be asked about another query
    systems.push({ id, title: policyTitle(stage, Number(step)), group: LOADED, known: splits, asks: id === now, terms })
  }
  for (const kept of records) {
    const live = kept.id === record?.id
    const group = live ? THIS_RUN : `run ${kept.name}`
    const state = live && run.start !== undefined ? run : opened.get(kept.id)?.state
    const parts = new Map<string, Split[]>()
    for (const [part, split] of partsOf(state, kept)) parts.set(part, [...parts.get(part) ?? [], split])
    for (const [part, splits] of parts) {
      if (live && answered.has(livePart(part))) continue
      systems.push({
        id: keptPart(kept.id, part), title: ofRun(partTitle(part, kept.settings), kept.name), group, known: splits, asks: false,
        terms: termsOfRun(kept.recommender, kept.settings),
      })
    }
    if (!fits(kept)) continue
    for (const { stage, step } of kept.checkpoints) {
      const id = `checkpoint:${kept.id}:${stage}:${step}`
      systems.push({ id, title: ofRun(`checkpoint of ${stepWords(stage, step)}`, kept.name), group, known: known(id), asks: true, terms })
    }
  }
  for (const { id, title, kind } of sources) {
    // a ranking of its own is measured here, and ranked elsewhere
    const own = kind === 'run' && terms !== undefined ? { ...terms, recommender: undefined, spec: undefined } : terms
    systems.push({ id: `source:${id}`, title, group: OTHERS, known: known(`source:${id}`), asks: true, terms: own })
  }
  return systems
}

/** What there is to compare by itself: the run's test against its own queries as typed, else its latest validation, else nothing yet. */
export function pairOf(systems: readonly System[]): { readonly split: Split; readonly a: string; readonly b: string } {
  const own = systems.filter(({ group }) => group === THIS_RUN)
  const part = (name: string, split: Split): string | undefined => (
    own.find(({ id, known }) => (id === livePart(name) || keptPlace(id)?.part === name) && known.includes(split))?.id)
  const typed = (split: Split): string => part('original', split) ?? ORIGINAL
  const after = part('after', 'test')
  if (after !== undefined) return { split: 'test', a: typed('test'), b: after }
  const isStep = (id: string): boolean => id.startsWith('live:step:') || keptPlace(id)?.part.startsWith('step:') === true
  const latest = own.findLast(({ id, known }) => isStep(id) && known.includes('validation'))
  if (latest !== undefined) return { split: 'validation', a: typed('validation'), b: latest.id }
  const before = part('before', 'test')
  return before === undefined ? { split: 'test', a: ORIGINAL, b: POLICY } : { split: 'test', a: typed('test'), b: before }
}

/** Whether a list of systems says what another said. */
export function sameSystems(one: readonly System[], other: readonly System[]): boolean {
  const said = ({ id, title, group, known, asks, terms }: System): string => JSON.stringify([id, title, group, known, asks, terms])
  return one.length === other.length && one.every((system, at) => said(system) === said(other[at]!))
}
