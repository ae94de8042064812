// transformers.js on onnxruntime-web with files from memory alone: nothing is fetched but the runtime itself, from the page's own host.
import { env } from '@huggingface/transformers'
import moduleUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'

/** A model folder: what lies under a path. */
interface Folder {
  get(path: string): Blob | undefined
}

/** A path that no server has: transformers.js asks for it, and is answered here. */
const ROOT = '/onnx-in-memory/'
const MAX_THREADS = 8

const folders = new Map<string, Folder>()
let opened = 0

function prepare(): void {
  const { wasm } = env.backends.onnx
  if (wasm === undefined) throw new Error('onnxruntime-web has no wasm settings')
  env.allowRemoteModels = false
  env.allowLocalModels = true
  env.localModelPath = ROOT
  env.useBrowserCache = false
  env.useWasmCache = false // the factory must keep its own address: its threads start from it
  env.fetch = answer
  wasm.wasmPaths = { mjs: moduleUrl, wasm: wasmUrl }
  wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1
}

/** Answers for the files of open folders; anything else that transformers.js may ask for lies on the page's own host. */
async function answer(address: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = new URL(address instanceof Request ? address.url : address, globalThis.location.href)
  if (!url.pathname.startsWith(ROOT)) return fetch(address, init)
  const [name, ...path] = url.pathname.slice(ROOT.length).split('/')
  const file = folders.get(name!)?.get(path.join('/'))
  return file === undefined ? new Response(null, { status: 404 }) : new Response(file, { headers: { 'content-length': String(file.size) } })
}

/** Opens a model whose files are `folder`'s, for as long as `open` takes; `place` is the name that transformers.js asks for it by. */
export async function withFolder<T>(folder: Folder, open: (place: string) => Promise<T>): Promise<T> {
  prepare()
  // a name for each folder: transformers.js remembers what it has read under a name
  const place = `model-${opened++}`
  folders.set(place, folder)
  try {
    return await open(place)
  } finally {
    folders.delete(place)
  }
}
