// Which kernels an adapter runs: measured once at start-up, kept for the same adapter, browser and kernels, and measured again when the record does not hold.
import type { AdapterDescription } from '../../src/protocol/device.ts'
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import { relativeError } from '../gpu/relativeError.ts'
import { headNorm } from './head_norm/head_norm.ts'
import { CANDIDATES, type Choice, type ShapeClass, type Tile } from './matmul/matmul.plan.ts'
import { chooseMatmulTiles, familyOfGpu, useMatmulTiles } from './matmul/matmul.ts'
import { matvecAs, matvecVariants, type MatvecVariant } from './matvec/matvec.ts'
import { rmsNorm } from './rmsnorm/rmsnorm.ts'
import { rowVariants } from './sum.ts'
import { choose } from './variants.ts'

/** To be raised when kernels change so that an old measurement says nothing of them. */
const KERNELS = 2
const RECORDS = 16
const ROUNDS = 3
const REPEATS = 20
const AGREEMENT = 1e-5

/** A text that outlives the worker, where there is room for one: in the browser's private file system. */
export interface Note {
  /** undefined when there is none */
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
}

/** What makes a measurement hold: the adapter, the browser with its driver, and our kernels. */
export const identityOf = ({ vendor, architecture, description, features }: AdapterDescription, browser: string): string =>
  [vendor, architecture, description, [...features].sort().join(' '), browser, `kernels ${KERNELS}`].join(' | ')

/**
 * Chooses among the variants that fit this adapter and uses them from now on; returns them by shape class or operation for the run's record.
 * A note that names a candidate for everything is used as it stands; one that is damaged, or of another adapter, browser or version, is measured anew.
 */
export async function chooseKernels(gpu: Gpu, identity: string, note?: Note): Promise<Record<string, string>> {
  const records = parse(await note?.read().catch(() => undefined))
  const known = records.find(([of]) => of === identity)?.[1]
  const kept = known === undefined ? undefined : use(gpu, known)
  if (kept !== undefined) return kept
  const measured = { ...(await chooseMatmulTiles(gpu)), ...(await chooseVariants(gpu)) }
  // a start without room for the note measures again: nothing else depends on it
  await note?.write(JSON.stringify([[identity, measured], ...records.filter(([of]) => of !== identity)].slice(0, RECORDS))).catch(() => undefined)
  return measured
}

type Kept = readonly (readonly [identity: string, choices: Readonly<Record<string, unknown>>])[]

function parse(text: string | undefined): Kept {
  try {
    const raw: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(raw) ? raw.filter((each): each is Kept[number] => Array.isArray(each) && typeof each[0] === 'string' && typeof each[1] === 'object' && each[1] !== null) : []
  } catch {
    return []
  }
}

/** Uses what a record names; undefined, and nothing changed, where it leaves out a choice or names what does not run here. */
function use(gpu: Gpu, record: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const tiles = Object.entries(CANDIDATES[familyOfGpu(gpu)]) as [ShapeClass, readonly Tile[]][]
  const found = new Map(tiles.map(([name, candidates]) => [name as string, candidates.find((tile) => tile === record[name])]))
  const variants = new Map(Object.entries(trialsOf(gpu)).map(([name, { variants: possible }]) => [name, possible.find((variant) => variant === record[name])]))
  if ([...found.values(), ...variants.values()].includes(undefined)) return undefined
  const kept = Object.fromEntries([...found, ...variants]) as Record<string, string>
  useMatmulTiles(gpu, Object.fromEntries(found) as Choice)
  for (const [name, variant] of variants) choose(gpu, name, variant!)
  return kept
}

/** An operation with several variants on this adapter: a small run of it into `out`. */
interface Trial {
  readonly variants: readonly string[]
  readonly record: (recording: Recording, variant: string, room: (elements: number) => Tensor, out: Tensor) => void
}

const [ROWS, WIDTH, COLUMNS] = [8, 1024, 512]

const HEADS = { heads: 4, kvHeads: 2, headDim: WIDTH / 8 }

/** What there is to choose; the software adapter's variants are fixed, so that the bytes of training there are. */
const trialsOf = (gpu: Gpu): Readonly<Record<string, Trial>> => (gpu.architecture === 'swiftshader' ? {} : cardTrials(gpu))

/** The trials of graphics cards. Exported for its test, which runs them on the software adapter. */
export function cardTrials(gpu: Gpu): Readonly<Record<string, Trial>> {
  const norm = rowVariants(gpu).filter((variant) => variant !== 'thread')
  return {
    matvec: {
      variants: matvecVariants(gpu),
      record: (recording, variant, room, out) => {
        const weight = { storage: 'f32', data: room(COLUMNS * WIDTH), scales: undefined, stride: WIDTH } as const
        matvecAs(recording, { m: ROWS, n: COLUMNS, k: WIDTH, x: room(ROWS * WIDTH), weight, y: out }, variant as MatvecVariant)
      },
    },
    rmsnorm: {
      variants: norm,
      record: (recording, variant, room, out) => {
        choose(gpu, 'rmsnorm', variant)
        rmsNorm(recording, room(ROWS * WIDTH), room(WIDTH), out, room(ROWS), { rows: ROWS, width: WIDTH, eps: 1e-6 })
      },
    },
    head_norm: {
      variants: norm,
      record: (recording, variant, room, out) => {
        choose(gpu, 'head_norm', variant)
        const { heads, kvHeads, headDim } = HEADS
        headNorm(recording, { x: room(ROWS * WIDTH), w: room(2 * headDim), y: out, rstd: room(ROWS * (heads + kvHeads)) }, 1e-6, ROWS, HEADS)
      },
    },
  }
}

/** Times every trial in turn and uses what was fastest, whatever other trials chose on their way. Exported for its test. */
export async function chooseVariants(gpu: Gpu, trials = trialsOf(gpu)): Promise<Record<string, string>> {
  const chosen: Record<string, string> = {}
  for (const [name, trial] of Object.entries(trials)) chosen[name] = await fastest(gpu, name, trial)
  for (const [name, variant] of Object.entries(chosen)) choose(gpu, name, variant)
  return chosen
}

/** Times a trial's variants in turn; one whose values differ from those of shared memory is left out, however fast: a driver may number lanes in its own way. Exported for its test, which gives it trials of the software adapter. */
export async function fastest(gpu: Gpu, name: string, { variants, record }: Trial): Promise<string> {
  const tensors = new Map<number, Tensor>()
  const room = (elements: number): Tensor => {
    const known = tensors.get(elements) ?? gpu.upload('matmul trial', Float32Array.from({ length: elements }, (_, i) => Math.sin(i)))
    tensors.set(elements, known)
    return known
  }
  const out = gpu.tensor('matmul trial', ROWS * WIDTH)
  const values = new Map<string, Float32Array>()
  const best = new Map<string, number>()
  for (const variant of variants) { // also compiles
    const recording = gpu.record()
    record(recording, variant, room, out)
    recording.submit()
    values.set(variant, await gpu.read(out, ROWS * COLUMNS))
  }
  const sure = values.get('shared') ?? values.get(variants[0] ?? '')
  const right = variants.filter((variant) => sure !== undefined && relativeError(values.get(variant) ?? [], sure) < AGREEMENT)
  for (let round = 0; right.length > 1 && round < ROUNDS; round++) {
    for (const variant of right) {
      const recording = gpu.record()
      for (let i = 0; i < REPEATS; i++) record(recording, variant, room, out)
      const start = performance.now()
      recording.submit()
      await gpu.device.queue.onSubmittedWorkDone()
      best.set(variant, Math.min(best.get(variant) ?? Infinity, performance.now() - start))
    }
  }
  for (const tensor of [out, ...tensors.values()]) gpu.free(tensor)
  const choice = right.reduce((fast, variant) => ((best.get(variant) ?? 0) < (best.get(fast) ?? 0) ? variant : fast), right[0] ?? variants[0] ?? 'shared')
  choose(gpu, name, choice)
  return choice
}

/** A note in the browser's private file system; undefined where there is none, as in Node. */
export function privateNote(name: string): Note | undefined {
  const storage = (globalThis as { navigator?: { storage?: StorageManager } }).navigator?.storage
  if (storage?.getDirectory === undefined) return undefined
  return {
    async read() {
      const root = await storage.getDirectory()
      try {
        return await (await (await root.getFileHandle(name)).getFile()).text()
      } catch {
        return undefined // there is none yet
      }
    },
    async write(text) {
      const writable = await (await (await storage.getDirectory()).getFileHandle(name, { create: true })).createWritable()
      await writable.write(text)
      await writable.close()
    },
  }
}
