// The folder `runs` of the private file system: which runs stand there, and those that wait to be purged.
import { RECORD } from './record.ts'
import { RunFolder, isAbsent, isHeld } from './runFolder.ts'

const RUNS = 'runs'
/** Its presence takes a run out of the list. */
const REMOVED = 'removed'

export class Shelf {
  async ids(): Promise<string[]> {
    const ids: string[] = []
    for await (const [name, handle] of (await this.#parent()).entries()) if (handle.kind === 'directory') ids.push(name)
    return ids
  }

  async folder(id: string): Promise<RunFolder | undefined> {
    try {
      return new RunFolder(id, await (await this.#parent()).getDirectoryHandle(id))
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  async make(id: string): Promise<RunFolder> {
    return new RunFolder(id, await (await this.#parent()).getDirectoryHandle(id, { create: true }))
  }

  /** Frees what it takes. Without its record first it is debris, so an interrupted removal is finished by the next start. */
  async remove(folder: RunFolder): Promise<void> {
    await folder.remove(RECORD)
    await (await this.#parent()).removeEntry(folder.id, { recursive: true }).catch((error: unknown) => {
      // what somebody still holds open goes at the next start
      if (!isHeld(error)) throw error
    })
  }

  /** Whether it was kept whole: else it is debris. */
  isKept(folder: RunFolder): Promise<boolean> {
    return folder.has(RECORD)
  }

  isRemoved(folder: RunFolder): Promise<boolean> {
    return folder.has(REMOVED)
  }

  async setRemoved(folder: RunFolder, removed: boolean): Promise<void> {
    if (removed) await folder.access(REMOVED, () => undefined)
    else await folder.remove(REMOVED)
  }

  async #parent(): Promise<FileSystemDirectoryHandle> {
    try {
      return await (await navigator.storage.getDirectory()).getDirectoryHandle(RUNS, { create: true })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`this browser gives the page no private file system to keep runs in (${reason}); leave private browsing, or allow this site to store data`, { cause: error })
    }
  }
}
