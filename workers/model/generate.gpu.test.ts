// Rollouts: independent of their batch, equal to the trainer's view of them, and what the same seed always gives.
import { describe, expect, test, vi } from 'vitest'
import { Recording } from '../gpu/gpu.ts'
import { testGpu } from '../gpu/testing.ts'
import { choose } from '../kernels/variants.ts'
import { oddCase } from '../training/fixtures/load.ts'
import { MicroBatch } from '../training/microbatch.ts'
import { pack } from './batch.ts'
import type { Draw, Generated, Prompt } from './generate.ts'
import { generate } from './generate.ts'
import { initialWeights } from './initial.ts'
import { loadModel } from './load.ts'
import type { Model } from './model.ts'
import { CURRENT } from './model.ts'

const DRAW: Draw = { groupSize: 3, maxNewTokens: 21, temperature: 0.8, topK: 0, topP: 1, stops: [5, 17, 99], seed: 11, step: 4, version: CURRENT }
const PROMPTS: Prompt[] = [[3, 700, 12], [9], [50, 51, 52, 53, 54, 55, 56, 57, 58], [3, 700, 12]].map((ids, i) => ({ key: 100 + i, ids }))

let loaded: Promise<Model> | undefined
const model = (): Promise<Model> => (loaded ??= oddCase().then(async ({ files }) => loadModel(await testGpu(), files, { base: false, adapter: true })))

test('a rollout generated alone has the same tokens and log-probabilities as in a full batch', async () => {
  const all = await generate(await model(), PROMPTS, DRAW)
  expect(all).toHaveLength(12)
  for (const [i, prompt] of PROMPTS.entries()) {
    const alone = await generate(await model(), [prompt], DRAW)
    expect(alone.map(({ ids }) => ids)).toEqual(all.filter((rollout) => rollout.prompt === i).map(({ ids }) => ids))
    expect(alone.map(({ logps }) => logps)).toEqual(all.filter((rollout) => rollout.prompt === i).map(({ logps }) => logps))
  }
})

test('equal prompts under different keys, members and steps draw different rollouts; the same call draws the same', async () => {
  const first = await generate(await model(), PROMPTS, DRAW)
  expect(await generate(await model(), PROMPTS, DRAW)).toEqual(first)
  const texts = first.map(({ ids }) => ids.join())
  expect(new Set(texts).size).toBe(texts.length)
  for (const other of [{ step: 5 }, { seed: 12 }]) expect((await generate(await model(), PROMPTS, { ...DRAW, ...other })).map(({ ids }) => ids.join())).not.toEqual(texts)
})

test('the trainer gives each sampled token the log-probability that the sampler gave it', async () => {
  const engine = await model()
  const rollouts = await generate(engine, PROMPTS, { ...DRAW, topK: 40, topP: 0.9 })
  const batch = new MicroBatch(engine.gpu, pack(rollouts.map(({ prompt, ids }) => ({ promptIds: PROMPTS[prompt]?.ids ?? [], ids }))), DRAW.temperature, false)
  const recording = engine.gpu.record()
  await batch.score(recording, engine, CURRENT, batch.loss.stats)
  recording.submit()
  const stats = await engine.gpu.read(batch.loss.stats, batch.loss.tokens * 4)
  const gaps = rollouts.flatMap(({ logps }) => logps).map((logp, t) => Math.abs(logp - (stats[t * 4 + 1] ?? NaN)))
  expect(gaps).toHaveLength(batch.loss.tokens)
  expect(Math.max(...gaps)).toBeLessThan(1e-5)
  batch.free()
})

test('a rollout ends with its first stop token, or at the length asked for', async () => {
  const rollouts = await generate(await model(), PROMPTS, { ...DRAW, groupSize: 16, stops: Array.from({ length: 200 }, (_, i) => i * 5) })
  expect(rollouts.some(({ ids }) => ids.length < DRAW.maxNewTokens)).toBe(true)
  for (const { ids, logps } of rollouts) {
    const stop = ids.findIndex((id) => id % 5 === 0 && id < 1000)
    expect(ids.length).toBe(stop < 0 ? DRAW.maxNewTokens : stop + 1)
    expect(logps).toHaveLength(ids.length)
  }
})

test('greedy rollouts of one prompt agree, and take the most probable token each time', async () => {
  const engine = await model()
  const [first, second] = await generate(engine, PROMPTS.slice(0, 1), { ...DRAW, groupSize: 2, temperature: 0 })
  expect(second?.ids).toEqual(first?.ids)
  const forced = await generate(engine, PROMPTS.slice(0, 1), { ...DRAW, groupSize: 1, topK: 1 })
  expect(forced[0]?.ids).toEqual(first?.ids)
})

test('too long a prompt, an empty one and a foreign token are refused with both numbers', async () => {
  const engine = await model()
  await expect(generate(engine, [{ key: 0, ids: [1] }], { ...DRAW, maxNewTokens: 4000 })).rejects.toThrow(/prompt 0 has 1 tokens and maxNewTokens is 4000, but the model has 2048 positions/)
  await expect(generate(engine, [{ key: 0, ids: [] }], DRAW)).rejects.toThrow('prompt 0 has no tokens')
  await expect(generate(engine, [{ key: 0, ids: [1021] }], DRAW)).rejects.toThrow(/token 1021, but the vocabulary has 1021/)
})

describe.each(['f32', 'f16'] as const)('a model whose rows are read in fours, as %s, with an adapter', (storage) => {
  const config = new TextEncoder().encode(JSON.stringify({
    architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', hidden_size: 32, intermediate_size: 44, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 8,
    vocab_size: 1021, max_position_embeddings: 512, rms_norm_eps: 1e-6, rope_theta: 10000, tie_word_embeddings: true, initializer_range: 0.3,
  })).buffer
  const TARGETS = ['q_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const
  const made = async (): Promise<Model> => {
    const weights = [{ name: 'model.safetensors', bytes: initialWeights(config, 3) }]
    const engine = await loadModel(await testGpu(), { config, weights }, { base: false, adapter: true }, { kind: 'lora', rank: 4, alpha: 8, targets: TARGETS, seed: 5 }, { weights: storage })
    // a fresh adapter adds nothing: every weight of it is made to count
    const { weights: adapter, count } = engine.adapter!.parameters.moments
    engine.gpu.write(adapter, Float32Array.from({ length: count }, (_, i) => 0.2 * Math.sin(i * 1.3)))
    return engine
  }
  let kept: Promise<Model> | undefined
  const fours = (): Promise<Model> => (kept ??= made())

  async function gapsOf(engine: Model, rollouts: readonly Generated[]): Promise<number[]> {
    const batch = new MicroBatch(engine.gpu, pack(rollouts.map(({ prompt, ids }) => ({ promptIds: PROMPTS[prompt]?.ids ?? [], ids }))), DRAW.temperature, false)
    const recording = engine.gpu.record()
    await batch.score(recording, engine, CURRENT, batch.loss.stats)
    recording.submit()
    const stats = await engine.gpu.read(batch.loss.stats, batch.loss.tokens * 4)
    batch.free()
    return rollouts.flatMap(({ logps }) => logps).map((logp, t) => Math.abs(logp - (stats[t * 4 + 1] ?? NaN)))
  }

  test('draws the same alone and in a batch, ended neighbours or none, with the log-probabilities of the trainer', async () => {
    const engine = await fours()
    const draw = { ...DRAW, stops: Array.from({ length: 100 }, (_, i) => i * 7) }
    const all = await generate(engine, PROMPTS, draw)
    expect(new Set(all.map(({ ids }) => ids.length)).size).toBeGreaterThan(3)
    for (const [i, prompt] of PROMPTS.entries()) {
      const alone = await generate(engine, [prompt], draw)
      expect(alone.map(({ ids, logps }) => [ids, logps])).toEqual(all.filter((rollout) => rollout.prompt === i).map(({ ids, logps }) => [ids, logps]))
    }
    const gaps = await gapsOf(engine, all)
    expect(Math.max(...gaps)).toBeLessThan(1e-5)
  })

  test('draws the same tokens without any stop, when nothing is read before the end, as with one that never comes', async () => {
    const engine = await fours()
    const unread = await generate(engine, PROMPTS, { ...DRAW, stops: [] })
    expect(unread).toEqual(await generate(engine, PROMPTS, { ...DRAW, stops: [5000] }))
    expect(unread.every(({ ids }) => ids.length === DRAW.maxNewTokens)).toBe(true)
  })

  test('draws by the kernels of graphics cards what those of the software adapter draw', async () => {
    const engine = await fours()
    const few = { ...DRAW, groupSize: 2, maxNewTokens: 5 }
    const usual = await generate(engine, PROMPTS.slice(0, 2), few)
    const forced = { matvec: ['shared', 'quad'], decode_attention: ['split', 'thread'], sampling: ['group', 'thread'], rmsnorm: ['shared', 'thread'], head_norm: ['subgroup', 'thread'], attention: ['group', 'thread'] } as const
    try {
      for (const [operation, [cards]] of Object.entries(forced)) choose(engine.gpu, operation, cards)
      const cards = await generate(engine, PROMPTS.slice(0, 2), few)
      expect(cards.map(({ ids }) => ids)).toEqual(usual.map(({ ids }) => ids))
      const gaps = await gapsOf(engine, cards)
      expect(Math.max(...gaps)).toBeLessThan(1e-5)
      const alone = await generate(engine, PROMPTS.slice(1, 2), few)
      expect(alone.map(({ logps }) => logps)).toEqual(cards.filter(({ prompt }) => prompt === 1).map(({ logps }) => logps))
    } finally {
      for (const [operation, [, software]] of Object.entries(forced)) choose(engine.gpu, operation, software)
    }
  })

  test('takes no more than an inner product beside each product that has an adapter', async () => {
    const engine = await fours()
    const dispatches = vi.spyOn(Recording.prototype, 'dispatch')
    const perToken = async (adapter: 'weights' | 'off'): Promise<number> => {
      const of = async (maxNewTokens: number): Promise<number> => {
        dispatches.mockClear()
        await generate(engine, PROMPTS, { ...DRAW, maxNewTokens, stops: [], version: { base: 'weights', adapter } })
        return dispatches.mock.calls.length
      }
      return (await of(5)) - (await of(4))
    }
    const without = await perToken('off')
    const adapted = 4 * engine.config.layers
    expect(await perToken('weights')).toBe(without + (storage === 'f32' ? 0 : adapted))
    dispatches.mockRestore()
  })

  test('leaves no GPU memory behind but what the next call uses again', async () => {
    const engine = await fours()
    await generate(engine, PROMPTS, DRAW)
    const before = engine.gpu.memory.total
    for (let i = 0; i < 3; i++) await generate(engine, PROMPTS, { ...DRAW, step: i })
    expect(engine.gpu.memory.total).toBe(before)
  })
})
