// Which of an operation's variants a GPU runs: the preferred one until start-up has timed them.
import type { Gpu } from '../gpu/gpu.ts'

const chosen = new WeakMap<Gpu, Map<string, string>>()

/** From now on this GPU runs `variant` of the operation. */
export function choose(gpu: Gpu, operation: string, variant: string): void {
  const known = chosen.get(gpu) ?? new Map<string, string>()
  chosen.set(gpu, known)
  known.set(operation, variant)
}

/** The operation's variant on this GPU: what was chosen if it is among `possible`, else the first of them. */
export function choiceOf<V extends string>(gpu: Gpu, operation: string, possible: readonly V[]): V {
  const choice = chosen.get(gpu)?.get(operation)
  const [first] = possible
  if (first === undefined) throw new Error(`${operation}: no variant runs on this adapter`)
  return possible.find((variant) => variant === choice) ?? first
}
