// Checks what of a drop is a policy, what an adapter, and what is left to those who read data.
import { expect, test } from 'vitest'
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
