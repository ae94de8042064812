// transformers.js runs on the project's one onnxruntime-web, in a worker, without a request to any other host.
import { expect, test } from 'vitest'
import { dependencies } from '../package.json'
import type { EmbeddingReply, EmbeddingRequest } from './embedding.worker.ts'
import expected from './fixtures/tiny-bert/expected.json'

function ask(request: EmbeddingRequest): Promise<EmbeddingReply> {
  const worker = new Worker(new URL('./embedding.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<EmbeddingReply>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ reply: EmbeddingReply } | { error: string }>) => ('reply' in data ? resolve(data.reply) : reject(new Error(data.error)))
    worker.onerror = (event) => reject(new Error(event.message))
    worker.postMessage(request)
  }).finally(() => worker.terminate())
}

test.each(['wasm', 'webgpu'] as const)('a tiny BERT on %s gives the float64 embeddings of a padded batch', async (device) => {
  const reply = await ask({ device, texts: expected.map(({ text }) => text) })
  expect(reply.ids).toEqual(expected.map(({ ids }) => ids))
  const errors = expected.flatMap(({ embedding }, row) => embedding.map((value, column) => Math.abs(value - (reply.embeddings[row]?.[column] ?? NaN))))
  expect(errors).toHaveLength(expected.length * 16)
  expect(Math.max(...errors)).toBeLessThan(1e-5)
  expect(reply.runtime).toBe(dependencies['onnxruntime-web'])
  expect(reply.addresses.some((address) => address.endsWith('model.onnx'))).toBe(true)
  expect(reply.addresses.some((address) => address.includes('.wasm'))).toBe(true)
  expect(reply.addresses.filter((address) => new URL(address).host !== location.host)).toEqual([])
})
