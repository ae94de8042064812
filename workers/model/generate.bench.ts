// Measures rollouts: tokens a second by group size, what of a step's time is recording, dispatches and GPU time by kernel; on models of two small shapes, one also as GRPO samples it.
import { LORA_TARGETS, type WeightStorage } from '../../src/protocol/policy.ts'
import { openGpu } from '../gpu/device.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { chooseKernels } from '../kernels/choose.ts'
import type { Generated } from './generate.ts'
import { generate } from './generate.ts'
import { initialWeights } from './initial.ts'
import { loadModel } from './load.ts'
import type { Model } from './model.ts'
import { CURRENT } from './model.ts'

export interface DecodeCase {
  readonly model: string
  readonly weights: WeightStorage
  /** of the adapter on every linear layer; 0 without one */
  readonly rank: number
  readonly group: number
  readonly temperature: number
  /** of the whole group, prefill and readback included: median of the rounds */
  readonly tokensPerSecond: number
  readonly msPerStep: number
  readonly dispatchesPerStep: number
  /** milliseconds of GPU time a step by kernel, longest first; empty where the adapter has no timestamps */
  readonly kernels: Readonly<Record<string, number>>
}

export interface DecodeBench {
  readonly name: 'decode'
  readonly adapter: string
  readonly promptTokens: number
  readonly newTokens: number
  readonly cases: readonly DecodeCase[]
}

const PROMPT = 32
const TOKENS = 64
const ROUNDS = 5
const GROUPS = [1, 8, 32]

const COMMON = {
  architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', hidden_act: 'silu', tie_word_embeddings: true, rope_theta: 10000, max_position_embeddings: 2048, rms_norm_eps: 1e-6, hidden_size: 64,
  initializer_range: 0.06,
}
/** The shapes of the sample policy and of stories260k; weights are random, for time does not depend on them. */
const SHAPES = {
  'sample policy': { ...COMMON, intermediate_size: 192, num_hidden_layers: 4, num_attention_heads: 4, num_key_value_heads: 2, vocab_size: 2048 },
  stories260k: { ...COMMON, intermediate_size: 172, num_hidden_layers: 5, num_attention_heads: 8, num_key_value_heads: 4, vocab_size: 512 },
}

/** What GRPO samples with: a frozen base in half precision under an adapter that changes every step. */
const ADAPTED = { weights: 'f16', rank: 16 } as const

/** Rollouts of 64 tokens from a prompt of 32, greedy and sampled, groups of 1, 8 and 32; sampled alone where an adapter stands on half precision. Takes about a minute on two cores of a software adapter. */
export async function benchDecode(api: GPU | undefined): Promise<DecodeBench> {
  const { gpu, adapter } = await openGpu(api)
  await chooseKernels(gpu, 'bench')
  const cases: DecodeCase[] = []
  for (const [name, shape] of Object.entries(SHAPES)) {
    const config = new TextEncoder().encode(JSON.stringify(shape)).buffer
    const files = { config, weights: [{ name: 'model.safetensors', bytes: initialWeights(config, 1) }] }
    const model = await loadModel(gpu, files, { base: false, adapter: false })
    for (const group of GROUPS) for (const temperature of [0, 1]) cases.push({ model: name, weights: 'f32', rank: 0, ...(await measure(gpu, model, group, temperature)) })
    model.free()
    if (name !== 'sample policy') continue
    const { weights, rank } = ADAPTED
    const adapted = await loadModel(gpu, files, { base: false, adapter: true }, { kind: 'lora', rank, alpha: 2 * rank, targets: LORA_TARGETS, seed: 1 }, { weights })
    for (const group of GROUPS) cases.push({ model: name, weights, rank, ...(await measure(gpu, adapted, group, 1)) })
    adapted.free()
  }
  return { name: 'decode', adapter: `${adapter.vendor} ${adapter.architecture}`, promptTokens: PROMPT, newTokens: TOKENS, cases }
}

async function measure(gpu: Gpu, model: Model, group: number, temperature: number): Promise<Omit<DecodeCase, 'model' | 'weights' | 'rank'>> {
  const prompts = [{ key: 1, ids: Array.from({ length: PROMPT }, (_, i) => (i * 37) % 500) }]
  // a stop that never comes: ended rollouts are asked for as in a run, and none ends
  const run = (): Promise<Generated[]> => generate(model, prompts, { groupSize: group, maxNewTokens: TOKENS, temperature, topK: 0, topP: 1, stops: [2 ** 31], seed: 1, step: 0, version: CURRENT })
  await run()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  const median = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN
  gpu.profile(true)
  await run()
  const { kernels } = await gpu.kernelTimes()
  gpu.profile(false)
  return {
    group, temperature, tokensPerSecond: Math.round((group * TOKENS * 1000) / median), msPerStep: round3(median / TOKENS),
    dispatchesPerStep: round3(kernels.reduce((sum, { calls }) => sum + calls, 0) / TOKENS), kernels: Object.fromEntries(kernels.map(({ kernel, ms }) => [kernel, round3(ms / TOKENS)])),
  }
}

const round3 = (value: number): number => Math.round(value * 1000) / 1000
