// `make-weights`: random weights for any config.json, of any size, in one file or in shards: a model folder to measure with.
import { createWriteStream, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, type WriteStream } from 'node:fs'
import { once } from 'node:events'
import { basename, dirname, join, resolve } from 'node:path'
import { initialTensors, type InitialTensor } from '../../workers/model/initial.ts'
import { encode, safetensorsHead } from '../../workers/model/safetensors.ts'
import { WIDTHS, type Dtype } from '../../workers/model/safetensorsHeader.ts'
import { number, needed, text } from '../arguments.ts'
import { BadInput, messageOf } from '../errors.ts'
import { filesIn, outFolder } from '../folders.ts'
import { ADAPTER_CONFIG, CONFIG, isWeights, MODEL_PARTS, WEIGHTS, WEIGHTS_INDEX } from '../../src/domain/modelFiles.ts'
import type { Command } from './command.ts'

const DTYPES: Readonly<Record<string, Dtype>> = { f32: 'F32', f16: 'F16', bf16: 'BF16' }
const MAX_SEED = 2 ** 32 - 1
/** Values drawn at once. */
const PIECE = 2 ** 20

interface Shard {
  readonly name: string
  readonly tensors: readonly InitialTensor[]
}

/** Tensors in their order, in files of at most `most` bytes; a larger tensor has a file of its own. */
export function shardsFor(tensors: readonly InitialTensor[], width: number, most: number): Shard[] {
  const groups: InitialTensor[][] = []
  let size = 0
  for (const tensor of tensors) {
    const bytes = tensor.elements * width
    if (groups.length === 0 || size + bytes > most) {
      groups.push([])
      size = 0
    }
    groups.at(-1)!.push(tensor)
    size += bytes
  }
  if (groups.length === 1) return [{ name: WEIGHTS, tensors }]
  const part = (at: number): string => String(at).padStart(5, '0')
  return groups.map((group, at) => ({ name: `model-${part(at + 1)}-of-${part(groups.length)}.safetensors`, tensors: group }))
}

async function put(file: WriteStream, bytes: Uint8Array): Promise<void> {
  if (!file.write(bytes)) await once(file, 'drain')
}

async function write(path: string, { tensors }: Shard, dtype: Dtype, signal: AbortSignal): Promise<void> {
  const file = createWriteStream(path)
  const failed = once(file, 'error').then(([error]) => Promise.reject(error as Error))
  failed.catch(() => undefined)
  const writing = async (): Promise<void> => {
    await put(file, safetensorsHead(tensors.map(({ name, shape }) => ({ name, shape, dtype }))))
    for (const { name, elements, draw } of tensors) {
      const next = draw()
      for (let at = 0; at < elements; at += PIECE) {
        signal.throwIfAborted()
        const count = Math.min(PIECE, elements - at)
        await put(file, await encode({ name, shape: [count], dtype, data: next(count) }))
      }
    }
    file.end()
    await once(file, 'finish')
  }
  await Promise.race([writing(), failed])
}

export const makeWeights: Command = async (args, { progress, signal }) => {
  const path = resolve(args.positionals[0]!)
  const folder = existsSync(path) && statSync(path).isDirectory()
  const [configPath] = folder ? filesIn(path, [CONFIG]) : filesIn(dirname(path), [basename(path)])
  const out = needed(args, 'out')
  const given = text(args, 'dtype') ?? 'bf16'
  const dtype = Object.hasOwn(DTYPES, given) ? DTYPES[given] : undefined
  if (dtype === undefined) throw new BadInput(`make-weights: --dtype is ${JSON.stringify(given)}; give one of ${Object.keys(DTYPES).join(', ')}`)
  const seed = number(args, 'seed', 0, 0, MAX_SEED, true)
  const most = text(args, 'shard-bytes') === undefined ? Infinity : number(args, 'shard-bytes', 0, 1, 2 ** 50, true)
  const config = readFileSync(configPath!)
  const tensors = (() => {
    try {
      return initialTensors(new Uint8Array(config).buffer, seed)
    } catch (error) {
      throw new BadInput(messageOf(error), { cause: error })
    }
  })()
  const began = performance.now()
  outFolder(out, dirname(configPath!))
  const shards = shardsFor(tensors, WIDTHS[dtype], most)
  const stale = readdirSync(out).filter((name) => name === WEIGHTS_INDEX || isWeights(name))
  for (const name of stale) rmSync(join(out, name))
  for (const shard of shards) {
    progress(`${shard.name}: ${shard.tensors.length} tensors`)
    await write(join(out, shard.name), shard, dtype, signal)
  }
  const total = tensors.reduce((sum, { elements }) => sum + elements, 0)
  if (shards.length > 1) {
    const map = Object.fromEntries(shards.flatMap(({ name, tensors: inside }) => inside.map((tensor) => [tensor.name, name])))
    writeFileSync(join(out, WEIGHTS_INDEX), `${JSON.stringify({ metadata: { total_size: total * WIDTHS[dtype] }, weight_map: map }, null, 2)}\n`)
  }
  for (const name of Object.keys(MODEL_PARTS)) {
    const from = join(dirname(configPath!), name)
    if (existsSync(from) && resolve(from) !== resolve(out, name) && name !== ADAPTER_CONFIG) writeFileSync(join(out, name), readFileSync(from))
  }
  return {
    parameters: total, files: shards.map(({ name }) => name), bytes: shards.reduce((sum, { name }) => sum + statSync(join(out, name)).size, 0),
    seconds: (performance.now() - began) / 1000,
  }
}
