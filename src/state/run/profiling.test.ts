// Checks that kernels are timed only for who asks, and that what is shown follows the run.
import { expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { KernelProfile, MemoryReport, PolicyService } from '../../client/policy.ts'
import { createProfiling } from './profiling.ts'
import type { Run, RunStoreState } from './run.ts'

const MEMORY: MemoryReport = { bytes: { weights: 4 }, total: 4, peak: 8, peakBytes: { weights: 4, activations: 4 } }
const PROFILE: KernelProfile = { available: true, kernels: [{ kernel: 'matmul', calls: 1, ms: 2, flops: 3, bytes: 4 }], peakGflops: 1, peakGBs: 1 }

function open() {
  const asked: string[] = []
  const service: Partial<PolicyService> = {
    memory: () => Promise.resolve(MEMORY),
    kernelTimes: () => {
      asked.push('times')
      return Promise.resolve(PROFILE)
    },
    profile: (on) => {
      asked.push(on ? 'on' : 'off')
      return Promise.resolve()
    },
    resetPeak: () => {
      asked.push('peak')
      return Promise.resolve()
    },
  }
  const store = createStore<RunStoreState>(() => ({ engine: { is: 'ready' }, phase: 'idle', run: { done: 0 } }) as unknown as RunStoreState)
  const run = { ...store, engine: { service } } as unknown as Run
  const step = (done: number): void => store.setState({ run: { done } } as unknown as Partial<RunStoreState>)
  return { profiling: createProfiling(run), asked, step, restart: () => store.setState({ engine: { is: 'ready' } } as unknown as Partial<RunStoreState>) }
}

test('looking shows memory, and times nothing', async () => {
  const { profiling, asked, step } = open()
  const leave = profiling.watch()
  step(1)
  await vi.waitFor(() => expect(profiling.getState().memory).toEqual(MEMORY))
  leave()
  expect(asked).toEqual([])
})

test('once switched on, every step is looked at, and what was timed stays when it is switched off', async () => {
  const { profiling, asked, step } = open()
  const leave = profiling.watch()
  profiling.setOn(true)
  await vi.waitFor(() => expect(profiling.getState()).toMatchObject({ on: true, profile: PROFILE }))
  step(1)
  await vi.waitFor(() => expect(asked).toEqual(['on', 'times', 'times']))
  profiling.setOn(false)
  await vi.waitFor(() => expect(asked.at(-1)).toBe('off'))
  step(2)
  expect(profiling.getState()).toMatchObject({ on: false, profile: PROFILE })
  expect(asked).toEqual(['on', 'times', 'times', 'times', 'off'])
  leave()
})

test('a fresh worker is told to time again, and nobody is asked after the panel is left', async () => {
  const { profiling, asked, step, restart } = open()
  const leave = profiling.watch()
  profiling.setOn(true)
  await vi.waitFor(() => expect(asked).toEqual(['on', 'times']))
  leave()
  step(1)
  expect(asked).toEqual(['on', 'times'])
  restart()
  await vi.waitFor(() => expect(asked[2]).toBe('on'))
})
