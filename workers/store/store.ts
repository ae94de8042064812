// The datasets of this browser: one folder each in the private file system, visible once its manifest stands.
import type { IngestReport } from '../../src/protocol/ingest.ts'
import { openLock, writeLock, type DatasetParts, type OpenDataset, type StoredDataset } from '../../src/protocol/store.ts'
import type { CatalogueReader } from './catalogue.ts'
import { checkLengths, type DatasetWriter, readDataset, readRejections, readReport, writeDataset } from './dataset.ts'
import { PrivateFolder } from './folder.ts'
import { take } from './locks.ts'
import { isCurrent, type Manifest, MANIFEST, readManifest, writeManifest } from './manifest.ts'
import { FileCatalogueReader } from './products.ts'
import { freeRoom, fullSentence, isFull } from './room.ts'

const DATASETS = 'datasets'

export interface Stored {
  readonly folder: PrivateFolder
  readonly manifest: Manifest
}

/** Rejects with a sentence where the browser gives this page no private file system. */
export async function datasetsFolder(): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(DATASETS, { create: true })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const remedy = 'leave private browsing, or allow this site to store data'
    throw new Error(`this browser gives the page no private file system to keep data in (${reason}); ${remedy}`, { cause: error })
  }
}

/** The stored dataset `hash`. Rejects with a sentence when it is not there, or damaged. */
export async function findDataset(hash: string): Promise<Stored> {
  let folder: PrivateFolder
  try {
    folder = new PrivateFolder(await (await datasetsFolder()).getDirectoryHandle(hash))
  } catch (error) {
    throw new Error(`dataset ${hash} is not in this browser's store; read its files again`, { cause: error })
  }
  try {
    const manifest = await readManifest(folder)
    if (manifest !== undefined) return { folder, manifest }
  } catch (error) {
    throw damaged(hash, error)
  }
  throw new Error(`dataset ${hash} was not stored whole; read its files again`)
}

export function damaged(name: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Error(`the stored dataset ${name} is damaged: ${reason}; remove it and read its files again`, { cause })
}

/** The stored dataset `hash`, checked; its queries and users go to `onPart` instead where that is given. Rejects with a sentence. */
export async function openDataset(hash: string, onPart?: (parts: DatasetParts) => unknown): Promise<OpenDataset> {
  const { folder, manifest } = await findDataset(hash)
  try {
    return await readDataset(folder, manifest, onPart)
  } catch (error) {
    throw damaged(manifest.name, error)
  }
}

/** What was understood of its files. */
export async function reportOf(hash: string): Promise<IngestReport> {
  const { folder, manifest } = await findDataset(hash)
  try {
    return await readReport(folder, manifest)
  } catch (error) {
    throw damaged(manifest.name, error)
  }
}

/** Every row of its files that was refused, as JSON lines. */
export async function rejectionsOf(hash: string): Promise<Blob> {
  const { folder, manifest } = await findDataset(hash)
  try {
    return await readRejections(folder, manifest)
  } catch (error) {
    throw damaged(manifest.name, error)
  }
}

/** Opens a stored dataset's catalogue, in any worker and in several at once. Damage found while it is read names the dataset. */
export function openCatalogue(hash: string): Promise<CatalogueReader> {
  return catalogueOf(hash)
}

export async function catalogueOf(hash: string): Promise<FileCatalogueReader> {
  const { folder, manifest: { name, catalogue } } = await findDataset(hash)
  try {
    return await FileCatalogueReader.open(folder, catalogue, (reason) => damaged(name, reason))
  } catch (error) {
    throw damaged(name, error)
  }
}

export interface StoredWriter extends DatasetWriter {
  /** What a person reads when the disk was full after `discard`, for a dataset that takes `least` bytes or more. */
  full(least: number, cause: unknown): Promise<Error>
}

/**
 * Begins a dataset. `needed` is the room that it takes at least, as far as that can be told. Rejects with a sentence, before anything is
 * written, when that much is not free, when the dataset is in use, or when another tab is writing it.
 */
export async function createDataset(hash: string, name: string, needed = 0): Promise<StoredWriter> {
  const release = await take(writeLock(hash), 'exclusive')
  if (release === undefined) throw new Error(`${name} is being read by another tab of this page; wait for it, or cancel it there`)
  const parent = await datasetsFolder()
  // a name of its own: several tabs may try at once
  const room = (wanted: number): Promise<number> => freeRoom(parent, wanted, `probe of ${hash}`)
  const full = async (least: number, cause?: unknown): Promise<Error> => new Error(fullSentence(name, least, await room(least)), { cause })
  const remove = (): Promise<void> => patiently(() => parent.removeEntry(hash, { recursive: true }))
  let writer: DatasetWriter
  try {
    await remove().catch(ignoreAbsence)
    if (needed > 0 && (await room(needed)) < needed) throw await full(needed)
    writer = await writeDataset(new PrivateFolder(await parent.getDirectoryHandle(hash, { create: true })), hash, name)
  } catch (error) {
    await remove().catch(ignoreAbsence)
    release()
    throw error
  }
  const discard = async (): Promise<void> => {
    await writer.discard()
    await remove().catch(ignoreAbsence)
    release()
  }
  return {
    catalogue: writer.catalogue,
    get bytes() {
      return writer.bytes
    },
    reject: (rejection) => { writer.reject(rejection) },
    async commit(rest) {
      try {
        const dataset = await writer.commit(rest)
        release()
        return dataset
      } catch (error) {
        await discard()
        throw isFull(error) ? await full(Math.max(needed, writer.bytes), error) : error
      }
    },
    discard,
    full,
  }
}

/** Workers that just ended let go of their locks and files a moment later. */
const LETTING_GO_MS = 2_000
const AGAIN_MS = 100

/** Does it again for a moment while a file is still held open. */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (let waited = 0; ; waited += AGAIN_MS) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NoModificationAllowedError') || waited >= LETTING_GO_MS) throw error
    }
    await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS) })
  }
}

function ignoreHeld(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NoModificationAllowedError')) throw error
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error
}

/** Every dataset, the latest read first; those whose manifest or lengths are damaged among them, with the reason. */
export async function listDatasets(): Promise<StoredDataset[]> {
  const found: StoredDataset[] = []
  for await (const [hash, handle] of (await datasetsFolder()).entries()) {
    if (handle.kind !== 'directory') continue
    const folder = new PrivateFolder(handle)
    try {
      const manifest = await readManifest(folder)
      if (manifest === undefined) continue
      const { name, readAt, catalogue, queries, users } = manifest
      const stored = { hash, name, readAt, products: catalogue.count, queries: queries.count, users: users?.count ?? 0, bytes: await folder.size() }
      const damage = await checkLengths(folder, manifest).then(() => undefined, (error: unknown) => damaged(name, error).message)
      found.push(damage === undefined ? stored : { ...stored, damage })
    } catch (error) {
      const name = hash.slice(0, 8)
      const nothing = { readAt: 0, products: 0, queries: 0, users: 0 }
      found.push({ hash, name, ...nothing, bytes: await folder.size(), damage: damaged(name, error).message })
    }
  }
  return found.sort((a, b) => b.readAt - a.readAt)
}

export async function renameDataset(hash: string, name: string): Promise<void> {
  const { folder, manifest } = await findDataset(hash)
  // the reader stays: what it did not keep is not there
  if (manifest.name !== name) await writeManifest(folder, { ...manifest, reader: manifest.reader ?? 1, name })
}

/**
 * True when `hash` is stored and sound. What stands there damaged is removed, so that it can be read again; and so is what an earlier reader stored
 * without numbers, tags, strengths and profiles, unless it is in use.
 */
export async function keepsStored(hash: string): Promise<boolean> {
  const stored = await (await datasetsFolder()).getDirectoryHandle(hash).then(() => true, () => false)
  if (!stored) return false
  try {
    const { manifest } = await findDataset(hash)
    await openDataset(hash, () => undefined)
    if (isCurrent(manifest)) return true
  } catch {
    await removeDataset(hash)
    return false
  }
  return removeDataset(hash).then(() => false, () => true)
}

/** Removes what interrupted writers left: folders without a manifest that nobody is writing. */
export async function removeDebris(): Promise<void> {
  const parent = await datasetsFolder()
  for await (const [name, handle] of parent.entries()) {
    const release = await take(writeLock(name), 'exclusive')
    if (release === undefined) continue
    try {
      const whole = handle.kind === 'directory' && (await new PrivateFolder(handle).read(MANIFEST)) !== undefined
      // what somebody still holds open goes at the next start
      if (!whole) await parent.removeEntry(name, { recursive: true }).catch(ignoreHeld)
    } finally {
      release()
    }
  }
}

/** Removes a dataset and frees its space. Rejects with a sentence while a page holds it open. */
export async function removeDataset(hash: string): Promise<void> {
  const release = await take(openLock(hash), 'exclusive', LETTING_GO_MS)
  if (release === undefined) throw new Error(`dataset ${hash} is in use by this page or another tab; close it there first`)
  try {
    const parent = await datasetsFolder()
    const folder = await parent.getDirectoryHandle(hash)
    // without its manifest it is debris, so an interrupted removal is finished by the next start
    await folder.removeEntry(MANIFEST).catch(ignoreAbsence)
    await patiently(() => parent.removeEntry(hash, { recursive: true }))
  } finally {
    release()
  }
}
