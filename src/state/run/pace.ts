// How fast a run goes, over its latest steps, and how long the rest of it takes as far as that is known.
import type { Settings } from '../../domain/settings.ts'
import { PAIRED_SAMPLES } from '../../domain/settings.ts'
import type { RunState } from '../../experiment/reduce.ts'

/** Latest steps that rates are taken over: rates of the whole run would hide a change, those of one step jump. */
export const PACE_STEPS = 8
const PACE_VALIDATIONS = 3

export interface Pace {
  /** mean milliseconds of the latest steps; undefined before the first */
  readonly stepMs: number | undefined
  /** tokens sampled by time of sampling, and trained on by time of training; undefined where nothing was measured */
  readonly sampledPerSecond: number | undefined
  readonly trainedPerSecond: number | undefined
  /** milliseconds of everything that is still to come and whose length is known */
  readonly leftMs: number | undefined
  /** what is still to come and is not in `leftMs`, for nothing of its kind was measured yet */
  readonly unknown: readonly ('validations' | 'the final test' | 'the grpo stage')[]
}

const sum = <Item>(items: readonly Item[], value: (item: Item) => number): number => items.reduce((total, item) => total + value(item), 0)
const meanMs = (items: readonly { readonly ms: number }[]): number | undefined => (items.length === 0 ? undefined : sum(items, ({ ms }) => ms) / items.length)
const perSecond = (tokens: number, ms: number): number | undefined => (ms > 0 ? 1000 * tokens / ms : undefined)

/** Validations of the steps after `done`, of `steps`. */
function validationsLeft({ validationEvery }: Settings, steps: number, done: number): number {
  if (validationEvery === 0) return 0
  const last = steps % validationEvery === 0 ? 0 : 1
  return Math.floor(steps / validationEvery) + last - Math.floor(done / validationEvery) - (done >= steps ? last : 0)
}

/** `ended`: training was ended early, only the final test is to come. */
export function paceOf(run: RunState, settings: Settings, ended = false): Pace {
  const sft = run.stage === 'sft'
  const recent = run.steps.slice(-PACE_STEPS)
  const recentSft = run.sft.slice(-PACE_STEPS)
  const stepMs = sft ? meanMs(recentSft) : meanMs(recent)
  const rates = sft
    ? { sampledPerSecond: undefined, trainedPerSecond: perSecond(sum(recentSft, ({ tokens }) => tokens), sum(recentSft, ({ ms }) => ms)) }
    : {
      sampledPerSecond: perSecond(sum(recent, ({ generatedTokens }) => generatedTokens), sum(recent, ({ generateMs }) => generateMs)),
      trainedPerSecond: perSecond(sum(recent, ({ tokens }) => tokens), sum(recent, ({ updateMs }) => updateMs)),
    }
  if (run.summary !== undefined) return { stepMs, ...rates, leftMs: 0, unknown: [] }
  const unknown: Pace['unknown'][number][] = []
  const steps = ended ? 0 : Math.max(0, run.planned - run.done)
  let leftMs = stepMs === undefined ? undefined : steps * stepMs
  const more = (ms: number | undefined, what: Pace['unknown'][number]): void => {
    if (ms === undefined) unknown.push(what)
    else if (leftMs !== undefined) leftMs += ms
  }
  if (sft && settings.stages !== 'sft') more(undefined, 'the grpo stage')
  const validations = ended || run.start?.dataset.validation === 0 ? 0 : validationsLeft(settings, sft ? settings.sftSteps : settings.steps, run.done)
  const validationMs = meanMs((sft ? run.sftValidations : run.validations).slice(-PACE_VALIDATIONS))
  if (validations > 0) more(validationMs === undefined ? undefined : validations * validationMs, 'validations')
  more(finalTestMs(run, settings), 'the final test')
  return { stepMs, ...rates, leftMs, unknown }
}

/** The trained policy's test takes what the starting one's took; the paired sampling as much a query, for every draw before and after. */
function finalTestMs({ tests, paired, start }: RunState, { evaluationQueries }: Settings): number | undefined {
  const before = tests.before?.ms
  if (before === undefined || start === undefined) return undefined
  const { train, validation, test } = start.dataset
  const queries = Math.min(train + validation, evaluationQueries || Infinity)
  const pairedMs = paired === undefined && test > 0 ? before / test * queries * 2 * PAIRED_SAMPLES : 0
  return (tests.after === undefined ? before : 0) + pairedMs
}
