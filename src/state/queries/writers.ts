// Who writes for the queries of a split, a batch at a time: the loaded policy, its start, a kept run's checkpoint, or another system.
import type { PolicyService } from '../../client/policy.ts'
import type { RunsService } from '../../client/runs.ts'
import type { Settings } from '../../domain/settings.ts'
import { inGroups } from '../../experiment/score.ts'
import { generation, greedyOf, type Task } from '../../experiment/tasks.ts'
import { misfit } from '../inspect/asking.ts'
import { saidBySource } from '../inspect/inspect.ts'
import { kindOf } from '../inspect/columns.ts'
import { asTyped, type Writer, type Written } from './evaluating.ts'
import type { RunStoreState } from '../run/run.ts'
import { isUnderWay } from '../run/run.ts'
import type { AskedQuery, Source, SourceAnswer } from '../inspect/sources.ts'
import { evaluatedPolicy, ORIGINAL, POLICY, START } from './systems.ts'

export interface WritersWorld {
  readonly run: { readonly getState: () => RunStoreState; readonly engine: { readonly service: PolicyService | undefined } }
  readonly past: Pick<RunsService, 'record' | 'checkpoint'>
  readonly sources: { readonly getState: () => { readonly list: readonly Source[] } }
  readonly signal: AbortSignal
}

/** Who is asked: under which id the answers stand, how many queries at once, and how. */
export interface Asking {
  readonly id: string
  readonly batch: number
  readonly write: Writer
  /** the engine answers as it stands: a run that begins ends this */
  readonly unheld?: true
}

const RANKED_AT_ONCE = 64
/** Files of rankings read no prompt. */
const NO_PROMPT = { text: '', prefill: '' }
const FILED_AT_ONCE = 500
const FROZEN_AT_ONCE = 8
/** Weights and AdamW's two moments in float32; beyond so many bytes a policy in training cannot be held still beside it. */
const CHECKPOINT_BYTES = 12
const MOST_HELD_STILL = 400e6
const MOST_TRIES = 20

type Generate = PolicyService['generate']

/** Greedy outputs, read as evaluations read them; format strictly. */
function policyWriter(generate: Generate, settings: Settings, version: 'current' | 'reference'): Writer {
  return async (tasks) => {
    const asked = generation(tasks, { groupSize: 1, sampling: greedyOf(settings), seed: settings.seed, step: 0, version })
    return inGroups(await generate(asked), tasks.length, 1).map(({ prompt, text }): Written => {
      const { spec, asked } = tasks[prompt]!
      return { kind: 'text', reading: spec.read(asked, text), output: text, format: spec.parse(asked, text).kind === 'query' }
    })
  }
}

function writtenBy(answer: SourceAnswer, task: Task): Written {
  if (answer.kind === 'absent') return { kind: 'absent' }
  if (answer.kind === 'ranking') return { kind: 'ranking', ids: answer.ids }
  const { rewrite, items, output, fault } = saidBySource(answer, task)
  return {
    kind: 'text', reading: { text: rewrite ?? '', ...(items === undefined ? {} : { items }) }, ...(output === undefined ? {} : { output }), format: fault === undefined,
  }
}

/** A prepared task as other systems are asked about it: by the words that people read. */
const askedOf = (task: Task): AskedQuery => ({ id: task.query.id, text: task.said, prompt: task.prompt })

export function sourceWriter(source: Source, signal: AbortSignal): Writer {
  return async (tasks: readonly Task[]) => {
    const answers = await source.answerAll(tasks.map(askedOf), undefined, signal)
    return answers.map((answer, at) => writtenBy(answer, tasks[at]!))
  }
}

/** The steps that the loaded policy stands for: a finished run has brought back its best checkpoint. */
export function policyPlace({ run: { stage, done, summary } }: Pick<RunStoreState, 'run'>): { readonly stage: string | undefined; readonly step: number } {
  return { stage, step: summary?.best.step ?? done }
}

/** Throws a sentence where that system cannot be asked. */
export async function askingOf(system: string, settings: Settings, { run, past, sources, signal }: WritersWorld): Promise<Asking> {
  if (system === ORIGINAL) return { id: system, batch: RANKED_AT_ONCE, write: asTyped }
  const kind = kindOf(system)
  if (kind?.is === 'source') {
    const source = sources.getState().list.find(({ id }) => id === kind.source)
    if (source === undefined) throw new Error('this system is not here any more; bring it again, or choose another')
    return { id: system, batch: source.kind === 'frozen' ? FROZEN_AT_ONCE : FILED_AT_ONCE, write: sourceWriter(source, signal) }
  }
  const { engine, phase } = run.getState()
  const { service } = run.engine
  if (engine.is !== 'ready' || service === undefined) throw new Error(`no policy is loaded${'reason' in engine ? `: ${engine.reason}` : ''}; wait until it is, or see Data`)
  const batch = settings.evaluationBatch
  if (kind?.is === 'checkpoint') {
    const record = await past.record(kind.run)
    const refused = misfit(record, engine)
    if (refused !== undefined) throw new Error(refused)
    const bytes = await past.checkpoint(kind.run, kind.stage, kind.step)
    return { id: system, batch, write: policyWriter((request) => service.generateAs(bytes, request), settings, 'current') }
  }
  if (system === START) return { id: system, batch, write: policyWriter((request) => service.generate(request), settings, 'reference'), unheld: true }
  if (system !== POLICY) throw new Error(`${system} cannot be asked; its answers are what they were`)
  const held = engine.info.trainableParameters * CHECKPOINT_BYTES
  const place = (): string => {
    const { stage, step } = policyPlace(run.getState())
    return evaluatedPolicy(stage ?? 'none', step)
  }
  if (!isUnderWay(phase)) return { id: place(), batch, write: policyWriter((request) => service.generate(request), settings, 'current'), unheld: true }
  if (held > MOST_HELD_STILL) {
    throw new Error(`the policy in training takes ${(held / 1e6).toFixed(0)} MB and cannot be held still beside it; wait until the run has ended, or evaluate one of its checkpoints`)
  }
  // training may go on between two batches: all of them are answered by the weights of now
  for (let tries = 1; ; tries++) {
    const before = place()
    const bytes = await service.checkpoint()
    // between two steps: the weights are those of the step that the page shows
    if (place() === before) return { id: before, batch, write: policyWriter((request) => service.generateAs(bytes, request), settings, 'current') }
    if (tries === MOST_TRIES) throw new Error('training steps are too quick to hold one still; pause the run, and evaluate then')
  }
}

/** Rankings that another system made itself, by query id: an export need not make them anew. */
export async function rankingsOf(
  system: string, answers: readonly { readonly queryId: string; readonly query: string }[], sources: WritersWorld['sources'], signal: AbortSignal,
): Promise<ReadonlyMap<string, { readonly ids: readonly string[]; readonly scores: readonly number[] }>> {
  const kind = kindOf(system)
  const source = kind?.is === 'source' ? sources.getState().list.find(({ id }) => id === kind.source) : undefined
  if (source === undefined || source.kind !== 'run') return new Map()
  const found = await source.answerAll(answers.map(({ queryId, query }) => ({ id: queryId, text: query, prompt: NO_PROMPT })), undefined, signal)
  return new Map(answers.flatMap(({ queryId }, at) => {
    const one = found[at]!
    return one.kind === 'ranking' ? [[queryId, one] as const] : []
  }))
}
