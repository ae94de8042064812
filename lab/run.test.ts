// The command line's contract without a browser: bad input ends with status 1 and one sentence.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { lab, startLab } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const nowhere = join(folder, 'nowhere')
const file = join(folder, 'file')
writeFileSync(file, '')

test.each([
  ['no verb', [], /^no verb; give one of/],
  ['an unknown verb', ['dance'], /^verb "dance" is unknown/],
  ['an unknown option', ['generate', folder, '--loud'], /^generate: unknown option '--loud'; usage/],
  ['a model folder that is not there', ['generate', nowhere, '--tokens', '1', '--max', '1'], /^folder .*nowhere does not exist$/],
  ['a model folder that is a file', ['generate', file, '--tokens', '1', '--max', '1'], /file is not a folder$/],
  ['a model folder without a model', ['generate', folder, '--tokens', '1', '--max', '1'], /has no config\.json and no model\.safetensors$/],
  ['a case without golden tensors', ['check-policy', folder], /has no /],
  ['weights that are not supported', ['check-policy', folder, '--weights', 'int3'], /^check-policy: --weights is "int3"; give f32, f16, int8, int4$/],
  ['a setting that does not exist', ['train', '--out', join(folder, 'out'), '--set', 'stepz=3'], /^setting stepz does not exist; did you mean steps/],
  ['a setting out of range', ['train', '--out', join(folder, 'out'), '--set', 'steps=0'], /^setting steps is "0"; give a whole number from 1/],
  ['an unknown preset', ['train', '--out', join(folder, 'out'), '--preset', 'mine'], /^setting preset is "mine"; give one of sample/],
  ['an unknown stage', ['train', '--out', join(folder, 'out'), '--stages', 'ppo'], /^setting stages is "ppo"; give one of/],
  ['products without examples', ['train', '--out', join(folder, 'out'), '--products', file], /^train: --products and --examples belong together/],
  ['texts to imitate that nothing imitates', ['train', '--out', join(folder, 'out'), '--imitate', file], /^train: --imitate gives texts, but stages is grpo; set --stages sft or sft,grpo, or leave --imitate out$/],
  ['texts to imitate beside another source', ['train', '--out', join(folder, 'out'), '--stages', 'sft', '--imitate', file, '--set', 'sftFrom=labels'], /^train: --imitate gives texts, but sftFrom is labels; set sftFrom=file/],
  ['imitation without texts', ['train', '--out', join(folder, 'out'), '--stages', 'sft', '--set', 'sftFrom=file'], /^train: sft imitates what --imitate gives \(sftFrom=file\), and it gives nothing; give --imitate FILE/],
  ['a shard that is not there', ['train', '--out', join(folder, 'out'), '--products', file, '--examples', nowhere], /nowhere does not exist; give the path of a file$/],
  ['an output folder that is a file', ['train', '--out', file], /^--out .*file cannot be written/],
  ['a model of the hub without its folder', ['train', '--out', join(folder, 'out'), '--preset', 'qwen2.5-0.5b'], /^train: setting policy is "Qwen\/Qwen2\.5-0\.5B-Instruct", but .*; give --policy DIR/],
  ['a kept model without its folder', ['train', '--out', join(folder, 'out'), '--set', 'policy=mine'], /^train: setting policy is "mine", but .*; give --policy DIR/],
  ['no output folder', ['train'], /^train: --out is missing/],
  ['an unknown bench', ['bench', 'sleep'], /^bench "sleep" is unknown; give one of peak, matmul/],
] as const)('%s ends with status 1 and a sentence', async (_, words, sentence) => {
  const { status, last, lines } = await lab(words)
  expect(last).toEqual({ error: expect.stringMatching(sentence) as string })
  expect(lines).toHaveLength(1)
  expect(status).toBe(1)
})

test('no command writes into the folder that it reads, by whatever path; the model stays', async () => {
  const model = join(folder, 'model')
  const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']
  mkdirSync(model)
  const config = JSON.stringify({
    architectures: ['Qwen2ForCausalLM'], model_type: 'qwen2', hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2,
    vocab_size: 300, rms_norm_eps: 1e-6, rope_theta: 10000, tie_word_embeddings: true, hidden_act: 'silu', max_position_embeddings: 128,
  })
  for (const name of names) writeFileSync(join(model, name), config)
  symlinkSync(model, join(folder, 'link'))
  for (const out of [model, `${folder}/none/../model/`, join(folder, 'link')]) {
    for (const words of [['train', '--policy', model], ['export', model, '--to', 'safetensors'], ['make-weights', model]]) {
      const { status, last } = await lab([...words, '--out', out])
      expect({ status, ...last }, words[0]).toEqual({ status: 1, error: `--out ${out} is the folder that is read, whose files would be overwritten; give another folder` })
    }
  }
  expect(readdirSync(model).toSorted()).toEqual(names)
  expect(names.every((name) => readFileSync(join(model, name), 'utf8') === config)).toBe(true)
})

test('what an earlier run left stays when the next one\'s policy is no model', async () => {
  const [out, empty] = [join(folder, 'earlier'), join(folder, 'empty')]
  for (const made of [out, empty]) mkdirSync(made)
  writeFileSync(join(out, 'adapter_model.safetensors'), 'trained')
  expect(await lab(['train', '--policy', empty, '--out', out])).toMatchObject({ status: 1, last: { error: `folder ${empty} has no tokenizer.json and no tokenizer_config.json` } })
  expect(readdirSync(out)).toEqual(['adapter_model.safetensors'])
})

test('export writes over no file and beside no adapter', async () => {
  const [model, trained] = [join(folder, 'base'), join(folder, 'trained')]
  for (const made of [model, trained]) mkdirSync(made)
  for (const name of ['config.json', 'model.safetensors']) writeFileSync(join(model, name), '{}')
  writeFileSync(join(trained, 'adapter_model.safetensors'), 'trained')
  expect(await lab(['export', model, '--to', 'onnx', '--out', file])).toMatchObject({ status: 1, last: { error: `--out ${file} cannot be written: it is a file; give a folder` } })
  expect(await lab(['export', model, '--to', 'safetensors', '--out', trained])).toMatchObject({ status: 1, last: { error: expect.stringMatching(/trained holds adapter_model\.safetensors, which is of another model/) as string } })
})

test.each([
  ['no JSON', '"fine"\nnot json\n', /^line 2 is no JSON; give a JSON string/],
  ['no text', '["a"]\n', /^line 1 is \["a"\]; give a JSON string/],
])('tokenize refuses a line that is %s by its number', async (_, stdin, sentence) => {
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) writeFileSync(join(folder, name), '{}')
  const { status, last } = await lab(['tokenize', folder], stdin)
  expect(last).toEqual({ error: expect.stringMatching(sentence) as string })
  expect(status).toBe(1)
})

test('the process itself ends with the status and the line', async () => {
  const { status, last, lines } = await startLab(['dance']).finished
  expect(status).toBe(1)
  expect(lines).toHaveLength(1)
  expect(last).toHaveProperty('error')
}, 120_000)
