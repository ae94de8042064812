// A checkpoint answers in the place of the present policy, which comes back to the bit whatever happens meanwhile.
import { expect, test } from 'vitest'
import type { GenerateRequest, ModelFiles, Optimiser, Trainable } from '../../src/protocol/policy.ts'
import { LOAD_DEFAULTS } from '../../src/protocol/policy.ts'
import { Service } from './service.ts'

const OPTIMISER: Optimiser = { learningRate: 2e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }
const LORA = { kind: 'lora', rank: 4, alpha: 8, targets: ['q_proj', 'down_proj'], seed: 5 } as const satisfies Trainable
const request: GenerateRequest = {
  prompts: ['red mug', 'a tall lamp'].map((text, key) => ({ key, text })), groupSize: 2, seed: 3, step: 1, version: 'current',
  sampling: { temperature: 1, topK: 0, topP: 1, maxNewTokens: 8, stop: [] },
}

async function sample(): Promise<ModelFiles> {
  const file = async (name: string): Promise<ArrayBuffer> => (await fetch(`/sample/policy/${name}`)).arrayBuffer()
  const [config, weights, tokenizer, tokenizerConfig] = await Promise.all([file('config.json'), file('model.safetensors'), file('tokenizer.json'), file('tokenizer_config.json')])
  return { config, weights: [{ name: 'model.safetensors', bytes: weights }], tokenizer, tokenizerConfig }
}

/** What a comparison can hold: element by element, millions of weights take half a minute. */
const digestOf = async (bytes: ArrayBuffer): Promise<string> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join()
const stateOf = async (service: Service): Promise<string> => digestOf(await service.checkpoint())

async function imitate(service: Service, text: string): Promise<ArrayBuffer> {
  const [ids = []] = await service.encode([text])
  await service.supervise({ sequences: [{ promptIds: ids.slice(0, 1), ids: ids.slice(1) }], fullText: true, optimiser: OPTIMISER })
  return service.checkpoint()
}

async function held(service: Service): Promise<number> {
  const { bytes, total } = await service.memory()
  return total - (bytes['pool'] ?? 0)
}

test.each([['full', { kind: 'full' }], ['lora', LORA]] as const)('%s: a checkpoint answers as it did, and the present policy answers and trains on as if nothing had been', async (_, trainable: Trainable) => {
  const service = new Service(navigator.gpu, () => performance.now())
  const files = await sample()
  await service.load(files, trainable)
  const early = await imitate(service, 'a blue cup with a lid')
  const then = await service.generate(request)
  await imitate(service, 'green green green green')
  await service.keep('best')
  const present = await imitate(service, 'green chairs for the garden')
  const now = await service.generate(request)
  expect(now).not.toEqual(then)

  const before = await held(service)
  expect(await service.generateAs(early, request)).toEqual(then)
  expect(await stateOf(service)).toBe(await digestOf(present))
  expect(await held(service)).toBe(before)

  const endless = { ...request, prompts: [{ key: 0, text: 'mug '.repeat(6000) }] }
  await expect(service.generateAs(early, endless)).rejects.toThrow(/positions|shorter/)
  await expect(service.generateAs(new ArrayBuffer(8), request)).rejects.toThrow(/checkpoint holds 8 bytes, but this policy's is \d+/)
  expect(await stateOf(service)).toBe(await digestOf(present))
  expect(await service.generate(request)).toEqual(now)

  const next = await digestOf(await imitate(service, 'one more lamp'))
  await service.resume(present)
  expect(await digestOf(await imitate(service, 'one more lamp'))).toBe(next)
})

test('a budget without room for a copy of what is trained refuses before anything is touched', async () => {
  const service = new Service(navigator.gpu, () => performance.now())
  const files = await sample()
  const { trainableParameters } = await service.load(files, { kind: 'full' })
  const present = await imitate(service, 'a blue cup')
  await service.generate(request)
  // room for one kept checkpoint, and half of another's weights
  await service.load(files, { kind: 'full' }, { ...LOAD_DEFAULTS, budgetBytes: await held(service) + (12 + 2) * trainableParameters })
  expect(await digestOf(await imitate(service, 'a blue cup'))).toBe(await digestOf(present))
  const now = await service.generate(request)
  expect(await service.generateAs(present, request)).toEqual(now)
  await service.keep('best')
  const before = await stateOf(service)
  await expect(service.generateAs(present, request)).rejects.toThrow(
    /^a copy of what is trained, while a checkpoint answers in its place, takes graphics memory to \d+(\.\d)? MiB, but \d+(\.\d)? MiB are allowed; /)
  expect(await stateOf(service)).toBe(before)
  expect(await service.generate(request)).toEqual(now)
})
