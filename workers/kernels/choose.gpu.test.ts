// The choice of kernels: measured once, kept for the same adapter, and measured again when what was kept does not hold.
import { expect, test, vi } from 'vitest'
import type { AdapterDescription } from '../../src/protocol/device.ts'
import { openGpu } from '../gpu/device.ts'
import { testGpu } from '../gpu/testing.ts'
import type { Note } from './choose.ts'
import { cardTrials, chooseKernels, chooseVariants, fastest, identityOf, privateNote } from './choose.ts'
import { CANDIDATES } from './matmul/matmul.plan.ts'
import { familyOfGpu } from './matmul/matmul.ts'
import { matvecAs, type MatvecVariant } from './matvec/matvec.ts'
import { ROW_VARIANTS } from './sum.ts'
import { choiceOf, choose } from './variants.ts'

class Paper implements Note {
  writes = 0
  constructor(public text?: string) {}
  async read(): Promise<string | undefined> {
    return this.text
  }
  async write(text: string): Promise<void> {
    this.writes++
    this.text = text
  }
}

/** A choice that a measurement may or may not come to, but that runs: the last candidate of each class. */
async function lasts(): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(CANDIDATES[familyOfGpu(await testGpu())]).map(([name, tiles]) => [name, tiles.at(-1)!]))
}

test('a first start measures and keeps; the next takes what was kept without measuring', async () => {
  const gpu = await testGpu()
  const note = new Paper()
  const first = await chooseKernels(gpu, 'this adapter', note)
  expect(Object.keys(first).sort()).toEqual(Object.keys(CANDIDATES[familyOfGpu(gpu)]).sort())
  expect(note.writes).toBe(1)
  expect(await chooseKernels(gpu, 'this adapter', note)).toEqual(first)
  const kept = new Paper(JSON.stringify([['this adapter', await lasts()]]))
  expect(await chooseKernels(gpu, 'this adapter', kept)).toEqual(await lasts())
  expect(kept.writes).toBe(0)
})

test('other adapters keep their records beside it', async () => {
  const note = new Paper(JSON.stringify([['another adapter', { large: 'x' }]]))
  await chooseKernels(await testGpu(), 'this adapter', note)
  expect((JSON.parse(note.text!) as [string, unknown][]).map(([identity]) => identity)).toEqual(['this adapter', 'another adapter'])
})

test.each([
  ['is no JSON', async () => '{"half'], ['is another kind of JSON', async () => '{"a": 1}'], ['holds odd entries', async () => '[1, ["this adapter", null], null]'],
  ['names a tile that does not run here', async () => JSON.stringify([['this adapter', { ...(await lasts()), large: 'quad9000' }]])],
  ['leaves out a class', async () => JSON.stringify([['this adapter', Object.fromEntries(Object.entries(await lasts()).slice(1))]])],
])('a note that %s is measured again and replaced', async (_, text) => {
  const note = new Paper(await text())
  const chosen = await chooseKernels(await testGpu(), 'this adapter', note)
  expect(note.writes).toBe(1)
  expect((JSON.parse(note.text!) as [string, unknown][])[0]).toEqual(['this adapter', chosen])
})

test('without room for a note, and with one that cannot be read or written, the measurement is used', async () => {
  const gpu = await testGpu()
  const broken: Note = { read: () => Promise.reject(new Error('no')), write: () => Promise.reject(new Error('no')) }
  for (const note of [undefined, broken]) expect(Object.keys(await chooseKernels(gpu, 'this adapter', note))).toContain('large')
})

test('a driver, a browser or a feature more makes another adapter', () => {
  const adapter = { vendor: 'v', architecture: 'a', description: 'driver 1', fallback: false, features: ['subgroups'], kernels: {} } as unknown as AdapterDescription
  const identities = [identityOf(adapter, 'browser 1'), identityOf({ ...adapter, description: 'driver 2' }, 'browser 1'), identityOf(adapter, 'browser 2'), identityOf({ ...adapter, features: [] }, 'browser 1')]
  expect(new Set(identities).size).toBe(4)
  expect(identityOf(adapter, 'browser 1')).toBe(identities[0])
})

test('a variant that is fast and wrong is never chosen', async () => {
  const gpu = await testGpu()
  const record = (wrong: string) => (recording: Parameters<typeof matvecAs>[0], variant: string, room: (elements: number) => Parameters<typeof matvecAs>[1]['x'], out: Parameters<typeof matvecAs>[1]['x']): void => {
    if (variant === wrong) recording.clear(out)
    else matvecAs(recording, { m: 8, n: 512, k: 64, x: room(512), weight: { storage: 'f32', data: room(512 * 64), scales: undefined, stride: 64 }, y: out }, variant as MatvecVariant)
  }
  expect(await fastest(gpu, 'trial', { variants: ['subgroup', 'shared'], record: record('subgroup') })).toBe('shared')
})

test('each norm of graphics cards is timed by its own kernels in every variant, and what was fastest is used whatever later trials chose', async () => {
  const { gpu } = await openGpu(navigator.gpu)
  const kernel = vi.spyOn(gpu, 'kernel')
  const names = ['rmsnorm', 'head_norm']
  const meddling = Object.fromEntries(Object.entries(cardTrials(gpu)).filter(([name]) => names.includes(name)).map(([name, trial]) => [name, {
    ...trial,
    record: (...args: Parameters<typeof trial.record>) => {
      kernel.mockClear()
      trial.record(...args)
      for (const [made] of kernel.mock.calls) expect(made.startsWith(`${name} ${args[1]}`), made).toBe(true)
      expect(kernel).toHaveBeenCalled()
      for (const other of names.filter((each) => each !== name)) choose(gpu, other, 'none')
    },
  }]))
  const chosen = await chooseVariants(gpu, meddling)
  expect(Object.keys(chosen)).toEqual(names)
  for (const name of names) expect(choiceOf<string>(gpu, name, ['none', ...ROW_VARIANTS]), name).toBe(chosen[name])
  gpu.device.destroy()
})

test('the private file system keeps a note', async () => {
  const note = privateNote('test kernels.json')!
  await note.write('[1]')
  expect(await note.read()).toBe('[1]')
  await (await navigator.storage.getDirectory()).removeEntry('test kernels.json')
  expect(await note.read()).toBeUndefined()
})
