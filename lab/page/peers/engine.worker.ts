// This engine as a side of `bench generate`: the policy worker's own loading and rollouts, by token ids.
import * as Comlink from 'comlink'
import type { ModelFiles } from '../../../src/protocol/policy.ts'
import { openGpu } from '../../../workers/gpu/device.ts'
import { PeakMeter } from '../../../workers/gpu/peak.ts'
import { chooseMatmulTiles } from '../../../workers/kernels/matmul/matmul.ts'
import { generate } from '../../../workers/model/generate.ts'
import { loadModel } from '../../../workers/model/load.ts'
import type { Model } from '../../../workers/model/model.ts'
import { CURRENT } from '../../../workers/model/model.ts'
import { logits } from '../../../workers/training/golden.ts'
import type { Continuations } from './side.ts'

let model: Model | undefined

function opened(): Model {
  if (model === undefined) throw new Error('no model is open')
  return model
}

const service = {
  /** The adapter's architecture, GFLOP/s that its multiply-adds reach at most, and the model's vocabulary and multiply-adds for a token. */
  async open(files: ModelFiles): Promise<{ readonly adapter: string; readonly peak: number; readonly vocabulary: number; readonly perToken: number }> {
    const { gpu } = await openGpu(navigator.gpu)
    await chooseMatmulTiles(gpu)
    const meter = await PeakMeter.open(gpu)
    const peak = meter.first.multiplyAdd
    meter.free()
    model = await loadModel(gpu, files, { base: false, adapter: false })
    const { vocabulary, hidden, tied } = model.config
    return { adapter: gpu.architecture, peak, vocabulary, perToken: model.base.elements - (tied ? 0 : vocabulary * hidden) }
  },

  /** Logits of every position, [length, vocabulary]. */
  logits: (ids: readonly number[]): Promise<Float32Array> => logits(opened(), ids, CURRENT),

  /** Greedy continuations of one prompt, `tokens` each, whatever they are. */
  async generate(ids: readonly number[], group: number, tokens: number): Promise<Continuations> {
    const started = performance.now()
    const drawn = await generate(opened(), [{ key: 0, ids }], {
      groupSize: group, maxNewTokens: tokens, temperature: 0, topK: 0, topP: 1, stops: [], seed: 0, step: 0, version: CURRENT,
    })
    return { ids: drawn.map((each) => each.ids), ms: performance.now() - started }
  },
}

export type EngineService = typeof service

Comlink.expose(service)
