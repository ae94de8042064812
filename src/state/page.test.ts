// The page's address and title follow what is shown; an address is taken where a person gives one.
import { expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { settingsOf } from '../domain/config.ts'
import type { Settings } from '../domain/settings.ts'
import { emptyRun } from '../experiment/reduce.ts'
import { createDurations } from './run/durations.ts'
import { createLibrary, type Library } from './data/library.ts'
import { addressNow, followPage, openAddressed, PAGE_TITLE, takeAddress, titleOf } from './page.ts'
import type { Run, RunStoreState } from './run/run.ts'
import { fakeBrowser } from './testing.ts'
import type { View } from './inspect/view.ts'

const ADAPTER = { vendor: 'test', architecture: 'gpu', description: '' }

async function page(names: readonly string[] = []) {
  const browser = fakeBrowser(names)
  const library: Library = createLibrary(browser.client, settingsOf())
  await library.loadSample()
  const state = createStore(() => ({ settings: settingsOf(), phase: 'idle', run: emptyRun, addressFault: undefined, adapter: ADAPTER }) as unknown as RunStoreState)
  const run = { ...state, setAddress: (hash: string) => state.setState({ settings: { ...settingsOf(), seed: Number(/seed=(\d+)/.exec(hash)?.[1] ?? 1) } }) } as unknown as Run
  const shown = createStore(() => ({ place: 'train', query: 'cheap gamepad' }))
  const view = { ...shown, setPlace: (place: string) => shown.setState({ place }), setQuery: (query: string) => shown.setState({ query }) } as unknown as View
  return { library, run, view, browser }
}

test('the tab says how far the run is before the page’s name, which a narrow tab cuts off', () => {
  expect(titleOf({ phase: 'idle', run: emptyRun })).toBe(PAGE_TITLE)
  expect(titleOf({ phase: 'running', run: { ...emptyRun, done: 12, planned: 120 } })).toBe('12/120 training · Rec-R1 Workbench')
  expect(titleOf({ phase: 'preparing', run: emptyRun })).toBe('preparing · Rec-R1 Workbench')
})

test('address and title are written when what they say changes, and not otherwise', async () => {
  const world = await page()
  const write = vi.fn<(hash: string) => void>()
  const title = vi.fn<(text: string) => void>()
  followPage(world, { write, title })
  world.run.setState({ settings: settingsOf('sample', { seed: 4 }) })
  expect(write).toHaveBeenLastCalledWith('preset=sample&seed=4')
  world.view.setQuery('usb hub')
  expect(write).toHaveBeenCalledTimes(1)
  world.view.setPlace('inspect')
  expect(write).toHaveBeenLastCalledWith('preset=sample&seed=4&view=inspect&query=usb+hub')
  world.run.setState({ phase: 'running', run: { ...emptyRun, done: 1, planned: 2 } })
  expect(title).toHaveBeenLastCalledWith('1/2 training · Rec-R1 Workbench')
  expect(write).toHaveBeenCalledTimes(2)
})

test('a data set of one’s own is in the address by name and hash, the sample is not', async () => {
  const world = await page(['mine'])
  expect(addressNow(world)).toBe('preset=sample')
  await world.library.open('#mine')
  expect(addressNow(world)).toBe('preset=sample&data=mine&hash=%23mine')
})

test('an address gives settings, place and query; one that is not understood says so', async () => {
  const world = await page()
  expect(takeAddress(world, '#preset=sample&seed=9&view=inspect&query=red+mug').data).toBeUndefined()
  expect([world.run.getState().settings.seed, world.view.getState().place, world.view.getState().query]).toEqual([9, 'inspect', 'red mug'])
  takeAddress(world, '#sede=9')
  expect(world.run.getState().addressFault).toContain('the address was not understood: setting sede does not exist; did you mean seed')
})

test('an address that asks for other settings is not followed while a run is under way; one that says the same is', async () => {
  const world = await page()
  world.run.setState({ phase: 'running' })
  expect(takeAddress(world, '#preset=sample&seed=9&view=runs')).toEqual({ data: undefined, settings: undefined })
  expect(world.run.getState().addressFault).toContain('other settings than those of the run under way; stop or reset that run')
  expect([world.run.getState().settings.seed, world.view.getState().place]).toEqual([1, 'train'])
  takeAddress(world, '#preset=sample&view=runs')
  expect(world.view.getState().place).toBe('runs')
})

test('an addressed data set is opened where it is kept, and named with its files where it is not', async () => {
  const world = await page(['mine'])
  await openAddressed(world, { name: 'mine', hash: '#mine', files: [] })
  expect(world.library.getState().shop?.dataset.name).toBe('mine')
  await openAddressed(world, { name: 'theirs', hash: 'cd'.repeat(32), files: ['a.csv'] })
  expect(world.run.getState().addressFault).toContain('the data set theirs (cdcdcdcdcdcd…), which this browser does not keep. Add a.csv')
  expect(world.library.getState().shop?.dataset.name).toBe('mine')
})

test('a step’s length is remembered once a few are measured, for the same shape and adapter alone', async () => {
  const { run, library } = await page()
  const kept = new Map<string, string>()
  const memory = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value) }
  const durations = createDurations(memory, run, library)
  const steps = (count: number) => ({ ...emptyRun, stage: 'grpo', steps: Array.from({ length: count }, () => ({ ms: 1500, generatedTokens: 1, generateMs: 1, tokens: 1, updateMs: 1 })) }) as unknown as RunStoreState['run']
  const settings: Settings = run.getState().settings
  run.setState({ phase: 'running', run: steps(2) })
  run.setState({ phase: 'paused' })
  expect(durations.stepMs(settings)).toBeUndefined()
  run.setState({ phase: 'running', run: steps(8) })
  expect(durations.stepMs({ ...settings, steps: 3, seed: 8 })).toBe(1500)
  expect(durations.stepMs({ ...settings, groupSize: 2 })).toBeUndefined()
  expect(createDurations(memory, run, library).stepMs(settings)).toBe(1500)
  run.setState({ adapter: { ...ADAPTER, architecture: 'other' } as never })
  expect(durations.stepMs(settings)).toBeUndefined()
})

test('what was remembered and is damaged, or a browser without room, is no fault', async () => {
  const { run, library } = await page()
  const full = { getItem: () => '{"broken', setItem: () => { throw new Error('quota') } }
  const durations = createDurations(full, run, library)
  expect(durations.stepMs(run.getState().settings)).toBeUndefined()
  run.setState({ phase: 'running', run: { ...emptyRun, stage: 'grpo', steps: Array.from({ length: 9 }, () => ({ ms: 10, generatedTokens: 1, generateMs: 1, tokens: 1, updateMs: 1 })) } as unknown as RunStoreState['run'] })
  expect(durations.stepMs(run.getState().settings)).toBe(10)
})
