// How long a step of a run's shape took on this adapter, remembered by the browser: what a new run is told to take before its first step.
import type { Settings } from '../../domain/settings.ts'
import type { Library } from '../data/library.ts'
import { PACE_STEPS, paceOf } from './pace.ts'
import type { Run } from './run.ts'
import { adapterKey, rememberStep, shapeKey } from './setup.ts'
import type { Memory } from '../shell.ts'

const NAME = 'rec-r1-workbench step lengths'
/** Fewer steps than this say little: the first ones compile kernels and fill pools. */
const FEWEST = 3

export interface Durations {
  /** milliseconds of a step with these settings on the open data and this adapter; undefined where none was ever measured */
  readonly stepMs: (settings: Settings) => number | undefined
}

export function createDurations(memory: Memory, run: Run, library: Library): Durations {
  const read = (): Record<string, number> => {
    try {
      const known: unknown = JSON.parse(memory.getItem(NAME) ?? '{}')
      return typeof known === 'object' && known !== null ? known as Record<string, number> : {}
    } catch {
      return {}
    }
  }
  const keyOf = (settings: Settings): string | undefined => {
    const { adapter } = run.getState()
    const { shop } = library.getState()
    return adapter === undefined || shop === undefined ? undefined : shapeKey(settings, shop.dataset, adapterKey(adapter))
  }
  let known = read()
  /** how many steps the remembered length was taken from */
  let told = 0
  run.subscribe(({ run: now, settings, phase }, before) => {
    const { length } = now.steps
    if (length < told) told = 0
    const ended = phase !== before.phase && (phase === 'paused' || phase === 'finished' || phase === 'failed')
    if (length < FEWEST || (!ended && length < told + PACE_STEPS) || phase === 'interrupted' || phase === 'idle') return
    told = length
    const key = keyOf(settings)
    const { stepMs } = paceOf(now, settings)
    if (key === undefined || stepMs === undefined) return
    known = rememberStep(read(), key, stepMs)
    try {
      memory.setItem(NAME, JSON.stringify(known))
    } catch {
      // no room: it is known until the page is left
    }
  })
  return {
    stepMs: (settings) => {
      const key = keyOf(settings)
      return key === undefined ? undefined : known[key]
    },
  }
}
