// A worker for the test beside it: one transformers.js feature extraction, from local files alone.
import { env, pipeline } from '@huggingface/transformers'
import moduleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'

export interface EmbeddingRequest {
  readonly device: 'wasm' | 'webgpu'
  readonly texts: readonly string[]
}

export interface EmbeddingReply {
  readonly ids: readonly (readonly number[])[]
  readonly embeddings: readonly (readonly number[])[]
  /** every address that the worker asked for */
  readonly addresses: readonly string[]
  /** the runtime's version */
  readonly runtime: string
}

const addresses: string[] = []
const fetchAnywhere = globalThis.fetch.bind(globalThis)
globalThis.fetch = (input, init) => {
  addresses.push(new Request(input, init).url)
  return fetchAnywhere(input, init)
}

env.allowRemoteModels = false
env.allowLocalModels = true
env.localModelPath = '/e2e/fixtures/'
env.useBrowserCache = false
const { wasm, versions } = env.backends.onnx
if (wasm === undefined) throw new Error('the runtime has no wasm settings')
wasm.wasmPaths = { mjs: moduleUrl, wasm: wasmUrl }

async function embed({ device, texts }: EmbeddingRequest): Promise<EmbeddingReply> {
  const extract = await pipeline('feature-extraction', 'tiny-bert', { device, dtype: 'fp32' })
  const ids = texts.map((text) => extract.tokenizer.encode(text))
  const output = await extract([...texts], { pooling: 'mean', normalize: true })
  const embeddings = output.tolist() as number[][]
  await extract.dispose()
  const loaded = performance.getEntriesByType('resource').map((entry) => entry.name)
  return { ids, embeddings, addresses: [...new Set([...addresses, ...loaded])], runtime: versions?.web ?? 'unknown' }
}

globalThis.onmessage = (event: MessageEvent<EmbeddingRequest>) => {
  embed(event.data).then(
    (reply) => globalThis.postMessage({ reply }),
    (error: unknown) => globalThis.postMessage({ error: error instanceof Error ? error.message : String(error) }),
  )
}
