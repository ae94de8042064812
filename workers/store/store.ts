// The datasets of this browser: one folder each in the private file system, visible once its manifest stands.
import { openLock, writeLock } from '../../src/protocol/store.ts'
import type { CatalogueReader } from './catalogue.ts'
import { type DatasetWriter, writeDataset } from './dataset.ts'
import { PrivateFolder } from './folder.ts'
import { take } from './locks.ts'
import { type Manifest, MANIFEST, readManifest } from './manifest.ts'
import { FileCatalogueReader } from './products.ts'
import { fullSentence, isFull, roomNow } from './room.ts'

const DATASETS = 'datasets'

export interface Stored {
  readonly folder: PrivateFolder
  readonly manifest: Manifest
}

export async function datasetsFolder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(DATASETS, { create: true })
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

/** Opens a stored dataset's catalogue, in any worker and in several at once. Damage found while it is read names the dataset. */
export async function openCatalogue(hash: string): Promise<CatalogueReader> {
  const { folder, manifest } = await findDataset(hash)
  const named = (error: unknown): never => { throw damaged(manifest.name, error) }
  const reader = await FileCatalogueReader.open(folder, manifest.catalogue).catch(named)
  return {
    count: reader.count,
    ids: () => reader.ids().catch(named),
    async* chunks(size) {
      try {
        yield* reader.chunks(size)
      } catch (error) {
        named(error)
      }
    },
    at: (positions) => reader.at(positions).catch(named),
  }
}

/**
 * Begins a dataset. `needed` is the room that it takes at least, as far as that can be told. Rejects with a sentence, before anything is
 * written, when that much is not free, when the dataset is in use, or when another tab is writing it.
 */
export async function createDataset(hash: string, name: string, needed = 0): Promise<DatasetWriter> {
  const { used, quota } = await roomNow()
  if (needed > quota - used) throw new Error(await fullSentence(name, needed))
  const release = await take(writeLock(hash), 'exclusive')
  if (release === undefined) throw new Error(`${name} is being read by another tab of this page; wait for it, or cancel it there`)
  const parent = await datasetsFolder()
  const remove = (): Promise<void> => parent.removeEntry(hash, { recursive: true })
  let writer: DatasetWriter
  try {
    await remove().catch(ignoreAbsence)
    writer = await writeDataset(new PrivateFolder(await parent.getDirectoryHandle(hash, { create: true })), hash, name)
  } catch (error) {
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
    async commit(rest) {
      try {
        const dataset = await writer.commit(rest)
        release()
        return dataset
      } catch (error) {
        await discard()
        throw isFull(error) ? new Error(await fullSentence(name, Math.max(needed, writer.bytes)), { cause: error }) : error
      }
    },
    discard,
  }
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error
}

/** Removes what interrupted writers left: folders without a manifest that nobody is writing. */
export async function removeDebris(): Promise<void> {
  const parent = await datasetsFolder()
  for await (const [name, handle] of parent.entries()) {
    const release = await take(writeLock(name), 'exclusive')
    if (release === undefined) continue
    try {
      const whole = handle.kind === 'directory' && (await new PrivateFolder(handle).read(MANIFEST)) !== undefined
      if (!whole) await parent.removeEntry(name, { recursive: true })
    } finally {
      release()
    }
  }
}

/** Removes a dataset and frees its space. Rejects with a sentence while a page holds it open. */
export async function removeDataset(hash: string): Promise<void> {
  const release = await take(openLock(hash), 'exclusive')
  if (release === undefined) throw new Error(`dataset ${hash} is in use by this page or another tab; close it there first`)
  try {
    const parent = await datasetsFolder()
    const folder = await parent.getDirectoryHandle(hash)
    // without its manifest it is debris, so an interrupted removal is finished by the next start
    await folder.removeEntry(MANIFEST).catch(ignoreAbsence)
    await parent.removeEntry(hash, { recursive: true })
  } finally {
    release()
  }
}
