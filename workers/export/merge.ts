// The tensors of the policy that is handed on, one at a time: the checkpoint's own with what was learnt added in.
import type { ModelConfig } from '../../src/domain/modelConfig.ts'
import { parseConfig } from '../../src/domain/modelConfig.ts'
import type { ModelFiles } from '../../src/protocol/policy.ts'
import { openAdapter } from '../model/adapter.ts'
import { adapterLayout, modelLayout } from '../model/layout.ts'
import type { NamedTensor } from '../model/safetensors.ts'
import { openWeights } from '../model/safetensors.ts'
import type { ReadTensor } from './graph.ts'

/** A low-rank adapter's values under PEFT's names; what it adds to a matrix is alpha / rank · B·A. */
export interface AdapterValues {
  readonly rank: number
  readonly alpha: number
  readonly tensors: readonly NamedTensor[]
}

/** What the model has in memory that its files do not tell: every weight, where all were trained; an adapter, where there is one. */
export interface Learnt {
  readonly weights?: readonly NamedTensor[]
  readonly adapter?: AdapterValues
}

export interface Policy {
  readonly config: ModelConfig
  /** every tensor of the model under its name in the hub, in the order in which files hold them */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly read: ReadTensor
}

/**
 * Opens a policy for reading. Without `learnt`, the folder's own adapter is added where it has one. A base that lies packed on the GPU (float16,
 * int8, int4) is taken from the checkpoint's files, in their full precision: what is handed on is the model that the adapter was made for, not its
 * rounded copy, so its logits differ from those that sampled by the rounding of the packed weights and by nothing else.
 */
export async function openPolicy(files: ModelFiles, learnt: Learnt | undefined): Promise<Policy> {
  const config = parseConfig(files.config, files.generationConfig)
  const tensors = modelLayout(config).flatMap(({ members }) => members)
  const adapter = learnt === undefined ? adapterOf(files, config) : learnt.adapter
  const read = learnt?.weights === undefined ? await fileReader(files, tensors) : memoryReader(learnt.weights)
  return { config, tensors, read: adapter === undefined ? read : withAdapter(read, adapter) }
}

function memoryReader(weights: readonly NamedTensor[]): ReadTensor {
  const values = new Map(weights.map(({ name, data }) => [name, data]))
  return (name, from, to) => {
    const data = values.get(name)
    if (data === undefined) return Promise.reject(new Error(`tensor ${name} is missing among the trained weights`))
    return Promise.resolve(new Float32Array(data.subarray(from, to)))
  }
}

async function fileReader({ weights: files, weightsIndex }: ModelFiles, tensors: Policy['tensors']): Promise<ReadTensor> {
  const weights = await openWeights(files, weightsIndex)
  for (const { name, shape } of tensors) {
    const given = weights.shape(name)
    if (given.join() !== shape.join()) throw new Error(`tensor ${name} has shape [${given.join(', ')}], but config.json asks for [${shape.join(', ')}]; the files are of two models`)
  }
  return (name, from, to) => weights.read(name, from, to)
}

function adapterOf({ adapterConfig, adapterWeights }: ModelFiles, config: ModelConfig): AdapterValues | undefined {
  if (adapterConfig === undefined || adapterWeights === undefined) return undefined
  const { rank, alpha, targets, read } = openAdapter(adapterConfig, adapterWeights, config)
  const tensors = adapterLayout(config, rank, targets).flatMap(({ members }) => members).map(({ name, shape }) => ({ name, shape, data: read(name) }))
  return { rank, alpha, tensors }
}

/** Reads base matrices with the adapter added: W + alpha / rank · B·A, summed in float64 and rounded once. */
function withAdapter(read: ReadTensor, { rank, alpha, tensors }: AdapterValues): ReadTensor {
  const values = new Map(tensors.map(({ name, data }) => [name, data]))
  return async (name, from, to) => {
    const at = `base_model.model.${name.replace(/\.weight$/, '')}`
    const [a, b] = [values.get(`${at}.lora_A.weight`), values.get(`${at}.lora_B.weight`)]
    if (!name.endsWith('.weight') || a === undefined || b === undefined) return read(name, from, to)
    const merged = addLowRank(await read(name), a, b, rank, alpha / rank)
    return from === undefined ? merged : merged.slice(from, to)
  }
}

/** Adds scale · B·A to `weight` [out, in] in place; a: [rank, in], b: [out, rank]. Terms are added in the order of the ranks, in float64. */
export function addLowRank(weight: Float32Array<ArrayBuffer>, a: Float32Array, b: Float32Array, rank: number, scale: number): Float32Array<ArrayBuffer> {
  const into = a.length / rank
  const out = b.length / rank
  const row = new Float64Array(into)
  for (let o = 0; o < out; o++) {
    const base = weight.subarray(o * into, (o + 1) * into)
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = b[o * rank + r]!
      if (factor === 0) continue
      const line = a.subarray(r * into, (r + 1) * into)
      for (let i = 0; i < into; i++) row[i]! += factor * line[i]!
    }
    for (let i = 0; i < into; i++) base[i]! += scale * row[i]!
  }
  return weight
}
