// The embedded shop and policy: fetched from the page's own host, and read by the same road as a user's files.
import { EMBEDDED_POLICIES, SAMPLE_SHARDS, type EmbeddedPolicy } from '../domain/embedded.ts'
import type { ModelFiles } from '../protocol/policy.ts'
import { readFiles, type ReadOptions } from './ingest.ts'

async function fetchBytes(path: string): Promise<ArrayBuffer> {
  const response = await fetch(`${import.meta.env.BASE_URL}${path}`)
  if (!response.ok) throw new Error(`${path} came with status ${response.status} instead of 200; serve the whole build, its sample folder included`)
  return response.arrayBuffer()
}

/** Reads the embedded shop through the ingest worker, exactly as a user's shards; returns the hash under which it is stored. */
export async function storeSample(options: Pick<ReadOptions, 'onProgress' | 'signal'> = {}): Promise<string> {
  const files = await Promise.all(SAMPLE_SHARDS.map(async (name) => new File([await fetchBytes(`sample/shop/${name}`)], name)))
  return readFiles(files, { ...options, name: 'sample' })
}

/** Fetches an embedded policy's folder (model-hub layout). */
export async function loadSamplePolicy(id: EmbeddedPolicy = 'sample'): Promise<ModelFiles> {
  const folder = `sample/${EMBEDDED_POLICIES[id]}`
  const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'] as const
  const [config, weights, tokenizer, tokenizerConfig] = await Promise.all(names.map((name) => fetchBytes(`${folder}/${name}`)))
  return { config: config!, weights: [{ name: 'model.safetensors', bytes: weights! }], tokenizer: tokenizer!, tokenizerConfig: tokenizerConfig! }
}

/** config.json of the embedded policy. */
export async function sampleConfig(): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(new TextDecoder().decode(await fetchBytes('sample/policy/config.json'))) as Readonly<Record<string, unknown>>
}
