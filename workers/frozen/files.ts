// A frozen model's files in the hub's layout: of a dropped folder, or of the hub or a mirror, kept in the browser's cache.
import { FROZEN_DTYPES, graphOf, isFrozenDtype, type FrozenDtype, type FrozenFiles, type FrozenProgress } from '../../src/protocol/frozen.ts'
import type { FrozenReference } from '../../src/protocol/sources.ts'

export const FROZEN_CACHE = 'frozen models'
const HUB = 'https://huggingface.co'
const NEEDED = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const
const WELCOME = ['generation_config.json', 'chat_template.jinja'] as const
/** A graph's weights lie in at most so many files beside it. */
const MOST_PARTS = 64

export interface FrozenFolder {
  readonly files: ReadonlyMap<string, Blob>
  readonly dtype: FrozenDtype
  /** how many files beside the graph hold its weights */
  readonly externalData: number
  readonly bytes: number
}

export interface Fetching {
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: FrozenProgress) => void) | undefined
}

const dtypeOf = ({ dtype }: FrozenReference): FrozenDtype => {
  if (isFrozenDtype(dtype)) return dtype
  throw new Error(`dtype ${JSON.stringify(dtype)} is unknown; choose one of ${Object.keys(FROZEN_DTYPES).join(', ')}`)
}

/** The dtypes of a folder by the names of its graphs. */
function dtypesIn(names: Iterable<string>): FrozenDtype[] {
  const all = new Set(names)
  return (Object.keys(FROZEN_DTYPES) as FrozenDtype[]).filter((dtype) => all.has(graphOf(dtype)))
}

function folder(files: ReadonlyMap<string, Blob>, dtype: FrozenDtype): FrozenFolder {
  const graph = graphOf(dtype)
  const parts = [...files.keys()].filter((path) => path.startsWith(`${graph}_data`))
  return { files, dtype, externalData: parts.length, bytes: [graph, ...parts].reduce((sum, path) => sum + files.get(path)!.size, 0) }
}

/** What a dropped folder holds of the model; a graph may lie in `onnx/` or beside config.json. Throws the names of what is missing. */
export function frozenFolder(reference: FrozenReference, given: FrozenFiles): FrozenFolder {
  const dtype = dtypeOf(reference)
  const files = new Map(Object.entries(given).map(([path, file]) => [/^model\w*\.onnx(_data\w*)?$/.test(path) ? `onnx/${path}` : path, file]))
  const missing = NEEDED.filter((path) => !files.has(path))
  if (missing.length > 0) throw new Error(`folder ${reference.model} has no ${missing.join(', no ')}; give the whole folder of an ONNX export`)
  if (!files.has(graphOf(dtype))) {
    const there = dtypesIn(files.keys())
    throw new Error(`folder ${reference.model} has no ${graphOf(dtype)}, which ${dtype} needs; ${there.length === 0 ? 'give a folder with an ONNX export' : `it has ${there.join(', ')}: choose one of these`}`)
  }
  return folder(files, dtype)
}

/** Where the files of a hub's model may lie: as the hub serves them, or in a plain folder with or without the id. */
function basesOf({ model, revision, mirror }: FrozenReference): readonly string[] {
  if (!/^(?!.*\.\.)[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(model)) throw new Error(`${JSON.stringify(model)} is no id of a model; write owner/name, for example onnx-community/Qwen2.5-0.5B-Instruct`)
  const host = (mirror.trim() === '' ? HUB : mirror.trim()).replace(/\/+$/, '')
  if (!/^https?:\/\/[^/]/.test(host)) throw new Error(`mirror ${mirror} is no address; give one that begins with https://, or none for the hub itself`)
  const hub = `${host}/${model}/resolve/${encodeURIComponent(revision === '' ? 'main' : revision)}/`
  return mirror.trim() === '' ? [hub] : [hub, `${host}/${model}/`, `${host}/`]
}

/** Every place that a reference's files may be kept under. */
function keptUnder(reference: FrozenReference): readonly string[] {
  return basesOf(reference)
}

interface Shelf {
  readonly files: Map<string, Blob>
  bytes: number
  of: number
}

/** Brings the model's files here; what the browser's cache holds is not fetched again. Throws a sentence with the remedy. */
export async function frozenFromHub(reference: FrozenReference, fetching: Fetching): Promise<FrozenFolder> {
  const dtype = dtypeOf(reference)
  const cache = await caches.open(FROZEN_CACHE)
  const shelf: Shelf = { files: new Map(), bytes: 0, of: 0 }
  const bring = (base: string, path: string): Promise<boolean> => bringOne(cache, base, path, reference, shelf, fetching)
  let base: string | undefined
  for (const one of basesOf(reference)) {
    if (await bring(one, 'config.json')) {
      base = one
      break
    }
  }
  if (base === undefined) throw new Error(`${hostOf(reference)} has no model ${reference.model} with a config.json; check the id, the revision and the mirror`)
  for (const path of NEEDED.slice(1)) if (!await bring(base, path)) throw new Error(`${reference.model} at ${hostOf(reference)} has no ${path}; choose a model that transformers.js can load`)
  for (const path of WELCOME) await bring(base, path)
  const graph = graphOf(dtype)
  if (!await bring(base, graph)) throw new Error(await otherDtypes(base, reference, dtype, fetching))
  for (let part = 0; part < MOST_PARTS; part++) if (!await bring(base, `${graph}_data${part === 0 ? '' : `_${part}`}`)) break
  return folder(shelf.files, dtype)
}

const hostOf = ({ mirror }: FrozenReference): string => new URL(mirror.trim() === '' ? HUB : mirror.trim()).host

async function otherDtypes(base: string, reference: FrozenReference, dtype: FrozenDtype, { fetch, signal }: Fetching): Promise<string> {
  const found: string[] = []
  for (const other of Object.keys(FROZEN_DTYPES) as FrozenDtype[]) {
    if (other !== dtype && (await fetch(`${base}${graphOf(other)}`, { method: 'HEAD', signal }).catch(() => undefined))?.ok === true) found.push(other)
  }
  const instead = found.length === 0 ? 'it has no ONNX export under the usual names: look for one of onnx-community' : `it has ${found.join(', ')}: choose one of these`
  return `${reference.model} at ${hostOf(reference)} has no ${graphOf(dtype)}, which ${dtype} needs; ${instead}`
}

/** One file into the shelf, by the cache; false where the host has none. */
async function bringOne(cache: Cache, base: string, path: string, reference: FrozenReference, shelf: Shelf, { fetch, signal, onProgress }: Fetching): Promise<boolean> {
  const address = `${base}${path}`
  signal.throwIfAborted()
  let kept = await cache.match(address)
  if (kept === undefined) {
    let response: Response
    try {
      response = await fetch(address, { signal, cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer' })
    } catch (error) {
      signal.throwIfAborted()
      throw new Error(`${address} could not be reached (${saidBy(error)}); check the address and the network, and that the host lets this page ask (CORS), or give the model's folder`, { cause: error })
    }
    // hosts of pages answer every address with a page
    if (response.status === 404 || response.status === 410 || /^text\/html\b/.test(response.headers.get('content-type') ?? '')) {
      await response.body?.cancel()
      return false
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel()
      const remedy = response.status === 401 || response.status === 403 ? 'the model is gated or private, or the id is misspelt: fetch it yourself and give its folder' : 'try again later, or another mirror'
      throw new Error(`${hostOf(reference)} answered ${response.status} for ${path} of ${reference.model}; ${remedy}`)
    }
    await keep(cache, address, path, response, shelf, onProgress).catch((error: unknown) => {
      signal.throwIfAborted()
      throw error instanceof Error && error.name === 'QuotaExceededError'
        ? new Error(`${path} of ${reference.model} does not fit into the browser's store; remove a kept model, run or dataset, or choose a smaller dtype`, { cause: error }) : error
    })
    kept = await cache.match(address)
  }
  if (kept === undefined) throw new Error(`${path} of ${reference.model} was not kept by the browser's cache; allow this site to store data, or give the model's folder`)
  shelf.files.set(path, await kept.blob())
  return true
}

async function keep(cache: Cache, address: string, path: string, response: Response, shelf: Shelf, onProgress: Fetching['onProgress']): Promise<void> {
  const told = Number(response.headers.get('content-length') ?? 0)
  // packed on the way, its length is another one
  const length = response.headers.get('content-encoding') === null && Number.isSafeInteger(told) ? told : 0
  shelf.of += length
  let came = 0
  const counted = response.body!.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      came += chunk.length
      shelf.bytes += chunk.length
      onProgress?.({ what: path, bytes: shelf.bytes, of: shelf.of })
      controller.enqueue(chunk)
    },
    flush() {
      if (length > 0 && came !== length) throw new Error(`${address} ended after ${came} of ${length} bytes; try again`)
    },
  }))
  await cache.put(address, new Response(counted, { headers: { 'content-type': 'application/octet-stream' } }))
}

const saidBy = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Frees what the cache keeps of a model: its graph, and where `whole` the small files beside it. */
export async function forgetFrozen(reference: FrozenReference, whole: boolean): Promise<void> {
  const cache = await caches.open(FROZEN_CACHE)
  const graph = isFrozenDtype(reference.dtype) ? graphOf(reference.dtype) : undefined
  for (const { url } of await cache.keys()) {
    const base = keptUnder(reference).find((one) => url.startsWith(one))
    if (base !== undefined && (whole || graph !== undefined && url.startsWith(`${base}${graph}`))) await cache.delete(url)
  }
}
