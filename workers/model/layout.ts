// Where every weight of a model lies: tensors that are multiplied together stand back to back, so that one product serves q, k and v, or gate and up.
import type { ModelConfig } from '../../src/domain/modelConfig.ts'

/** A tensor of the checkpoint inside its group; `offset` in elements. */
export interface Member {
  readonly name: string
  readonly shape: readonly number[]
  readonly offset: number
  readonly elements: number
}

export interface Group {
  readonly key: string
  readonly members: readonly Member[]
  readonly elements: number
}

function group(key: string, ...tensors: readonly (readonly [name: string, ...shape: number[]])[]): Group {
  let offset = 0
  const members = tensors.map(([name, ...shape]) => {
    const elements = shape.reduce((product, side) => product * side, 1)
    const member = { name, shape, offset, elements }
    offset += elements
    return member
  })
  return { key, members, elements: offset }
}

const when = (wanted: boolean, ...groups: readonly Group[]): readonly Group[] => (wanted ? groups : [])

/** All weights of a model under the model hub's names, in the order in which they are stored. */
export function modelLayout(config: ModelConfig): readonly Group[] {
  const { hidden, intermediate, vocabulary, heads, kvHeads, headDim } = config
  const q = heads * headDim
  const kv = kvHeads * headDim
  const layer = (l: number): Group[] => {
    const at = `model.layers.${l}`
    return [
      group(`${l}.inputNorm`, [`${at}.input_layernorm.weight`, hidden]),
      group(`${l}.qkv`, [`${at}.self_attn.q_proj.weight`, q, hidden], [`${at}.self_attn.k_proj.weight`, kv, hidden], [`${at}.self_attn.v_proj.weight`, kv, hidden]),
      ...when(config.qkvBias, group(`${l}.qkvBias`, [`${at}.self_attn.q_proj.bias`, q], [`${at}.self_attn.k_proj.bias`, kv], [`${at}.self_attn.v_proj.bias`, kv])),
      ...when(config.qkNorm, group(`${l}.headNorm`, [`${at}.self_attn.q_norm.weight`, headDim], [`${at}.self_attn.k_norm.weight`, headDim])),
      group(`${l}.o`, [`${at}.self_attn.o_proj.weight`, hidden, q]),
      ...when(config.oBias, group(`${l}.oBias`, [`${at}.self_attn.o_proj.bias`, hidden])),
      group(`${l}.postNorm`, [`${at}.post_attention_layernorm.weight`, hidden]),
      group(`${l}.gateUp`, [`${at}.mlp.gate_proj.weight`, intermediate, hidden], [`${at}.mlp.up_proj.weight`, intermediate, hidden]),
      ...when(config.mlpBias, group(`${l}.gateUpBias`, [`${at}.mlp.gate_proj.bias`, intermediate], [`${at}.mlp.up_proj.bias`, intermediate])),
      group(`${l}.down`, [`${at}.mlp.down_proj.weight`, hidden, intermediate]),
      ...when(config.mlpBias, group(`${l}.downBias`, [`${at}.mlp.down_proj.bias`, hidden])),
    ]
  }
  return [
    group('embed', ['model.embed_tokens.weight', vocabulary, hidden]),
    ...Array.from({ length: config.layers }, (_, l) => layer(l)).flat(),
    group('norm', ['model.norm.weight', hidden]),
    ...(config.tied ? [] : [group('head', ['lm_head.weight', vocabulary, hidden])]),
  ]
}

const BLOCKS: Readonly<Record<string, string>> = { q_proj: 'self_attn', k_proj: 'self_attn', v_proj: 'self_attn', o_proj: 'self_attn', gate_proj: 'mlp', up_proj: 'mlp', down_proj: 'mlp' }

/** The module's name on the model hub: `model.layers.0.self_attn.q_proj`. */
export const moduleOf = (layer: number, kind: string): string => `model.layers.${layer}.${BLOCKS[kind] ?? ''}.${kind}`

/** Whether `targets`, kinds of modules (`q_proj`: in every layer) and full names of single ones, hold this one. */
export const adapts = (targets: readonly string[], layer: number, kind: string): boolean => targets.includes(kind) || targets.includes(moduleOf(layer, kind))

/** The kinds of modules that are adapted in some layer. */
export const kindsOf = (targets: readonly string[]): readonly string[] => [...new Set(targets.map((target) => target.split('.').at(-1) ?? target))]

/** The low-rank pairs of an adapter under PEFT's names: A [rank, in], B [out, rank] for every target module; `targets` as `adapts` takes them. */
export function adapterLayout(config: ModelConfig, rank: number, targets: readonly string[]): readonly Group[] {
  const { hidden, intermediate, heads, kvHeads, headDim } = config
  const sides: Readonly<Record<string, readonly [out: number, into: number]>> = {
    q_proj: [heads * headDim, hidden], k_proj: [kvHeads * headDim, hidden], v_proj: [kvHeads * headDim, hidden],
    o_proj: [hidden, heads * headDim], gate_proj: [intermediate, hidden], up_proj: [intermediate, hidden], down_proj: [hidden, intermediate],
  }
  return Array.from({ length: config.layers }, (_, l) => Object.entries(sides).filter(([kind]) => adapts(targets, l, kind)).flatMap(([kind, [out, into]]) => {
    const at = `base_model.model.${moduleOf(l, kind)}`
    return [group(`${l}.${kind}.A`, [`${at}.lora_A.weight`, rank, into]), group(`${l}.${kind}.B`, [`${at}.lora_B.weight`, out, rank])]
  })).flat()
}
