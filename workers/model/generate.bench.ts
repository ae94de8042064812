// Measures rollouts: tokens a second by group size, what of a step's time is recording, dispatches and GPU time by kernel; on models of two small shapes, one also as GRPO samples it.
import { LORA_TARGETS, type WeightStorage } from '../../src/protocol/policy.ts'
import { openGpu } from '../gpu/device.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { type Measured, type MeasuredCase, median, rounded } from '../gpu/measured.ts'
import { measurePeak } from '../gpu/peak.ts'
import { chooseKernels } from '../kernels/choose.ts'
import type { Generated } from './generate.ts'
import { generate } from './generate.ts'
import { initialWeights } from './initial.ts'
import { loadModel } from './load.ts'
import type { Model } from './model.ts'
import { CURRENT } from './model.ts'

/** `ours`: tokens a second of the whole group, prefill and readback included: median of the rounds. */
export interface DecodeCase extends MeasuredCase {
  readonly model: string
  readonly weights: WeightStorage
  /** of the adapter on every linear layer; 0 without one */
  readonly rank: number
  readonly group: number
  readonly temperature: number
  readonly msPerStep: number
  readonly dispatchesPerStep: number
  /** milliseconds of GPU time a step by kernel, longest first; empty where the adapter has no timestamps */
  readonly kernels: Readonly<Record<string, number>>
}

export interface DecodeBench extends Measured<DecodeCase> {
  readonly promptTokens: number
  readonly newTokens: number
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
  const { gpu } = await openGpu(api)
  await chooseKernels(gpu, 'bench')
  const peak = (await measurePeak(gpu)).multiplyAdd
  const cases: DecodeCase[] = []
  for (const [name, shape] of Object.entries(SHAPES)) {
    const config = new TextEncoder().encode(JSON.stringify(shape)).buffer
    const files = { config, weights: [{ name: 'model.safetensors', bytes: initialWeights(config, 1) }] }
    const model = await loadModel(gpu, files, { base: false, adapter: false })
    for (const group of GROUPS) for (const temperature of [0, 1]) cases.push(await measure(gpu, { name, model, weights: 'f32', group, temperature, peak }))
    model.free()
    if (name !== 'sample policy') continue
    const { weights, rank } = ADAPTED
    const adapted = await loadModel(gpu, files, { base: false, adapter: true }, { kind: 'lora', rank, alpha: 2 * rank, targets: LORA_TARGETS, seed: 1 }, { weights })
    for (const group of GROUPS) cases.push(await measure(gpu, { name, model: adapted, weights, group, temperature: 1, peak }))
    adapted.free()
  }
  return { name: 'decode', adapter: gpu.architecture, peak: rounded(peak), cases, ratios: {}, promptTokens: PROMPT, newTokens: TOKENS }
}

interface Work {
  readonly name: string
  readonly model: Model
  readonly weights: WeightStorage
  readonly group: number
  readonly temperature: number
  /** GFLOP/s */
  readonly peak: number
}

/** Operations of a token: a multiply and an add for each weight of a product. */
function flopsPerToken({ base, adapter, config: { vocabulary, hidden, tied } }: Model): number {
  return 2 * (base.elements - (tied ? 0 : vocabulary * hidden) + (adapter?.parameters.elements ?? 0))
}

async function measure(gpu: Gpu, { name, model, weights, group, temperature, peak }: Work): Promise<DecodeCase> {
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
  const ms = median(times)
  const rate = (group * TOKENS * 1000) / ms
  const rank = model.adapter?.rank ?? 0
  gpu.profile(true)
  await run()
  const { kernels } = await gpu.kernelTimes()
  gpu.profile(false)
  return {
    shape: `${name}, ${weights}${rank > 0 ? ` with rank ${rank}` : ''}, ${group} × ${TOKENS} after ${PROMPT}`, op: temperature === 0 ? 'greedy' : 'sampled',
    ours: rounded(rate), unit: 'tokens/s', peers: {}, share: rounded((rate * flopsPerToken(model)) / 1e9 / peak),
    model: name, weights, rank, group, temperature, msPerStep: rounded(ms / TOKENS),
    dispatchesPerStep: rounded(kernels.reduce((sum, { calls }) => sum + calls, 0) / TOKENS), kernels: Object.fromEntries(kernels.map((each) => [each.kernel, rounded(each.ms / TOKENS)])),
  }
}
