// Rotary position embedding as config.json describes it: which angle each pair of a head turns by per position.

/** How far positions are stretched beyond those that the model was first trained on. Lengths in positions. */
export type RotaryScaling =
  | { readonly kind: 'none' }
  | { readonly kind: 'linear'; readonly factor: number }
  | { readonly kind: 'llama3'; readonly factor: number; readonly lowFactor: number; readonly highFactor: number; readonly originalPositions: number }
  | { readonly kind: 'yarn'; readonly factor: number; readonly fast: number; readonly slow: number; readonly truncate: boolean; readonly originalPositions: number; readonly magnitude: number }

export interface Rotary {
  readonly theta: number
  readonly scaling: RotaryScaling
}

type Raw = Readonly<Record<string, unknown>>

/**
 * Reads rope_theta with rope_scaling, or rope_parameters of newer files (Hugging Face modeling_rope_utils). `dynamic` changes nothing within
 * max_position_embeddings, which no run exceeds. Throws for types that are not computed, by name.
 */
export function parseRotary(raw: Raw, maxPositions: number): Rotary {
  const nested = (raw['rope_parameters'] ?? raw['rope_scaling'] ?? {}) as Raw
  const given = (key: string, fallback?: number): number => {
    const value = nested[key] ?? fallback
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw new Error(`config.json: ${key} of the rotary scaling is ${JSON.stringify(value)}, but must be a number above 0`)
    return value
  }
  const partial = raw['partial_rotary_factor'] ?? nested['partial_rotary_factor'] ?? 1
  if (partial !== 1) throw new Error(`config.json: partial_rotary_factor is ${JSON.stringify(partial)}, but only whole heads are turned; it must be 1`)
  const theta = raw['rope_theta'] ?? nested['rope_theta'] ?? 10000
  if (typeof theta !== 'number' || !Number.isFinite(theta) || theta <= 0) throw new Error(`config.json: rope_theta is ${JSON.stringify(theta)}, but must be a number above 0`)
  const kind = nested['rope_type'] ?? nested['type'] ?? 'default'
  switch (kind) {
    case 'default':
      return { theta, scaling: { kind: 'none' } }
    case 'dynamic':
      if (nested['original_max_position_embeddings'] !== undefined) throw new Error('config.json: rotary scaling of type "dynamic" with original_max_position_embeddings is not supported; only linear, llama3 and yarn stretch positions')
      return { theta, scaling: { kind: 'none' } }
    case 'linear':
      return { theta, scaling: { kind: 'linear', factor: given('factor') } }
    case 'llama3': {
      const [lowFactor, highFactor] = [given('low_freq_factor'), given('high_freq_factor')]
      if (highFactor <= lowFactor) throw new Error(`config.json: high_freq_factor ${highFactor} of the rotary scaling must exceed low_freq_factor ${lowFactor}`)
      return { theta, scaling: { kind: 'llama3', factor: given('factor'), lowFactor, highFactor, originalPositions: given('original_max_position_embeddings') } }
    }
    case 'yarn': {
      const originalPositions = given('original_max_position_embeddings', maxPositions)
      const factor = given('factor', maxPositions / originalPositions)
      return { theta, scaling: { kind: 'yarn', factor, fast: given('beta_fast', 32), slow: given('beta_slow', 1), truncate: nested['truncate'] !== false, originalPositions, magnitude: yarnMagnitude(nested, factor) } }
    }
    default:
      throw new Error(`config.json: rotary scaling of type ${JSON.stringify(kind)} is not supported; default, linear, dynamic, llama3 and yarn are`)
  }
}

/** What cosines and sines are multiplied by (YaRN, arXiv 2309.00071, section 3.4; mscale as DeepSeek writes it). */
function yarnMagnitude(nested: Raw, factor: number): number {
  if (typeof nested['attention_factor'] === 'number') return nested['attention_factor']
  const at = (scale: number): number => (factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1)
  const [scale, scaleAll] = [nested['mscale'], nested['mscale_all_dim']]
  return typeof scale === 'number' && typeof scaleAll === 'number' && scale !== 0 && scaleAll !== 0 ? at(scale) / at(scaleAll) : at(1)
}

/** Radians per position of pair i = 0 … headDim/2 − 1, and what cosines and sines are multiplied by. */
export function rotaryFrequencies({ theta, scaling }: Rotary, headDim: number): { readonly frequencies: Float64Array; readonly magnitude: number } {
  const plain = Float64Array.from({ length: headDim / 2 }, (_, i) => theta ** ((-2 * i) / headDim))
  switch (scaling.kind) {
    case 'none':
      return { frequencies: plain, magnitude: 1 }
    case 'linear':
      return { frequencies: plain.map((frequency) => frequency / scaling.factor), magnitude: 1 }
    case 'llama3':
      return { frequencies: plain.map((frequency) => llama3(frequency, scaling)), magnitude: 1 }
    case 'yarn': {
      const { factor, magnitude } = scaling
      const [low, high] = yarnRange(scaling, theta, headDim)
      return { frequencies: plain.map((frequency, i) => mix(frequency, frequency / factor, Math.min(1, Math.max(0, (i - low) / (high - low))))), magnitude }
    }
  }
}

const mix = (a: number, b: number, share: number): number => a * (1 - share) + b * share

/** Waves that fit often into the original length stay, those that never do are stretched, and those between are mixed (Llama 3.1, `apply_scaling`). */
function llama3(frequency: number, { factor, lowFactor, highFactor, originalPositions }: Extract<RotaryScaling, { kind: 'llama3' }>): number {
  const turns = (originalPositions * frequency) / (2 * Math.PI)
  return mix(frequency / factor, frequency, Math.min(1, Math.max(0, (turns - lowFactor) / (highFactor - lowFactor))))
}

/** The pairs between which YaRN goes from turning as before to turning `factor` times slower: those that turn `fast` and `slow` times in the original length. */
function yarnRange({ fast, slow, truncate, originalPositions }: Extract<RotaryScaling, { kind: 'yarn' }>, theta: number, headDim: number): readonly [number, number] {
  const pair = (turns: number): number => (headDim * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta))
  const low = Math.max(0, truncate ? Math.floor(pair(fast)) : pair(fast))
  const high = Math.min(headDim - 1, truncate ? Math.ceil(pair(slow)) : pair(slow))
  return low === high ? [low, high + 0.001] : [low, high]
}
