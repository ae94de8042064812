// Checks what of a drop is a policy, what an adapter, and what is left to those who read data.
import { expect, test } from 'vitest'
import { chooseModelFiles } from '../../domain/modelFiles.ts'
import { recogniseGiven } from './modelFolder.ts'

function file(path: string, text = ''): File {
  const made = new File([text], path.slice(path.lastIndexOf('/') + 1))
  // Node's File knows no folder
  return Object.defineProperty(made, 'webkitRelativePath', { value: path.includes('/') ? path : '' })
}
const QWEN = JSON.stringify({ architectures: ['Qwen2ForCausalLM'], hidden_size: 64 })

test('a folder whose config.json names a language model, beside safetensors, is a policy with all its files', async () => {
  const given = await recogniseGiven([
    file('mine/tiny/config.json', QWEN), file('mine/tiny/model-00001-of-00002.safetensors'), file('mine/tiny/model-00002-of-00002.safetensors'),
    file('mine/tiny/tokenizer.json'), file('mine/readme.md'),
  ])
  expect(given).toMatchObject({ is: 'model', source: { kind: 'folder', name: 'tiny' } })
  const paths = given.is === 'model' ? given.source.files.map(({ path }) => path) : []
  expect(paths).toEqual(['config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'tokenizer.json'])
})

test('the same files dropped without their folder are a policy too', async () => {
  const given = await recogniseGiven([file('model.safetensors'), file('config.json', QWEN)])
  expect(given).toMatchObject({ is: 'model', source: { name: 'dropped model' } })
})

test('an adapter is its two files', async () => {
  const given = await recogniseGiven([file('out/adapter_config.json', '{}'), file('out/adapter_model.safetensors'), file('out/README.md')])
  expect(given).toMatchObject({ is: 'adapter', adapter: { name: 'out' } })
})

test('a config that names no architecture but a known type is a policy; of an unknown type it is none', async () => {
  expect(await recogniseGiven([file('a/config.json', '{"model_type":"qwen3"}'), file('a/model.safetensors')])).toMatchObject({ is: 'model', source: { name: 'a' } })
  for (const type of ['bert', 'toString']) expect(await recogniseGiven([file('a/config.json', JSON.stringify({ model_type: type })), file('a/model.safetensors')])).toEqual({ is: 'other' })
})

test('a language model in another format is looked at as a policy, which refuses it by name', async () => {
  for (const name of ['pytorch_model.bin', 'tf_model.h5']) expect(await recogniseGiven([file('a/config.json', QWEN), file(`a/${name}`)])).toMatchObject({ is: 'model', source: { name: 'a' } })
  expect(() => chooseModelFiles(['config.json', 'pytorch_model.bin'], 'a')).toThrow('a has its weights only as pytorch_model.bin, a Python pickle')
})

test.each([
  ['a sentence encoder', [file('e/config.json', '{"architectures":["BertModel"]}'), file('e/model.safetensors'), file('e/onnx/model.onnx')]],
  ['shards', [file('examples.parquet'), file('products.parquet')]],
  ['a config without weights', [file('config.json', QWEN)]],
  ['a config.json that is no JSON', [file('config.json', '{'), file('model.safetensors')]],
  ['a config of one folder and weights of another', [file('a/config.json', QWEN), file('b/model.safetensors')]],
  ['an adapter without its config', [file('adapter_model.safetensors')]],
])('%s: no policy', async (_, files) => {
  expect(await recogniseGiven(files)).toEqual({ is: 'other' })
})
