// A sentence encoder by transformers.js on onnxruntime-web: texts in, unit vectors out. Its files come from memory alone.
import { pipeline } from '@huggingface/transformers'
import type { FeatureExtractionPipeline } from '@huggingface/transformers'
import type { DenseSpec } from '../../../src/domain/recommender.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { withFolder } from '../../onnx/inMemory.ts'
import type { Model } from './modelFiles.ts'

export type Device = 'webgpu' | 'wasm'

export interface Encoder {
  readonly device: Device
  readonly width: number
  /** Unit vectors [texts, width]; a text in which the model sees nothing is all zeros. Texts of like length should stand together. */
  embed(texts: readonly string[]): Promise<Float32Array<ArrayBuffer>>
  close(): Promise<void>
}

/** Texts that go through the network together. */
export const BATCH = 32

function openOn(device: Device, model: Model, gpu: Gpu | undefined): Promise<FeatureExtractionPipeline> {
  return withFolder(model.files, (place) => pipeline('feature-extraction', place, {
    device, dtype: model.dtype, use_external_data_format: model.externalData,
    ...(device === 'webgpu' && gpu !== undefined ? { session_options: { executionProviders: [{ name: 'webgpu', device: gpu.device }] } } : {}),
  }))
}

/** Divides every row by its length, in float64; a row without a direction becomes zeros. rows: [count, width] */
export function normalise(rows: Float32Array, width: number): void {
  for (let start = 0; start < rows.length; start += width) {
    let sum = 0
    for (let i = start; i < start + width; i++) sum += rows[i]! ** 2
    const scale = Number.isFinite(sum) && sum > 0 ? 1 / Math.sqrt(sum) : 0
    for (let i = start; i < start + width; i++) rows[i] = scale === 0 ? 0 : rows[i]! * scale
  }
}

/** The devices worth trying, best first: a software adapter is several times slower than the processor's own vector units. */
export function devicesFor(gpu: Gpu | undefined): readonly Device[] {
  return gpu === undefined || gpu.architecture === 'swiftshader' ? ['wasm'] : ['webgpu', 'wasm']
}

/** Opens a model on the first device that gives finite numbers. Throws a sentence when none does. */
export async function openEncoder(
  model: Model, spec: DenseSpec, gpu: Gpu | undefined, devices: readonly Device[] = devicesFor(gpu),
): Promise<Encoder> {
  const reasons: string[] = []
  for (const device of devices) {
    try {
      const extract = await openOn(device, model, gpu)
      const run = async (texts: readonly string[]): Promise<{ data: Float32Array<ArrayBuffer>; width: number }> => {
        const output = await extract([...texts], { pooling: spec.pooling })
        const [count, width] = output.dims
        if (output.dims.length !== 2 || count !== texts.length || width === undefined) {
          const shape = output.dims.join(' × ')
          throw new Error(`it gave numbers of shape ${shape} for ${texts.length} texts; an encoder with last_hidden_state is needed`)
        }
        return { data: Float32Array.from(output.data as Float32Array), width }
      }
      const trial = await run(['red shoes', 'a lamp'])
      if (!trial.data.every(Number.isFinite)) throw new Error('its numbers are not finite')
      return {
        device, width: trial.width,
        async embed(texts) {
          const rows = new Float32Array(texts.length * trial.width)
          for (let start = 0; start < texts.length; start += BATCH) {
            rows.set((await run(texts.slice(start, start + BATCH))).data, start * trial.width)
          }
          normalise(rows, trial.width)
          return rows
        },
        close: () => extract.dispose().then(() => undefined),
      }
    } catch (error) {
      reasons.push(`${device}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(`encoder ${spec.model} could not be run (${reasons.join('; ')}); choose a sentence-embedding model with an ONNX export`)
}
