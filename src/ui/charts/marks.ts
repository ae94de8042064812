// What is marked along a run besides its values: alarms, the best checkpoint, where it branched off or was changed, and values that are not finite.
import type { RunSeries } from './runSeries.ts'
import { ofImitation, type Track } from './curves.ts'

export type MarkKind = 'alarm' | 'best' | 'fork' | 'change' | 'broken'

export interface Mark {
  readonly kind: MarkKind
  readonly x: number
  readonly step: number
  /** a sentence for each thing that happened there */
  readonly says: string
}

/** Marks nearer to each other than this are one. */
const APART = 5

/**
 * Marks within `ends`, by kind and x. Those of one kind that would touch are one mark that says how many; a run with ten thousand alarms has a few dozen.
 * `broken` holds the steps of this chart's values that are not finite.
 */
export function marksOf(
  { state, tracks }: RunSeries, of: Track, broken: readonly number[], xOf: (step: number) => number | undefined,
  [from, to]: readonly [number, number], pixels: number,
): Mark[] {
  const near = ((to - from) / Math.max(1, pixels)) * APART
  const marks: { readonly mark: Mark; more: number }[] = []
  const add = (kind: MarkKind, step: number, says: string): void => {
    const x = xOf(step)
    if (x === undefined || x < from || x > to) return
    const before = marks.at(-1)
    if (before?.mark.kind === kind && x - before.mark.x < near) before.more++
    else marks.push({ mark: { kind, x, step, says: `step ${step}: ${says}` }, more: 0 })
  }
  for (const step of broken) add('broken', step, 'a value is not a finite number')
  const told = (): Mark[] => marks.map(({ mark, more }) => (more === 0 ? mark : { ...mark, says: `${mark.says} (and ${more} more here)` }))
  if (state === undefined) return told()
  if (ofImitation(of)) {
    const best = state.checkpoints.findLast(({ name, stage }) => name === 'best' && stage === 'sft')
    if (best !== undefined) add('best', best.step, `best checkpoint of imitation, ${best.reason}`)
    return told()
  }
  // an alarm of the imitation before it would stand at a step of another count
  if (tracks.steps.length > 0 || tracks.validations.length > 0) for (const { step, message } of state.alarms) add('alarm', step, message)
  if (state.best !== undefined) add('best', state.best.step, `best checkpoint so far, ${state.best.reason}`)
  for (const { run, step } of state.forkedAt) add('fork', step, `went on from a checkpoint of run ${run}`)
  for (const { step, changed } of state.changes) {
    add('change', step, `settings changed: ${Object.entries(changed).map(([name, value]) => `${name}=${value}`).join(', ')}`)
  }
  if (state.stopped !== undefined) add('change', state.stopped.step, 'ended early by a person')
  return told()
}
