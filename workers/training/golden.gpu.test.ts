// The whole engine against PyTorch's values: logits, log-probabilities, every gradient of every loss, one clipped AdamW step.
import { expect, test } from 'vitest'
import { testGpu } from '../gpu/testing.ts'
import { openSafetensors } from '../model/safetensors.ts'
import { checkGolden } from './golden.ts'

const names = ['config.json', 'model.safetensors', 'adapter_config.json', 'adapter_model.safetensors', 'golden.safetensors', 'case.json'] as const
const addresses = import.meta.glob('./fixtures/odd/*', { query: '?url', import: 'default', eager: true })

async function fixture(): Promise<Record<(typeof names)[number], ArrayBuffer>> {
  const files = await Promise.all(names.map(async (name) => [name, await (await fetch(String(addresses[`./fixtures/odd/${name}`]))).arrayBuffer()] as const))
  return Object.fromEntries(files) as Record<(typeof names)[number], ArrayBuffer>
}

const run = async (files: Awaited<ReturnType<typeof fixture>>) => checkGolden(await testGpu(), {
  config: files['config.json'], weights: files['model.safetensors'], adapterConfig: files['adapter_config.json'], adapterWeights: files['adapter_model.safetensors'],
}, files['golden.safetensors'], files['case.json'])

test('every tensor and loss of a case whose sizes divide by nothing agrees with PyTorch to four digits', async () => {
  const { report } = await run(await fixture())
  expect(report.missing).toEqual([])
  expect(report.worst.error).toBeLessThan(1e-4)
  expect(report.ok).toBe(true)
})

test('a golden tensor with one wrong number fails by name', async () => {
  const files = await fixture()
  const golden = files['golden.safetensors'].slice(0)
  const at = openSafetensors(golden, 'golden').names.indexOf('grad.dr_grpo.base_model.model.model.layers.1.mlp.up_proj.lora_B.weight')
  expect(at).toBeGreaterThanOrEqual(0)
  const header = new TextDecoder().decode(new Uint8Array(golden, 8, Number(new DataView(golden).getBigUint64(0, true))))
  const { data_offsets: [from] } = JSON.parse(header)['grad.dr_grpo.base_model.model.model.layers.1.mlp.up_proj.lora_B.weight'] as { data_offsets: [number, number] }
  const view = new DataView(golden)
  const place = 8 + header.length + from
  view.setFloat32(place, view.getFloat32(place, true) + 1, true)
  const { report } = await run({ ...files, 'golden.safetensors': golden })
  expect(report.ok).toBe(false)
  expect(report.worst.name).toBe('grad.dr_grpo.base_model.model.model.layers.1.mlp.up_proj.lora_B.weight')
})
