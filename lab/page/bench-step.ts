// The benches of the whole policy: one step at a real model's size, and a long run whose memory must stay flat.
import { connect } from '../../src/client/connection.ts'
import { openPolicy } from '../../src/client/policy.ts'
import { loadSamplePolicy } from '../../src/client/sample.ts'
import { Stream } from '../../src/domain/random.ts'
import type { Objective, Optimiser, WeightStorage } from '../../src/protocol/policy.ts'
import { type Measured, rounded } from '../../workers/gpu/measured.ts'

/** What workers/step.worker.ts serves. */
interface StepService {
  step(weights: WeightStorage, short: boolean, progress: (line: string) => void): Promise<Measured>
}

export async function benchStep(weights: WeightStorage, short: boolean): Promise<Measured> {
  const worker = new Worker(new URL('../../workers/step.worker.ts', import.meta.url), { type: 'module', name: 'step' })
  const { service, close, failed } = connect<StepService>(worker, 'step')
  try {
    const crash = failed.then((reason) => Promise.reject(reason))
    return await Promise.race([service.step(weights, short, (line) => void window.labProgress(line)), crash])
  } finally {
    close()
  }
}

interface Mark {
  readonly step: number
  readonly gpuBytes: number
  readonly bytes: Readonly<Record<string, number>>
  /** of the policy's worker, after garbage collection */
  readonly heapBytes: number
}

const OBJECTIVE: Objective = {
  aggregation: 'grpo', importance: 'token', clipLow: 0.2, clipHigh: 0.2, klCoefficient: 0.02, entropyCoefficient: 0, temperature: 1, maxCompletionLength: 16, microBatchSequences: 12,
}
const OPTIMISER: Optimiser = { learningRate: 1e-5, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 }
const WORDS = ['red', 'wireless', 'mouse', 'for', 'kids', 'waterproof', 'backpack', 'with', 'usb', 'charger', 'small', 'garden', 'chair', 'cheap', 'and', 'durable', 'notebook', '14', 'inch'] as const
const EVERY = 100
const PROMPTS = 2
const GROUP = 4

interface MeasuredMemory {
  readonly breakdown: readonly { readonly bytes: number; readonly attribution: readonly { readonly scope: string; readonly url?: string }[] }[]
}

/** Bytes of script memory in dedicated workers after a collection; the browser collects before it answers. */
async function workerHeap(): Promise<number> {
  const { measureUserAgentSpecificMemory: measure } = performance as unknown as { measureUserAgentSpecificMemory?: () => Promise<MeasuredMemory> }
  if (measure === undefined) throw new Error('this browser measures no memory of workers; it must isolate the page across origins')
  const { breakdown } = await measure.call(performance)
  return breakdown.reduce((sum, { bytes, attribution }) => sum + (attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope') ? bytes : 0), 0)
}

export interface SoakReport extends Measured {
  readonly steps: number
  readonly secondsPerStep: number
  readonly marks: readonly Mark[]
  /** after the first hundred steps: bytes, shares of what was there at the last mark and at the highest one */
  readonly gpuGrowthBytes: number
  readonly heapGrowth: number
  readonly heapGrowthAtMost: number
}

/**
 * GRPO steps of the embedded policy on prompts of changing length: GPU bytes and the worker's heap at every hundredth step, and their growth after
 * the first hundred. `peak`: the adapter's GFLOP/s, measured apart.
 */
export async function benchSoak(steps: number, peak: number): Promise<SoakReport> {
  const { service, close, failed } = openPolicy()
  const run = async (): Promise<SoakReport> => {
    const adapter = await service.start()
    await service.load(await loadSamplePolicy(), { kind: 'lora', rank: 8, alpha: 16, targets: ['q_proj', 'v_proj', 'up_proj', 'down_proj'], seed: 1 })
    await service.fixReference()
    const marks: Mark[] = []
    const began = performance.now()
    for (let step = 1; step <= steps; step++) {
      const chance = new Stream(5, 'soak', step)
      const prompts = Array.from({ length: PROMPTS }, () => ({
        key: step * PROMPTS + chance.integer(PROMPTS), text: Array.from({ length: 2 + chance.integer(14) }, () => WORDS[chance.integer(WORDS.length)] ?? '').join(' '),
      }))
      const sampling = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 16, stop: ['<|im_end|>'] }
      const rollouts = await service.generate({ prompts, groupSize: GROUP, sampling, seed: 3, step, version: 'current' })
      const sequences = rollouts.map(({ promptIds, ids, logps }, i) => ({ promptIds, ids, oldLogps: logps, advantage: i % 2 === 0 ? 1 : -1 }))
      await service.update({ sequences, objective: OBJECTIVE, optimiser: OPTIMISER, iterations: 1 })
      if (step % EVERY !== 0) continue
      const { total, bytes } = await service.memory()
      marks.push({ step, gpuBytes: total, bytes, heapBytes: await workerHeap() })
      await window.labProgress(`step ${step}: ${total} GPU bytes, ${marks.at(-1)?.heapBytes ?? 0} heap bytes, ${((performance.now() - began) / step).toFixed(0)} ms a step`)
    }
    const [first, last] = [marks[0], marks.at(-1)]
    if (first === undefined || last === undefined) throw new Error(`soak: ${steps} steps are too few; give at least ${EVERY}`)
    const most = (of: (mark: Mark) => number): number => Math.max(...marks.map(of))
    const secondsPerStep = (performance.now() - began) / 1000 / steps
    const gpuGrowthBytes = most(({ gpuBytes }) => gpuBytes) - first.gpuBytes
    const heapGrowth = last.heapBytes / first.heapBytes - 1
    const shape = `sample policy, ${steps} steps of ${PROMPTS} × ${GROUP}`
    return {
      name: 'soak', adapter: adapter.architecture, peak: rounded(peak),
      cases: [
        { shape, op: 'step', ours: rounded(secondsPerStep), unit: 's', peers: {} },
        { shape, op: 'growth of GPU memory', ours: gpuGrowthBytes, unit: 'bytes', peers: {} },
        { shape, op: 'growth of heap', ours: rounded(heapGrowth), unit: 'share', peers: {} },
      ],
      ratios: {}, steps, secondsPerStep, marks, gpuGrowthBytes, heapGrowth, heapGrowthAtMost: most(({ heapBytes }) => heapBytes) / first.heapBytes - 1,
    }
  }
  try {
    return await Promise.race([run(), failed.then((reason) => Promise.reject(reason))])
  } finally {
    close()
  }
}
