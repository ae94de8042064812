// Every architecture samples with the probabilities that it trains with, in rows that kernels read in fours and in rows that they do not.
import { expect, test } from 'vitest'
import { readConfig } from '../../src/domain/modelConfig.ts'
import { Stream } from '../../src/domain/random.ts'
import type { ModelFiles, WeightStorage } from '../../src/protocol/policy.ts'
import { testGpu } from '../gpu/testing.ts'
import { MicroBatch } from '../training/microbatch.ts'
import { adapterConfigJson } from './adapter.ts'
import { pack } from './batch.ts'
import { generate } from './generate.ts'
import type { Group } from './layout.ts'
import { adapterLayout, modelLayout } from './layout.ts'
import { loadModel } from './load.ts'
import type { Version } from './model.ts'
import { CURRENT } from './model.ts'
import { writeSafetensors } from './safetensors.ts'

const fours = { vocab_size: 96, hidden_size: 48, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, intermediate_size: 64, max_position_embeddings: 128 }
const odd = { vocab_size: 91, hidden_size: 45, num_hidden_layers: 2, num_attention_heads: 3, num_key_value_heads: 1, head_dim: 10, intermediate_size: 33, max_position_embeddings: 128 }
const llama3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 0.5, high_freq_factor: 2, original_max_position_embeddings: 16 }
/** A part of the modules of one layer only, beside whole kinds. */
const TARGETS = ['q_proj', 'model.layers.1.self_attn.v_proj', 'model.layers.0.mlp.up_proj', 'model.layers.1.mlp.down_proj']

/** No value is one that leaves something out: norms around 1, biases as large as what they are added to. */
function filesOf(config: object): ModelFiles {
  const parsed = readConfig(config as Record<string, unknown>)
  const stream = new Stream(5, JSON.stringify(config))
  const bytes = (value: object): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer
  const drawn = (groups: readonly Group[]): ArrayBuffer => writeSafetensors(groups.flatMap(({ members }) => members).map(({ name, shape, elements }) => {
    const [mean, deviation] = name.endsWith('norm.weight') ? [1, 0.3] : [0, shape.length === 1 ? 0.3 : 1 / Math.sqrt(shape[1] ?? 1)]
    return { name, shape, data: Float32Array.from({ length: elements }, () => mean + deviation * stream.normal()) }
  }))
  return {
    config: bytes(config), weights: [{ name: 'model.safetensors', bytes: drawn(modelLayout(parsed)) }],
    adapterConfig: adapterConfigJson({ rank: 4, alpha: 6, targets: TARGETS }), adapterWeights: drawn(adapterLayout(parsed, 4, TARGETS)),
  }
}

test.each<[string, object, WeightStorage?]>([
  ['Qwen2', { architectures: ['Qwen2ForCausalLM'], ...fours }],
  ['Qwen2 in half precision', { architectures: ['Qwen2ForCausalLM'], ...fours }, 'f16'],
  ['Qwen3 with every bias', { architectures: ['Qwen3ForCausalLM'], ...fours, head_dim: 20, attention_bias: true }],
  ['Llama with every bias and stretched positions, in 8 bits', { architectures: ['LlamaForCausalLM'], ...fours, attention_bias: true, mlp_bias: true, rope_theta: 100, rope_scaling: llama3 }, 'int8'],
  ['Llama, a key head for every head', { architectures: ['LlamaForCausalLM'], ...fours, num_key_value_heads: 4, tie_word_embeddings: true }],
  ['an odd Qwen3', { architectures: ['Qwen3ForCausalLM'], ...odd }],
  ['an odd Llama with every bias', { architectures: ['LlamaForCausalLM'], ...odd, attention_bias: true, mlp_bias: true, rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 16 } }],
])('%s: the trainer gives each sampled token the log-probability that the sampler gave it, with the adapter and without', async (_, config, weights = 'f32') => {
  const gpu = await testGpu()
  const model = await loadModel(gpu, filesOf(config), { base: false, adapter: true }, undefined, { weights })
  const prompts = [{ key: 1, ids: [3, 70, 12] }, { key: 2, ids: Array.from({ length: 23 }, (_unused, i) => (i * 17) % 90) }]
  const base: Version = { base: 'weights', adapter: 'off' }
  const seen: number[][] = []
  for (const version of [CURRENT, base]) {
    const rollouts = await generate(model, prompts, { groupSize: 3, maxNewTokens: 14, temperature: 0.8, topK: 0, topP: 1, stops: [], seed: 2, step: 1, version })
    const batch = new MicroBatch(gpu, pack(rollouts.map(({ prompt, ids }) => ({ promptIds: prompts[prompt]?.ids ?? [], ids }))), 0.8, false)
    const recording = gpu.record()
    await batch.score(recording, model, version, batch.loss.stats)
    recording.submit()
    const stats = await gpu.read(batch.loss.stats, batch.loss.tokens * 4)
    const sampled = rollouts.flatMap(({ logps }) => logps)
    expect(sampled).toHaveLength(6 * 14)
    expect(Math.max(...sampled.map((logp, t) => Math.abs(logp - (stats[t * 4 + 1] ?? NaN))))).toBeLessThan(2e-5)
    seen.push(sampled)
    batch.free()
  }
  expect(seen[0]).not.toEqual(seen[1])
  model.free()
})

test('a sequence beyond the positions of the model is refused with both numbers, also when it is trained on', async () => {
  const gpu = await testGpu()
  const model = await loadModel(gpu, filesOf({ architectures: ['Qwen2ForCausalLM'], ...fours }), { base: false, adapter: true })
  const batch = new MicroBatch(gpu, pack([{ promptIds: [1], ids: Array.from({ length: 130 }, () => 2) }]), 1, false)
  await expect((async () => batch.score(gpu.record(), model, CURRENT, batch.loss.stats))()).rejects.toThrow('a sequence of 130 tokens is longer than the model\'s 128 positions; shorten prompts or completions')
  batch.free()
  model.free()
})
