// Checks which of several wishes has its way: policies and adapters that are asked for while others are opened, loaded or fail.
import { expect, test, vi } from 'vitest'
import type { LoadOptions, ModelFiles, PolicyInfo, PolicyService } from '../../client/policy.ts'
import { settingsOf } from '../../domain/config.ts'
import type { Settings } from '../../domain/settings.ts'
import { Engine, type EngineStatus, type GivenAdapter } from './engine.ts'

const TINY = { architectures: ['Qwen2ForCausalLM'], hidden_size: 8, num_attention_heads: 2, num_hidden_layers: 1, vocab_size: 16, intermediate_size: 8 }
const FILES: ModelFiles = { config: new TextEncoder().encode(JSON.stringify(TINY)).buffer, weights: [] }
const ADAPTER: GivenAdapter = { name: 'mine', config: new TextEncoder().encode('{"r":4,"lora_alpha":8,"use_rslora":true}').buffer, weights: new ArrayBuffer(2) }
const policy = (name: string, over: Partial<Settings> = {}): Settings => ({ ...settingsOf('sample'), trainable: 'lora', policy: name, ...over })

interface Load {
  readonly worker: number
  readonly files: ModelFiles
  readonly options: LoadOptions | undefined
  readonly finish: () => void
  readonly fail: (reason: string) => void
}

/** Workers whose loads, and files whose opening, wait for the test. A closed worker never answers. */
function open(later: readonly string[] = []) {
  const loads: Load[] = []
  const closed: number[] = []
  const openings = new Map<string, () => void>()
  const statuses: EngineStatus[] = []
  let workers = 0
  const engine = new Engine({
    openPolicy: () => {
      const worker = workers++
      const service: Partial<PolicyService> = {
        start: () => Promise.resolve({ maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 } as PolicyInfo['adapter']),
        lost: () => new Promise(() => undefined),
        resetPeak: () => Promise.resolve(),
        load: (files, _, options) => new Promise((resolve, reject) => {
          const unlessClosed = (answer: () => void) => () => { if (!closed.includes(worker)) answer() }
          loads.push({ worker, files, options, finish: unlessClosed(() => resolve({ parameters: loads.length } as PolicyInfo)), fail: (reason) => unlessClosed(() => reject(new Error(reason)))() })
        }),
      }
      return { service: service as PolicyService, failed: new Promise(() => undefined), close: () => { closed.push(worker) } }
    },
    loadSamplePolicy: () => Promise.resolve(FILES),
    openModel: (id) => (later.includes(id) ? new Promise((resolve) => { openings.set(id, () => resolve(FILES)) }) : Promise.resolve(FILES)),
    longestPrompt: () => 40,
  }, (status) => { statuses.push(status) })
  const ask = (settings: Settings) => {
    const asked = { settled: '' }
    engine.ready(settings).then(() => { asked.settled = 'ready' }, (error: Error) => { asked.settled = error.message })
    return asked
  }
  const loading = (count: number) => vi.waitFor(() => expect(loads).toHaveLength(count))
  const shown = () => {
    const last = statuses.at(-1)
    return last?.is === 'ready' ? `${last.loaded.policy} ${last.loaded.adapter?.name ?? 'new'}` : last?.is === 'absent' ? last.reason : last?.is
  }
  return { engine, ask, loads, loading, closed, openings, statuses, shown }
}

test('an adapter given while the files of a policy are opened is loaded by the next call, though nothing else changed', async () => {
  const { engine, ask, loads, loading, openings, shown } = open(['a'])
  const without = ask(policy('a'))
  await vi.waitFor(() => expect(openings.has('a')).toBe(true))
  engine.equip(ADAPTER)
  openings.get('a')!()
  await loading(1)
  loads[0]!.finish()
  await vi.waitFor(() => expect(without.settled).toBe('ready'))
  expect(shown()).toBe('a new')
  ask(policy('a'))
  await loading(2)
  expect(loads[1]!.files.adapterWeights).toBe(ADAPTER.weights)
  loads[1]!.finish()
  await vi.waitFor(() => expect(shown()).toBe('a mine'))
})

test('another policy breaks off a load that is under way, by a worker of its own', async () => {
  const { ask, loads, loading, closed, shown } = open()
  ask(policy('slow'))
  await loading(1)
  const second = ask(policy('sample'))
  await loading(2)
  expect([closed, loads[1]!.worker]).toEqual([[0], 1])
  loads[1]!.finish()
  await vi.waitFor(() => expect(second.settled).toBe('ready'))
  expect(shown()).toBe('sample new')
})

test('A, then B, then A again ends with A, and A is loaded once', async () => {
  const { ask, loads, loading, closed, openings, shown } = open(['b'])
  ask(policy('a'))
  await loading(1)
  const other = ask(policy('b'))
  await vi.waitFor(() => expect(openings.has('b')).toBe(true))
  const again = ask(policy('a'))
  loads[0]!.finish()
  await vi.waitFor(() => expect(again.settled).toBe('ready'))
  openings.get('b')!()
  await vi.waitFor(() => expect(other.settled).toContain('policy b was not loaded, for something else was asked for in the meantime'))
  expect([loads.length, closed, shown()]).toEqual([1, [], 'a new'])
})

test('a load that fails while a newer policy is opened closes nothing, and the newer one comes', async () => {
  const { ask, loads, loading, closed, openings, statuses, shown } = open(['b'])
  const first = ask(policy('a'))
  await loading(1)
  const second = ask(policy('b'))
  await vi.waitFor(() => expect(openings.has('b')).toBe(true))
  loads[0]!.fail('broken')
  await vi.waitFor(() => expect(first.settled).toBe('broken'))
  expect([closed, statuses.some(({ is }) => is === 'absent')]).toEqual([[], false])
  openings.get('b')!()
  await loading(2)
  loads[1]!.finish()
  await vi.waitFor(() => expect([second.settled, shown()]).toEqual(['ready', 'b new']))
})

test('a load that fails alone says why, and the next call begins on a fresh worker', async () => {
  const { ask, loads, loading, closed, shown } = open()
  ask(policy('a'))
  await loading(1)
  loads[0]!.fail('broken')
  await vi.waitFor(() => expect([closed, shown()]).toEqual([[0], 'broken']))
  ask(policy('a'))
  await loading(2)
  expect(loads[1]!.worker).toBe(1)
})

test('a refused run of the policy that loads leaves it alone; a refusal of another policy breaks it off', async () => {
  const { ask, loads, loading, closed, shown } = open()
  ask(policy('a'))
  await loading(1)
  const refused = ask(policy('a', { memoryBudget: 0.001 }))
  await vi.waitFor(() => expect(refused.settled).toContain('are allowed'))
  expect([closed, shown()]).toEqual([[], 'starting'])
  loads[0]!.finish()
  await vi.waitFor(() => expect(shown()).toBe('a new'))
  ask(policy('c'))
  await loading(2)
  const other = ask(policy('b', { memoryBudget: 0.001 }))
  await vi.waitFor(() => expect(other.settled).toContain('are allowed'))
  expect(closed).toEqual([0])
  expect(shown()).toContain('are allowed')
})

test('the engine is given the budget that the plan was judged by, and none where none is set', async () => {
  const { ask, loads, loading } = open()
  ask(policy('a', { memoryBudget: 2 }))
  await loading(1)
  expect(loads[0]!.options?.budgetBytes).toBe(2 ** 31)
  ask(policy('b', { memoryBudget: 0 }))
  await loading(2)
  expect(loads[1]!.options).not.toHaveProperty('budgetBytes')
})

test('giving a run up while its policy loads does not load it again', async () => {
  const { engine, ask, loads, loading } = open()
  ask(policy('a'))
  await loading(1)
  engine.touched()
  const again = ask(policy('a'))
  loads[0]!.finish()
  await vi.waitFor(() => expect(again.settled).toBe('ready'))
  engine.touched()
  ask(policy('a'))
  await loading(2)
})
