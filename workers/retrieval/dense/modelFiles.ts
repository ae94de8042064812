// The files of a sentence encoder in the model hub's layout: dropped by a person, or fetched from the hub by the id that a person chose.
import type { DenseModelFiles } from '../../../src/protocol/retrieval.ts'

const HUB = 'https://huggingface.co'
const CACHE = 'sentence encoders'
const HUB_ID = /^(?!.*\.\.)[\w-][\w.-]*(\/[\w-][\w.-]*)?$/

/** transformers.js's names of weights, in the order of preference: float32 first, since rankings should not depend on a rounding. */
const WEIGHTS = [
  ['fp32', 'model.onnx'], ['fp16', 'model_fp16.onnx'], ['q8', 'model_quantized.onnx'], ['int8', 'model_int8.onnx'], ['uint8', 'model_uint8.onnx'],
  ['q4', 'model_q4.onnx'], ['q4f16', 'model_q4f16.onnx'], ['bnb4', 'model_bnb4.onnx'],
] as const

export type Dtype = (typeof WEIGHTS)[number][0]

/** A folder's files by path: `config.json`, `tokenizer.json`, `tokenizer_config.json`, `onnx/…`. */
export type ModelFolder = ReadonlyMap<string, Blob>

export interface Model {
  readonly files: ModelFolder
  readonly dtype: Dtype
  /** how many files beside the graph hold its weights */
  readonly externalData: number
  /** hex SHA-256 over every file that decides an embedding */
  readonly digest: string
}

/** What a dropped folder holds of an encoder; a graph may lie in `onnx/` or beside the configuration. Throws the names of what is missing. */
export async function modelOfFolder(name: string, dropped: DenseModelFiles | ModelFolder): Promise<Model> {
  const given: ModelFolder = dropped instanceof Map ? dropped as ModelFolder : new Map(Object.entries(dropped as DenseModelFiles))
  const files = new Map<string, Blob>()
  for (const [path, file] of given) files.set(/^model\w*\.onnx(_data\w*)?$/.test(path) ? `onnx/${path}` : path, file)
  const missing = ['config.json', 'tokenizer.json', 'tokenizer_config.json'].filter((path) => !files.has(path))
  const weights = WEIGHTS.find(([, file]) => files.has(`onnx/${file}`))
  if (weights === undefined) missing.push('onnx/model.onnx')
  if (weights === undefined || missing.length > 0) {
    const are = missing.length === 1 ? 'is' : 'are'
    throw new Error(`encoder ${name}: ${missing.join(', ')} ${are} missing; drop a folder in the model hub's layout, with its ONNX export`)
  }
  const [dtype, graph] = weights
  const parts = [...files.keys()].filter((path) => path.startsWith(`onnx/${graph}_data`)).toSorted()
  const digest = await digestOf(files, ['config.json', 'tokenizer.json', 'tokenizer_config.json', `onnx/${graph}`, ...parts])
  const [config, tokenizer] = await Promise.all(['config.json', 'tokenizer_config.json'].map((path) => parsed(name, path, files.get(path)!)))
  files.set('tokenizer_config.json', new Blob([JSON.stringify({ ...tokenizer, model_max_length: mostTokens(config!, tokenizer!) })]))
  return { files, dtype, externalData: parts.length, digest }
}

async function parsed(name: string, path: string, file: Blob): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await file.text()) as Record<string, unknown>
  } catch (error) {
    throw new Error(`encoder ${name}: ${path} is no JSON; the file is damaged or of another kind`, { cause: error })
  }
}

/**
 * Where texts are cut: many tokenizers name no length, and the network fails on a place that it has no embedding for. RoBERTa and its kin
 * count places from behind the padding token's id.
 */
function mostTokens(config: Readonly<Record<string, unknown>>, { model_max_length: named }: Readonly<Record<string, unknown>>): number {
  const { max_position_embeddings: places, model_type: type, pad_token_id: pad } = config
  const before = /roberta|mpnet|camembert|xlm|longformer/.test(String(type)) ? (typeof pad === 'number' ? pad : 1) + 1 : 0
  return Math.min(typeof places === 'number' ? places - before : 512, typeof named === 'number' ? named : Infinity)
}

async function digestOf(files: ModelFolder, paths: readonly string[]): Promise<string> {
  const digests = await Promise.all(paths.map(async (path) => `${path} ${await sha256(await files.get(path)!.arrayBuffer())}`))
  return sha256(new TextEncoder().encode(digests.join('\n')).buffer)
}

/** Hex SHA-256. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Fetches an encoder from the model hub, once: the browser keeps its files. Throws a sentence with the remedy. */
export async function modelOfHub(id: string): Promise<Model> {
  if (!HUB_ID.test(id)) throw new Error(`encoder ${JSON.stringify(id)} is no name of the model hub; write it as owner/name, or drop a folder`)
  const files = new Map<string, Blob>()
  for (const path of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx', 'onnx/model.onnx_data']) {
    const blob = await fetchKept(`${HUB}/${id}/resolve/main/${path}`, id)
    if (blob !== undefined) files.set(path, blob)
  }
  return modelOfFolder(`${id} of the model hub`, files)
}

/** The body under an address, from the browser's cache when it was fetched before; undefined where the hub has no such file. */
async function fetchKept(address: string, id: string): Promise<Blob | undefined> {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(address)
  if (kept !== undefined) return kept.blob()
  let response: Response
  try {
    response = await fetch(address)
  } catch (error) {
    throw new Error(`encoder ${id}: ${address} could not be reached; check the connection, or drop the model's folder instead`, { cause: error })
  }
  if (response.status === 404) return undefined
  if (!response.ok) {
    const came = `${address} came with status ${response.status} instead of 200`
    throw new Error(`encoder ${id}: ${came}; check the name and whether the model is public, or drop its folder`)
  }
  const blob = await response.blob()
  await cache.put(address, new Response(blob)).catch(() => undefined) // a full disk only means that it is fetched again
  return blob
}
