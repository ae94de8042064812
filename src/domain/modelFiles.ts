// Which files of a folder in the model hub's layout are used, and for what.

/** Small files by name: the part of the model that each is. */
export const MODEL_PARTS = {
  'config.json': 'config', 'generation_config.json': 'generationConfig', 'tokenizer.json': 'tokenizer', 'tokenizer_config.json': 'tokenizerConfig',
  'chat_template.jinja': 'chatTemplate', 'adapter_config.json': 'adapterConfig',
} as const
export type ModelPart = (typeof MODEL_PARTS)[keyof typeof MODEL_PARTS]

export const CONFIG = 'config.json'
export const WEIGHTS = 'model.safetensors'
export const WEIGHTS_INDEX = 'model.safetensors.index.json'
export const ADAPTER_CONFIG = 'adapter_config.json'
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors'

const SHARD = /^model-\d+-of-\d+\.safetensors$/
/** Formats that are a program to run, or another engine's own. */
const PICKLED = /\.(bin|pt|pth|ckpt|pkl)$/
const OTHER = /\.(gguf|onnx|msgpack|h5|pdparams)$/

/** True for model.safetensors and for what is named as one of its shards. */
export function isWeights(name: string): boolean {
  return name === WEIGHTS || SHARD.test(name)
}

/** True for weights in a format that is not read here. */
export function isForeignWeights(name: string): boolean {
  return PICKLED.test(name) || OTHER.test(name)
}

export function partOf(name: string): ModelPart | undefined {
  return Object.hasOwn(MODEL_PARTS, name) ? MODEL_PARTS[name as keyof typeof MODEL_PARTS] : undefined
}

export interface WeightIndex {
  /** the file of each tensor */
  readonly map: Readonly<Record<string, string>>
  /** bytes of all tensors; absent where the index doesn't say */
  readonly total?: number
}

/** Reads model.safetensors.index.json. Throws when it is no index, or names files outside of its folder. */
export function readIndex(text: string): WeightIndex {
  let parsed: { readonly weight_map?: unknown; readonly metadata?: { readonly total_size?: unknown } } | null
  try {
    parsed = JSON.parse(text) as typeof parsed
  } catch (error) {
    throw new Error(`${WEIGHTS_INDEX} is no JSON; it is damaged, get it again`, { cause: error })
  }
  const map = parsed?.weight_map
  const names: unknown[] = typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.values(map) : []
  if (names.length === 0 || names.some((name) => typeof name !== 'string')) throw new Error(`${WEIGHTS_INDEX} has no weight_map from tensors to files; it is damaged, get it again`)
  const foreign = (names as string[]).find((name) => !/^[\w.-]+\.safetensors$/.test(name))
  if (foreign !== undefined) throw new Error(`${WEIGHTS_INDEX} names ${foreign}, which is no safetensors file of the same folder; get the whole model folder`)
  const total = parsed?.metadata?.total_size
  return { map: map as Readonly<Record<string, string>>, ...(typeof total === 'number' ? { total } : {}) }
}

/** The files that an index names, each once. */
export function shardsOf(index: string): string[] {
  return [...new Set(Object.values(readIndex(index).map))]
}

/** True when the weights of a folder with these names are described by an index: model.safetensors itself comes first, as it does on the hub. */
export function isSharded(names: readonly string[]): boolean {
  return !names.includes(WEIGHTS) && names.includes(WEIGHTS_INDEX)
}

/** True for a repository of a PEFT adapter alone: its base is another one. */
export function isAdapter(names: readonly string[]): boolean {
  return names.includes(ADAPTER_CONFIG) && names.includes(ADAPTER_WEIGHTS) && !names.includes(CONFIG)
}

/**
 * The names of a folder that a policy consists of: config.json, its weights, and of the rest what is there. `shards`: what the index names,
 * where `isSharded`. Throws, with what to do, when config.json or weights are missing or are of a kind that is not read.
 */
export function chooseModelFiles(names: readonly string[], place: string, shards: readonly string[] = []): string[] {
  const has = new Set(names)
  const missing = shards.find((name) => !has.has(name))
  if (missing !== undefined) throw new Error(`${place}: ${WEIGHTS_INDEX} names ${missing}, which is missing; get the whole model folder`)
  const parts = names.filter((name) => SHARD.test(name))
  const stray = shards.length > 0 ? parts.find((name) => !shards.includes(name)) : undefined
  if (stray !== undefined && !has.has(WEIGHTS)) throw new Error(`${place}: ${stray} is not named by ${WEIGHTS_INDEX}; remove it, or the index if it belongs to another checkpoint`)
  const weights = has.has(WEIGHTS) ? [WEIGHTS] : shards.length > 0 ? [WEIGHTS_INDEX, ...shards] : parts
  if (weights.length === 0 || !has.has(CONFIG)) throw new Error(refusal(names, place, weights.length > 0))
  const small = Object.keys(MODEL_PARTS).filter((name) => has.has(name))
  return [...small, ...(has.has(ADAPTER_WEIGHTS) && has.has(ADAPTER_CONFIG) ? [ADAPTER_WEIGHTS] : []), ...weights]
}

function refusal(names: readonly string[], place: string, hasWeights: boolean): string {
  const has = (name: string): boolean => names.includes(name)
  if (hasWeights) return `${place} has no ${CONFIG}; give the whole folder of a model`
  if (isAdapter(names)) return `${place} has a PEFT adapter and no model; load the model that it was trained on first, then the adapter`
  const pickled = names.find((name) => PICKLED.test(name))
  if (pickled !== undefined) return `${place} has its weights only as ${pickled}, a Python pickle, which can run any program as it is read; find the model with ${WEIGHTS}, or convert it`
  const other = names.find((name) => OTHER.test(name))
  if (other !== undefined) return `${place} has no ${WEIGHTS}, only ${other}, a format of another engine; find the model with safetensors`
  return `${place} has no ${[CONFIG, WEIGHTS].filter((name) => !has(name)).join(' and no ')}`
}
