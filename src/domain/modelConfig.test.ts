// Model configurations: what is read, where defaults come from, and what is refused.
import { expect, test } from 'vitest'
import { ARCHITECTURES, parseConfig } from './modelConfig.ts'

const bytes = (value: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer
const base = { architectures: ['Qwen2ForCausalLM'], vocab_size: 11, hidden_size: 12, num_hidden_layers: 2, num_attention_heads: 3, num_key_value_heads: 1, intermediate_size: 7 }
const parse = (more: object) => parseConfig(bytes({ ...base, ...more }))

test('head_dim is hidden / heads unless it is given, and may differ from it', () => {
  expect(parse({}).headDim).toBe(4)
  expect(parse({ head_dim: 10 }).headDim).toBe(10)
})

test('the rotary base is read from rope_theta and from rope_parameters', () => {
  expect(parse({}).rotary.theta).toBe(10000)
  expect(parse({ rope_theta: 1e6 }).rotary.theta).toBe(1e6)
  expect(parse({ rope_parameters: { rope_theta: 5e5, rope_type: 'default' } }).rotary.theta).toBe(5e5)
})

test('embeddings are untied unless said otherwise, and end tokens may be one or several', () => {
  expect(parse({}).tied).toBe(false)
  expect(parse({ eos_token_id: 5 }).eosIds).toEqual([5])
  expect(parse({ eos_token_id: [5, 6] }).eosIds).toEqual([5, 6])
  expect(parseConfig(bytes({ ...base, eos_token_id: 5 }), bytes({ eos_token_id: [5, 3] })).eosIds).toEqual([5, 3])
})

test.each([
  ['Qwen2ForCausalLM', {}, { qkNorm: false, qkvBias: true, oBias: false, mlpBias: false, maxPositions: 32768 }],
  ['Qwen2ForCausalLM', { attention_bias: true, mlp_bias: true }, { qkNorm: false, qkvBias: true, oBias: false, mlpBias: false }],
  ['Qwen3ForCausalLM', {}, { qkNorm: true, qkvBias: false, oBias: false, mlpBias: false, headDim: 128 }],
  ['Qwen3ForCausalLM', { attention_bias: true, mlp_bias: true, head_dim: 10 }, { qkNorm: true, qkvBias: true, oBias: true, mlpBias: false, headDim: 10 }],
  ['LlamaForCausalLM', {}, { qkNorm: false, qkvBias: false, oBias: false, mlpBias: false, headDim: 4, maxPositions: 2048 }],
  ['LlamaForCausalLM', { attention_bias: true, mlp_bias: true }, { qkNorm: false, qkvBias: true, oBias: true, mlpBias: true }],
  ['LlamaForCausalLM', { use_sliding_window: true, max_window_layers: 0 }, {}],
])('%s with %j is %j, as its Hugging Face configuration has it', (architecture, more, expected) => {
  expect(parse({ architectures: [architecture], ...more })).toMatchObject({ architecture, ...expected })
})

test('the architecture is known by model_type where architectures are not named', () => {
  expect(['qwen2', 'qwen3', 'llama'].map((kind) => parse({ architectures: undefined, model_type: kind }).architecture)).toEqual([...ARCHITECTURES])
})

test('a sliding window that no layer or no position reaches is no obstacle', () => {
  expect(parse({ use_sliding_window: false, sliding_window: 8 }).layers).toBe(2)
  expect(parse({ use_sliding_window: true, sliding_window: 8, max_window_layers: 2 }).layers).toBe(2)
  expect(parse({ use_sliding_window: true, sliding_window: 8, max_window_layers: 0, max_position_embeddings: 8 }).layers).toBe(2)
  expect(parse({ use_sliding_window: true, sliding_window: 8, layer_types: ['full_attention', 'full_attention'] }).layers).toBe(2)
})

test.each([
  [{ architectures: ['GPT2LMHeadModel'] }, 'architecture GPT2LMHeadModel is not supported'],
  [{ hidden_size: undefined }, 'hidden_size is missing'],
  [{ vocab_size: -3 }, 'vocab_size is -3, but must be a whole number of at least 1'],
  [{ hidden_act: 'gelu' }, 'hidden_act is "gelu"'],
  [{ use_sliding_window: true, sliding_window: 16, max_window_layers: 1 }, 'use_sliding_window is true with a window of 16 of 32768 positions'],
  [{ use_sliding_window: true, layer_types: ['full_attention', 'sliding_attention'] }, 'use_sliding_window is true with a window of 4096'],
  [{ quantization_config: { quant_method: 'gptq' } }, 'quantization_config is given, but quantised checkpoints are not read'],
  [{ tie_word_embeddings: 'yes' }, 'tie_word_embeddings is "yes", but must be true or false'],
  [{ architectures: ['Qwen3MoeForCausalLM'] }, 'architecture Qwen3MoeForCausalLM is not supported'],
  [{ num_key_value_heads: 2 }, 'num_attention_heads 3 is no multiple of num_key_value_heads 2'],
  [{ head_dim: 5 }, 'head_dim 5 is odd'],
])('%j is refused: %s', (more, sentence) => {
  expect(() => parse(more)).toThrow(sentence)
})

