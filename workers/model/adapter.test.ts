// PEFT adapter folders: which modules they adapt, how their tensors may be called, and what is refused by name.
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/domain/modelConfig.ts'
import { LORA_TARGETS } from '../../src/protocol/policy.ts'
import { adapterBase, adapterConfigJson, openAdapter, parseAdapterConfig } from './adapter.ts'
import { adapterLayout } from './layout.ts'
import { safetensorsBlob, writeSafetensors } from './safetensors.ts'

const bytes = (value: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer
const model = readConfig({
  architectures: ['Qwen3ForCausalLM'], vocab_size: 11, hidden_size: 12, num_hidden_layers: 12, num_attention_heads: 3, num_key_value_heads: 1, head_dim: 6, intermediate_size: 7,
})
const plain = { peft_type: 'LORA', r: 4, lora_alpha: 8 }
const parse = (more: object) => parseAdapterConfig(bytes({ ...plain, target_modules: ['q_proj'], ...more }), model)
const layer = (l: number, module: string): string => `model.layers.${l}.${module}`

test('an adapter configuration survives the way out and in', () => {
  const config = { rank: 8, alpha: 16, targets: ['q_proj', layer(3, 'mlp.down_proj')] }
  expect(parseAdapterConfig(adapterConfigJson(config), model)).toEqual(config)
})

describe('target modules are found as PEFT finds them', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['kinds, in the engine\'s order', ['down_proj', 'q_proj'], ['q_proj', 'down_proj']],
    ['ends of names', ['self_attn.k_proj', 'mlp.up_proj'], ['k_proj', 'up_proj']],
    ['full names of some layers', [layer(0, 'self_attn.v_proj'), layer(11, 'self_attn.v_proj')], [layer(0, 'self_attn.v_proj'), layer(11, 'self_attn.v_proj')]],
    ['full names of all layers', Array.from({ length: 12 }, (_, l) => layer(l, 'self_attn.v_proj')), ['v_proj']],
    ['ends of names that tell layer 1 from layer 11', ['1.self_attn.o_proj'], [layer(1, 'self_attn.o_proj')]],
    ['every linear layer but the head', 'all-linear', LORA_TARGETS],
    ['a regular expression for whole names', '.*\\.(q|v)_proj', ['q_proj', 'v_proj']],
    ['one that picks layers', 'model\\.layers\\.(?P<layer>[0-1])\\.mlp\\.gate_proj\\Z', [layer(0, 'mlp.gate_proj'), layer(1, 'mlp.gate_proj')]],
  ])('%s', (_, given, targets) => {
    expect(parse({ target_modules: given }).targets).toEqual(targets)
  })

  test('less those that are excluded, by name or by regular expression', () => {
    expect(parse({ target_modules: 'all-linear', exclude_modules: ['gate_proj', 'o_proj'] }).targets).toEqual(['q_proj', 'k_proj', 'v_proj', 'up_proj', 'down_proj'])
    expect(parse({ target_modules: ['q_proj'], exclude_modules: 'model\\.layers\\.(?!5\\.).*' }).targets).toEqual([layer(5, 'self_attn.q_proj')])
  })

  test.each([
    [['lm_head'], 'target module lm_head is not supported; supported are q_proj, k_proj'],
    [['q_proj', 'c_attn'], 'target module c_attn is not supported'],
    [['mlp'], 'target module mlp is not supported'],
    [[layer(12, 'self_attn.q_proj')], 'target module model.layers.12.self_attn.q_proj is not supported'],
    ['.*', 'target module lm_head is not supported'],
    ['q_proj', 'target_modules "q_proj" names no module of this model'],
    ['(q_proj', 'target_modules "(q_proj" is no regular expression that can be read here; list the modules\' names'],
    [[], 'target_modules [] names no module of this model'],
    [null, 'target_modules is null, but must be a list of names or a regular expression'],
  ])('%j is refused: %s', (given, sentence) => {
    expect(() => parse({ target_modules: given })).toThrow(sentence)
  })
})

test('rank-stabilised scaling is alpha / √rank, and goes out as the alpha that gives it', () => {
  const config = parse({ r: 16, use_rslora: true })
  expect(config.alpha / config.rank).toBe(8 / 4)
  expect(parseAdapterConfig(adapterConfigJson(config), model)).toEqual(config)
})

test('what PEFT writes by default changes nothing', () => {
  const config = {
    alora_invocation_tokens: null, alpha_pattern: {}, arrow_config: null, auto_mapping: null, base_model_name_or_path: 'Qwen/Qwen3-0.6B', bias: 'none', corda_config: null,
    ensure_weight_tying: false, eva_config: null, exclude_modules: null, fan_in_fan_out: false, inference_mode: true, init_lora_weights: true, layer_replication: null,
    layers_pattern: null, layers_to_transform: null, loftq_config: {}, lora_bias: false, lora_dropout: 0.05, megatron_config: null, megatron_core: 'megatron.core',
    modules_to_save: null, peft_version: '0.18.0', qalora_group_size: 16, rank_pattern: {}, revision: null, target_parameters: null, task_type: 'CAUSAL_LM',
    trainable_token_indices: null, use_dora: false, use_qalora: false, use_rslora: false,
  }
  expect(parse(config)).toEqual({ rank: 4, alpha: 8, targets: ['q_proj'] })
})

test.each([
  [{ lora_alpha: 0 }, 'lora_alpha is 0, which would switch the adapter off'],
  [{ r: 0 }, 'r is 0, but must be a whole number of at least 1'],
  [{ use_dora: true }, 'use_dora is true, which is not supported'],
  [{ rank_pattern: { q_proj: 4 } }, 'rank_pattern is {"q_proj":4}'],
  [{ alpha_pattern: { q_proj: 4 } }, 'alpha_pattern is {"q_proj":4}'],
  [{ modules_to_save: ['lm_head'] }, 'modules_to_save is ["lm_head"]'],
  [{ layers_to_transform: [0] }, 'layers_to_transform is [0]'],
  [{ layers_to_transform: 0 }, 'layers_to_transform is 0'],
  [{ fan_in_fan_out: true }, 'fan_in_fan_out is true'],
  [{ lora_bias: true }, 'lora_bias is true'],
  [{ target_parameters: ['a'] }, 'target_parameters is ["a"]'],
  [{ layer_replication: [[0, 2]] }, 'layer_replication is [[0,2]]'],
  [{ alora_invocation_tokens: [1] }, 'alora_invocation_tokens is [1]'],
  [{ an_option_of_tomorrow: 3 }, 'an_option_of_tomorrow is 3, which is not supported; export the adapter without it'],
  [{ init_lora_weights: 'pissa_niter_16' }, 'init_lora_weights is "pissa_niter_16", which changes the base\'s weights'],
  [{ init_lora_weights: 'olora' }, 'init_lora_weights is "olora"'],
  [{ peft_type: 'IA3' }, 'peft_type is IA3'],
  [{ bias: 'all' }, 'bias is "all"'],
])('adapter option %j is refused: %s', (more, sentence) => {
  expect(() => parse(more)).toThrow(sentence)
})

describe('an adapter\'s tensors', () => {
  const config = bytes({ ...plain, target_modules: ['k_proj', layer(2, 'mlp.up_proj')] })
  const tensors = adapterLayout(model, 4, ['k_proj', layer(2, 'mlp.up_proj')]).flatMap(({ members }) => members)
    .map(({ name, shape, elements }, i) => ({ name, shape, data: Float32Array.from({ length: elements }, (_, at) => i + at / 64) }))
  const open = (written = tensors) => openAdapter(config, writeSafetensors(written), model)

  test('are those of the adapted modules and no others', () => {
    expect(tensors).toHaveLength(2 * (12 + 1))
    expect(tensors.slice(4, 8).map(({ name, shape }) => [name, shape])).toEqual([
      ['base_model.model.model.layers.2.self_attn.k_proj.lora_A.weight', [4, 12]], ['base_model.model.model.layers.2.self_attn.k_proj.lora_B.weight', [6, 4]],
      ['base_model.model.model.layers.2.mlp.up_proj.lora_A.weight', [4, 12]], ['base_model.model.model.layers.2.mlp.up_proj.lora_B.weight', [7, 4]],
    ])
  })

  test.each<[string, (name: string) => string]>([
    ['as PEFT saves them', (name) => name],
    ['without the prefix', (name) => name.replace('base_model.model.', '')],
    ['with the adapter\'s name', (name) => name.replace(/lora_(.)/, 'lora_$1.default')],
    ['with neither', (name) => name.replace('base_model.model.', '').replace(/lora_(.)/, 'lora_$1.default')],
  ])('are read by their names %s', (_, rename) => {
    const { read } = open(tensors.map((tensor) => ({ ...tensor, name: rename(tensor.name) })))
    for (const { name, data } of tensors) expect(read(name)).toEqual(data)
  })

  test.each(['F16', 'BF16'] as const)('are read of %s', async (dtype) => {
    const { read } = openAdapter(config, await (await safetensorsBlob(tensors.map((tensor) => ({ ...tensor, dtype })))).arrayBuffer(), model)
    for (const { name, data } of tensors) read(name).forEach((value, at) => expect(Math.abs(value - data[at]!)).toBeLessThanOrEqual(Math.abs(data[at]!) / 256))
  })

  test('that are missing, misshapen, there twice, or of no target module are refused by name', () => {
    const [first, second] = [tensors[0]!, tensors[1]!]
    expect(() => open(tensors.slice(1))).toThrow(`tensor ${first.name} is missing; adapter_config.json asks for it with shape [4, 12]`)
    expect(() => open([{ ...first, shape: [12, 4] }, ...tensors.slice(1)])).toThrow(`tensor ${first.name} has shape [12, 4], but config.json and adapter_config.json ask for [4, 12]`)
    expect(() => open([...tensors, { ...second, name: second.name.replace('lora_B', 'lora_B.other') }])).toThrow(`${second.name.replace('lora_B', 'lora_B.other')} are the same tensor`)
    expect(() => open([...tensors, { name: 'base_model.model.lm_head.lora_A.weight', shape: [1], data: Float32Array.of(1) }])).toThrow('tensor base_model.model.lm_head.lora_A.weight of shape [1] belongs to no target module')
  })
})

test('a trained adapter names its base of the hub, by which it is opened again: the one of the adapter that it went on from, or the model\'s own', () => {
  const utf8 = (value: object): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer
  const named = utf8({ base_model_name_or_path: 'owner/base', revision: 'v2' })
  expect(adapterBase({ id: 'owner/lora', adapterConfig: named })).toEqual({ id: 'owner/base', revision: 'v2' })
  expect(adapterBase({ id: 'owner/tiny', adapterConfig: utf8({ base_model_name_or_path: '', revision: null }) })).toEqual({ id: 'owner/tiny', revision: null })
  expect(adapterBase({ id: 'owner/tiny@v3' })).toEqual({ id: 'owner/tiny', revision: 'v3' })
  expect(adapterBase({})).toEqual({ id: '', revision: null })
  const json = new TextDecoder().decode(adapterConfigJson({ rank: 4, alpha: 8, targets: ['q_proj'] }, { id: 'owner/tiny', revision: 'v3' }))
  expect(JSON.parse(json)).toMatchObject({ base_model_name_or_path: 'owner/tiny', revision: 'v3', r: 4 })
})
