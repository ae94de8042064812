// The plan of a run's memory against what it then takes: never below by more than 2 %, never above by more than a few.
import { expect, test } from 'vitest'
import { planMemory, weightBytes, type Demand } from '../../src/domain/memory.ts'
import { readConfig, type RawConfig } from '../../src/domain/modelConfig.ts'
import { LORA_TARGETS, WEIGHT_STORAGES, type Objective, type Optimiser } from '../../src/protocol/policy.ts'
import { testGpu } from '../gpu/testing.ts'
import { generate } from '../model/generate.ts'
import { loadModel } from '../model/load.ts'
import { CURRENT } from '../model/model.ts'
import { Policy } from './policy.ts'
import { randomModel } from './randomModel.ts'
import { supervise } from './supervise.ts'
import { update } from './update.ts'

const SMALL: RawConfig = {
  architectures: ['Qwen2ForCausalLM'], vocab_size: 40000, hidden_size: 256, num_hidden_layers: 6, num_attention_heads: 16, num_key_value_heads: 4, intermediate_size: 704,
  tie_word_embeddings: true,
}
const QWEN3: RawConfig = { ...SMALL, architectures: ['Qwen3ForCausalLM'], head_dim: 32, tie_word_embeddings: false }
const LORA: Demand = {
  weights: 'f32', trainable: { kind: 'lora', rank: 8, targets: LORA_TARGETS }, promptsPerStep: 2, groupSize: 3, promptTokens: 24, maxNewTokens: 6, checkpointing: 'off',
  reference: true, keptCheckpoints: 1,
}
const OBJECTIVE: Objective = {
  aggregation: 'grpo', importance: 'token', clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0.04, entropyCoefficient: 0, temperature: 1, maxCompletionLength: 12, microBatchSequences: 12,
}
const OPTIMISER: Optimiser = { learningRate: 1e-4, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 }

test.each(WEIGHT_STORAGES)('weights as %s take what is planned, heads wider than hidden / heads and an untied head included', async (storage) => {
  const gpu = await testGpu()
  const before = gpu.bytes['model weights'] ?? 0
  const model = await loadModel(gpu, randomModel(QWEN3, 3), { base: false, adapter: false }, undefined, { weights: storage })
  expect((gpu.bytes['model weights'] ?? 0) - before).toBe(weightBytes(readConfig(QWEN3), storage))
  model.free()
})

test.each([
  ['an adapter on f16 weights, inputs of layers kept alone', SMALL, { ...LORA, weights: 'f16', checkpointing: 'on', promptTokens: 100, groupSize: 2 }],
  ['every weight', SMALL, { ...LORA, trainable: { kind: 'full' }, promptsPerStep: 1 }],
  ['evaluations and supervised texts that are more at once than a step takes', SMALL, { ...LORA, evaluationBatch: 6, sftBatch: 4, groupSize: 2, promptsPerStep: 1, checkpointing: 'auto' }],
] as const)('%s', async (_, raw, demand: Demand) => {
  const gpu = await testGpu()
  gpu.trim()
  gpu.resetPeak()
  const { promptsPerStep, groupSize, promptTokens, maxNewTokens, evaluationBatch = 0, sftBatch = 0, trainable } = demand
  const full = trainable.kind === 'full'
  const fresh = full ? undefined : { ...trainable, alpha: 16, seed: 1, targets: LORA_TARGETS.filter((target) => trainable.targets.includes(target)) }
  const model = await loadModel(gpu, randomModel(raw, 3), { base: full, adapter: !full }, fresh, { weights: demand.weights })
  const policy = new Policy(gpu, model, full ? 'frozen copy' : 'adapter off', demand.checkpointing)
  policy.fixReference()
  const promptsOf = (count: number) => Array.from({ length: count }, (_unused, key) => ({ key, ids: Array.from({ length: promptTokens }, (_none, i) => 1 + i + key) }))
  const sampled = async (count: number, size: number, step: number) => {
    policy.reserveSampling(count, size, promptTokens, maxNewTokens)
    return generate(model, promptsOf(count), { groupSize: size, maxNewTokens, temperature: 1, topK: 0, topP: 1, stops: [], seed: 1, step, version: CURRENT })
  }
  const prompts = promptsOf(promptsPerStep)
  for (const samples of evaluationBatch > 0 ? [1, 2] : []) await sampled(evaluationBatch, samples, 0)
  const texts = promptsOf(sftBatch).map(({ ids }) => ({ promptIds: ids, ids: ids.slice(0, maxNewTokens) }))
  for (const fullText of sftBatch > 0 ? [false, true] : []) await supervise(policy, { sequences: texts, fullText, optimiser: OPTIMISER }, () => performance.now())
  for (let step = 0; step < 2; step++) {
    const rollouts = await sampled(promptsPerStep, groupSize, step)
    const sequences = rollouts.map(({ prompt, ids, logps }, i) => ({ promptIds: prompts[prompt]?.ids ?? [], ids, oldLogps: logps, advantage: i % 2 === 0 ? 1 : -1 }))
    await update(policy, { sequences, objective: OBJECTIVE, optimiser: OPTIMISER, iterations: 1 }, () => performance.now())
    const recording = gpu.record()
    policy.optimiser.keep(recording, 'best')
    recording.submit()
  }
  const plan = planMemory(readConfig(raw), demand, gpu.bindingLimit)
  const { peak, peakBytes } = gpu.memory
  const sizes = JSON.stringify({ planned: plan.bytes, peak: peakBytes })
  expect(plan.checkpointing, sizes).toBe(policy.keep === 'inputs')
  expect(plan.peak / peak, sizes).toBeGreaterThan(0.98)
  expect(plan.peak / peak, sizes).toBeLessThan(1.06)
  policy.free()
  gpu.trim()
  expect(Object.keys(gpu.memory.bytes).filter((purpose) => !['uniforms', 'matmul chunks'].includes(purpose))).toEqual([])
})

test('auto is decided by the longest completions that a step may have: that the first are short makes a run hold no more than is planned', async () => {
  const gpu = await testGpu()
  gpu.trim()
  const demand: Demand = { ...LORA, weights: 'f16', checkpointing: 'auto', groupSize: 8, promptTokens: 45, maxNewTokens: 200, reference: false, keptCheckpoints: 0 }
  const model = await loadModel(gpu, randomModel(SMALL, 3), { base: false, adapter: true }, { kind: 'lora', rank: 8, alpha: 16, seed: 1, targets: LORA_TARGETS }, { weights: 'f16' })
  const policy = new Policy(gpu, model, 'adapter off', 'auto')
  gpu.resetPeak()
  policy.reserveSampling(demand.promptsPerStep, demand.groupSize, demand.promptTokens, demand.maxNewTokens)
  const sequences = [0, 1].flatMap((prompt) => Array.from({ length: 8 }, (_, i) => {
    const ids = Array.from({ length: prompt === 0 && i === 0 ? 32 : 1 }, () => 5)
    return { promptIds: Array.from({ length: 45 }, () => 1 + prompt), ids, oldLogps: ids.map(() => -9), advantage: i % 2 === 0 ? 1 : -1 }
  }))
  await update(policy, { sequences, objective: { ...OBJECTIVE, maxCompletionLength: demand.maxNewTokens }, optimiser: OPTIMISER, iterations: 1 }, () => performance.now())
  const plan = planMemory(readConfig(SMALL), demand, gpu.bindingLimit)
  expect([plan.checkpointing, policy.keep]).toEqual([true, 'inputs'])
  expect(gpu.memory.peak).toBeLessThan(plan.peak)
  policy.free()
})
