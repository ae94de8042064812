// What a config.json says of a model, and the refusal of what this engine does not compute.
import type { Rotary } from './rotary.ts'
import { parseRotary } from './rotary.ts'

export const ARCHITECTURES = ['Qwen2ForCausalLM', 'Qwen3ForCausalLM', 'LlamaForCausalLM'] as const
export type Architecture = (typeof ARCHITECTURES)[number]

export interface ModelConfig {
  readonly architecture: Architecture
  readonly vocabulary: number
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  /** need not be hidden / heads: q, k and v are [heads × headDim] wide and o leads back to hidden */
  readonly headDim: number
  readonly intermediate: number
  readonly rotary: Rotary
  readonly normEps: number
  /** the head is the embedding itself */
  readonly tied: boolean
  /** every query and key head is normalised (root mean square, one weight of headDim for all heads) before it is turned */
  readonly qkNorm: boolean
  readonly qkvBias: boolean
  readonly oBias: boolean
  /** gate, up and down have biases */
  readonly mlpBias: boolean
  readonly maxPositions: number
  /** tokens that end a text, of config.json and generation_config.json */
  readonly eosIds: readonly number[]
}

export type RawConfig = Readonly<Record<string, unknown>>

const REMEDY = 'this engine runs checkpoints of Qwen2 and Qwen2.5 (Qwen2ForCausalLM), Qwen3 (Qwen3ForCausalLM) and Llama (LlamaForCausalLM)'
const MODEL_TYPES: Readonly<Record<string, Architecture>> = { qwen2: 'Qwen2ForCausalLM', qwen3: 'Qwen3ForCausalLM', llama: 'LlamaForCausalLM' }

/** Parses config.json, and generation_config.json where there is one. Throws a sentence naming the setting that is unknown, missing or unsupported. */
export function parseConfig(bytes: ArrayBuffer, generationConfig?: ArrayBuffer): ModelConfig {
  return readConfig(parseObject(bytes, 'config.json'), generationConfig === undefined ? undefined : parseObject(generationConfig, 'generation_config.json'))
}

/**
 * The same from parsed JSON objects. Sizes must be given. Other settings that are left out are those of Hugging Face's Qwen2Config, Qwen3Config
 * and LlamaConfig, but for num_key_value_heads (as many as heads, as LlamaConfig alone has it) and eos_token_id (none).
 */
export function readConfig(raw: RawConfig, generation?: RawConfig): ModelConfig {
  const architecture = architectureOf(raw)
  const activation = raw['hidden_act'] ?? 'silu'
  if (activation !== 'silu') throw new Error(`config.json: hidden_act is ${JSON.stringify(activation)}, but only silu is supported; ${REMEDY}`)
  if (raw['quantization_config'] !== undefined && raw['quantization_config'] !== null) {
    throw new Error('config.json: quantization_config is given, but quantised checkpoints are not read; take the original weights and let this engine quantise them')
  }
  const heads = positive(raw, 'num_attention_heads')
  const kvHeads = positive(raw, 'num_key_value_heads', heads)
  const hidden = positive(raw, 'hidden_size')
  if (heads % kvHeads !== 0) throw new Error(`config.json: num_attention_heads ${heads} is no multiple of num_key_value_heads ${kvHeads}`)
  const headDim = positive(raw, 'head_dim', architecture === 'Qwen3ForCausalLM' ? 128 : hidden / heads)
  if (headDim % 2 !== 0) throw new Error(`config.json: head_dim ${headDim} is odd, but rotary embedding turns pairs; it must be even`)
  const layers = positive(raw, 'num_hidden_layers')
  const maxPositions = positive(raw, 'max_position_embeddings', architecture === 'LlamaForCausalLM' ? 2048 : 32768)
  if (architecture !== 'LlamaForCausalLM') refuseSlidingWindow(raw, layers, maxPositions)
  const attentionBias = flag(raw, 'attention_bias')
  return {
    architecture, hidden, heads, kvHeads, headDim, layers, maxPositions,
    vocabulary: positive(raw, 'vocab_size'),
    intermediate: positive(raw, 'intermediate_size'),
    rotary: parseRotary(raw, maxPositions),
    normEps: number(raw, 'rms_norm_eps', 1e-6),
    tied: flag(raw, 'tie_word_embeddings'),
    qkNorm: architecture === 'Qwen3ForCausalLM',
    qkvBias: architecture === 'Qwen2ForCausalLM' || attentionBias,
    oBias: architecture !== 'Qwen2ForCausalLM' && attentionBias,
    mlpBias: architecture === 'LlamaForCausalLM' && flag(raw, 'mlp_bias'),
    eosIds: [...new Set([raw['eos_token_id'], generation?.['eos_token_id']].flat().filter((id): id is number => typeof id === 'number'))],
  }
}

/** Whether a config.json that names no architecture is still known by its model_type. */
export function isModelType(type: unknown): boolean {
  return typeof type === 'string' && Object.hasOwn(MODEL_TYPES, type)
}

function architectureOf(raw: RawConfig): Architecture {
  const named = Array.isArray(raw['architectures']) ? String(raw['architectures'][0]) : MODEL_TYPES[String(raw['model_type'])] ?? 'none'
  const found = ARCHITECTURES.find((name) => name === named)
  if (found === undefined) throw new Error(`config.json: architecture ${named} is not supported; ${REMEDY}`)
  return found
}

/** Qwen's window: layers from max_window_layers on (or those that layer_types names) see the last sliding_window positions only. */
function refuseSlidingWindow(raw: RawConfig, layers: number, maxPositions: number): void {
  if (!flag(raw, 'use_sliding_window')) return
  const window = number(raw, 'sliding_window', 4096)
  const types = raw['layer_types']
  const used = Array.isArray(types) ? types.includes('sliding_attention') : layers > number(raw, 'max_window_layers', 28)
  if (used && window < maxPositions) {
    throw new Error(`config.json: use_sliding_window is true with a window of ${window} of ${maxPositions} positions, but only full attention is supported; set it to false, or max_position_embeddings to ${window}`)
  }
}

function parseObject(bytes: ArrayBuffer, name: string): RawConfig {
  let raw: unknown
  try {
    raw = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new Error(`${name} is no JSON; the file is damaged or of another kind`)
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Error(`${name} holds no JSON object`)
  return raw as RawConfig
}

function number(raw: RawConfig, key: string, fallback?: number): number {
  const value = raw[key] ?? fallback
  if (value === undefined) throw new Error(`config.json: ${key} is missing; ${REMEDY}`)
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`config.json: ${key} is ${JSON.stringify(value)}, but must be a number`)
  return value
}

function positive(raw: RawConfig, key: string, fallback?: number): number {
  const value = number(raw, key, fallback)
  if (!Number.isInteger(value) || value < 1) throw new Error(`config.json: ${key} is ${value}, but must be a whole number of at least 1`)
  return value
}

function flag(raw: RawConfig, key: string): boolean {
  const value = raw[key] ?? false
  if (typeof value !== 'boolean') throw new Error(`config.json: ${key} is ${JSON.stringify(value)}, but must be true or false`)
  return value
}
