// What is marked along a run besides its values: alarms, the best checkpoint, where it branched off or was changed, and values that are not finite.
import type { RunSeries } from './runSeries.ts'
import type { Track } from './curves.ts'

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
  const marks: Mark[] = []
  const add = (kind: MarkKind, step: number, says: string): void => {
    const x = xOf(step)
    if (x === undefined || x < from || x > to) return
    const before = marks.at(-1)
    if (before?.kind === kind && x - before.x < near) {
      const more = Number(/ \(and (\d+) more here\)$/.exec(before.says)?.[1] ?? 0) + 1
      marks[marks.length - 1] = { ...before, says: `${before.says.replace(/ \(and \d+ more here\)$/, '')} (and ${more} more here)` }
    } else marks.push({ kind, x, step, says: `step ${step}: ${says}` })
  }
  for (const step of broken) add('broken', step, 'a value is not a finite number')
  if (state === undefined || of === 'sft') return marks
  // an alarm of the imitation before it would stand at a step of another count
  if (tracks.steps.length > 0 || tracks.validations.length > 0) for (const { step, message } of state.alarms) add('alarm', step, message)
  if (state.best !== undefined) add('best', state.best.step, `best checkpoint so far, ${state.best.reason}`)
  for (const { run, step } of state.forkedAt) add('fork', step, `went on from a checkpoint of run ${run}`)
  for (const { step, changed } of state.changes) {
    add('change', step, `settings changed: ${Object.entries(changed).map(([name, value]) => `${name}=${value}`).join(', ')}`)
  }
  if (state.stopped !== undefined) add('change', state.stopped.step, 'ended early by a person')
  return marks
}
