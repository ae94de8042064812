// A Qwen2, Qwen3 or Llama model on the GPU: its configuration, its weights, an adapter where there is one, and the layers as passes use them.
import { ROTATION_STEP } from '../../src/domain/memory.ts'
import { rotaryFrequencies } from '../../src/domain/rotary.ts'
import type { Gpu, Tensor } from '../gpu/gpu.ts'
import { ropeTable } from '../kernels/rope/rope.ts'
import type { ModelConfig } from '../../src/domain/modelConfig.ts'
import { adapts } from './layout.ts'
import type { Linear, LowRank } from './linear.ts'
import type { Copy, Parameters } from './parameters.ts'
import type { Weight } from './weight.ts'
import { Workspace } from './workspace.ts'

/** Which weights answer: a copy of the base, and a copy of the adapter or none. */
export interface Version {
  readonly base: Copy
  readonly adapter: Copy | 'off'
}

export const CURRENT: Version = { base: 'weights', adapter: 'weights' }

/** A low-rank adapter: its parameters in PEFT's layout, and scale = alpha / rank. */
export interface Adapter {
  readonly parameters: Parameters
  readonly rank: number
  readonly alpha: number
  /** kinds of modules that are adapted in every layer, and full names of those that are adapted in some */
  readonly targets: readonly string[]
}

export interface Layer {
  readonly index: number
  readonly inputNorm: Tensor
  readonly dInputNorm: Tensor | undefined
  readonly qkv: Linear
  /** [2, headDim], the weights of the query heads' norm and of the key heads', where the architecture has them */
  readonly headNorm: Tensor | undefined
  readonly dHeadNorm: Tensor | undefined
  readonly o: Linear
  readonly postNorm: Tensor
  readonly dPostNorm: Tensor | undefined
  readonly gateUp: Linear
  readonly down: Linear
}

export class Model {
  readonly activations: Workspace
  readonly #versions = new Map<string, readonly Layer[]>()
  #table: { positions: number; tensor: Tensor } | undefined

  constructor(readonly gpu: Gpu, readonly config: ModelConfig, readonly base: Parameters, readonly adapter: Adapter | undefined) {
    this.activations = new Workspace(gpu, 'activations')
  }

  /** The layers of a version, bottom first; made once. */
  layers(version: Version): readonly Layer[] {
    const key = `${version.base} ${version.adapter}`
    const known = this.#versions.get(key)
    if (known !== undefined) return known
    const layers = Array.from({ length: this.config.layers }, (_, index) => this.#layer(index, version))
    this.#versions.set(key, layers)
    return layers
  }

  /** Forgets layers made before a reference copy existed. */
  refresh(): void {
    this.#versions.clear()
  }

  embedding(version: Version): Weight {
    return this.base.weight('embed', version.base)
  }

  /** [vocabulary, hidden]: the embedding itself when tied. */
  head(version: Version): Weight {
    return this.base.weight(this.config.tied ? 'embed' : 'head', version.base)
  }

  get dHead(): Tensor | undefined {
    return this.base.gradient(this.config.tied ? 'embed' : 'head')
  }

  /** Rotation angles for at least `positions` positions. Throws beyond those that the model was made for. */
  rotations(positions: number): Tensor {
    const { maxPositions } = this.config
    if (positions > maxPositions) throw new Error(`model: a sequence of ${positions} tokens is longer than the model's ${maxPositions} positions; shorten prompts or completions`)
    if (this.#table !== undefined && this.#table.positions >= positions) return this.#table.tensor
    if (this.#table !== undefined) this.gpu.free(this.#table.tensor)
    const rounded = Math.ceil(positions / ROTATION_STEP) * ROTATION_STEP
    const tensor = this.gpu.upload('rotations', ropeTable(rounded, rotaryFrequencies(this.config.rotary, this.config.headDim)))
    this.#table = { positions: rounded, tensor }
    return tensor
  }

  free(): void {
    this.activations.free()
    if (this.#table !== undefined) this.gpu.free(this.#table.tensor)
    this.base.free()
    this.adapter?.parameters.free()
  }

  #layer(index: number, version: Version): Layer {
    const { hidden, heads, kvHeads, headDim, intermediate } = this.config
    const weight = (key: string): Tensor => this.base.of(`${index}.${key}`, version.base)
    const gradient = (key: string): Tensor | undefined => this.base.gradient(`${index}.${key}`)
    const layer = (key: string, into: number, parts: readonly (readonly [name: string, out: number])[]): Linear => {
      const biased = this.base.has(`${index}.${key}Bias`)
      let column = 0
      const lowRank = parts.flatMap(([name, out]) => {
        const at = column
        column += out
        return this.#lowRank(index, name, at, out, version)
      })
      return {
        name: `${index}.${key}`, into, out: column, weight: this.base.weight(`${index}.${key}`, version.base), bias: biased ? weight(`${key}Bias`) : undefined,
        dWeight: gradient(key), dBias: biased ? gradient(`${key}Bias`) : undefined, lowRank,
      }
    }
    const q = heads * headDim
    const kv = kvHeads * headDim
    return {
      index,
      inputNorm: weight('inputNorm'), dInputNorm: gradient('inputNorm'), postNorm: weight('postNorm'), dPostNorm: gradient('postNorm'),
      qkv: layer('qkv', hidden, [['q_proj', q], ['k_proj', kv], ['v_proj', kv]]),
      headNorm: this.config.qkNorm ? weight('headNorm') : undefined, dHeadNorm: this.config.qkNorm ? gradient('headNorm') : undefined,
      o: layer('o', q, [['o_proj', hidden]]),
      gateUp: layer('gateUp', hidden, [['gate_proj', intermediate], ['up_proj', intermediate]]),
      down: layer('down', intermediate, [['down_proj', hidden]]),
    }
  }

  #lowRank(index: number, name: string, column: number, out: number, version: Version): LowRank[] {
    if (this.adapter === undefined || version.adapter === 'off' || !adapts(this.adapter.targets, index, name)) return []
    const { parameters, rank, alpha } = this.adapter
    const [a, b] = [`${index}.${name}.A`, `${index}.${name}.B`]
    return [{
      name, column, out, rank, scale: alpha / rank, a: parameters.of(a, version.adapter), b: parameters.of(b, version.adapter),
      da: parameters.gradient(a), db: parameters.gradient(b),
    }]
  }
}
