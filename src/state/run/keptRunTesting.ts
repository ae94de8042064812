// A visit of the page for tests of kept runs: the real loop over a table for a policy, and a store of runs in memory.
import { expect, vi } from 'vitest'
import type { PolicyService } from '../../client/policy.ts'
import { settingsOf } from '../../domain/config.ts'
import type { Settings } from '../../domain/settings.ts'
import { CountingRecommender, POLICY_INFO, TablePolicy, tableShop } from '../../experiment/testing.ts'
import { train } from '../../experiment/train.ts'
import { createLibrary } from '../data/library.ts'
import { createRecorder } from './recorder.ts'
import { createRun } from './run.ts'
import { fakeRuns } from '../runs/runsTesting.ts'
import { fakeBrowser } from '../testing.ts'

export const SETTINGS: Partial<Settings> = { steps: 7, promptsPerStep: 4, groupSize: 3, validationEvery: 3, checkpointEvery: 2, evaluationQueries: 6, checkpointsKept: 50 }
const CONFIG = { architectures: ['Qwen2ForCausalLM'], hidden_size: 8, num_attention_heads: 2, num_hidden_layers: 1, vocab_size: 16, intermediate_size: 8 }
const SHOP = tableShop()

/** One visit of the page, over what the browser keeps. */
export async function visit(runs: ReturnType<typeof fakeRuns>, { shop = SHOP, stored = true, slow = false } = {}) {
  const policies: TablePolicy[] = []
  const lose: ((reason: string) => void)[] = []
  const browser = fakeBrowser(stored ? ['other'] : [], {
    openRecommender: () => Promise.resolve({ recommender: new CountingRecommender(shop.products), failed: new Promise<Error>(() => undefined), close: () => undefined }),
  })
  const open = browser.client.store.open.bind(browser.client.store)
  browser.client.store = {
    ...browser.client.store,
    open: async (hash) => {
      const opened = await open(hash)
      return hash === '#sample' ? { ...opened, dataset: { ...shop, hash } } : opened
    },
  }
  const library = createLibrary(browser.client, settingsOf())
  const client = {
    openPolicy: () => {
      const policy = new TablePolicy()
      policies.push(policy)
      const service = new Proxy(policy, {
        get: (target, name) => {
          if (name === 'start') return () => Promise.resolve(POLICY_INFO.adapter)
          if (name === 'lost') return () => new Promise((resolve) => { lose.push(resolve) })
          if (name === 'load') return () => Promise.resolve(POLICY_INFO)
          if (name === 'resetPeak') return () => Promise.resolve()
          if (name === 'exportFiles') return () => Promise.resolve([{ name: 'model.safetensors', bytes: new ArrayBuffer(8) }])
          const member: unknown = Reflect.get(target, name)
          if (typeof member !== 'function') return member
          if (slow && name === 'update') return async (...values: unknown[]): Promise<unknown> => {
            await new Promise((resolve) => { setTimeout(resolve, 120) })
            return Reflect.apply(member, target, values) as unknown
          }
          return member.bind(target) as unknown
        },
      }) as unknown as PolicyService
      return { service, failed: new Promise<Error>(() => undefined), close: () => undefined }
    },
    loadSamplePolicy: () => Promise.resolve({ config: new TextEncoder().encode(JSON.stringify(CONFIG)).buffer, weights: [] }),
    openModel: (id: string) => Promise.reject(new Error(`${id} is not kept whole in this browser; fetch it first`)),
    train, versions: () => ({}), keeper: createRecorder(runs.service), store: runs.service,
  }
  const run = createRun(client, library)
  run.changeAll(SETTINGS)
  await library.loadSample()
  const reaches = (phase: string): Promise<void> => vi.waitFor(() => expect(run.getState().phase).toBe(phase), { timeout: 5000 })
  const stepsDone = (): number[] => run.getState().run.steps.map(({ step }) => step)
  /** leaves after that many steps, as a closed tab does: nothing more is told */
  const until = async (step: number): Promise<void> => {
    for (let done = 0; done < step; done++) {
      run.step()
      await reaches('paused')
    }
    await vi.waitFor(() => expect(runs.record(run.getState().record!.id).status).toBe('paused'))
  }
  return { run, library, browser, reaches, stepsDone, until, policies, lose }
}

/** Events without how long they took. */
export const timeless = (events: readonly object[]): unknown => JSON.parse(JSON.stringify(events, (name, value: unknown) => (/^ms$|Ms$/.test(name) ? undefined : value)))

export async function uninterrupted(): Promise<unknown> {
  const runs = fakeRuns()
  const { run, reaches } = await visit(runs)
  run.train()
  await reaches('finished')
  return timeless(runs.events('run-1'))
}
