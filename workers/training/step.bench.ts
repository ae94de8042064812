// One whole GRPO step of a model of real size with random weights: seconds by phase, bytes by purpose against the plan, the longest submit.
import { planMemory } from '../../src/domain/memory.ts'
import type { RawConfig } from '../../src/domain/modelConfig.ts'
import { Stream } from '../../src/domain/random.ts'
import type { Objective, Optimiser, WeightStorage } from '../../src/protocol/policy.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { type Measured, type MeasuredCase, rounded } from '../gpu/measured.ts'
import { measurePeak } from '../gpu/peak.ts'
import { objective as objectiveKernel } from '../kernels/objective/objective.ts'
import { chooseMatmulTiles } from '../kernels/matmul/matmul.ts'
import type { Draw } from '../model/generate.ts'
import { generate } from '../model/generate.ts'
import { loadModel } from '../model/load.ts'
import { CURRENT } from '../model/model.ts'
import { Policy } from './policy.ts'
import { randomModel } from './randomModel.ts'
import { prepare, release, scoreReference, sums } from './update.ts'

export interface StepOptions {
  readonly config: RawConfig
  readonly weights: WeightStorage
  readonly rank: number
  readonly prompts: number
  readonly groupSize: number
  readonly promptTokens: number
  readonly maxNewTokens: number
  readonly checkpointing: 'auto' | 'on' | 'off'
}

/** A phase of the step by its name in `op`: `ours` in seconds. */
export interface PhaseCase extends MeasuredCase {
  /** operations that kernels stated; `share` is of the peak at which they ran */
  readonly gflop: number
  readonly share: number
  /** of the longest submit, as the worker saw its end */
  readonly longestSubmitMs: number
}

export interface StepReport extends Measured<PhaseCase> {
  readonly options: Omit<StepOptions, 'config'>
  readonly parameters: number
  /** of one step, loading apart */
  readonly seconds: number
  readonly tokensPerSecond: number
  /** the most bytes that the GPU held at once: by purpose, in all, and as the plan has it */
  readonly peakBytes: Readonly<Record<string, number>>
  readonly peakGpuBytes: number
  readonly predictedGpuBytes: number
  readonly longestSubmitMs: number
  readonly gradNorm: number
  readonly logpGap: number
}

const OBJECTIVE: Objective = {
  aggregation: 'grpo', importance: 'token', clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0.04, entropyCoefficient: 0, temperature: 1, maxCompletionLength: 32, microBatchSequences: 12,
}
const OPTIMISER: Optimiser = { learningRate: 1e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 }
const TARGETS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const

/** Loads, samples and takes one step on a device of its own. */
export async function benchStep(gpu: Gpu, options: StepOptions, now: () => number, progress: (line: string) => void): Promise<StepReport> {
  const { prompts: promptCount, groupSize, promptTokens, maxNewTokens, weights, rank, checkpointing } = options
  await chooseMatmulTiles(gpu)
  const { multiplyAdd } = await measurePeak(gpu)
  gpu.trim()
  gpu.resetPeak()
  const files = randomModel(options.config, 7)
  const phases: Record<string, Pick<PhaseCase, 'gflop' | 'share' | 'longestSubmitMs'> & { readonly seconds: number }> = {}
  const phase = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    gpu.pace.resetLongest()
    const [began, flops] = [now(), gpu.pace.dispatched.flops]
    const value = await work()
    await gpu.device.queue.onSubmittedWorkDone()
    const seconds = (now() - began) / 1000
    const gflop = (gpu.pace.dispatched.flops - flops) / 1e9
    phases[name] = { seconds, gflop, share: gflop / seconds / multiplyAdd, longestSubmitMs: gpu.pace.longest }
    progress(`${name}: ${seconds.toFixed(1)} s, ${gflop.toFixed(1)} GFLOP, longest submit ${gpu.pace.longest.toFixed(0)} ms`)
    return value
  }
  const trainable = { kind: 'lora', rank, alpha: 2 * rank, targets: TARGETS, seed: 1 } as const
  const policy = await phase('load', async () => new Policy(gpu, await loadModel(gpu, files, { base: false, adapter: true }, trainable, { weights }), 'adapter off', checkpointing))
  policy.fixReference()
  const { model } = policy
  const draws = new Stream(11, 'bench prompts')
  const prompts = Array.from({ length: promptCount }, (_, key) => ({ key, ids: Array.from({ length: promptTokens }, () => draws.bits() % model.config.vocabulary) }))
  const draw: Draw = { groupSize, maxNewTokens, temperature: 1, topK: 0, topP: 1, stops: [], seed: 3, step: 0, version: CURRENT }
  policy.reserveSampling(promptCount, groupSize, promptTokens, maxNewTokens)
  await phase('prefill', () => generate(model, prompts, { ...draw, maxNewTokens: 1 }))
  const rollouts = await phase('sampling', () => generate(model, prompts, draw))
  const sequences = rollouts.map(({ prompt, member, ids, logps }) => ({ promptIds: prompts[prompt]?.ids ?? [], ids, oldLogps: logps, advantage: member % 2 === 0 ? 1 : -1 }))
  const parts = prepare(policy, { sequences, objective: OBJECTIVE })
  await phase('reference', () => scoreReference(policy, parts))
  const recording = gpu.record()
  policy.optimiser.clearGradients(recording)
  let [forward, backward] = [0, 0]
  for (const [i, part] of parts.entries()) {
    await phase(`forward ${i}`, async () => {
      await part.batch.forward(recording, model, policy.keep)
      recording.submit()
    })
    await phase(`backward ${i}`, async () => {
      objectiveKernel(recording, { ...part, ...part.batch.extra, stats: part.batch.loss.stats }, { ...OBJECTIVE, sequences: part.sequences, withReference: true })
      await part.batch.backward(recording, model, part.weights)
      recording.submit()
    })
    forward += phases[`forward ${i}`]?.seconds ?? 0
    backward += phases[`backward ${i}`]?.seconds ?? 0
  }
  await phase('adamw', async () => {
    policy.optimiser.step(recording, OPTIMISER)
    recording.submit()
  })
  const [{ gap }, state] = await Promise.all([sums(policy, parts), gpu.read(policy.optimiser.state)])
  const { peak, peakBytes } = gpu.memory
  release(policy, parts)
  const seconds = (phases['sampling']?.seconds ?? 0) + (phases['reference']?.seconds ?? 0) + forward + backward + (phases['adamw']?.seconds ?? 0)
  const decode = (phases['sampling']?.seconds ?? 0) - (phases['prefill']?.seconds ?? 0)
  const tokens = promptCount * groupSize * (maxNewTokens - 1)
  const plan = planMemory(model.config, {
    weights, trainable, promptsPerStep: promptCount, groupSize, promptTokens, maxNewTokens, checkpointing, reference: true, keptCheckpoints: 0,
  }, gpu.bindingLimit)
  const { config: _, ...rest } = options
  const shape = `${model.config.layers} layers of ${model.config.hidden}, ${weights}, ${promptCount} × ${groupSize} of ${promptTokens} + ${maxNewTokens} tokens`
  const report: StepReport = {
    name: 'step-0.5b', adapter: gpu.architecture, peak: rounded(multiplyAdd),
    cases: Object.entries(phases).map(([op, { seconds: ours, share, ...more }]) => ({ shape, op, ours: rounded(ours), unit: 's', peers: {}, share: rounded(share), ...more })),
    ratios: {},
    options: rest, parameters: model.base.elements, seconds, tokensPerSecond: tokens / decode, peakBytes, peakGpuBytes: peak, predictedGpuBytes: plan.peak,
    longestSubmitMs: Math.max(...Object.values(phases).map(({ longestSubmitMs }) => longestSubmitMs)), gradNorm: state[0] ?? NaN, logpGap: gap,
  }
  policy.free()
  return report
}
