// Training over packed weights: a float adapter on a frozen model of 4-bit weights learns, and what cannot lie packed is refused.
import { expect, test } from 'vitest'
import type { Optimiser, Trainable } from '../../src/protocol/policy.ts'
import { testGpu } from '../gpu/testing.ts'
import { pack } from '../model/batch.ts'
import type { Draw, Prompt } from '../model/generate.ts'
import { generate } from '../model/generate.ts'
import { loadModel } from '../model/load.ts'
import { CURRENT } from '../model/model.ts'
import { openSafetensors, writeSafetensors } from '../model/safetensors.ts'
import { oddCase } from './fixtures/load.ts'
import { MicroBatch } from './microbatch.ts'
import { Policy } from './policy.ts'
import { supervise } from './supervise.ts'

const LORA = { kind: 'lora', rank: 3, alpha: 6, targets: ['q_proj', 'o_proj', 'up_proj'], seed: 5 } as const satisfies Trainable
const OPTIMISER: Optimiser = { learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }
const FROZEN = { base: false, adapter: true }
const PROMPTS: Prompt[] = [[3, 700, 12], [9]].map((ids, i) => ({ key: 100 + i, ids }))
const DRAW: Draw = { groupSize: 3, maxNewTokens: 9, temperature: 0.8, topK: 0, topP: 1, stops: [5, 17], seed: 11, step: 4, version: CURRENT }

test('a float adapter on 4-bit weights learns, and the trainer gives each sampled token the log-probability that the sampler gave it', async () => {
  const { files: { config, weights }, caseJson } = await oddCase()
  const { sequences, completion_starts: starts } = JSON.parse(new TextDecoder().decode(caseJson)) as { sequences: number[][]; completion_starts: number[] }
  const gpu = await testGpu()
  const model = await loadModel(gpu, { config, weights }, FROZEN, LORA, { weights: 'int4' })
  const trained = new Policy(gpu, model, 'adapter off')
  expect(gpu.bytes['model gradients'] ?? 0).toBe(0)
  const losses: number[] = []
  const batch = sequences.map((ids, i) => ({ promptIds: ids.slice(0, starts[i]), ids: ids.slice(starts[i]) }))
  for (let step = 0; step < 10; step++) losses.push((await supervise(trained, { sequences: batch, fullText: false, optimiser: OPTIMISER }, () => performance.now())).loss)
  expect(losses[9]).toBeLessThan((losses[0] ?? 0) - 0.3)

  const rollouts = await generate(model, PROMPTS, DRAW)
  const drawn = new MicroBatch(gpu, pack(rollouts.map(({ prompt, ids }) => ({ promptIds: PROMPTS[prompt]?.ids ?? [], ids }))), DRAW.temperature, false)
  const recording = gpu.record()
  await drawn.score(recording, model, CURRENT, drawn.loss.stats)
  recording.submit()
  const stats = await gpu.read(drawn.loss.stats, drawn.loss.tokens * 4)
  const gaps = rollouts.flatMap(({ logps }) => logps).map((logp, t) => Math.abs(logp - (stats[t * 4 + 1] ?? NaN)))
  expect(gaps).toHaveLength(drawn.loss.tokens)
  expect(Math.max(...gaps)).toBeLessThan(1e-4)
  drawn.free()
  trained.free()
})

test.each(['f32', 'f16'] as const)('%s weights cut into shards of rows draw what whole ones draw, and are read back whole', async (weights) => {
  const { files } = await oddCase()
  const gpu = await testGpu()
  const limit = gpu.bindingLimit
  const [whole, cut] = [await loadModel(gpu, files, FROZEN, undefined, { weights }), await (async () => {
    gpu.bindingLimit = 64 << 10
    try {
      return await loadModel(gpu, files, { base: false, adapter: false }, undefined, { weights })
    } finally {
      gpu.bindingLimit = limit
    }
  })()]
  expect(whole.embedding(CURRENT).shards.length).toBe(1)
  expect(cut.embedding(CURRENT).shards.length).toBeGreaterThan(1)
  const [one, other] = [await generate(whole, PROMPTS, DRAW), await generate(cut, PROMPTS, DRAW)]
  expect(other.map(({ ids }) => ids)).toEqual(one.map(({ ids }) => ids))
  other.forEach(({ logps }, i) => logps.forEach((logp, t) => expect(logp).toBeCloseTo(one[i]?.logps[t] ?? NaN, 5)))
  const name = 'model.embed_tokens.weight'
  expect(await cut.base.read(name)).toEqual(await whole.base.read(name))
  for (const model of [whole, cut]) model.free()
})

test('training whole takes f32 weights alone, and a weight beyond float16 is refused by name; neither leaves memory behind', async () => {
  const { files } = await oddCase()
  const gpu = await testGpu()
  const before = gpu.bytes['model weights'] ?? 0
  await expect(loadModel(gpu, files, { base: true, adapter: false }, undefined, { weights: 'int8' })).rejects.toThrow('weights that are trained lie as f32, not as int8; choose f32 weights, or train an adapter')
  const file = openSafetensors(files.weights[0]?.bytes as ArrayBuffer, 'model.safetensors')
  const name = 'model.layers.1.mlp.down_proj.weight'
  const tensors = file.names.map((tensor) => ({ name: tensor, shape: file.shape(tensor), data: file.read(tensor) }))
  const spoilt = tensors.find((tensor) => tensor.name === name)
  if (spoilt !== undefined) spoilt.data[7] = 70_000
  const large = { ...files, weights: [{ name: 'model.safetensors', bytes: writeSafetensors(tensors) }] }
  await expect(loadModel(gpu, large, FROZEN, undefined, { weights: 'f16' })).rejects.toThrow(`tensor ${name}: element 7 is not finite or beyond 65504 in size, the largest float16; load the model with f32 weights`)
  expect(gpu.bytes['model weights'] ?? 0).toBe(before)
})
