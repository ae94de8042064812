// How the settings ask for a policy to be loaded: what of it is trained, and how its frozen weights lie in memory.
import type { LoadOptions, LoraTarget, Trainable } from '../../client/policy.ts'
import { listItems } from '../../domain/config.ts'
import { LINEAR_LAYERS, type Settings } from '../../domain/settings.ts'

/** What is trained, as the settings say. */
export function trainableOf(settings: Settings): Trainable {
  if (settings.trainable === 'full') return { kind: 'full' }
  const targets = listItems(settings.loraTargets, LINEAR_LAYERS) as LoraTarget[]
  return { kind: 'lora', rank: settings.loraRank, alpha: settings.loraAlpha, targets, seed: settings.seed }
}

/** Below this many parameters float32 is small, and the embedded policy's bytes stay what they are. */
const SMALL_PARAMETERS = 64_000_000

/** How the weights of a policy of that many parameters are loaded. Throws where what is trained must be float32 and is asked for otherwise. */
export function loadOptionsOf({ trainable, baseWeights, checkpointing }: Settings, parameters: number): LoadOptions {
  if (trainable === 'full' && baseWeights !== 'auto' && baseWeights !== 'f32') {
    throw new Error(`setting baseWeights is ${baseWeights} while trainable is full; weights that are trained stay f32: set trainable to lora, or baseWeights to auto`)
  }
  const auto = trainable === 'full' || parameters < SMALL_PARAMETERS ? 'f32' : 'f16'
  return { weights: baseWeights === 'auto' ? auto : baseWeights, checkpointing }
}
