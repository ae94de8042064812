// Checks that what the page says of memory follows the settings, and that every remedy makes fit what did not.
import { expect, test } from 'vitest'
import { parseSettings, settingsOf } from '../../domain/config.ts'
import type { Settings } from '../../domain/settings.ts'
import { productSearch } from '../../domain/tasks/productSearch.ts'
import { longestPromptOf } from '../tasks/longest.ts'
import { factsOf, measuredLines, needOf } from './need.ts'

const QWEN_05B = {
  architectures: ['Qwen2ForCausalLM'], hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2,
  vocab_size: 151936, tie_word_embeddings: true, rope_theta: 1e6,
}
const adapter = (bytes: number) => ({
  vendor: '', architecture: '', description: '', fallback: false, features: [], kernels: {}, maxBufferSize: bytes, maxStorageBufferBindingSize: bytes,
})
const REAL = settingsOf('qwen2.5-0.5b')
const line = (settings: Settings, name: string): number => needOf(QWEN_05B, settings, undefined).lines.find((one) => one.name === name)?.bytes ?? 0

test('Qwen2.5-0.5B is known by its config alone', () => {
  expect(factsOf(QWEN_05B)).toEqual({ architecture: 'Qwen2', parameters: 494_032_768 })
  expect(factsOf({ architectures: ['BertModel'] })).toBeUndefined()
})

test('the lines follow the settings, and add up to the whole', () => {
  const need = needOf(QWEN_05B, REAL, undefined)
  expect(need.lines.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(need.total)
  // f16: two bytes a parameter, within a hundredth
  expect(line(REAL, 'weights') / (2 * 494_032_768)).toBeCloseTo(1, 2)
  expect(line({ ...REAL, baseWeights: 'int4' }, 'weights')).toBeLessThan(line(REAL, 'weights') / 2.5)
  expect(line({ ...REAL, loraRank: 32 }, 'adapter') / line(REAL, 'adapter')).toBeCloseTo(2, 1)
  expect(line({ ...REAL, checkpointing: 'on' }, 'activations')).toBeLessThanOrEqual(line({ ...REAL, checkpointing: 'off' }, 'activations'))
  expect(needOf(QWEN_05B, { ...REAL, trainable: 'full', baseWeights: 'auto' }, undefined).lines.map(({ name }) => name)).not.toContain('adapter')
})

test('auto is f32 for small policies and for weights that are trained, f16 for large frozen ones', () => {
  const small = { ...QWEN_05B, vocab_size: 2048, num_hidden_layers: 2 }
  const auto = { ...REAL, baseWeights: 'auto' as const }
  expect(needOf(small, auto, undefined).options?.weights).toBe('f32')
  expect(needOf(QWEN_05B, auto, undefined).options?.weights).toBe('f16')
  expect(needOf(QWEN_05B, { ...auto, trainable: 'full' }, undefined).options?.weights).toBe('f32')
})

test.each([
  ['a budget', { ...REAL, memoryBudget: 1 }, undefined],
  ['a budget for training every weight', { ...REAL, baseWeights: 'auto' as const, trainable: 'full' as const, memoryBudget: 4 }, undefined],
  ['an adapter that binds little, with every weight trained', { ...REAL, baseWeights: 'auto' as const, trainable: 'full' as const }, adapter(2 ** 30)],
  ['weights in f16 that are to be trained', { ...REAL, trainable: 'full' as const }, undefined],
])('%s refuses with both values, and each remedy makes it fit', (_, settings, limits) => {
  const { refusal, remedies } = needOf(QWEN_05B, settings, limits)
  expect(refusal).toMatch(/; |:/)
  expect(remedies.length).toBeGreaterThan(0)
  for (const { change, said } of remedies) {
    const changed = parseSettings(Object.entries(change).map(([name, value]) => `${name}=${value}`), settings)
    expect(needOf(QWEN_05B, changed, limits).refusal, said).toBeUndefined()
  }
})

test('what the engine counts stands on the plan’s lines, and what measuring took stands on none', () => {
  const lines = measuredLines({
    'model weights': 1, 'adapter weights': 2, 'adapter gradients': 4, 'adapter moments': 8, 'optimiser state': 16, 'adapter reference': 32, 'kept checkpoints': 64,
    activations: 128, cache: 256, logits: 512, batches: 1024, pool: 2048, peak: 4096,
  })
  expect(Object.fromEntries(lines)).toEqual({
    weights: 1, adapter: 2, 'gradients and optimiser': 28, 'reference and checkpoints': 96, activations: 128, cache: 256, logits: 512, 'batches and scratch': 3072,
  })
})

test('evaluations are planned for, and a smaller batch of them is a remedy', () => {
  const wide = needOf(QWEN_05B, { ...REAL, evaluationBatch: 64 }, undefined)
  const narrow = needOf(QWEN_05B, { ...REAL, evaluationBatch: 1 }, undefined)
  expect(wide.total).toBeGreaterThan(narrow.total)
  const { remedies } = needOf(QWEN_05B, { ...REAL, evaluationBatch: 64, memoryBudget: (wide.total + narrow.total) / 2 ** 31 }, undefined)
  expect(Object.keys(remedies[0]?.change ?? {})).toEqual(['evaluationBatch'])
})

test('supervised texts are planned for where a stage takes them, and fewer are a remedy', () => {
  const texts = { ...REAL, sftBatch: 64, promptsPerStep: 1, groupSize: 2, evaluationBatch: 1 }
  const with64 = needOf(QWEN_05B, { ...texts, stages: 'sft,grpo' }, undefined)
  const without = needOf(QWEN_05B, { ...texts, stages: 'grpo' }, undefined)
  expect(with64.total).toBeGreaterThan(without.total)
  const { remedies } = needOf(QWEN_05B, { ...texts, stages: 'sft,grpo', sftBatch: 8, memoryBudget: needOf(QWEN_05B, { ...texts, stages: 'sft,grpo', sftBatch: 4 }, undefined).total / 2 ** 30 }, undefined)
  expect(remedies.map(({ change }) => change)).toContainEqual({ sftBatch: 4 })
})

test('what would make 1.5B fit is found well within a frame or two, whatever is allowed', () => {
  const large = { ...QWEN_05B, hidden_size: 1536, intermediate_size: 8960, num_hidden_layers: 28, num_attention_heads: 12 }
  const took = [1, 3].map((memoryBudget) => Math.min(...Array.from({ length: 6 }, (_, i) => {
    const start = performance.now()
    // other settings each time: the last answer is kept
    expect(needOf({ ...large }, { ...REAL, memoryBudget, seed: i + 1 }, undefined).refusal).toBeDefined()
    return performance.now() - start
  })))
  expect(Math.max(...took)).toBeLessThan(50)
})

test('longer queries need more', () => {
  const query = (text: string) => ({ id: text, text, split: 'train' as const, judgements: [] })
  const longest = (...texts: readonly string[]): number => longestPromptOf(texts.map(query), productSearch, REAL)
  const long = longest('lamp', 'a'.repeat(900), 'rug')
  expect(long - longest('lamp')).toBe(896)
  expect(needOf(QWEN_05B, REAL, undefined, long).total).toBeGreaterThan(needOf(QWEN_05B, REAL, undefined, longest('lamp')).total)
})

test('what this engine does not run is refused by its name', () => {
  expect(needOf({ ...QWEN_05B, architectures: ['GPT2LMHeadModel'] }, REAL, undefined).refusal).toContain('architecture GPT2LMHeadModel is not supported')
})
