// The policies of this browser: one folder each, whole once its manifest stands; brought here from a source, opened and removed.
import { modelOpenLock, modelWriteLock, type FetchProgress, type ModelRecord, type ModelsService, type ModelSource } from '../../src/protocol/models.ts'
import type { ModelFiles } from '../../src/protocol/policy.ts'
import { openWeights } from '../model/safetensors.ts'
import { isFull, said } from '../store/room.ts'
import { bringFile } from './bring.ts'
import { droppedFolder } from './dropped.ts'
import { hubId, hubModel } from './hub.ts'
import { modelOfFiles } from './parts.ts'
import { damageOf, MANIFEST, newPlan, partRecord, PLAN, planIn, readManifest, readPlan, standingOf, wholeRecord, writeRecord, type Manifest, type Plan, type Standing } from './record.ts'
import type { Net } from './requests.ts'
import type { ModelFolder, Shelf } from './shelf.ts'
import { configOf, type Source, type Stated } from './source.ts'

export interface World extends Net {
  readonly shelf: Shelf
  /** the time, in milliseconds since 1970 */
  readonly now: () => number
}

/** More often than this nobody sees bytes count. */
const TELL_EVERY_MS = 100
/** Workers that just ended let go of their locks and files a moment later. */
const LETTING_GO_MS = 2_000

interface Running {
  readonly abort: AbortController
  readonly ended: Promise<unknown>
}

interface Known {
  readonly id: string
  /** Looks up what the policy consists of. */
  readonly source: (signal: AbortSignal) => Promise<Source>
}

export class ModelStore implements ModelsService {
  readonly #running = new Map<string, Running>()
  readonly #starting = new Set<Promise<unknown>>()

  constructor(private readonly world: World) {}

  async list(): Promise<ModelRecord[]> {
    const found: ModelRecord[] = []
    for (const name of await this.world.shelf.names()) {
      const record = await this.#recordIn(name)
      if (record !== undefined) found.push(record)
    }
    return found.sort((a, b) => (a.addedAt < b.addedAt ? 1 : -1))
  }

  async inspect(source: ModelSource): Promise<ModelRecord> {
    const known = await this.#know(source)
    const kept = await this.#whole(known.id)
    if (kept !== undefined) return kept
    const found = await known.source(new AbortController().signal)
    const folder = await this.#folder(known.id)
    const plan = folder && await readPlan(folder)
    return partRecord(folder, plan, found, known.id, plan?.addedAt ?? this.#time())
  }

  async add(source: ModelSource, onProgress?: (progress: FetchProgress) => void): Promise<ModelRecord> {
    const starting = this.#start(source, onProgress)
    this.#starting.add(starting)
    const { id, ended } = await starting.finally(() => this.#starting.delete(starting))
    try {
      return await ended
    } finally {
      this.#running.delete(id)
    }
  }

  async #start(source: ModelSource, onProgress: ((progress: FetchProgress) => void) | undefined): Promise<{ readonly id: string; readonly ended: Promise<ModelRecord> }> {
    const known = await this.#know(source)
    const { id } = known
    if (this.#running.has(id)) throw new Error(`${id} is being brought here already; wait for it, or stop it first`)
    const abort = new AbortController()
    const ended = this.#add(known, abort.signal, onProgress)
    this.#running.set(id, { abort, ended: ended.catch(() => undefined) })
    return { id, ended }
  }

  async stop(id: string): Promise<void> {
    // one whose id is still being found is stopped too
    await Promise.allSettled(this.#starting)
    const running = this.#running.get(id)
    running?.abort.abort(new Error(`${id} was stopped; what came so far is kept, and the next attempt goes on from there`))
    await running?.ended
  }

  async open(id: string): Promise<ModelFiles> {
    const folder = await this.#folder(id)
    const manifest = folder && await readManifest(folder).catch((error: unknown) => { throw damaged(id, error) })
    if (folder === undefined || manifest === undefined) throw new Error(`${id} is not kept whole in this browser; fetch it first`)
    const damage = await damageOf(folder, manifest)
    if (damage !== undefined) throw damaged(id, damage)
    const files = await filesOf(folder, manifest.files)
    return manifest.source === 'hub' ? { ...files, id } : files
  }

  async remove(id: string): Promise<void> {
    const { shelf } = this.world
    const release = await shelf.lock(modelWriteLock(id), 'exclusive')
    if (release === undefined) throw new Error(`${id} is being brought here by this page or another tab; stop it there first`)
    const close = await shelf.lock(modelOpenLock(id), 'exclusive', LETTING_GO_MS)
    try {
      if (close === undefined) throw new Error(`${id} is in use by this page or another tab; close it there first`)
      const folder = await this.#folder(id)
      // without its manifest it is no policy, so an interrupted removal can be finished
      await folder?.remove(MANIFEST)
      if (folder !== undefined) await shelf.remove(folderName(id))
    } finally {
      close?.()
      release()
    }
  }

  async #know(source: ModelSource): Promise<Known> {
    if (source.kind === 'hub') return { id: hubId(source), source: (signal) => hubModel(source, this.world, signal) }
    const dropped = await droppedFolder(source)
    return { id: dropped.id, source: () => Promise.resolve(dropped) }
  }

  #folder(id: string): Promise<ModelFolder | undefined> {
    return this.world.shelf.folder(folderName(id))
  }

  #time(): string {
    return new Date(this.world.now()).toISOString()
  }

  /** The record of what is kept whole and sound. */
  async #whole(id: string): Promise<ModelRecord | undefined> {
    const folder = await this.#folder(id)
    const manifest = folder && await readManifest(folder).catch(() => undefined)
    if (folder === undefined || manifest === undefined || await damageOf(folder, manifest) !== undefined) return undefined
    return wholeRecord(manifest)
  }

  /** What stands in a folder; undefined where it is only what an interrupted start or removal left, which goes. */
  async #recordIn(name: string): Promise<ModelRecord | undefined> {
    const { shelf } = this.world
    const folder = await shelf.folder(name)
    if (folder === undefined) return undefined
    const id = decodeURIComponent(name)
    try {
      const manifest = await readManifest(folder)
      if (manifest !== undefined) {
        const damage = await damageOf(folder, manifest)
        return wholeRecord(manifest, damage && damaged(id, damage).message)
      }
    } catch (error) {
      return { id, source: 'hub', config: {}, files: [], bytes: 0, complete: false, addedAt: '', damage: damaged(id, error).message }
    }
    const plan = await readPlan(folder)
    if (plan !== undefined) {
      const base = Object.values(plan.begun)[0]?.base ?? ''
      return partRecord(folder, plan, { kind: plan.source, base, config: plan.config, files: plan.files }, plan.id, plan.addedAt)
    }
    const release = await shelf.lock(modelWriteLock(id), 'exclusive')
    if (release === undefined) return undefined
    try {
      await shelf.remove(name)
    } finally {
      release()
    }
    return undefined
  }

  async #add({ id, source: find }: Known, signal: AbortSignal, onProgress: ((progress: FetchProgress) => void) | undefined): Promise<ModelRecord> {
    const { shelf } = this.world
    const release = await shelf.lock(modelWriteLock(id), 'exclusive')
    if (release === undefined) throw new Error(`${id} is being brought here by another tab of this page; wait for it, or stop it there`)
    try {
      const kept = await this.#whole(id)
      if (kept !== undefined) return kept
      const source = await find(signal)
      signal.throwIfAborted()
      let folder = (await shelf.folder(folderName(id), 'make'))!
      // of what nobody wrote down, nothing can be used
      if (await planIn(folder) === undefined) {
        await shelf.remove(folderName(id))
        folder = (await shelf.folder(folderName(id), 'make'))!
      }
      try {
        return wholeRecord(await this.#bring(id, source, folder, signal, onProgress))
      } catch (error) {
        await this.#tidy(id, folder)
        throw error
      }
    } finally {
      release()
    }
  }

  /** A policy of which nothing lies here leaves no trace. */
  async #tidy(id: string, folder: ModelFolder): Promise<void> {
    const plan = await planIn(folder)
    const sizes = await Promise.all((plan?.files ?? []).map(async ({ name }) => (await folder.read(name))?.size ?? 0))
    if (sizes.every((size) => size === 0)) await this.world.shelf.remove(folderName(id))
  }

  async #bring(id: string, source: Source, folder: ModelFolder, signal: AbortSignal, onProgress: ((progress: FetchProgress) => void) | undefined): Promise<Manifest> {
    const before = await planIn(folder)
    const standing = await Promise.all(source.files.map((file) => stillStanding(folder, before, file, source, signal)))
    const kept = standing.map((one) => one.kept)
    const used = new Set(source.files.flatMap(({ name }, i) => (kept[i]! > 0 ? [name] : [])))
    for (const { name } of [...source.files, ...(before?.files ?? [])]) if (!used.has(name)) await folder.remove(name)
    const needed = source.files.reduce((sum, { bytes }, i) => sum + bytes - Math.min(bytes, kept[i]!), 0)
    const room = async (): Promise<string> =>
      `${id} needs ${said(needed)} more in the browser's store, which has ${said(await folder.room(needed))} free; remove a kept model or dataset, or free space on this disk, and try again`
    if (needed > 0 && await folder.room(needed) < needed) throw new Error(await room())

    let plan: Plan = {
      ...newPlan(id, source, before?.addedAt ?? this.#time()), begun: before?.begun ?? {},
      whole: source.files.filter((_, i) => standing[i]!.whole).map(({ name }) => name),
    }
    const write = async (change: Partial<Plan>): Promise<void> => {
      plan = { ...plan, ...change }
      await writeRecord(folder, PLAN, plan)
    }
    await write({})
    // one that is still here is of something damaged
    await folder.remove(MANIFEST)
    const tell = teller(source.files, kept, this.world.now, onProgress)
    try {
      for (const [i, file] of source.files.entries()) {
        if (plan.whole.includes(file.name)) continue
        tell(i, kept[i]!)
        await bringFile(file, {
          folder, source, net: this.world, signal, begun: before?.begun[file.name], onBytes: (bytes) => tell(i, bytes),
          begin: (begun) => write({ begun: { ...plan.begun, [file.name]: begun } }),
        })
        const bytes = (await folder.read(file.name))!.size
        tell(i, bytes, true)
        await write({ whole: [...plan.whole, file.name], files: plan.files.map((one) => (one.name === file.name ? { ...one, bytes } : one)) })
      }
    } catch (error) {
      throw isFull(error) ? new Error(await room(), { cause: error }) : error
    }
    return this.#finish(id, plan, folder)
  }

  /** Holds the whole against itself and makes it visible. What does not fit together is of no use, and goes. */
  async #finish(id: string, plan: Plan, folder: ModelFolder): Promise<Manifest> {
    const { version, source, files } = plan
    try {
      const { config, weights, weightsIndex } = await filesOf(folder, files)
      await openWeights(weights, weightsIndex)
      const manifest: Manifest = { version, id, source, config: configOf(new TextDecoder().decode(config), id), files, addedAt: this.#time() }
      await writeRecord(folder, MANIFEST, manifest)
      await folder.remove(PLAN)
      return manifest
    } catch (error) {
      if (isFull(error)) throw error
      for (const { name } of files) await folder.remove(name)
      throw new Error(`${id} was removed again: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
}

/** The id as a name that any file system takes. */
function folderName(id: string): string {
  return encodeURIComponent(id)
}

function damaged(id: string, cause: unknown): Error {
  return new Error(`the kept model ${id} is damaged: ${cause instanceof Error ? cause.message : String(cause)}; remove it and fetch it again`, { cause })
}

/** What lies here and belongs to what the source has now: of a file without a hash, its validator tells. */
async function stillStanding(folder: ModelFolder, plan: Plan | undefined, file: Stated, source: Source, signal: AbortSignal): Promise<Standing> {
  const standing = await standingOf(folder, plan, file, source)
  if (!standing.whole || file.sha256 !== '' || source.kind === 'folder') return standing
  const validator = await source.validator?.(file.name, signal) ?? ''
  return validator === plan?.begun[file.name]?.validator ? standing : { kept: 0, whole: false }
}

/** Hands on how far it is, over all files, as often as a person can see. */
function teller(files: readonly Stated[], kept: readonly number[], now: () => number, onProgress: ((progress: FetchProgress) => void) | undefined) {
  const here = [...kept]
  let told = -Infinity
  return (i: number, bytes: number, whole = false): void => {
    here[i] = bytes
    const { name, bytes: of } = files[i]!
    if (onProgress === undefined || (!whole && now() - told < TELL_EVERY_MS)) return
    told = now()
    onProgress({ file: name, bytes, of, totalBytes: here.reduce((sum, one) => sum + one, 0), totalOf: files.reduce((sum, one) => sum + one.bytes, 0) })
  }
}

async function filesOf(folder: ModelFolder, files: readonly Stated[]): Promise<ModelFiles> {
  return modelOfFiles(await Promise.all(files.map(async ({ name }) => {
    const bytes = await folder.read(name)
    if (bytes === undefined) throw new Error(`${name} is missing`)
    return { name, bytes }
  })))
}
