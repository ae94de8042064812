// Checks which files of a folder a policy consists of, and that a folder without one is refused with what to do.
import { expect, test } from 'vitest'
import { chooseModelFiles, isSharded, partOf, shardsOf } from './modelFiles.ts'

const index = (map: unknown): string => JSON.stringify({ metadata: { total_size: 1 }, weight_map: map })

test('a folder gives its config, its weights and what is there of the rest, and nothing else', () => {
  const names = ['README.md', 'config.json', 'golden.safetensors', 'model.safetensors', 'tokenizer.json', 'merges.txt', 'chat_template.jinja', 'generation_config.json', 'pytorch_model.bin', 'consolidated.safetensors']
  expect(chooseModelFiles(names, 'x').sort()).toEqual(['chat_template.jinja', 'config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json'])
  expect(['tokenizer_config.json', 'toString'].map(partOf)).toEqual(['tokenizerConfig', undefined])
})

test('an adapter beside a model goes along when both of its files are there', () => {
  const names = ['config.json', 'model.safetensors', 'adapter_model.safetensors']
  expect(chooseModelFiles(names, 'x')).not.toContain('adapter_model.safetensors')
  expect(chooseModelFiles([...names, 'adapter_config.json'], 'x')).toContain('adapter_model.safetensors')
})

test('shards come with their index, or by their names where there is none; one whole file comes before both', () => {
  const [one, two] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const
  const names = ['config.json', one, two, 'model.safetensors.index.json']
  expect(chooseModelFiles(names, 'x', [one, two])).toEqual(['config.json', 'model.safetensors.index.json', one, two])
  expect(chooseModelFiles(['config.json', one, two], 'x')).toEqual(['config.json', one, two])
  expect([isSharded(names), isSharded([...names, 'model.safetensors'])]).toEqual([true, false])
  expect(chooseModelFiles([...names, 'model.safetensors'], 'x')).toEqual(['config.json', 'model.safetensors'])
  expect(() => chooseModelFiles(['config.json', one], 'x', [one, two])).toThrow(`x: model.safetensors.index.json names ${two}, which is missing; get the whole model folder`)
  expect(() => chooseModelFiles(names, 'x', [one])).toThrow(`x: ${two} is not named by model.safetensors.index.json; remove it, or the index`)
})

test('an index tells its files, and nothing outside of its folder', () => {
  expect(shardsOf(index({ a: 'q.safetensors', b: 'q.safetensors', c: 'r.safetensors' }))).toEqual(['q.safetensors', 'r.safetensors'])
  expect(() => shardsOf('{')).toThrow('model.safetensors.index.json is no JSON')
  expect(() => shardsOf('null')).toThrow('has no weight_map')
  expect(() => shardsOf(index({ a: 1 }))).toThrow('has no weight_map')
  expect(() => shardsOf(index({ a: '../q.safetensors' }))).toThrow('names ../q.safetensors, which is no safetensors file of the same folder')
  expect(() => shardsOf(index({ a: 'pytorch_model.bin' }))).toThrow('names pytorch_model.bin, which is no safetensors file')
})

test.each([
  [['README.md'], 'x has no config.json and no model.safetensors'],
  [['config.json'], 'x has no model.safetensors'],
  [['model.safetensors'], 'x has no config.json; give the whole folder'],
  [['config.json', 'pytorch_model.bin'], 'x has its weights only as pytorch_model.bin, a Python pickle, which can run any program as it is read; find the model with model.safetensors, or convert it'],
  [['config.json', 'q4.gguf'], 'x has no model.safetensors, only q4.gguf, a format of another engine'],
  [['adapter_config.json', 'adapter_model.safetensors'], 'x has a PEFT adapter and no model; load the model that it was trained on first'],
])('a folder of %j is refused: %s', (names, message) => {
  expect(() => chooseModelFiles(names, 'x')).toThrow(message)
})
