// The store of what the engine's kernels cost and what its buffers take: asked for while somebody looks, and never otherwise.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { KernelProfile, MemoryReport } from '../../client/policy.ts'
import type { Run } from './run.ts'
import { sentenceOf } from '../sentence.ts'

export type { KernelProfile, KernelTime, MemoryReport } from '../../client/policy.ts'

export interface ProfilingState {
  /** whether dispatches are timed */
  readonly on: boolean
  readonly profile: KernelProfile | undefined
  readonly memory: MemoryReport | undefined
  readonly failure: string | undefined
}

export interface Profiling extends StoreApi<ProfilingState> {
  readonly setOn: (on: boolean) => void
  /** Times from now on; what was collected before is dropped. */
  readonly clear: () => void
  readonly resetPeak: () => void
  /** Looks now and after every step, and at memory every second, until the returned function is called. */
  readonly watch: () => () => void
}

const MEMORY_EVERY_MS = 1000

export function createProfiling(run: Run): Profiling {
  const store = createStore<ProfilingState>(() => ({ on: false, profile: undefined, memory: undefined, failure: undefined }))
  const { getState, setState } = store
  let watching = 0
  let asking = false

  const service = () => (run.getState().engine.is === 'ready' ? run.engine.service : undefined)
  const lookAtMemory = async (): Promise<void> => {
    const engine = service()
    if (engine === undefined) return
    // a device that went away is told elsewhere
    const memory = await engine.memory().catch(() => undefined)
    if (memory !== undefined) setState({ memory })
  }
  /** The first answer measures the adapter's peaks, which takes a while: nobody is asked who did not switch timing on. Waits its turn behind what the run asked, so one question at a time is enough. */
  const lookAtKernels = async (): Promise<void> => {
    const engine = service()
    if (engine === undefined || asking || !getState().on) return
    asking = true
    try {
      const profile = await engine.kernelTimes()
      setState({ profile, failure: undefined })
    } catch (error) {
      setState({ failure: sentenceOf(error) })
    } finally {
      asking = false
    }
  }
  const look = (): void => {
    void lookAtMemory()
    void lookAtKernels()
  }
  const time = async (on: boolean): Promise<void> => {
    try {
      // what was timed so far is looked at before it is no longer timed
      if (!on) await lookAtKernels()
      setState({ on, ...(on ? { profile: undefined } : {}) })
      await service()?.profile(on)
      await lookAtKernels()
    } catch (error) {
      setState({ on: false, failure: sentenceOf(error) })
    }
  }

  run.subscribe(({ engine, run: { done }, phase }, before) => {
    // a fresh worker times nothing until it is told to
    if (engine !== before.engine && engine.is === 'ready' && getState().on) void time(true)
    if (engine !== before.engine && (engine.is === 'absent' || engine.is === 'lost')) setState({ memory: undefined })
    if (watching > 0 && (engine !== before.engine || done !== before.run.done || phase !== before.phase)) look()
  })

  return {
    ...store,
    setOn: (on) => void time(on),
    clear: () => void time(getState().on),
    resetPeak: () => void service()?.resetPeak().then(lookAtMemory, () => undefined),
    watch: () => {
      watching++
      look()
      const timer = setInterval(() => void lookAtMemory(), MEMORY_EVERY_MS)
      return () => {
        watching--
        clearInterval(timer)
      }
    },
  }
}
