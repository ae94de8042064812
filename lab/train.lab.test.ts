// A whole run on a shop of a few products, twice: the record is complete, and chance comes from the seed alone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from './root.ts'
import { lab, type Finished } from './testing.ts'
import { writeShop } from './testingShop.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { products, examples } = writeShop(folder)

function wordsOf(name: string, ...pairs: readonly string[]): string[] {
  const settings = ['steps=2', 'promptsPerStep=2', 'groupSize=2', 'validationEvery=2', 'trainable=lora', 'loraRank=2', ...pairs]
  return ['train', '--products', products, '--examples', examples, '--out', join(folder, name), ...settings.flatMap((pair) => ['--set', pair])]
}

function train(name: string, ...pairs: readonly string[]): Promise<Finished> {
  return lab(wordsOf(name, ...pairs))
}

const read = (name: string, file: string) => readFileSync(join(folder, name, file))
const json = (name: string, file: string) => JSON.parse(read(name, file).toString()) as Record<string, never>

/** Events without the fields that hold times. */
function timeless(name: string): unknown[] {
  const lines = read(name, 'events.jsonl').toString().trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line, (key, value: unknown) => (key === 'ms' || key.endsWith('Ms') ? undefined : value)) as unknown)
}

describe('a run', () => {
  let first: Finished
  beforeAll(async () => {
    first = await train('first')
    if (first.status !== 0) throw new Error(`${JSON.stringify(first.last)}\n${first.stderr}`)
  })

  test('prints the summary that it writes, with every promised name', () => {
    const metrics = { 'ndcg@10': expect.any(Number) as number, 'ndcg@100': expect.any(Number) as number, 'recall@10': expect.any(Number) as number, format: expect.any(Number) as number, words: expect.any(Number) as number, distinct: expect.any(Number) as number }
    const gain = { delta: expect.any(Number) as number, low: expect.any(Number) as number, high: expect.any(Number) as number, p: expect.any(Number) as number }
    const number = expect.any(Number) as number
    expect(first.last).toMatchObject({
      steps: 2, seconds: number, test: { original: metrics, before: metrics, after: metrics }, gain: { before: gain, original: gain },
      train: { first20: number, last20: number, format: { first20: number, last20: number }, paired: { before: number, after: number, p: number } }, maxLogpGap: number,
    })
    expect(json('first', 'summary.json')).toEqual(first.last)
  })

  test('records its settings, versions, adapter, seeds and the hashes of its data', () => {
    expect(json('first', 'run.json')).toMatchObject({
      settings: { steps: 2, loraRank: 2, trainable: 'lora', seed: 1, stages: 'grpo' }, seeds: { seed: 1 },
      versions: { workbench: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string, browser: expect.stringMatching(/^Chromium \d/) as string },
      adapter: { architecture: expect.any(String) as string, kernels: expect.any(Object) as object },
      data: { products: 24, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, files: [{ name: 'products.parquet', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }, { name: 'examples.parquet' }] },
    })
  })

  test('writes an adapter in PEFT\'s layout', () => {
    expect(json('first', 'adapter_config.json')).toMatchObject({ r: 2, peft_type: 'LORA' })
    const bytes = read('first', 'adapter_model.safetensors')
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as Record<string, unknown>
    expect(Object.keys(header)).toContain('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight')
  })

  test('is on policy: the sampler and the trainer agree before every update', () => {
    expect(first.last['maxLogpGap']).toBeLessThanOrEqual(1e-4)
  })

  test('with the same seed gives the same events but for times, and the same adapter bytes', async () => {
    expect((await train('again')).status).toBe(0)
    expect(timeless('again')).toEqual(timeless('first'))
    expect(read('again', 'adapter_model.safetensors').equals(read('first', 'adapter_model.safetensors'))).toBe(true)
  })

  test('with another seed gives other rollouts and another adapter; a policy of a folder is recorded by the folder\'s name, whatever the setting says', async () => {
    const { status, last } = await lab([...wordsOf('other', 'seed=2', 'policy=owner/else'), '--policy', join(ROOT, 'public/sample/policy')])
    expect([status, last['error']]).toEqual([0, undefined])
    expect(json('first', 'run.json')).toMatchObject({ settings: { policy: 'sample' }, policy: { name: 'sample' } })
    expect(json('other', 'run.json')).toMatchObject({ settings: { policy: 'policy' }, policy: { name: 'policy' } })
    expect(timeless('other')).not.toEqual(timeless('first'))
    expect(read('other', 'adapter_model.safetensors').equals(read('first', 'adapter_model.safetensors'))).toBe(false)
  })
})

test('imitates a file of outputs and learns from rewards then, compared with what it started from and with the policy that was prompted', async () => {
  const texts = join(folder, 'texts.jsonl')
  const lines = ['red lamp', 'blue desk', 'green shoe', 'red tent', 'black ball'].map((query) => JSON.stringify({ query: `${query} please`, output: `{"query": "${query}"}` }))
  writeFileSync(texts, `${lines.join('\n')}\n`)
  const { status, last, stderr } = await lab([...wordsOf('staged', 'sftSteps=2', 'sftBatch=2'), '--stages', 'sft,grpo', '--imitate', texts])
  expect([status, last['error']], stderr).toEqual([0, undefined])
  const events = timeless('staged') as readonly { readonly type: string; readonly policy?: string }[]
  // black is the test's colour
  expect(events.find(({ type }) => type === 'imitated')).toMatchObject({ from: 'file', ofTest: 1, unmatched: 0 })
  expect(events.flatMap(({ type, policy }) => (type === 'evaluation' ? [policy] : []))[0]).toBe('prompted')
  expect(last).toMatchObject({ test: { prompted: { 'ndcg@5': expect.any(Number) as number } }, gain: { prompted: { p: expect.any(Number) as number } } })
  expect(json('staged', 'run.json')).toMatchObject({ imitate: [{ name: 'texts.jsonl', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }] })
})

test('asks a policy about histories that come as interactions, and only measures it where that is all that is wanted', async () => {
  const interactions = join(folder, 'interactions.csv')
  const rows = ['ann', 'bob', 'cy', 'dee'].flatMap((user, at) => [0, 1, 2, 3].map((i) => `${user},B-${['red', 'blue', 'green', 'black'][i]}-${['lamp', 'desk', 'shoe', 'tent'][(at + i) % 4]},5,${1e9 + i}`))
  writeFileSync(interactions, `user_id,parent_asin,rating,timestamp\n${rows.join('\n')}\n`)
  const { status, last, stderr } = await lab(['train', '--products', products, '--interactions', interactions, '--out', join(folder, 'histories'), '--stages', 'prompt', '--set', 'task=sequential', '--set', 'trainable=lora'])
  expect([status, last['error']], stderr).toEqual([0, undefined])
  const [start] = timeless('histories')
  expect(start).toMatchObject({ task: { name: 'sequential' }, dataset: { test: 4 } })
  expect(last).toMatchObject({ steps: 0, gain: { before: { delta: 0, p: 1 } } })
})
