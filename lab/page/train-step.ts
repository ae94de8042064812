// `bench train-step`: one supervised step of the sample policy's shape, all weights trained, ours and in jax-js, from the same weights on the same batches.
import { connect } from '../../src/client/connection.ts'
import { openPolicy } from '../../src/client/policy.ts'
import { loadSamplePolicy } from '../../src/client/sample.ts'
import { type ModelConfig, parseConfig } from '../../src/domain/modelConfig.ts'
import { Stream } from '../../src/domain/random.ts'
import type { Optimiser, Trainable } from '../../src/protocol/policy.ts'
import { initialWeights } from '../../workers/model/initial.ts'
import { median, rounded } from '../../workers/gpu/measured.ts'
import type { OurService } from './peers/ours.worker.ts'
import type { JaxTraining } from './peers/jaxTrain.worker.ts'

const [BATCH, LENGTH] = [16, 64]
const ROUNDS = 5
const OPTIMISER: Optimiser = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 0 }
const LORA: Trainable = { kind: 'lora', rank: 8, alpha: 16, targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'], seed: 1 }
const TOLERANCE = 1e-4

/** Sequences of a batch: seeded walks over the vocabulary, so that there is something to learn. */
function batchOf(round: number, vocabulary: number): number[][] {
  const random = new Stream(1, `bench train-step ${round}`)
  return Array.from({ length: BATCH }, () => {
    let token = random.integer(vocabulary)
    return Array.from({ length: LENGTH }, () => (token = (token * 5 + 1 + random.integer(8)) % vocabulary))
  })
}

/** Multiply-adds of one step, twice: 6 for each weight of a product and token (forward, and two products backward), and attention's over half a square. */
function flopsOf({ hidden, heads, kvHeads, headDim, intermediate, layers, vocabulary }: ModelConfig): number {
  const layer = hidden * (heads + 2 * kvHeads) * headDim + heads * headDim * hidden + 3 * hidden * intermediate
  return 6 * BATCH * (LENGTH * layers * (layer + LENGTH * heads * headDim) + (LENGTH - 1) * hidden * vocabulary)
}

async function openOurs(files: Awaited<ReturnType<typeof loadSamplePolicy>>, trained: Trainable) {
  const { service, close } = openPolicy()
  try {
    await service.start()
    await service.load(files, trained)
  } catch (error) {
    close()
    throw error
  }
  const step = async (batch: readonly (readonly number[])[]): Promise<{ loss: number; ms: number }> => {
    const sequences = batch.map((ids) => ({ promptIds: ids.slice(0, 1), ids: ids.slice(1) }))
    const began = performance.now()
    const { loss } = await service.supervise({ sequences, fullText: false, optimiser: OPTIMISER })
    return { loss, ms: performance.now() - began }
  }
  return {
    close,
    step,
    /** Share of a step's GPU time by kernel, longest first; empty where the adapter has no timestamps. */
    async kernels(batch: readonly (readonly number[])[]): Promise<Readonly<Record<string, number>>> {
      await service.profile(true)
      await step(batch)
      const { kernels } = await service.kernelTimes()
      await service.profile(false)
      const total = kernels.reduce((sum, { ms }) => sum + ms, 0)
      return Object.fromEntries(kernels.map(({ kernel, ms }) => [kernel, rounded(ms / total)]))
    },
  }
}

export async function benchTrainStep(): Promise<unknown> {
  const sample = await loadSamplePolicy()
  const config = parseConfig(sample.config)
  const weights = initialWeights(sample.config, 1)
  const files = { ...sample, weights: [{ name: 'model.safetensors', bytes: weights }] }
  const opened: { close: () => void }[] = []
  const hold = <T extends { close: () => void }>(each: T): T => {
    opened.push(each)
    return each
  }
  try {
    const meter = hold(connect<OurService>(new Worker(new URL('./peers/ours.worker.ts', import.meta.url), { type: 'module', name: 'peak' }), 'peak'))
    const { adapter, first } = await meter.service.open()
    const ours = hold(await openOurs(files, { kind: 'full' }))
    const lora = hold(await openOurs(files, LORA))
    const jax = hold(connect<JaxTraining>(new Worker(new URL('./peers/jaxTrain.worker.ts', import.meta.url), { type: 'module', name: 'jax-js' }), 'jax-js'))
    await jax.service.open(config, OPTIMISER, weights.slice(0))
    const rounds: { ours: number; lora: number; jax: number; peak: number }[] = []
    const losses: { ours: number; jax: number }[] = []
    for (let round = -1; round < ROUNDS; round++) { // round −1 compiles
      const batch = batchOf(round, config.vocabulary)
      const peak = (await meter.service.sample()).multiplyAdd
      const [mine, low, theirs] = [await ours.step(batch), await lora.step(batch), await jax.service.step(batch.flat(), BATCH)]
      losses.push({ ours: mine.loss, jax: theirs.loss })
      if (round >= 0) rounds.push({ ours: mine.ms, lora: low.ms, jax: theirs.ms, peak })
      await window.labProgress(`train-step ${round + 1} of ${ROUNDS}: ours ${mine.ms.toFixed(0)} ms, LoRA ${low.ms.toFixed(0)} ms, jax-js ${theirs.ms.toFixed(0)} ms, losses ${mine.loss.toFixed(5)} and ${theirs.loss.toFixed(5)}`)
    }
    const differ = Math.max(...losses.map((loss) => Math.abs(loss.ours - loss.jax)))
    if (!(differ <= TOLERANCE)) throw new Error(`train-step: losses differ by ${differ}, above ${TOLERANCE}, over ${losses.length} steps: ${JSON.stringify(losses)}`)
    const kernels = await ours.kernels(batchOf(ROUNDS, config.vocabulary))
    const shape = `${BATCH} × ${LENGTH} tokens, ${config.layers} layers of ${config.hidden}, vocabulary ${config.vocabulary}`
    const rate = flopsOf(config) / 1e6
    const share = rounded(median(rounds.map(({ ours: ms, peak }) => rate / ms / peak)))
    return {
      name: 'train-step', adapter, peak: rounded(first.multiplyAdd),
      cases: [
        { shape, op: 'full', ours: rounded(median(rounds.map((each) => each.ours))), unit: 'ms', peers: { 'jax-js': rounded(median(rounds.map((each) => each.jax))) }, share, differ, losses, kernels },
        { shape, op: 'lora, rank 8', ours: rounded(median(rounds.map((each) => each.lora))), unit: 'ms', peers: {} },
      ],
      ratios: { 'jax-js': rounded(median(rounds.map(({ ours: mine, jax: theirs }) => theirs / mine))) },
    }
  } finally {
    for (const { close } of opened) close()
  }
}
