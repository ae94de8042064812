// The run of the page, where it is one of the kept runs: the list and the charts follow it.
import { useRun } from '../parts/stores.ts'

export interface LiveSteps {
  readonly done: number
  readonly planned: number
}

/** Steps of the run of the page, if it is `id`. */
export function useLiveSteps(id: string): LiveSteps | undefined {
  const done = useRun((state) => (state.record?.id === id ? state.run.done : undefined))
  const planned = useRun((state) => (state.record?.id === id ? state.run.planned : undefined))
  return done === undefined || planned === undefined || planned === 0 ? undefined : { done, planned }
}
