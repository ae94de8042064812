// The plan of GPU memory: its parts for a known shape, what grows with what, and the remedies that it finds.
import { describe, expect, test } from 'vitest'
import { bufferBytes, capacity } from './buffers.ts'
import { judgeMemory, parametersOf, planMemory, readable, refusal, weightBytes, type Demand } from './memory.ts'
import { readConfig } from './modelConfig.ts'

const QWEN25_05B = readConfig({
  architectures: ['Qwen2ForCausalLM'], vocab_size: 151936, hidden_size: 896, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, intermediate_size: 4864,
  max_position_embeddings: 32768, tie_word_embeddings: true,
})
const TARGETS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']
const DEMAND: Demand = {
  weights: 'f16', trainable: { kind: 'lora', rank: 8, targets: TARGETS }, promptsPerStep: 2, groupSize: 4, promptTokens: 96, maxNewTokens: 32, checkpointing: 'auto', reference: true,
  keptCheckpoints: 1,
}
const BINDING = 1023 * 2 ** 20
const LIMITS = { maxBufferSize: BINDING, maxStorageBufferBindingSize: BINDING }
const plan = (change: Partial<Demand> = {}) => planMemory(QWEN25_05B, { ...DEMAND, ...change }, BINDING)

test('Qwen2.5-0.5B has its published number of parameters, and each storage its bytes', () => {
  expect(parametersOf(QWEN25_05B)).toBe(494_032_768)
  const matrices = 494_032_768 - 24 * (2 * 896 + 1152) - 896
  expect(weightBytes(QWEN25_05B, 'f32') / (4 * 494_032_768)).toBeCloseTo(1, 3)
  expect(weightBytes(QWEN25_05B, 'f16') / (2 * matrices)).toBeCloseTo(1, 3)
  // a scale of one word for 32 elements is one bit of each
  expect(weightBytes(QWEN25_05B, 'int8') / (9 / 8 * matrices)).toBeCloseTo(1, 2)
  expect(weightBytes(QWEN25_05B, 'int4') / (5 / 8 * matrices)).toBeCloseTo(1, 2)
})

test('a step of 2 × 4 rollouts on f16 weights stays below 2.2 GB', () => {
  expect(plan().peak).toBeLessThan(2.2e9)
  expect(judgeMemory(plan(), LIMITS)).toEqual({ fits: true })
})

describe('what grows with what', () => {
  test('longer completions take more cache and activations, and no more weights', () => {
    const [short, long] = [plan(), plan({ maxNewTokens: 256 })]
    expect(long.bytes.cache).toBeGreaterThan(3 * short.bytes.cache)
    expect(long.bytes.weights).toBe(short.bytes.weights)
  })

  test('checkpointing takes away what layers keep, and is chosen by itself when that is much', () => {
    const [on, off] = [plan({ checkpointing: 'on' }), plan({ checkpointing: 'off' })]
    expect(on.bytes.activations).toBeLessThan(off.bytes.activations / 4)
    expect(plan().checkpointing).toBe(true)
    expect(plan({ maxNewTokens: 2, promptTokens: 8, groupSize: 1 }).checkpointing).toBe(false)
  })

  test('a rank twice as large takes twice the adapter, its gradients and its moments', () => {
    const [small, large] = [plan(), plan({ trainable: { kind: 'lora', rank: 16, targets: TARGETS } })]
    expect(large.bytes.adapter).toBe(2 * small.bytes.adapter)
    expect(large.bytes.optimiser / small.bytes.optimiser).toBeCloseTo(2, 2)
  })

  test('evaluations that sample more at once than a step does are planned for, at one and two draws for each prompt', () => {
    const [without, small, large] = [plan(), plan({ evaluationBatch: 1 }), plan({ evaluationBatch: 16 })]
    expect(small.bytes).toEqual(without.bytes)
    // 16 × 2 rollouts take what 32 groups of one take, and more prompt rows than a step's
    expect(large.bytes.cache).toBeGreaterThan(2 * without.bytes.cache)
    expect(large.bytes.cache).toBeGreaterThanOrEqual(plan({ promptsPerStep: 16, groupSize: 2 }).bytes.cache)
    expect(large.bytes.logits).toBeGreaterThanOrEqual(plan({ promptsPerStep: 16, groupSize: 2 }).bytes.logits)
  })

  test('supervised texts, whose prompts nobody shares, are planned for when there are any', () => {
    const [without, few, many] = [plan({ checkpointing: 'on' }), plan({ checkpointing: 'on', sftBatch: 1 }), plan({ checkpointing: 'on', sftBatch: 16 })]
    expect(few.bytes.activations).toBe(without.bytes.activations)
    expect(many.rows).toBe(16 * (96 + 32 - 1))
    expect(many.bytes.activations).toBeGreaterThan(2 * without.bytes.activations)
    const judged = judgeMemory(plan({ sftBatch: 16, weights: 'int4' }), { ...LIMITS, budgetBytes: plan({ sftBatch: 8, weights: 'int4' }).peak })
    if (judged.fits) throw new Error('it cannot fit')
    expect(judged.remedies.map(({ change }) => change)).toContainEqual({ sftBatch: 8 })
    expect(refusal(judged)).toContain('8 texts a supervised step would need')
  })

  test('very many prompts go in micro-batches: what they need of activations is bounded', () => {
    const [many, more] = [plan({ promptsPerStep: 64 }), plan({ promptsPerStep: 128 })]
    expect(more.rows).toBe(many.rows)
    expect(more.bytes.activations).toBe(many.bytes.activations)
  })
})

describe('what does not fit', () => {
  test('training every weight of 0.5B in one buffer is refused with both sizes, and an adapter would do', () => {
    const judged = judgeMemory(plan({ trainable: { kind: 'full' }, weights: 'f32' }), LIMITS)
    if (judged.fits) throw new Error('it cannot fit')
    expect(judged.reasons).toEqual(['all trained weights take a buffer of 1.84 GiB, but this adapter binds at most 1023 MiB'])
    expect(judged.remedies.map(({ change }) => change.trainable?.kind)).toContain('lora')
    expect(refusal(judged)).toContain('an adapter of rank 16 instead of all weights')
  })

  test('a budget names what is needed and allowed, and every remedy fits it', () => {
    const budgetBytes = 1.5 * 2 ** 30
    const judged = judgeMemory(plan({ weights: 'f32' }), { ...LIMITS, budgetBytes })
    if (judged.fits) throw new Error('it cannot fit')
    expect(judged.reasons[0]).toMatch(/^the run needs 2\.\d\d GiB of graphics memory, but 1\.50 GiB are allowed$/)
    expect(judged.remedies.length).toBeGreaterThan(1)
    for (const { change } of judged.remedies) expect(judgeMemory(plan({ weights: 'f32', ...change }), { ...LIMITS, budgetBytes })).toEqual({ fits: true })
  })

  test('where evaluations take the most, a smaller batch of them is the first remedy, for it changes no result', () => {
    const { peak } = plan({ evaluationBatch: 64 })
    const judged = judgeMemory(plan({ evaluationBatch: 64 }), { ...LIMITS, budgetBytes: (peak + plan({ evaluationBatch: 4 }).peak) / 2 })
    if (judged.fits) throw new Error('it cannot fit')
    expect(judged.remedies[0]?.change).toEqual({ evaluationBatch: 16 })
    expect(refusal(judged)).toContain('16 prompts at once in evaluations would need')
  })

  test('where one change is not enough two are tried, and where nothing helps nothing is promised', () => {
    const tight = judgeMemory(plan({ weights: 'f32', maxNewTokens: 512, groupSize: 16, checkpointing: 'off' }), { ...LIMITS, budgetBytes: 0.8 * 2 ** 30 })
    if (tight.fits) throw new Error('it cannot fit')
    expect(Object.keys(tight.remedies[0]?.change ?? {}).length).toBeGreaterThan(1)
    const none = judgeMemory(plan(), { ...LIMITS, budgetBytes: 2 ** 20 })
    if (none.fits) throw new Error('it cannot fit')
    expect(none.remedies).toEqual([])
    expect(refusal(none)).toMatch(/choose a smaller model$/)
  })
})

test('a plan of 1.5B with all remedies is made between two frames', () => {
  const config = readConfig({
    architectures: ['Qwen2ForCausalLM'], vocab_size: 151936, hidden_size: 1536, num_hidden_layers: 28, num_attention_heads: 12, num_key_value_heads: 2, intermediate_size: 8960,
    tie_word_embeddings: true,
  })
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    const judged = judgeMemory(planMemory({ ...config }, { ...DEMAND, evaluationBatch: 64, sftBatch: 16, groupSize: 16, maxNewTokens: 512 }, BINDING), { ...LIMITS, budgetBytes: 2 ** 20 })
    expect(judged).toMatchObject({ fits: false, remedies: [] })
    return performance.now() - start
  })
  expect(Math.min(...times)).toBeLessThan(50)
})

test('buffers are made in few sizes and never below what is asked', () => {
  for (const size of [1, 255, 256, 257, 5000, 65536, 65537, 1e6, 123456789]) {
    expect(bufferBytes(size)).toBeGreaterThanOrEqual(size)
    expect(bufferBytes(size) % 256).toBe(0)
    expect(capacity(size)).toBeGreaterThanOrEqual(size)
    expect(capacity(size)).toBeLessThanOrEqual(Math.max(size + 3, size * 1.25))
    expect(capacity(capacity(size))).toBe(capacity(size))
  }
  expect([readable(1023 * 2 ** 20), readable(1.5 * 2 ** 30), readable(2.34 * 2 ** 20)]).toEqual(['1023 MiB', '1.50 GiB', '2.3 MiB'])
})
