// Weights to start from when there is no checkpoint: Hugging Face's initialisation of Qwen and Llama, seeded.
import { Stream } from '../../src/domain/random.ts'
import { parseConfig } from '../../src/domain/modelConfig.ts'
import { modelLayout } from './layout.ts'
import { writeSafetensors } from './safetensors.ts'

/**
 * model.safetensors for a config.json: matrices normal with the config's initializer_range (0.02 when absent), norms 1, biases 0
 * (_init_weights of Hugging Face's Qwen2, Qwen3 and Llama). The same seed gives the same bytes.
 */
export function initialWeights(configJson: ArrayBuffer, seed: number): ArrayBuffer {
  const config = parseConfig(configJson)
  const raw = JSON.parse(new TextDecoder().decode(configJson)) as { initializer_range?: number }
  const deviation = raw.initializer_range ?? 0.02
  const members = modelLayout(config).flatMap(({ members: all }) => all)
  return writeSafetensors(members.map(({ name, shape, elements }, i) => {
    const stream = new Stream(seed, 'initial weights', i)
    const data = new Float32Array(elements)
    if (name.endsWith('norm.weight')) data.fill(1)
    else if (!name.endsWith('.bias')) for (let j = 0; j < elements; j++) data[j] = stream.normal() * deviation
    return { name, shape, data }
  }))
}
