// A model folder of any shape with random weights, made in memory: for benches and tests at sizes that no repository should carry.
import { Stream } from '../../src/domain/random.ts'
import { readConfig, type RawConfig } from '../../src/domain/modelConfig.ts'
import type { ModelFiles } from '../../src/protocol/policy.ts'
import { modelLayout } from '../model/layout.ts'
import { safetensorsHead } from '../model/safetensors.ts'

/** config.json of Qwen2.5-0.5B-Instruct, as far as it says what is computed. */
export const QWEN25_05B: RawConfig = {
  architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', vocab_size: 151936, hidden_size: 896, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2,
  intermediate_size: 4864, max_position_embeddings: 32768, rope_theta: 1e6, rms_norm_eps: 1e-6, tie_word_embeddings: true, hidden_act: 'silu', eos_token_id: 151645,
}

const BLOCK = 1 << 21 // values that are drawn; matrices are pieces of them from drawn places
const PIECE = 1 << 18
const ONE = 0x3f80

/** bfloat16 values of both signs between 2^-7 and 2^-5, about 0.02 from zero as trained weights are, two from each draw. */
function block(stream: Stream): Uint16Array<ArrayBuffer> {
  const values = new Uint16Array(2 * BLOCK)
  for (let i = 0; i < BLOCK; i += 2) {
    const bits = stream.bits()
    values[i] = 0x3c00 | (bits & 0x80ff)
    values[i + 1] = 0x3c00 | ((bits >>> 16) & 0x80ff)
  }
  values.copyWithin(BLOCK, 0, BLOCK)
  return values
}

/** config.json and model.safetensors in bfloat16: norms 1, all else random by `seed`; the same seed and config give the same bytes. */
export function randomModel(raw: RawConfig, seed: number): ModelFiles {
  const stream = new Stream(seed, 'random weights')
  const values = block(stream)
  const ones = new Uint16Array(PIECE).fill(ONE)
  const members = modelLayout(readConfig(raw)).flatMap(({ members: all }) => all)
  const parts: BlobPart[] = [safetensorsHead(members.map(({ name, shape }) => ({ name, shape, dtype: 'BF16' as const })))]
  for (const { name, elements } of members) {
    const source = name.endsWith('norm.weight') ? ones : values
    for (let done = 0; done < elements; done += PIECE) {
      const from = source === ones ? 0 : stream.bits() % BLOCK
      parts.push(source.subarray(from, from + Math.min(PIECE, elements - done)))
    }
  }
  return { config: new TextEncoder().encode(JSON.stringify(raw)).buffer, weights: [{ name: 'model.safetensors', bytes: new Blob(parts) }] }
}
