// A run's events on their way to whoever drives it, heard by others too.
import type { RunEvent } from '../../experiment/events.ts'

/** The same events, each told to `hear` as it passes; those that stand `before` are told first. */
export async function* heard<End>(
  events: AsyncGenerator<RunEvent, End>, hear: (event: RunEvent) => void, before: readonly RunEvent[] = [],
): AsyncGenerator<RunEvent, End> {
  for (const event of before) hear(event)
  for (;;) {
    const { value, done } = await events.next()
    if (done === true) return value
    hear(value)
    yield value
  }
}
