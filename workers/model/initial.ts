// Weights to start from when there is no checkpoint: Hugging Face's initialisation of Qwen and Llama, seeded.
import { Stream } from '../../src/domain/random.ts'
import { parseConfig } from '../../src/domain/modelConfig.ts'
import { modelLayout } from './layout.ts'
import { writeSafetensors } from './safetensors.ts'

/** A tensor to start from. Its values are drawn in order, so they can be had in pieces of any length. */
export interface InitialTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly elements: number
  /** Draws the values anew, from the first one on: the function that it returns gives the next `count`. */
  readonly draw: () => (count: number) => Float32Array<ArrayBuffer>
}

/**
 * The tensors of a config.json, in the layout's order: matrices normal with the config's initializer_range (0.02 when absent), norms 1,
 * biases 0 (_init_weights of Hugging Face's Qwen2, Qwen3 and Llama). The same seed gives the same values.
 */
export function initialTensors(configJson: ArrayBuffer, seed: number): InitialTensor[] {
  const config = parseConfig(configJson)
  const raw = JSON.parse(new TextDecoder().decode(configJson)) as { initializer_range?: number }
  const deviation = raw.initializer_range ?? 0.02
  const members = modelLayout(config).flatMap(({ members: all }) => all)
  return members.map(({ name, shape, elements }, i) => ({
    name, shape, elements,
    draw: () => {
      const stream = new Stream(seed, 'initial weights', i)
      return (count) => {
        const data = new Float32Array(count)
        if (name.endsWith('norm.weight')) data.fill(1)
        else if (!name.endsWith('.bias')) for (let j = 0; j < count; j++) data[j] = stream.normal() * deviation
        return data
      }
    },
  }))
}

/** model.safetensors for a config.json, as float32 (see `initialTensors`). The same seed gives the same bytes. */
export function initialWeights(configJson: ArrayBuffer, seed: number): ArrayBuffer {
  return writeSafetensors(initialTensors(configJson, seed).map(({ name, shape, elements, draw }) => ({ name, shape, data: draw()(elements) })))
}
