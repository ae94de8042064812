// How the papers' place says lengths of time that are known in part.
import type { Standing } from '../../state/papers/papersState.ts'
import { count, duration } from '../parts/format.ts'

const runs = (many: number): string => `${count(many)} ${many === 1 ? 'run' : 'runs'}`

/** What is missing takes so long, as far as it is known. */
export function lengthSaid({ seconds, unknown }: Pick<Standing, 'seconds' | 'unknown'>): string {
  if (seconds === 0) return `length of ${runs(unknown)} not known yet`
  return `about ${duration(seconds)}${unknown === 0 ? '' : `, and ${runs(unknown)} of unknown length`}`
}
