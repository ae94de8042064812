// Model folders for the page's tests: the embedded policy in shards, tiny random ones of other architectures, and the entries of a saved archive.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { initialWeights } from '../workers/model/initial.ts'
import { openSafetensors, writeSafetensors } from '../workers/model/safetensors.ts'

const POLICY = join(import.meta.dirname, '../public/sample/policy')
const TOKENIZER = ['tokenizer.json', 'tokenizer_config.json'] as const

export type Files = Readonly<Record<string, Uint8Array>>

const bytesOf = (path: string): ArrayBuffer => new Uint8Array(readFileSync(path)).buffer
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

function tokenizer(): Files {
  return Object.fromEntries(TOKENIZER.map((name) => [name, new Uint8Array(bytesOf(join(POLICY, name)))]))
}

/** Weights in two files with their index, as large models are published. */
function inShards(weights: ArrayBuffer): Files {
  const whole = openSafetensors(weights, 'model.safetensors')
  const half = Math.ceil(whole.names.length / 2)
  const shards = [whole.names.slice(0, half), whole.names.slice(half)]
  const files = shards.map((names, at) => [`model-0000${at + 1}-of-00002.safetensors`, names] as const)
  const bytes = whole.names.reduce((sum, name) => sum + 4 * whole.read(name).length, 0)
  return {
    ...Object.fromEntries(files.map(([file, names]) => [
      file, new Uint8Array(writeSafetensors(names.map((name) => ({ name, shape: whole.shape(name), data: whole.read(name) })))),
    ])),
    'model.safetensors.index.json': text({ metadata: { total_size: bytes }, weight_map: Object.fromEntries(files.flatMap(([file, names]) => names.map((name) => [name, file]))) }),
  }
}

/** The embedded policy as somebody's own folder, its weights in two shards. */
export function samplePolicyInShards(): Files {
  return { 'config.json': new Uint8Array(bytesOf(join(POLICY, 'config.json'))), ...tokenizer(), ...inShards(bytesOf(join(POLICY, 'model.safetensors'))) }
}

/** A Qwen3 of two layers with random weights, whose tokens are the embedded policy's. */
export function randomQwen3(): Files {
  const config = text({
    architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4,
    num_key_value_heads: 2, head_dim: 16, vocab_size: 2048, max_position_embeddings: 2048, rms_norm_eps: 1e-6, rope_theta: 10000,
    tie_word_embeddings: true, hidden_act: 'silu', eos_token_id: 2043,
  })
  return { 'config.json': config, ...tokenizer(), 'model.safetensors': new Uint8Array(initialWeights(new Uint8Array(config).buffer, 5)) }
}

export function dropped(files: Files): { readonly name: string; readonly bytes: Uint8Array }[] {
  return Object.entries(files).map(([name, bytes]) => ({ name, bytes }))
}

const END = 0x06054b50
const CENTRAL = 0x02014b50
const CENTRAL_BYTES = 46
const LOCAL_BYTES = 30

/** Files of an archive whose entries are stored as they are, by its central directory (APPNOTE 4.3.12). */
export function storedEntries(archive: Buffer): Map<string, Buffer> {
  const end = archive.length - 22
  if (archive.readUInt32LE(end) !== END) throw new Error('the archive does not end in a directory without comment')
  const entries = new Map<string, Buffer>()
  let at = archive.readUInt32LE(end + 16)
  for (let entry = 0; entry < archive.readUInt16LE(end + 10); entry++) {
    if (archive.readUInt32LE(at) !== CENTRAL || archive.readUInt16LE(at + 10) !== 0) throw new Error(`entry ${entry} of the archive is not a stored file`)
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field)) as [number, number, number]
    const name = archive.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes)
    const local = archive.readUInt32LE(at + 42)
    const from = local + LOCAL_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    entries.set(name, archive.subarray(from, from + archive.readUInt32LE(at + 24)))
    at += CENTRAL_BYTES + nameBytes + extraBytes + commentBytes
  }
  return entries
}
