// Where policies are kept: a folder each in the browser's private file system, and what the store needs of it, so that tests can stand in.
import { PrivateFolder } from '../store/folder.ts'
import { openInPlace, type FileInPlace } from '../store/inPlace.ts'
import { take } from '../store/locks.ts'
import { freeRoom } from '../store/room.ts'

/** The files of one policy. */
export interface ModelFolder {
  /** The file's bytes, not yet in memory; undefined where there is none. */
  read(name: string): Promise<Blob | undefined>
  /** Replaces a small file whole: whatever happens meanwhile, either the old or the new bytes stand there. */
  replace(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Opens a file for writing it in place, made empty where there is none. */
  open(name: string): Promise<FileInPlace>
  remove(name: string): Promise<void>
  /** How many of `wanted` further bytes there is room for. */
  room(wanted: number): Promise<number>
}

export interface Shelf {
  names(): Promise<string[]>
  /** The folder of that name; undefined where there is none, unless it is to be made. */
  folder(name: string, make?: 'make'): Promise<ModelFolder | undefined>
  remove(name: string): Promise<void>
  /** Takes a lock; undefined when somebody else holds it, `patience` milliseconds long, in a way that excludes this. */
  lock(name: string, mode: LockMode, patience?: number): Promise<(() => void) | undefined>
}

const isAbsent = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError'

class PrivateModelFolder implements ModelFolder {
  readonly #folder: PrivateFolder

  constructor(private readonly handle: FileSystemDirectoryHandle) {
    this.#folder = new PrivateFolder(handle)
  }

  read(name: string): Promise<Blob | undefined> {
    return this.#folder.read(name)
  }

  replace(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#folder.replace(name, bytes)
  }

  async open(name: string): Promise<FileInPlace> {
    return openInPlace(await this.handle.getFileHandle(name, { create: true }))
  }

  async remove(name: string): Promise<void> {
    await this.handle.removeEntry(name).catch((error: unknown) => {
      if (!isAbsent(error)) throw error
    })
  }

  room(wanted: number): Promise<number> {
    return freeRoom(this.handle, wanted, 'probe')
  }
}

/** The folder `models` of the private file system. Only a dedicated worker may write there. */
export class PrivateShelf implements Shelf {
  async names(): Promise<string[]> {
    const names: string[] = []
    for await (const [name, handle] of (await this.#parent()).entries()) if (handle.kind === 'directory') names.push(name)
    return names
  }

  async folder(name: string, make?: 'make'): Promise<ModelFolder | undefined> {
    try {
      return new PrivateModelFolder(await (await this.#parent()).getDirectoryHandle(name, { create: make !== undefined }))
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    await (await this.#parent()).removeEntry(name, { recursive: true })
  }

  lock(name: string, mode: LockMode, patience?: number): Promise<(() => void) | undefined> {
    return take(name, mode, patience)
  }

  async #parent(): Promise<FileSystemDirectoryHandle> {
    try {
      return await (await navigator.storage.getDirectory()).getDirectoryHandle('models', { create: true })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`this browser gives the page no private file system to keep models in (${reason}); leave private browsing, or allow this site to store data`, { cause: error })
    }
  }
}
