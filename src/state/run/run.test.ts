// Checks how a run is driven: pulled event by event, paused, stepped, reset, and what is kept when it fails.
import { expect, test, vi } from 'vitest'
import type { LoadOptions, ModelFiles, PolicyInfo, PolicyService } from '../../client/policy.ts'
import { settingsOf } from '../../domain/config.ts'
import type { RunEvent } from '../../experiment/events.ts'
import type { Ports } from '../../experiment/ports.ts'
import type { RunInput } from '../../experiment/run.ts'
import { createLibrary } from '../data/library.ts'
import { createRecorder } from './recorder.ts'
import { createRun, type RunClient } from './run.ts'
import { fakeRuns } from '../runs/runsTesting.ts'
import { fakeBrowser } from '../testing.ts'

const INFO = { architecture: 'Qwen2', parameters: 10, trainableParameters: 10, vocabulary: 4, layers: 1, bytes: {} } as unknown as PolicyInfo

const TINY = { architectures: ['Qwen2ForCausalLM'], hidden_size: 8, num_attention_heads: 2, num_hidden_layers: 1, vocab_size: 16, intermediate_size: 8 }
const LARGE = {
  ...TINY, hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, vocab_size: 151936,
  tie_word_embeddings: true,
}
const filesOf = (config: object): ModelFiles => ({ config: new TextEncoder().encode(JSON.stringify(config)).buffer, weights: [] })

const rollouts = (step: number): RunEvent => ({ type: 'rollouts', step, rollouts: [] })
const stepEvent = (step: number): RunEvent => ({ type: 'step', stage: 'grpo', step, ms: 1 }) as unknown as RunEvent
const best = (step: number): RunEvent => ({ type: 'checkpoint', name: 'best', stage: 'grpo', step, reason: 'validation' })

/** A loop of `steps` steps that asks the policy once a step, as the real one does many times. */
async function* threeSteps({ policy }: Ports): AsyncGenerator<RunEvent> {
  yield { type: 'stage', stage: 'grpo', steps: 3 }
  yield best(0)
  for (let step = 1; step <= 3; step++) {
    await policy.fixReference()
    yield rollouts(step)
    yield stepEvent(step)
    if (step === 2) yield best(2)
  }
}

interface OpenedWorker {
  lose: (reason: string) => void
  crash: (reason: Error) => void
  closed: boolean
}

interface Setting {
  /** what is kept in the browser besides the embedded policy */
  readonly kept?: Readonly<Record<string, ModelFiles>>
  readonly train?: (ports: Ports) => AsyncGenerator<RunEvent>
  readonly policy?: Partial<PolicyService>
}

async function open({ train = threeSteps, policy = {}, kept = {} }: Setting = {}) {
  const loads: { readonly files: ModelFiles; readonly options: LoadOptions | undefined }[] = []
  const opened: OpenedWorker[] = []
  const asked: string[] = []
  const inputs: RunInput[] = []
  const runs = fakeRuns()
  const client: RunClient = {
    openPolicy: () => {
      const worker: OpenedWorker = { lose: () => undefined, crash: () => undefined, closed: false }
      const failed = new Promise<Error>((resolve) => { worker.crash = resolve })
      const service: Partial<PolicyService> = {
        start: () => Promise.resolve(INFO.adapter),
        lost: () => new Promise((resolve) => { worker.lose = resolve }),
        load: (files, _, options) => {
          asked.push('load')
          loads.push({ files, options })
          return Promise.resolve(INFO)
        },
        resetPeak: () => Promise.resolve(),
        fixReference: () => {
          asked.push('work')
          return Promise.resolve()
        },
        exportFiles: () => Promise.resolve([{ name: 'model.safetensors', bytes: new ArrayBuffer(8) }]),
        checkpoint: () => Promise.resolve(new ArrayBuffer(4)),
        ...policy,
      }
      opened.push(worker)
      return { service: service as PolicyService, failed, close: () => { worker.closed = true } }
    },
    loadSamplePolicy: () => Promise.resolve(filesOf(TINY)),
    openModel: (id) => {
      const files = kept[id]
      return files === undefined ? Promise.reject(new Error(`${id} is not kept whole in this browser; fetch it first`)) : Promise.resolve(files)
    },
    train: (ports, input) => {
      inputs.push(input)
      return train(ports)
    },
    versions: () => ({}),
    keeper: createRecorder(runs.service), store: runs.service,
  }
  const library = createLibrary(fakeBrowser().client, settingsOf('sample'))
  await library.loadSample()
  const run = createRun(client, library)
  const reaches = (phase: string): Promise<void> => vi.waitFor(() => expect(run.getState().phase).toBe(phase))
  const stepsDone = (): number[] => run.getState().run.steps.map(({ step }) => step)
  return { run, runs, reaches, stepsDone, opened, asked, loads, inputs, worker: () => opened.at(-1)! }
}

test('a run that is left alone goes from start to finish', async () => {
  const { run, reaches, stepsDone } = await open()
  run.train()
  expect(run.getState().phase).toBe('preparing')
  await reaches('finished')
  expect(stepsDone()).toEqual([1, 2, 3])
})

test('Step goes on to the end of one step, with its rollouts, and the next one to the next', async () => {
  const { run, reaches, stepsDone, asked } = await open()
  run.step()
  await reaches('paused')
  expect([stepsDone(), run.getState().run.rollouts?.step]).toEqual([[1], 1])
  expect(asked).toEqual(['load', 'work'])
  run.step()
  await vi.waitFor(() => expect(stepsDone()).toEqual([1, 2]))
  await reaches('paused')
  run.train()
  await reaches('finished')
  expect(stepsDone()).toEqual([1, 2, 3])
})

test('a paused run asks the policy for nothing more until it goes on', async () => {
  const { run, reaches, asked } = await open()
  run.train()
  run.pause()
  await reaches('paused')
  const before = asked.length
  await new Promise((resolve) => { setTimeout(resolve, 20) })
  expect(asked).toHaveLength(before)
  run.train()
  await reaches('finished')
  expect(asked.filter((what) => what === 'work')).toHaveLength(3)
})

test('Reset gives the run up: nothing of it stands, and its loop cannot touch the freshly loaded policy', async () => {
  let release: () => void = () => undefined
  let late: Promise<void> | undefined
  async function* train({ policy }: Ports): AsyncGenerator<RunEvent> {
    yield stepEvent(1)
    await new Promise<void>((resolve) => { release = resolve })
    late = policy.fixReference()
    await late
    yield stepEvent(2)
  }
  const { run, reaches, stepsDone, asked } = await open({ train })
  run.train()
  await vi.waitFor(() => expect(stepsDone()).toEqual([1]))
  run.reset()
  expect([run.getState().phase, stepsDone()]).toEqual(['idle', []])
  release()
  await vi.waitFor(() => expect(late).toBeDefined())
  await expect(late).rejects.toThrow('this run was given up')
  await reaches('idle')
  expect(asked).toEqual(['load', 'load'])
})

test('a second run begins from the policy\'s own files, not from where the first one ended', async () => {
  const { run, reaches, asked } = await open()
  run.train()
  await reaches('finished')
  run.train()
  await reaches('finished')
  expect(asked.filter((what) => what === 'load')).toHaveLength(2)
})

test('a lost device ends the run in words, and the curves and the best policy are kept', async () => {
  const { run, reaches, worker, stepsDone } = await open()
  run.step()
  await reaches('paused')
  worker().lose('the driver was reset')
  await reaches('failed')
  expect(run.getState().failure).toEqual({
    message: 'the GPU device was lost: the driver was reset',
    kept: 'Kept: the curves of 1 step, and the best policy, of step 0, which can be saved below.',
  })
  expect(run.getState().engine).toMatchObject({ is: 'lost' })
  expect([stepsDone(), run.getState().kept?.files[0]?.name]).toEqual([[1], 'model.safetensors'])
})

test('work that fails because the device was lost is told as the loss, not as what it broke', async () => {
  let break_: (reason: Error) => void = () => undefined
  async function* train(): AsyncGenerator<RunEvent> {
    yield stepEvent(1)
    await new Promise((_, reject) => { break_ = reject })
  }
  const { run, reaches, worker, stepsDone } = await open({ train })
  run.train()
  await vi.waitFor(() => expect(stepsDone()).toEqual([1]))
  break_(new Error('a buffer was unmapped before its mapping was resolved'))
  await Promise.resolve()
  worker().lose('the driver was reset')
  await reaches('failed')
  expect(run.getState().failure?.message).toBe('the GPU device was lost: the driver was reset')
})

test('after a loss, starting again opens a fresh worker and runs from the beginning', async () => {
  const { run, reaches, worker, opened, stepsDone } = await open()
  run.step()
  await reaches('paused')
  worker().crash(new Error('policy worker stopped: out of memory'))
  await reaches('failed')
  expect(worker().closed).toBe(true)
  run.startAgain()
  await reaches('finished')
  expect([opened.length, stepsDone()]).toEqual([2, [1, 2, 3]])
  expect(run.getState().failure).toBeUndefined()
})

test('an error of the loop stops the run and is shown as it stands', async () => {
  async function* train(): AsyncGenerator<RunEvent> {
    yield stepEvent(1)
    throw new Error('sample holds 0 test queries; add examples of split test with label E')
  }
  const { run, reaches } = await open({ train })
  run.train()
  await reaches('failed')
  expect(run.getState().failure?.message).toBe('sample holds 0 test queries; add examples of split test with label E')
  expect(run.getState().failure?.kept).toBe('Kept: the curves of 1 step; no checkpoint had been reached.')
})

test('no adapter: the run fails with the reason, and the engine says that the device is missing', async () => {
  const { run, reaches } = await open({ policy: { start: () => Promise.reject(new Error('no WebGPU adapter; switch WebGPU on')) } })
  run.train()
  await reaches('failed')
  expect(run.getState().engine).toEqual({ is: 'absent', missing: 'device', reason: 'no WebGPU adapter; switch WebGPU on' })
})

test('a setting is changed from its text, and a text that does not fit is refused with the remedy', async () => {
  const { run } = await open()
  expect(run.change('steps', '12')).toBeUndefined()
  expect(run.getState().settings.steps).toBe(12)
  expect(run.change('steps', 'many')).toContain('give a whole number from 1')
  expect(run.getState().settings.steps).toBe(12)
})

test('settings come from the address, and an address that is not understood says so and changes nothing', async () => {
  const { run } = await open()
  run.setAddress('#preset=rec-r1&seed=7')
  expect(run.getState().settings).toMatchObject({ preset: 'rec-r1', seed: 7 })
  run.setAddress('#sede=8')
  expect(run.getState().addressFault).toContain('did you mean seed')
  expect(run.getState().settings.seed).toBe(7)
})

test('a policy that is kept here is loaded as the settings say, and a change of them loads it anew when training begins', async () => {
  const { run, reaches, loads } = await open({ kept: { 'a/large': filesOf(LARGE) } })
  run.changeAll({ policy: 'a/large', trainable: 'lora' })
  run.load()
  await vi.waitFor(() => expect(run.getState().engine).toMatchObject({ is: 'ready', loaded: { policy: 'a/large' } }))
  run.change('baseWeights', 'int8')
  run.train()
  await reaches('finished')
  expect(loads.map(({ options }) => options)).toEqual([{ weights: 'f16', checkpointing: 'auto' }, { weights: 'int8', checkpointing: 'auto' }])
})

test('a policy that is not kept here leaves no policy, and says how to get it; going back to the embedded one helps', async () => {
  const { run, reaches, asked } = await open()
  run.change('policy', 'a/large')
  run.load()
  await vi.waitFor(() => expect(run.getState().engine).toEqual({ is: 'absent', missing: 'policy', reason: 'a/large is not kept whole in this browser; fetch it first' }))
  expect(asked).toEqual([])
  run.change('policy', 'sample')
  run.train()
  await reaches('finished')
})

test('what cannot fit is refused before anything is loaded, and a run that cannot fit leaves the loaded policy as it is', async () => {
  const { run, reaches, asked } = await open({ kept: { 'a/large': filesOf(LARGE) } })
  run.changeAll({ policy: 'a/large', trainable: 'lora', memoryBudget: 0.5 })
  run.load()
  await vi.waitFor(() => expect(run.getState().engine).toMatchObject({ is: 'absent', missing: 'policy', reason: expect.stringMatching(/needs .* GiB .* but 512 MiB are allowed/) as string }))
  expect(asked).toEqual([])
  run.change('memoryBudget', '0')
  run.load()
  await vi.waitFor(() => expect(run.getState().engine.is).toBe('ready'))
  run.changeAll({ memoryBudget: 0.5 })
  run.train()
  await reaches('failed')
  expect(run.getState().failure?.message).toContain('512 MiB are allowed')
  expect(run.getState().engine.is).toBe('ready')
  expect(asked).toEqual(['load'])
})

test('an adapter is continued by low-rank training, and refused by name where every weight is trained', async () => {
  const { run, reaches, loads, inputs } = await open()
  const config = new TextEncoder().encode(JSON.stringify({ r: 4, lora_alpha: 3, use_rslora: true })).buffer
  const weights = new ArrayBuffer(4)
  run.engine.equip({ name: 'mine', config, weights })
  run.train()
  await reaches('failed')
  expect(run.getState().failure?.message).toBe('adapter mine continues low-rank training, but trainable is full; set trainable to lora, or leave the adapter out')
  run.change('trainable', 'lora')
  run.startAgain()
  await reaches('finished')
  expect(loads.map(({ files }) => [files.adapterConfig, files.adapterWeights])).toEqual([[config, weights]])
  // for the record of the run
  expect(inputs.map(({ loaded }) => loaded)).toEqual([{ policy: 'sample', adapter: { name: 'mine', rank: 4, alpha: 6 } }])
  run.engine.equip(undefined)
  run.reset()
  await vi.waitFor(() => expect(loads.at(-1)?.files.adapterConfig).toBeUndefined())
})
