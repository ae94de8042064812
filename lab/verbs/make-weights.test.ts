// `make-weights`: one file or shards hold the same numbers, the same seed the same bytes, and the folder is a model.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openWeights, type Weights } from '../../workers/model/safetensors.ts'
import { modelIn } from '../folders.ts'
import { lab } from '../testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-weights-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CONFIG = {
  architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2,
  vocab_size: 300, rms_norm_eps: 1e-6, rope_theta: 10000, tie_word_embeddings: true, hidden_act: 'silu', initializer_range: 0.05, max_position_embeddings: 128,
}
writeFileSync(join(folder, 'config.json'), JSON.stringify(CONFIG))
writeFileSync(join(folder, 'generation_config.json'), '{"eos_token_id": 1}')

async function open(name: string): Promise<Weights> {
  const files = modelIn(join(folder, name))
  const bytes = (path: string): ArrayBuffer => new Uint8Array(readFileSync(path)).buffer
  const index = files.find((path) => path.endsWith('index.json'))
  return openWeights(files.filter((path) => path.endsWith('.safetensors')).map((path) => ({ name: path.slice(path.lastIndexOf('/') + 1), bytes: new Blob([bytes(path)]) })), index === undefined ? undefined : bytes(index))
}

test('shards hold what one file holds: normal matrices, norms of 1, biases of 0, of the type that was asked for', async () => {
  const config = join(folder, 'config.json')
  const one = await lab(['make-weights', config, '--out', join(folder, 'one'), '--seed', '7'])
  const many = await lab(['make-weights', folder, '--out', join(folder, 'many'), '--seed', '7', '--shard-bytes', '40000'])
  expect([one.last['error'], many.last['error'], one.last['files']]).toEqual([undefined, undefined, ['model.safetensors']])
  expect((many.last['files'] as string[]).length).toBeGreaterThan(2)
  expect(readdirSync(join(folder, 'one')).sort()).toEqual(['config.json', 'generation_config.json', 'model.safetensors'])
  const [whole, parts] = [await open('one'), await open('many')]
  expect([...parts.names].sort()).toEqual([...whole.names].sort())
  expect(whole.size).toBe(one.last['parameters'] as number * 2)
  for (const name of whole.names) expect(new Uint8Array(await parts.bytes(name)), name).toEqual(new Uint8Array(await whole.bytes(name)))
  const embedding = await whole.read('model.embed_tokens.weight')
  expect(whole.dtype('model.embed_tokens.weight')).toBe('BF16')
  const mean = embedding.reduce((sum, value) => sum + value, 0) / embedding.length
  const deviation = Math.sqrt(embedding.reduce((sum, value) => sum + (value - mean) ** 2, 0) / embedding.length)
  expect(Math.abs(mean)).toBeLessThan(0.002)
  expect(deviation / 0.05).toBeCloseTo(1, 1)
  expect(new Set(await whole.read('model.norm.weight'))).toEqual(new Set([1]))
  expect(new Set(await whole.read('model.layers.0.self_attn.q_proj.bias'))).toEqual(new Set([0]))
})

test('a type or a folder that is none is refused', async () => {
  expect(await lab(['make-weights', folder, '--out', join(folder, 'x'), '--dtype', 'int8'])).toMatchObject({ status: 1, last: { error: 'make-weights: --dtype is "int8"; give one of f32, f16, bf16' } })
  expect(await lab(['make-weights', join(folder, 'none'), '--out', join(folder, 'x')])).toMatchObject({ status: 1, last: { error: `folder ${folder} has no none` } })
})
