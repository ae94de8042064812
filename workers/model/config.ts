// What a config.json says of a model, and the refusal of what this engine does not compute.

export interface ModelConfig {
  readonly architecture: string
  readonly vocabulary: number
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly intermediate: number
  readonly ropeTheta: number
  readonly normEps: number
  readonly tied: boolean
  readonly maxPositions: number
  readonly eosIds: readonly number[]
}

const REMEDY = 'this engine runs Qwen2 and Qwen2.5 checkpoints (architectures Qwen2ForCausalLM, model_type qwen2)'

/** Parses config.json (Hugging Face Qwen2Config). Throws a sentence naming the setting that is unknown, missing or unsupported. */
export function parseConfig(bytes: ArrayBuffer): ModelConfig {
  const raw = parseObject(new TextDecoder().decode(bytes))
  const architecture = Array.isArray(raw['architectures']) ? String(raw['architectures'][0]) : raw['model_type'] === 'qwen2' ? 'Qwen2ForCausalLM' : 'none'
  if (architecture !== 'Qwen2ForCausalLM') throw new Error(`config.json: architecture ${architecture} is not supported; ${REMEDY}`)
  const activation = raw['hidden_act'] ?? 'silu'
  if (activation !== 'silu') throw new Error(`config.json: hidden_act is ${JSON.stringify(activation)}, but Qwen2 uses silu; ${REMEDY}`)
  if (raw['use_sliding_window'] === true) throw new Error('config.json: use_sliding_window is true, but only full attention is supported; set it to false')
  const heads = positive(raw, 'num_attention_heads')
  const kvHeads = positive(raw, 'num_key_value_heads', heads)
  const hidden = positive(raw, 'hidden_size')
  if (heads % kvHeads !== 0) throw new Error(`config.json: num_attention_heads ${heads} is no multiple of num_key_value_heads ${kvHeads}`)
  const headDim = positive(raw, 'head_dim', hidden / heads)
  if (headDim % 2 !== 0) throw new Error(`config.json: head_dim ${headDim} is odd, but rotary embedding turns pairs; it must be even`)
  return {
    architecture, hidden, heads, kvHeads, headDim,
    vocabulary: positive(raw, 'vocab_size'),
    layers: positive(raw, 'num_hidden_layers'),
    intermediate: positive(raw, 'intermediate_size'),
    ropeTheta: ropeTheta(raw),
    normEps: number(raw, 'rms_norm_eps', 1e-6),
    tied: raw['tie_word_embeddings'] === true,
    maxPositions: positive(raw, 'max_position_embeddings', 32768),
    eosIds: [raw['eos_token_id']].flat().filter((id): id is number => typeof id === 'number'),
  }
}

type Raw = Readonly<Record<string, unknown>>

function parseObject(text: string): Raw {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw new Error('config.json is no JSON; the file is damaged or of another kind')
  }
  if (typeof raw !== 'object' || raw === null) throw new Error('config.json holds no JSON object')
  return raw as Raw
}

function number(raw: Raw, key: string, fallback?: number): number {
  const value = raw[key] ?? fallback
  if (value === undefined) throw new Error(`config.json: ${key} is missing; ${REMEDY}`)
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`config.json: ${key} is ${JSON.stringify(value)}, but must be a number`)
  return value
}

function positive(raw: Raw, key: string, fallback?: number): number {
  const value = number(raw, key, fallback)
  if (!Number.isInteger(value) || value < 1) throw new Error(`config.json: ${key} is ${value}, but must be a whole number of at least 1`)
  return value
}

/** The base stands in rope_theta or, in newer files, in rope_parameters; scaled variants are refused. */
function ropeTheta(raw: Raw): number {
  const nested = (raw['rope_parameters'] ?? raw['rope_scaling'] ?? {}) as Raw
  const kind = nested['rope_type'] ?? nested['type'] ?? 'default'
  if (kind !== 'default') throw new Error(`config.json: rotary scaling of type ${JSON.stringify(kind)} is not supported; only the default is`)
  return number({ rope_theta: raw['rope_theta'] ?? nested['rope_theta'] }, 'rope_theta', 10000)
}
