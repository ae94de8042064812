// A model-hub folder's files sorted into the parts of a model.
import { ADAPTER_WEIGHTS, CONFIG, partOf, WEIGHTS_INDEX } from '../../src/domain/modelFiles.ts'
import type { ModelFiles, WeightFile } from '../../src/protocol/policy.ts'

export interface NamedBlob {
  readonly name: string
  readonly bytes: Blob
}

/**
 * The parts of a model from the files that chooseModelFiles chose. Weights stay where they lie: they are read piece by piece by whoever loads
 * them, whatever their size. Rejects where config.json is missing.
 */
export async function modelOfFiles(files: readonly NamedBlob[]): Promise<ModelFiles> {
  const read: Partial<Record<Exclude<keyof ModelFiles, 'weights' | 'id'>, ArrayBuffer>> = {}
  const weights: WeightFile[] = []
  for (const { name, bytes } of files) {
    const part = name === WEIGHTS_INDEX ? 'weightsIndex' : name === ADAPTER_WEIGHTS ? 'adapterWeights' : partOf(name)
    if (part !== undefined) read[part] = await bytes.arrayBuffer()
    else if (name.endsWith('.safetensors')) weights.push({ name, bytes })
  }
  const { config, ...rest } = read
  if (config === undefined) throw new Error(`${CONFIG} is missing`)
  return { config, weights, ...rest }
}
