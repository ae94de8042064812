// Serves the bench of one step at a real model's size, on a device of its own.
import * as Comlink from 'comlink'
import type { WeightStorage } from '../src/protocol/policy.ts'
import { openGpu } from './gpu/device.ts'
import { QWEN25_05B } from './training/randomModel.ts'
import type { StepReport } from './training/step.bench.ts'
import { benchStep } from './training/step.bench.ts'

const service = {
  /** One step at Qwen2.5-0.5B's shape: 2 prompts × 4 rollouts, 96 prompt and 32 completion tokens; short: 1 × 2, 32 + 8. */
  async step(weights: WeightStorage, short: boolean, progress: (line: string) => void): Promise<StepReport> {
    const { gpu } = await openGpu(navigator.gpu)
    const size = short ? { prompts: 1, groupSize: 2, promptTokens: 32, maxNewTokens: 8 } : { prompts: 2, groupSize: 4, promptTokens: 96, maxNewTokens: 32 }
    const report = await benchStep(gpu, { config: QWEN25_05B, weights, rank: 8, checkpointing: 'auto', ...size }, () => performance.now(), progress)
    gpu.device.destroy()
    return report
  },
}

export type StepService = typeof service

Comlink.expose(service)
