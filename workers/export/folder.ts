// The folders that a policy is handed on in: merged safetensors as model hubs hold them, and ONNX as transformers.js loads it.
import type { ExportedFile, ModelFiles } from '../../src/protocol/policy.ts'
import type { LazyTensor } from '../model/safetensors.ts'
import { safetensorsBlob } from '../model/safetensors.ts'
import type { Dtype } from '../model/safetensorsHeader.ts'
import { WIDTHS } from '../model/safetensorsHeader.ts'
import { decoderOf } from './decoder.ts'
import type { Policy } from './merge.ts'
import { onnxBlob } from './onnx.ts'

/** A file of weights ends here. */
const SHARD_BYTES = 2e9
const TORCH_NAMES: Readonly<Record<Dtype, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }

const json = (value: object): ArrayBuffer => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`).buffer

/** config.json as it came, with the type of the weights as they are now; `more` as further keys. */
export function configJson(files: ModelFiles, dtype: Dtype, more: object = {}): ExportedFile {
  const raw = JSON.parse(new TextDecoder().decode(files.config)) as Record<string, unknown>
  const name = TORCH_NAMES[dtype]
  return { name: 'config.json', bytes: json({ ...raw, torch_dtype: name, ...('dtype' in raw ? { dtype: name } : {}), ...more }) }
}

/** What is handed on as it came. */
function asGiven(files: ModelFiles): ExportedFile[] {
  const named = {
    'generation_config.json': files.generationConfig, 'tokenizer.json': files.tokenizer, 'tokenizer_config.json': files.tokenizerConfig, 'chat_template.jinja': files.chatTemplate,
  }
  return Object.entries(named).flatMap(([name, bytes]) => (bytes === undefined ? [] : [{ name, bytes }]))
}

/** transformers.js reads a chat template from tokenizer_config.json alone. */
function withTemplateInside(files: ModelFiles): ModelFiles {
  const { chatTemplate, tokenizerConfig, ...rest } = files
  if (chatTemplate === undefined) return files
  const raw = tokenizerConfig === undefined ? {} : JSON.parse(new TextDecoder().decode(tokenizerConfig)) as object
  return { ...rest, chatTemplate, tokenizerConfig: json({ ...raw, chat_template: new TextDecoder().decode(chatTemplate) }) }
}

/** The whole model as safetensors: one file, or shards with their index where it is larger than `shardBytes`. */
export async function mergedFolder(policy: Policy, files: ModelFiles, dtype: Dtype, shardBytes = SHARD_BYTES): Promise<ExportedFile[]> {
  const shards: { readonly tensors: LazyTensor[]; size: number }[] = []
  for (const { name, shape } of policy.tensors) {
    const size = shape.reduce((product, side) => product * side, WIDTHS[dtype])
    let last = shards.at(-1)
    if (last === undefined || last.size + size > shardBytes) {
      last = { tensors: [], size: 0 }
      shards.push(last)
    }
    last.tensors.push({ name, shape, dtype, data: () => policy.read(name) })
    last.size += size
  }
  const digits = (value: number): string => String(value).padStart(5, '0')
  const nameOf = (at: number): string => (shards.length === 1 ? 'model.safetensors' : `model-${digits(at + 1)}-of-${digits(shards.length)}.safetensors`)
  const weights: ExportedFile[] = []
  for (const [at, { tensors }] of shards.entries()) weights.push({ name: nameOf(at), bytes: await safetensorsBlob(tensors) })
  const map = Object.fromEntries(shards.flatMap(({ tensors }, at) => tensors.map(({ name }) => [name, nameOf(at)])))
  const index = { metadata: { total_size: shards.reduce((sum, { size }) => sum + size, 0) }, weight_map: map }
  return [configJson(files, dtype), ...asGiven(files), ...weights, ...(shards.length === 1 ? [] : [{ name: 'model.safetensors.index.json', bytes: json(index) }])]
}

export interface OnnxOptions {
  readonly dtype: 'F32' | 'F16'
  /** see decoder.ts; false gives the graph that exporters usually write */
  readonly leftPadding?: boolean
  /** weights beyond so many bytes stand beside the graph */
  readonly insideBytes?: number
}

/**
 * The whole model as transformers.js loads it: `AutoModelForCausalLM.from_pretrained(folder)` or `pipeline('text-generation', folder)`, with no
 * option, since config.json names the type and the files of weights beside the graph.
 */
export async function onnxFolder(policy: Policy, files: ModelFiles, { dtype, leftPadding = true, insideBytes }: OnnxOptions): Promise<ExportedFile[]> {
  const file = dtype === 'F16' ? 'model_fp16.onnx' : 'model.onnx'
  const { graph, inputs, outputs } = await decoderOf(policy.config, policy.read, { dtype, leftPadding })
  const { constants, files: beside } = graph.place(file, insideBytes)
  const settings = {
    dtype: dtype === 'F16' ? 'fp16' : 'fp32',
    ...(dtype === 'F16' && { kv_cache_dtype: { fp16: 'float16' } }), // read by releases before 4
    ...(beside.length > 0 && { use_external_data_format: { [file]: beside.length } }),
  }
  return [
    configJson(files, dtype, { 'transformers.js_config': settings }), ...asGiven(withTemplateInside(files)),
    { name: `onnx/${file}`, bytes: onnxBlob({ name: 'decoder', nodes: graph.nodes, constants, inputs, outputs }) },
    ...beside.map(({ name, bytes }) => ({ name: `onnx/${name}`, bytes })),
  ]
}
