// `bench generate`: greedy continuations of one prompt, ours against transformers.js on the same weights, each side in a worker of its own, in turn.
import { connect, type Connection } from '../../src/client/connection.ts'
import { Stream } from '../../src/domain/random.ts'
import type { ModelFiles } from '../../src/protocol/policy.ts'
import { onnxFolder } from '../../workers/export/folder.ts'
import { openPolicy } from '../../workers/export/merge.ts'
import { median, rounded } from '../../workers/gpu/measured.ts'
import type { EngineService } from './peers/engine.worker.ts'
import type { Continuations, FolderFile } from './peers/side.ts'
import type { TransformersService } from './peers/transformers.worker.ts'

export interface GenerateCase {
  /** model, group × new tokens after a prompt */
  readonly shape: string
  readonly op: 'greedy'
  /** medians of the repeats */
  readonly ours: number
  readonly unit: 'tokens/s'
  readonly peers: Readonly<Record<string, number>>
  /** tokens per second of all repeats, in their order */
  readonly repeats: Readonly<Record<string, readonly number[]>>
  /** GFLOP/s of our products by the adapter's peak */
  readonly share: number
  /** continuations whose ids are ours, of the group */
  readonly sameIds: Readonly<Record<string, number>>
}

export interface GenerateBench {
  readonly name: 'generate'
  readonly adapter: string
  /** GFLOP/s of multiply-adds */
  readonly peak: number
  readonly cases: readonly GenerateCase[]
  /** ours by each peer's: `8/transformers.js wasm` of groups of eight */
  readonly ratios: Readonly<Record<string, number>>
  /** largest difference of a logit from ours, over every position of the prompt */
  readonly logitsError: Readonly<Record<string, number>>
  /** threads of the wasm backend, counted as it started them */
  readonly threads: number
  /** new tokens of a continuation, by side */
  readonly tokens: Readonly<Record<string, number>>
}

const GROUPS = [1, 8, 32] as const
const PROMPT_TOKENS = 32
const NEW_TOKENS = 64
const REPEATS = 5
const THREADS = 2
const LOGITS_BAR = 1e-3
const SOFTWARE = 'swiftshader'
/** On a software adapter the peer makes some twenty tokens a second: it makes fewer of them there, and its prompt is not counted (see rateOf). */
const FEW_TOKENS = 16

const BACKENDS = { 'transformers.js webgpu': 'webgpu', 'transformers.js wasm': 'wasm' } as const
type PeerName = keyof typeof BACKENDS
const PEERS = Object.keys(BACKENDS) as PeerName[]

/**
 * Tokens per second. Where a side made fewer tokens than the others, its prompt weighs more: then only what came after every first token counts,
 * which is the rate that it would come near in a longer run, and never below the rate of the whole.
 */
function rateOf({ ids, ms, firstMs }: Continuations): number {
  const tokens = ids.reduce((sum, list) => sum + list.length, 0)
  const fewer = ids[0]!.length < NEW_TOKENS && firstMs !== undefined
  return fewer ? ((tokens - ids.length) / (ms - firstMs)) * 1000 : (tokens / ms) * 1000
}

interface Sides {
  readonly ours: Connection<EngineService>
  readonly peers: Readonly<Record<PeerName, Connection<TransformersService>>>
  readonly close: () => void
}

function start(): Sides {
  const ours = connect<EngineService>(new Worker(new URL('./peers/engine.worker.ts', import.meta.url), { type: 'module', name: 'ours' }), 'ours')
  const peer = (name: string): Connection<TransformersService> =>
    connect<TransformersService>(new Worker(new URL('./peers/transformers.worker.ts', import.meta.url), { type: 'module', name }), name)
  const peers = Object.fromEntries(PEERS.map((name) => [name, peer(name)])) as Sides['peers']
  return { ours, peers, close: () => [ours, ...Object.values(peers)].forEach(({ close }) => close()) }
}

/** Measures one model, whose folder `files` holds; the first `limit` groups alone. Rejects when logits differ beyond the bar, or threads are fewer than asked for. */
export async function benchGenerate(model: string, files: ModelFiles, limit: number = GROUPS.length): Promise<GenerateBench> {
  const folder = (await onnxFolder(await openPolicy(files, undefined), files, { dtype: 'F32', leftPadding: false })) // as exporters write it
    .map(({ name, bytes }): FolderFile => ({ path: name, bytes: bytes instanceof Blob ? bytes : new Blob([bytes]) }))
  const { ours, peers, close } = start()
  try {
    const { adapter, peak, vocabulary, perToken } = await ours.service.open(files)
    let threads = 0
    for (const name of PEERS) {
      const opened = await peers[name].service.open(folder, BACKENDS[name], THREADS)
      if (BACKENDS[name] === 'wasm') ({ threads } = opened)
    }
    if (threads !== THREADS) throw new Error(`bench generate: onnxruntime-web runs with ${threads} threads instead of ${THREADS}; the page must be cross-origin isolated, on two cores at least`)
    const stream = new Stream(1, 'bench generate prompt')
    const prompt = Array.from({ length: PROMPT_TOKENS }, () => Math.floor(stream.uniform() * vocabulary))
    const logitsError = await compareLogits(ours.service, peers, prompt)
    const tokens = Object.fromEntries(['ours', ...PEERS].map((name) => [name, name === 'transformers.js webgpu' && adapter === SOFTWARE ? FEW_TOKENS : NEW_TOKENS]))
    const run = (name: string, group: number): Promise<Continuations> => (name === 'ours' ? ours.service.generate(prompt, group, NEW_TOKENS)
      : peers[name as PeerName].service.generate(Array.from({ length: group }, () => prompt), tokens[name]!))
    const cases: GenerateCase[] = []
    for (const group of GROUPS.slice(0, limit)) {
      await window.labProgress(`generate: ${model}, a group of ${group}`)
      const { rates, sameIds } = await repeat(group, run)
      const medians = Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, rounded(median(values))]))
      const { ours: mine, ...theirs } = medians
      cases.push({
        shape: `${model}, ${group} × ${NEW_TOKENS} after ${PROMPT_TOKENS}`, op: 'greedy', ours: mine!, unit: 'tokens/s', peers: theirs,
        repeats: Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, values.map(rounded)])),
        share: rounded((mine! * 2 * perToken) / 1e9 / peak), sameIds,
      })
    }
    const ratios = Object.fromEntries(cases.flatMap(({ ours: mine, peers: theirs }, i) => Object.entries(theirs).map(([name, rate]) => [`${GROUPS[i]}/${name}`, rounded(mine / rate)])))
    return { name: 'generate', adapter, peak: rounded(peak), cases, ratios, logitsError, threads, tokens }
  } finally {
    close()
  }
}

async function compareLogits(ours: EngineService, peers: Sides['peers'], prompt: readonly number[]): Promise<Record<string, number>> {
  const wanted = await ours.logits(prompt)
  const errors: Record<string, number> = {}
  for (const name of PEERS) {
    const { data } = await peers[name].service.logits([prompt])
    if (data.length !== wanted.length) throw new Error(`bench generate: ${name} gives ${data.length} logits where ours are ${wanted.length}`)
    const error = wanted.reduce((worst, value, i) => Math.max(worst, Math.abs(value - data[i]!)), 0)
    if (!(error <= LOGITS_BAR)) throw new Error(`bench generate: logits of ${name} differ from ours by ${error}, but at most ${LOGITS_BAR} is allowed`)
    errors[name] = error
  }
  return errors
}

/** One uncounted run of each side, then the repeats, the sides in turn. */
async function repeat(group: number, run: (name: string, group: number) => Promise<Continuations>): Promise<Pick<GenerateCase, 'sameIds'> & { readonly rates: Record<string, number[]> }> {
  const names = ['ours', ...PEERS]
  const rates: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]))
  const first = new Map<string, Continuations>()
  for (const name of names) first.set(name, await run(name, group))
  for (let at = 0; at < REPEATS; at++) for (const name of names) rates[name]!.push(rateOf(await run(name, group)))
  const ours = first.get('ours')!.ids
  const same = (name: string): number => first.get(name)!.ids.filter((list, member) => list.every((id, i) => id === ours[member]![i])).length
  return { rates, sameIds: Object.fromEntries(PEERS.map((name) => [name, same(name)])) }
}
