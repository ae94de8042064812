// When the page's run becomes another one: what was known of the former is nothing of the next.
import type { RunStoreState } from './run.ts'

/** What of the run's store tells one run from another. */
type Shown = Pick<RunStoreState, 'record' | 'run'>

/**
 * Whether the run that was shown is shown no more: its record gave way to another or to none, or its events were put away. A record that comes
 * to the run that is shown, and settings that change within it, make no other run of it.
 */
export function becameAnother(now: Shown, before: Shown): boolean {
  const left = before.record !== undefined && now.record?.id !== before.record.id
  return left || (before.run.start !== undefined && now.run.start === undefined)
}
