// Computes every tensor and loss of a golden case with the engine as it trains, and compares: the proof that it is right.
import { relativeError } from '../gpu/relativeError.ts'
import type { GoldenReport, ModelFiles, Objective, Optimiser, WeightStorage } from '../../src/protocol/policy.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { rmsNorm } from '../kernels/rmsnorm/rmsnorm.ts'
import { forward } from '../model/forward.ts'
import { pack } from '../model/batch.ts'
import type { LoadHow } from '../model/load.ts'
import { loadModel } from '../model/load.ts'
import type { Model, Version } from '../model/model.ts'
import { CURRENT } from '../model/model.ts'
import type { NamedTensor } from '../model/safetensors.ts'
import { openSafetensors } from '../model/safetensors.ts'
import { project } from '../model/weight.ts'
import { MicroBatch } from './microbatch.ts'
import { OptimiserState } from './optimiser.ts'
import { Policy } from './policy.ts'
import { accumulateSft } from './supervise.ts'
import { accumulate, prepare, release, scoreReference } from './update.ts'

interface Case {
  readonly sequences: readonly (readonly number[])[]
  readonly completion_starts: readonly number[]
  readonly advantages: readonly number[]
  readonly options: { readonly temperature: number; readonly epsilon_low: number; readonly epsilon_high: number; readonly beta: number; readonly max_completion_length: number }
  readonly adamw?: { readonly lr: number; readonly betas: readonly [number, number]; readonly eps: number; readonly weight_decay: number; readonly max_grad_norm: number }
  readonly losses?: Readonly<Record<string, number>>
}

const TOLERANCE = 1e-4
const PACKED_TOLERANCE = 1e-3
const BASE: Version = { base: 'weights', adapter: 'off' }

/** Tensors and losses of a case; losses stand under `losses.NAME`, shape []. */
type Values = ReadonlyMap<string, NamedTensor>

/**
 * Checks a folder: see GoldenReport. Losses stand under `losses.NAME`; log-probabilities of the sampler are given by the case and pass through.
 * With packed weights every tensor is held to what the float32 engine computes from the values that the packed weights stand for.
 */
export async function checkGolden(
  gpu: Gpu, files: ModelFiles, goldenBytes: ArrayBuffer, caseJson: ArrayBuffer, weights: WeightStorage = 'f32',
): Promise<{ report: GoldenReport; computed: readonly NamedTensor[] }> {
  const file = openSafetensors(goldenBytes, 'golden.safetensors')
  const test = JSON.parse(new TextDecoder().decode(caseJson)) as Case
  const golden = new Map<string, NamedTensor>(file.names.map((name) => [name, { name, shape: file.shape(name), data: file.read(name) }]))
  for (const [name, value] of Object.entries(test.losses ?? {})) golden.set(`losses.${name}`, lossOf(name, value))
  const computed = await compute(gpu, files, golden, test, { weights })
  const computedTensors = [...computed.values()].filter(({ name }) => !name.startsWith('losses.'))
  if (weights === 'f32') return { report: compare(golden, computed, golden, TOLERANCE), computed: computedTensors }
  const expected = await compute(gpu, files, golden, test, { roundedTo: weights })
  const { worst, errors } = compare(golden, computed, golden, TOLERANCE)
  return { report: { ...compare(golden, computed, expected, PACKED_TOLERANCE), golden: { worst, errors } }, computed: computedTensors }
}

const lossOf = (name: string, value: number): NamedTensor => ({ name: `losses.${name}`, shape: [], data: Float32Array.of(value) })

/** Holds every value that the case asks for to what is expected of it. */
function compare(asked: Values, computed: Values, expected: Values, tolerance: number): GoldenReport {
  const errors: Record<string, number> = {}
  const missing: string[] = []
  for (const name of asked.keys()) {
    const [found, right] = [computed.get(name), expected.get(name)]
    if (found === undefined || right === undefined) missing.push(name)
    else errors[name] = found.shape.join() === right.shape.join() ? relativeError(found.data, right.data) : Infinity
  }
  const [first, ...rest] = Object.entries(errors)
  const [name, error] = rest.reduce((worst, entry) => (entry[1] > worst[1] ? entry : worst), first ?? ['', 0])
  return { ok: missing.length === 0 && error <= tolerance, tolerance, tensors: Object.keys(errors).length, missing, worst: { name, error }, errors }
}

/** Everything that a case may ask for, by the engine as it trains. Packed weights get gradients but are not trained. */
async function compute(gpu: Gpu, files: ModelFiles, golden: Values, test: Case, how: Pick<LoadHow, 'weights' | 'roundedTo'>): Promise<Values> {
  const packed = (how.weights ?? 'f32') !== 'f32'
  const model = await loadModel(gpu, files, { base: !packed, adapter: true }, undefined, { ...how, gradients: packed })
  const policy = new Policy(gpu, model, 'adapter off')
  const computed = new Map<string, NamedTensor>()
  const losses = new Map<string, number>()
  const put = (name: string, shape: readonly number[], data: Float32Array): void => void computed.set(name, { name, shape, data })
  try {
    await logitsAndLogps(policy, test, put)
    for (const [name, given] of golden) if (name.startsWith('old_logps.')) computed.set(name, given)
    await gradients(policy, test, golden.has('old_logps.0') ? (i) => golden.get(`old_logps.${i}`)?.data ?? new Float32Array(0) : undefined, put, losses)
  } finally {
    policy.free()
  }
  for (const [name, value] of losses) computed.set(`losses.${name}`, lossOf(name, value))
  return computed
}

type Put = (name: string, shape: readonly number[], data: Float32Array) => void

async function logitsAndLogps(policy: Policy, test: Case, put: Put): Promise<void> {
  for (const [i, sequence] of test.sequences.entries()) {
    for (const [prefix, version] of [['logits', CURRENT], ['base_logits', BASE]] as const) {
      put(`${prefix}.${i}`, [sequence.length, policy.model.config.vocabulary], await logits(policy.model, sequence, version))
    }
  }
  const batch = new MicroBatch(policy.gpu, pack(sequencesOf(test)), test.options.temperature, false)
  for (const [prefix, version] of [['logps', CURRENT], ['ref_logps', BASE]] as const) {
    const recording = policy.gpu.record()
    await batch.score(recording, policy.model, version, batch.loss.stats)
    recording.submit()
    const stats = await policy.gpu.read(batch.loss.stats, batch.loss.tokens * 4)
    test.sequences.forEach((_, i) => {
      const [from, to] = [batch.packed.starts[i] ?? 0, batch.packed.starts[i + 1] ?? 0]
      put(`${prefix}.${i}`, [to - from], Float32Array.from({ length: to - from }, (_unused, t) => stats[(from + t) * 4 + 1] ?? NaN))
    })
  }
  batch.free()
}

const sequencesOf = (test: Case) => test.sequences.map((ids, i) => {
  const start = test.completion_starts[i] ?? 1
  return { promptIds: ids.slice(0, start), ids: ids.slice(start) }
})

/** Logits of every position, [T, vocabulary]. */
export async function logits(model: Model, ids: readonly number[], version: Version): Promise<Float32Array> {
  const { gpu, config } = model
  const rows = ids.length
  const packed = pack([{ promptIds: ids, ids: [0] }])
  const batch = new MicroBatch(gpu, packed, 1, false)
  const recording = gpu.record()
  const top = forward(recording, model, batch, { version, keep: false })
  const normed = gpu.tensor('golden', rows * config.hidden)
  const rstd = gpu.tensor('golden', rows)
  const out = gpu.tensor('golden', rows * config.vocabulary)
  rmsNorm(recording, top, model.base.of('norm'), normed, rstd, { rows, width: config.hidden, eps: config.normEps })
  project(recording, normed, out, { m: rows, weight: model.head(version) })
  recording.submit()
  const values = await gpu.read(out, rows * config.vocabulary)
  batch.free()
  for (const tensor of [normed, rstd, out]) gpu.free(tensor)
  return values
}

async function gradients(policy: Policy, test: Case, olds: ((i: number) => Float32Array) | undefined, put: Put, losses: Map<string, number>): Promise<void> {
  const parts = { adapter: policy.model.adapter?.parameters, base: policy.model.base }
  const putGradients = async (prefix: string, of: 'adapter' | 'base'): Promise<void> => {
    for (const { name, shape, data } of (await parts[of]?.download('gradients')) ?? []) put(`${prefix}.${name}`, shape, data)
  }
  const sequences = sequencesOf(test)
  const { loss } = await accumulateSft(policy, { sequences, fullText: false })
  losses.set('sft', loss)
  await putGradients('grad.sft', 'adapter')
  await putGradients('grad.sft.full', 'base')
  if (olds === undefined) return
  const train = sequences.map((sequence, i) => ({ ...sequence, oldLogps: [...olds(i)], advantage: test.advantages[i] ?? 0 }))
  // grpo comes last: its gradient is the one that the AdamW step of the case is taken on.
  for (const name of ['bnpo', 'dr_grpo', 'gspo', 'grpo'] as const) {
    const objective = objectiveOf(test, name)
    const prepared = prepare(policy, { sequences: train, objective })
    await scoreReference(policy, prepared)
    await accumulate(policy, prepared, objective, true)
    let total = 0
    for (const { batch, terms } of prepared) (await policy.gpu.read(terms, batch.loss.tokens * 4)).forEach((value, i) => (total += i % 4 === 0 ? value : 0))
    release(policy, prepared)
    losses.set(name, total)
    await putGradients(`grad.${name}`, 'adapter')
  }
  await adamwStep(policy, test, put, losses)
}

function objectiveOf({ options }: Case, name: 'grpo' | 'bnpo' | 'dr_grpo' | 'gspo'): Objective {
  return {
    aggregation: name === 'gspo' ? 'grpo' : name, importance: name === 'gspo' ? 'sequence' : 'token', clipLow: options.epsilon_low, clipHigh: options.epsilon_high,
    klCoefficient: options.beta, entropyCoefficient: 0, temperature: options.temperature, maxCompletionLength: options.max_completion_length, microBatchSequences: 1,
  }
}

async function adamwStep(policy: Policy, test: Case, put: Put, losses: Map<string, number>): Promise<void> {
  const { adapter } = policy.model
  if (adapter === undefined || test.adamw === undefined) return
  const { lr, betas, eps, weight_decay: weightDecay, max_grad_norm: maxGradNorm } = test.adamw
  const options: Optimiser = { learningRate: lr, beta1: betas[0], beta2: betas[1], epsilon: eps, weightDecay, maxGradNorm }
  const only = new OptimiserState(policy.gpu, [adapter.parameters.moments])
  const recording = policy.gpu.record()
  only.step(recording, options)
  recording.submit()
  losses.set('grad_norm.grpo', (await policy.gpu.read(only.state))[0] ?? NaN)
  for (const { name, shape, data } of await adapter.parameters.download('weights')) put(`adamw.${name}`, shape, data)
  only.free()
}
