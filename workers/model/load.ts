// From a model-hub folder to a model on the GPU; every tensor's presence and shape is checked first, and refused by name.
import { Stream } from '../../src/domain/random.ts'
import type { LoadProgress, ModelFiles, Trainable, WeightStorage } from '../../src/protocol/policy.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { strideOf } from '../kernels/packed/packed.ts'
import { unpack } from '../kernels/packed/packed.reference.ts'
import { openAdapter } from './adapter.ts'
import type { ModelConfig } from '../../src/domain/modelConfig.ts'
import { parseConfig } from '../../src/domain/modelConfig.ts'
import type { Group } from './layout.ts'
import { adapterLayout, modelLayout } from './layout.ts'
import type { Adapter } from './model.ts'
import { Model } from './model.ts'
import { Parameters } from './parameters.ts'
import { packRows } from './packing.ts'
import type { Weights } from './safetensors.ts'
import { openWeights } from './safetensors.ts'
import { WIDTHS } from './safetensorsHeader.ts'
import type { Source } from './upload.ts'

/** What of a loaded model gets gradients. */
export interface Trained {
  readonly base: boolean
  readonly adapter: boolean
}

/** Throws for the first tensor that is missing or misshapen. */
function check(groups: readonly Group[], file: Pick<Weights, 'names' | 'has' | 'shape'>, name: string): void {
  for (const { members } of groups) {
    for (const member of members) {
      if (!file.has(member.name)) throw new Error(`${name}: tensor ${member.name} is missing; expected shape [${member.shape.join(', ')}]`)
      const found = file.shape(member.name)
      if (found.join() !== member.shape.join()) throw new Error(`${name}: tensor ${member.name} has shape [${found.join(', ')}], but config.json asks for [${member.shape.join(', ')}]`)
    }
  }
}

/** Tensors of the file that the model does not use would change what it computes; a tied head that is stored again is the one exception. */
function refuseExtras(groups: readonly Group[], file: Pick<Weights, 'names' | 'has' | 'shape'>, name: string, config: ModelConfig): void {
  const known = new Set(groups.flatMap(({ members }) => members.map((member) => member.name)))
  const extra = file.names.find((tensor) => !known.has(tensor) && !(config.tied && tensor === 'lm_head.weight') && !tensor.endsWith('rotary_emb.inv_freq'))
  if (extra !== undefined) throw new Error(`${name}: tensor ${extra} of shape [${file.shape(extra).join(', ')}] is none of a ${config.architecture}'s; the checkpoint is of another architecture`)
}

export interface LoadHow {
  /** how frozen base matrices lie on the GPU: f32 when left out */
  readonly weights?: WeightStorage
  /** the base, frozen, gets gradients all the same: for checks of them */
  readonly gradients?: boolean
  /** float32 weights of the values that this storage would have them stand for: what packed weights are held to */
  readonly roundedTo?: WeightStorage
  readonly onProgress?: (progress: LoadProgress) => void
}

/**
 * Loads config.json, the base's safetensors and, where given, a PEFT adapter. With `fresh`, an adapter is made when none is given.
 * Weights are converted piece by piece on their way to the GPU. Rejects with a sentence when a tensor is missing, misshapen, unknown or beyond its storage.
 */
export async function loadModel(gpu: Gpu, files: ModelFiles, trained: Trained, fresh?: Extract<Trainable, { kind: 'lora' }>, how: LoadHow = {}): Promise<Model> {
  const config = parseConfig(files.config, files.generationConfig)
  const weights = await openWeights(files.weights, files.weightsIndex)
  const [first, ...more] = files.weights
  const source = more.length > 0 ? 'the model\'s safetensors files' : (first?.name ?? 'model.safetensors')
  const groups = modelLayout(config)
  check(groups, weights, source)
  refuseExtras(groups, weights, source, config)
  const given = adapterReader(files, config)
  const base = new Parameters(gpu, 'model', groups, trained.base ? 'trained' : how.gradients === true ? 'gradients' : 'frozen', how.weights)
  let read = 0
  const adapter = given ?? (fresh && { ...fresh, read: freshReader(config, fresh) })
  try {
    await base.fill(how.roundedTo === undefined ? weights : rounded(weights, how.roundedTo), (bytes) => how.onProgress?.({ bytes: (read += bytes), of: weights.size }))
    return new Model(gpu, config, base, adapter && await makeAdapter(gpu, config, adapter, trained.adapter))
  } catch (error) {
    base.free()
    throw error
  }
}

/** A source whose matrices went through a storage and back, on the CPU. */
function rounded(weights: Weights, storage: WeightStorage): Source {
  return {
    dtype: () => 'F32',
    bytes: async (name, from, to) => {
      const shape = weights.shape(name)
      const columns = shape.at(-1) ?? 1
      const dtype = weights.dtype(name)
      const [first, last] = [from / 4, to / 4]
      if (storage === 'f32' || shape.length !== 2) return (await weights.read(name, first, last)).buffer
      const rows = (last - first) / columns
      const packed = packRows(name, storage, await weights.bytes(name, first * WIDTHS[dtype], last * WIDTHS[dtype]), dtype, rows, columns)
      return unpack(storage, packed, rows, columns, strideOf(storage, columns)).buffer
    },
  }
}

type Reader = (name: string) => Float32Array<ArrayBuffer>

async function makeAdapter(gpu: Gpu, config: ModelConfig, { rank, alpha, targets, read }: Omit<Adapter, 'parameters'> & { read: Reader }, trainable: boolean): Promise<Adapter> {
  const parameters = new Parameters(gpu, 'adapter', adapterLayout(config, rank, targets), trainable ? 'trained' : 'frozen')
  await parameters.fill({ dtype: () => 'F32', bytes: async (name, from, to) => read(name).buffer.slice(from, to) })
  return { rank, alpha, targets, parameters }
}

function adapterReader(files: ModelFiles, config: ModelConfig): (Omit<Adapter, 'parameters'> & { read: Reader }) | undefined {
  if (files.adapterConfig === undefined || files.adapterWeights === undefined) return undefined
  return openAdapter(files.adapterConfig, files.adapterWeights, config)
}

/** PEFT's initialisation: A uniform in ±1/√in (Kaiming with a = √5), B zero, so that training starts at the base policy. */
function freshReader(config: ModelConfig, { rank, targets, seed }: Extract<Trainable, { kind: 'lora' }>): Reader {
  const members = new Map(adapterLayout(config, rank, targets).flatMap(({ members: all }) => all.map((member, i) => [member.name, { ...member, i }])))
  const order = [...members.keys()]
  return (name) => {
    const member = members.get(name)
    const values = new Float32Array(member?.elements ?? 0)
    if (!name.endsWith('lora_A.weight')) return values
    const stream = new Stream(seed, 'adapter', order.indexOf(name))
    const bound = 1 / Math.sqrt(member?.shape[1] ?? 1)
    return values.map(() => (stream.uniform() * 2 - 1) * bound)
  }
}
