// The whole engine against PyTorch's values: logits, log-probabilities, every gradient of every loss, one clipped AdamW step.
import { expect, test } from 'vitest'
import { testGpu } from '../gpu/testing.ts'
import { goldenCase, oddCase } from './fixtures/load.ts'
import { checkGolden } from './golden.ts'

test.each([
  ['odd', 'Qwen2 with a tied head and sizes that divide by nothing', 240],
  ['qwen3', 'Qwen3 with heads wider than hidden / heads', 229],
  ['llama', 'Llama with every bias and positions stretched in all three bands', 239],
  ['llama-tied', 'Llama with a tied head, a key head for every head, and positions stretched evenly', 307],
] as const)('every tensor and loss of case %s agrees with PyTorch to four digits: %s', async (name, _, tensors) => {
  const { files, golden, caseJson } = await goldenCase(name)
  const { report } = await checkGolden(await testGpu(), files, golden, caseJson)
  expect(report.missing).toEqual([])
  expect(report.tensors).toBe(tensors)
  expect(report.worst.error).toBeLessThan(1e-4)
  expect(report.ok).toBe(true)
})

test.each([
  ['llama', 'f16', 239, 1e-3], ['qwen3', 'int8', 229, 0.1],
] as const)('every tensor and loss of case %s with %s weights is what float32 weights of the same values give, gradients of the weights too', async (name, weights, tensors, rounding) => {
  const { files, golden, caseJson } = await goldenCase(name)
  const { report } = await checkGolden(await testGpu(), files, golden, caseJson, weights)
  expect(report.missing).toEqual([])
  expect(report.tensors).toBe(tensors)
  expect(Object.keys(report.errors).filter((tensor) => tensor.startsWith('grad.sft.full.')).length).toBeGreaterThan(10)
  expect(report.worst.error).toBeLessThan(2e-5)
  expect(report.ok).toBe(true)
  // rounding the weights moves the answers away from the file's, but not far
  expect(Object.keys(report.golden?.errors ?? {})).toEqual(Object.keys(report.errors))
  expect(report.golden?.errors['logits.0']).toBeGreaterThan(1e-6)
  expect(report.golden?.errors['logits.0']).toBeLessThan(rounding)
})

test('a golden tensor with one wrong number fails by name', async () => {
  const { files, golden, caseJson } = await oddCase()
  const name = 'grad.dr_grpo.base_model.model.model.layers.1.mlp.up_proj.lora_B.weight'
  const headerLength = Number(new DataView(golden).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(golden, 8, headerLength))) as Record<string, { data_offsets: [number, number] }>
  const view = new DataView(golden)
  const place = 8 + headerLength + (header[name]?.data_offsets[0] ?? 0)
  view.setFloat32(place, view.getFloat32(place, true) + 1, true)
  const { report } = await checkGolden(await testGpu(), files, golden, caseJson)
  expect(report.ok).toBe(false)
  expect(report.worst.name).toBe(name)
})
