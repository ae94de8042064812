// `export` as a person runs it: what it writes is read again by the same command line.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ROOT } from './root.ts'
import { lab } from './testing.ts'

const out = mkdtempSync(join(tmpdir(), 'lab-export-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

/** A golden case: a model with an adapter beside it. */
const MODEL = join(ROOT, 'workers/training/fixtures/qwen3')
const GENERATE = ['--tokens', '3,17,150,9', '--max', '24', '--greedy'] as const

test('a folder with an adapter, exported as safetensors, continues as before without the adapter’s files or an earlier export’s shards', async () => {
  mkdirSync(join(out, 'merged'))
  for (const name of ['model-00001-of-00002.safetensors', 'model.safetensors.index.json']) writeFileSync(join(out, 'merged', name), 'earlier')
  const { status, last } = await lab(['export', MODEL, '--to', 'safetensors', '--out', join(out, 'merged')])
  expect(status).toBe(0)
  const files = last['files'] as { name: string; bytes: number }[]
  expect(files.map(({ name }) => name).toSorted()).toEqual(readdirSync(join(out, 'merged')).toSorted())
  expect(files.every(({ name, bytes }) => readFileSync(join(out, 'merged', name)).length === bytes)).toBe(true)
  expect(files.some(({ name }) => name.startsWith('adapter'))).toBe(false)
  const [before, after] = [await lab(['generate', MODEL, ...GENERATE]), await lab(['generate', join(out, 'merged'), ...GENERATE])]
  expect(after.last['ids']).toEqual(before.last['ids'])
})

test('as ONNX its graph lies where transformers.js looks for it; layouts and types that are not there are refused before anything is written', async () => {
  const { status, last } = await lab(['export', MODEL, '--to', 'onnx', '--dtype', 'f16', '--out', join(out, 'onnx')])
  expect({ status, names: (last['files'] as { name: string }[]).map(({ name }) => name) }).toEqual({ status: 0, names: ['config.json', 'onnx/model_fp16.onnx'] })
  expect(readFileSync(join(out, 'onnx/onnx/model_fp16.onnx')).includes('GroupQueryAttention')).toBe(true)
  const refused = async (...words: string[]): Promise<unknown> => (await lab(['export', MODEL, '--out', join(out, 'none'), ...words])).last['error']
  expect(await refused('--to', 'gguf')).toBe('export: --to is "gguf"; give safetensors or onnx')
  expect(await refused('--to', 'onnx', '--dtype', 'bf16')).toBe('export: --dtype is "bf16"; onnx is written as f32, f16')
  expect(readdirSync(out)).not.toContain('none')
})
