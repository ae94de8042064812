// Rooms of buffers: what passes really take stays within what was planned for the longest, whatever the lengths are.
import { describe, expect, test } from 'vitest'
import { readConfig } from './modelConfig.ts'
import { Stream } from './random.ts'
import { adapterCopyBytes, CACHE_BYTES, everyLayer, logitsRows, passBounds, samplingPasses, samplingRooms, widest } from './rooms.ts'

const CONFIG = readConfig({
  architectures: ['Qwen2ForCausalLM'], vocab_size: 151936, hidden_size: 896, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, intermediate_size: 4864,
  max_position_embeddings: 32768, tie_word_embeddings: true,
})
const WIDTH = 2 * CONFIG.kvHeads * CONFIG.headDim
const draws = new Stream(7, 'lengths')

describe('sampling passes', () => {
  test.each([
    ['64 prompts, one of them long', Array.from({ length: 64 }, (_, i) => (i === 40 ? 2000 : 20)), 8, 64],
    ['64 prompts, the long one first', Array.from({ length: 64 }, (_, i) => (i === 0 ? 9000 : 20)), 1, 32],
    ['prompts of all lengths', Array.from({ length: 128 }, () => 1 + draws.bits() % 1500), 4, 128],
    ['a prompt beyond the cache alone', [20, 12000, 20], 2, 16],
    ['more rollouts of a prompt than logits are held of', [30, 40], 200, 8],
  ] as const)('%s: every pass fits the rooms made for the longest', (_, lengths, groupSize, maxNewTokens) => {
    const rooms = samplingRooms(CONFIG, undefined, { prompts: lengths.length, groupSize, promptTokens: Math.max(...lengths), maxNewTokens })
    const room = (name: string): number => rooms.get(name) ?? 0
    const passes = samplingPasses(CONFIG, lengths, groupSize, maxNewTokens)
    expect(passes.flatMap(([first, last]) => lengths.slice(first, last))).toEqual(lengths)
    for (const [first, last] of passes) {
      const [prompts, promptRows] = [last - first, lengths.slice(first, last).reduce((sum, length) => sum + length, 0)]
      expect((promptRows + prompts * groupSize * maxNewTokens) * WIDTH).toBeLessThanOrEqual(room('cache #'))
      expect(prompts * groupSize * CONFIG.vocabulary).toBeLessThanOrEqual(room('logits'))
      expect(Math.max(prompts * groupSize, Math.min(promptRows, 4096)) * 2 * CONFIG.intermediate).toBeLessThanOrEqual(room('gateUp'))
      expect(prompts * CONFIG.hidden).toBeLessThanOrEqual(room('prompt tops'))
      if (prompts === 1) continue
      expect(prompts * groupSize).toBeLessThanOrEqual(logitsRows(CONFIG.vocabulary))
      expect((promptRows + prompts * groupSize * maxNewTokens) * WIDTH * CONFIG.layers * 4).toBeLessThanOrEqual(CACHE_BYTES)
    }
  })

  test('are as large as the bounds let them be', () => {
    expect(samplingPasses(CONFIG, Array.from({ length: 100 }, () => 10), 2, 8)[0]).toEqual([0, passBounds(CONFIG, 2).prompts])
    expect(samplingPasses(CONFIG, [], 2, 8)).toEqual([])
  })
})

test('a room of each layer stands for as many as there are layers', () => {
  const rooms = new Map([['x', 3], ['# x', 5], ['#.qkv q_proj', 2]])
  expect([...everyLayer(rooms, 2)]).toEqual([['x', 3], ['0 x', 5], ['1 x', 5], ['0.qkv q_proj', 2], ['1.qkv q_proj', 2]])
  expect(widest(rooms)).toEqual(['0 x', 5])
})

test('decoding copies an adapter on packed weights once, with its inner products of every rollout; none whose rank is not read in fours', () => {
  const targets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']
  // by layer: A of qkv, o, gate and up, down; B of the same; then x·Aᵀ for seven modules
  const words = 16 * (6 * 896 + 4864 + 1152 + 896 + 9728 + 896)
  const [none, eight] = [0, 8].map((slots) => adapterCopyBytes(CONFIG, { rank: 16, targets }, false, slots)) as [number, number]
  expect(none / (24 * words * 4)).toBeGreaterThanOrEqual(1)
  expect(none / (24 * words * 4)).toBeLessThan(1.05)
  expect(eight).toBeGreaterThanOrEqual(none)
  expect(adapterCopyBytes(CONFIG, { rank: 16, targets }, true, 8), 'float32 layers that are too large to be merged').toBe(eight)
  expect(adapterCopyBytes(CONFIG, { rank: 6, targets }, false, 8)).toBe(0)
  expect(adapterCopyBytes(CONFIG, undefined, false, 8)).toBe(0)
})
