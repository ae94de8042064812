// transformers.js on onnxruntime-web, as its users run it: a peer of the benches, and the proof that exported policies are what it loads.
import { AutoModelForCausalLM, BaseStreamer, env, pipeline, type PreTrainedModel, Tensor } from '@huggingface/transformers'
import * as Comlink from 'comlink'
import moduleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import type { Continuations, FolderFile } from './side.ts'

/** A path that no server has: transformers.js asks for it, and is answered here. */
const ROOT = '/policy-in-memory/'
/** onnxruntime-web's attention over whole prompts computes by subgroups as if they had eight invocations at least: on narrower ones its numbers are wrong. */
const LEAST_SUBGROUP = 8

let threadsStarted = 0
let foldersOpened = 0
let model: PreTrainedModel | undefined
let device: GPUDevice | undefined

/** Counts the threads that onnxruntime-web really starts. */
class CountedWorker extends Worker {
  constructor(...given: ConstructorParameters<typeof Worker>) {
    super(...given)
    threadsStarted++
  }
}

function prepare(files: readonly FolderFile[], threads: number): void {
  const { wasm } = env.backends.onnx
  if (wasm === undefined) throw new Error('onnxruntime-web has no wasm settings')
  env.allowRemoteModels = false
  env.allowLocalModels = true
  env.localModelPath = ROOT
  env.useBrowserCache = false
  env.useWasmCache = false // the factory must keep its own address: its threads start from it
  env.fetch = (address, init) => {
    const url = new URL(address instanceof Request ? address.url : address, globalThis.location.href)
    if (!url.pathname.startsWith(ROOT)) return fetch(address, init)
    const file = files.find(({ path }) => url.pathname.endsWith(`/${path}`))
    return Promise.resolve(file === undefined ? new Response(null, { status: 404 }) : new Response(file.bytes, { headers: { 'content-length': String(file.bytes.size) } }))
  }
  wasm.wasmPaths = { mjs: moduleUrl, wasm: wasmUrl }
  wasm.numThreads = threads
  globalThis.Worker = CountedWorker
}

/** A device whose subgroups onnxruntime-web may not use, where they are too narrow for it; undefined where it may open its own. */
async function ownDevice(): Promise<GPUDevice | undefined> {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('there is no WebGPU adapter')
  if (!adapter.features.has('subgroups') || adapter.info.subgroupMinSize >= LEAST_SUBGROUP) return undefined
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = adapter.limits
  return adapter.requestDevice({
    requiredFeatures: (['shader-f16', 'timestamp-query'] as const).filter((feature) => adapter.features.has(feature)),
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX },
  })
}

const idsOf = (rows: readonly (readonly number[])[]): Tensor => new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]?.length ?? 0])

/** Tells when the first new tokens come; the prompt is put first. */
class FirstToken extends BaseStreamer {
  puts = 0
  at = 0

  override put(): void {
    if (++this.puts === 2) this.at = performance.now()
  }

  override end(): void {}
}

const service = {
  /** Opens an exported folder as its config.json says. `threads` of the wasm backend, returned as they really are. */
  async open(files: readonly FolderFile[], backend: 'wasm' | 'webgpu', threads: number): Promise<{ readonly threads: number }> {
    prepare(files, threads)
    foldersOpened++
    device = backend === 'webgpu' ? await ownDevice() : undefined
    model = await AutoModelForCausalLM.from_pretrained(folder(), {
      device: backend, ...(device !== undefined && { session_options: { executionProviders: [{ name: 'webgpu', device } as { name: 'webgpu' }] } }),
    })
    return { threads: 1 + threadsStarted }
  },

  /** Logits of every position, [rows, length, vocabulary]; a row's zeros in `mask` are padding. */
  async logits(rows: readonly (readonly number[])[], mask = rows.map((row) => row.map(() => 1))): Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }> {
    const output = await opened().forward({ input_ids: idsOf(rows), attention_mask: idsOf(mask) }) as { readonly logits: Tensor; readonly [name: string]: Tensor }
    const data = Float32Array.from(output.logits.data as Float32Array)
    const { dims } = output.logits
    for (const tensor of Object.values(output)) tensor.dispose()
    return { dims, data }
  },

  /** Greedy continuations of `tokens` tokens each, whatever they are. */
  async generate(rows: readonly (readonly number[])[], tokens: number, mask = rows.map((row) => row.map(() => 1))): Promise<Continuations> {
    const streamer = new FirstToken()
    const started = performance.now()
    const sequences = await opened().generate({
      inputs: idsOf(rows), attention_mask: idsOf(mask), max_new_tokens: tokens, do_sample: false, eos_token_id: null, streamer,
    } as unknown as Parameters<PreTrainedModel['generate']>[0]) as Tensor
    const ms = performance.now() - started
    const ids = (sequences.tolist() as bigint[][]).map((row, i) => row.slice(rows[i]!.length).map(Number))
    return { ids, ms, firstMs: streamer.at - started }
  },

  /** The folder as a pipeline from text to text, greedy: what follows `text`. */
  async continueText(text: string, tokens: number): Promise<string> {
    const generator = await pipeline('text-generation', folder(), { device: 'wasm' })
    const [output] = await generator(text, { max_new_tokens: tokens, do_sample: false, eos_token_id: null, return_full_text: false } as unknown as Parameters<typeof generator>[1]) as { readonly generated_text: string }[]
    await generator.dispose()
    return output!.generated_text
  },

  async close(): Promise<void> {
    await model?.dispose()
    device?.destroy()
    model = undefined
  },
}

/** A name for each folder: transformers.js remembers what it has read under a name. */
const folder = (): string => `policy-${foldersOpened}`

function opened(): PreTrainedModel {
  if (model === undefined) throw new Error('no model is open')
  return model
}

export type TransformersService = typeof service

Comlink.expose(service)
