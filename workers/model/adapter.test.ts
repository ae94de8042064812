// PEFT adapter folders: what is read, and what is refused by name.
import { expect, test } from 'vitest'
import { adapterConfigJson, parseAdapterConfig } from './adapter.ts'

const bytes = (value: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(value)).buffer

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
