// Model configurations: what is read, where defaults come from, and what is refused.
import { expect, test } from 'vitest'
import { adapterConfigJson, parseAdapterConfig } from './adapter.ts'
import { parseConfig } from './config.ts'

const bytes = (value: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer
const base = { architectures: ['Qwen2ForCausalLM'], vocab_size: 11, hidden_size: 12, num_hidden_layers: 2, num_attention_heads: 3, num_key_value_heads: 1, intermediate_size: 7 }
const parse = (more: object) => parseConfig(bytes({ ...base, ...more }))

test('head_dim is hidden / heads unless it is given, and may differ from it', () => {
  expect(parse({}).headDim).toBe(4)
  expect(parse({ head_dim: 10 }).headDim).toBe(10)
})

test('the rotary base is read from rope_theta and from rope_parameters', () => {
  expect(parse({}).ropeTheta).toBe(10000)
  expect(parse({ rope_theta: 1e6 }).ropeTheta).toBe(1e6)
  expect(parse({ rope_parameters: { rope_theta: 5e5, rope_type: 'default' } }).ropeTheta).toBe(5e5)
})

test('embeddings are untied unless said otherwise, and end tokens may be one or several', () => {
  expect(parse({}).tied).toBe(false)
  expect(parse({ eos_token_id: 5 }).eosIds).toEqual([5])
  expect(parse({ eos_token_id: [5, 6] }).eosIds).toEqual([5, 6])
})

test.each([
  [{ architectures: ['GPT2LMHeadModel'] }, 'architecture GPT2LMHeadModel is not supported'],
  [{ hidden_size: undefined }, 'hidden_size is missing'],
  [{ vocab_size: -3 }, 'vocab_size is -3, but must be a whole number of at least 1'],
  [{ hidden_act: 'gelu' }, 'hidden_act is "gelu"'],
  [{ use_sliding_window: true }, 'use_sliding_window is true'],
  [{ rope_scaling: { type: 'yarn', factor: 4 } }, 'rotary scaling of type "yarn" is not supported'],
  [{ num_key_value_heads: 2 }, 'num_attention_heads 3 is no multiple of num_key_value_heads 2'],
  [{ head_dim: 5 }, 'head_dim 5 is odd'],
])('%j is refused: %s', (more, sentence) => {
  expect(() => parse(more)).toThrow(sentence)
})

test('an adapter configuration survives the way out and in, and takes suffixes or full module paths', () => {
  const config = { rank: 8, alpha: 16, targets: ['q_proj', 'down_proj'] }
  expect(parseAdapterConfig(adapterConfigJson(config))).toEqual(config)
  expect(parseAdapterConfig(bytes({ peft_type: 'LORA', r: 4, lora_alpha: 8, target_modules: ['model.layers.0.self_attn.v_proj', 'model.layers.1.self_attn.v_proj'] })).targets).toEqual(['v_proj'])
})

test.each([
  [{ lora_alpha: 0 }, 'lora_alpha is 0, which would switch the adapter off'],
  [{ use_dora: true }, 'use_dora is true, which is not supported'],
  [{ rank_pattern: { q_proj: 4 } }, 'rank_pattern is {"q_proj":4}'],
  [{ target_modules: ['lm_head'] }, 'target module lm_head is not supported'],
  [{ peft_type: 'IA3' }, 'peft_type is IA3'],
  [{ bias: 'all' }, 'bias is "all"'],
])('adapter option %j is refused: %s', (more, sentence) => {
  expect(() => parseAdapterConfig(bytes({ peft_type: 'LORA', r: 4, lora_alpha: 8, target_modules: ['q_proj'], ...more }))).toThrow(sentence)
})
