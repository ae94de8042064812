// An event as its line of events.jsonl, and back.
import type { RunEvent } from './events.ts'

/** Which of several kernels with equal bytes was fastest is a matter of time: a run's record holds it, its events do not. */
function timeless(event: RunEvent): unknown {
  if (event.type !== 'start') return event
  const { kernels: _, ...adapter } = event.policy.adapter
  return { ...event, policy: { ...event.policy, adapter } }
}

/** Without its line feed. Numbers that are not finite become null. */
export function lineOf(event: RunEvent): string {
  return JSON.stringify(timeless(event))
}

/** The event of a line that `lineOf` wrote; null is NaN again, and a start names no kernels. Throws where it is not JSON. */
export function eventOf(line: string): RunEvent {
  // a reviver takes ten times as long, and few lines need it
  const event = (line.includes('null') ? JSON.parse(line, (_, part: unknown) => (part === null ? NaN : part)) : JSON.parse(line)) as RunEvent
  if (event.type !== 'start') return event
  return { ...event, policy: { ...event.policy, adapter: { ...event.policy.adapter, kernels: {} } } }
}
