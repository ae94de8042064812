// The memory that a person allows is held to: by a model at loading, and by what a loaded one is asked for.
import { expect, test } from 'vitest'
import { LOAD_DEFAULTS, type Objective, type Optimiser, type Trainable } from '../../src/protocol/policy.ts'
import { oddCase } from './fixtures/load.ts'
import { Service } from './service.ts'

const LORA = { kind: 'lora', rank: 3, alpha: 6, targets: ['q_proj', 'up_proj'], seed: 5 } as const satisfies Trainable
const SAMPLING = { temperature: 0, topK: 0, topP: 1, maxNewTokens: 4 } as const
const OPTIMISER: Optimiser = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 }
const OBJECTIVE: Objective = {
  aggregation: 'bnpo', importance: 'token', clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0, entropyCoefficient: 0, temperature: 1, maxCompletionLength: 8, microBatchSequences: 2,
}
const MIB = 2 ** 20
const textsOf = (count: number, length: number) => Array.from({ length: count }, (_, i) => ({ promptIds: [1 + i], ids: Array.from({ length }, () => 2) }))

test('a model that the budget does not allow is refused with both values, and the loaded one stays', async () => {
  const { files: { config, weights } } = await oddCase()
  const service = new Service(navigator.gpu, () => performance.now())
  await service.load({ config, weights }, LORA)
  await expect(service.load({ config, weights }, { kind: 'full' }, { ...LOAD_DEFAULTS, budgetBytes: MIB })).rejects.toThrow(
    /^this model does not fit: the run needs \d+(\.\d)? MiB of graphics memory, but 1\.0 MiB are allowed; /)
  expect(await service.continueIds([1, 2, 3], SAMPLING, [], 0)).toHaveProperty('ids.length', 4)
})

test('what would go beyond the budget is refused before it takes anything; what fits goes on', async () => {
  const { files: { config, weights } } = await oddCase()
  const service = new Service(navigator.gpu, () => performance.now())
  const budgetBytes = 6 * MIB
  await service.load({ config, weights }, LORA, { ...LOAD_DEFAULTS, budgetBytes })
  const small = { sequences: textsOf(2, 8), fullText: false, optimiser: OPTIMISER }
  await service.supervise(small)
  const held = async (): Promise<number> => {
    const { bytes, total } = await service.memory()
    return total - (bytes['pool'] ?? 0)
  }
  const before = await held()
  const many = textsOf(16, 400)
  const beyond = /^micro-batches of \d+ rows take graphics memory to \d+(\.\d)? MiB, but 6\.0 MiB are allowed; shorten prompts or completions$/
  await expect(service.supervise({ ...small, sequences: many })).rejects.toThrow(beyond)
  const sequences = many.map((each) => ({ ...each, oldLogps: each.ids.map(() => -7), advantage: 1 }))
  await expect(service.update({ sequences, objective: OBJECTIVE, optimiser: OPTIMISER, iterations: 1 })).rejects.toThrow(beyond)
  await expect(service.continueIds(Array.from({ length: 1900 }, () => 1), SAMPLING, [], 0)).rejects.toThrow(/^generate: groups of 1 take graphics memory to \d+(\.\d)? MiB, but 6\.0 MiB are allowed; /)
  expect(await held()).toBe(before)
  await service.supervise(small)
  let kept = 0
  const keepAll = async (): Promise<void> => {
    for (; kept < 1000; kept++) await service.keep(`copy ${kept}`)
  }
  await expect(keepAll()).rejects.toThrow(/^keeping a checkpoint copy \d+ takes graphics memory to \d+(\.\d)? MiB, but 6\.0 MiB are allowed; /)
  expect(kept).toBeGreaterThan(0)
  expect(await held()).toBeLessThanOrEqual(budgetBytes)
  await service.keep('copy 0')
})

test('a given adapter is planned for and told by its own rank and targets, not by those that were asked for', async () => {
  const { files } = await oddCase()
  const service = new Service(navigator.gpu, () => performance.now())
  const info = await service.load(files, LORA)
  expect(info.lora).toEqual({ rank: 8, alpha: 16, targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] })
  expect((await service.load({ config: files.config, weights: files.weights }, LORA)).lora).toEqual({ rank: 3, alpha: 6, targets: ['q_proj', 'up_proj'] })
  const asked = JSON.parse(new TextDecoder().decode(files.adapterConfig)) as object
  const wide = { ...files, adapterConfig: new TextEncoder().encode(JSON.stringify({ ...asked, r: 4096 })).buffer }
  await expect(service.load(wide, LORA, { ...LOAD_DEFAULTS, budgetBytes: 12 * MIB })).rejects.toThrow(/^this model does not fit: the run needs \d+ MiB of graphics memory, but 12 MiB are allowed/)
})
