// One run's folder in the private file system. Files are opened for an instant, so that tabs come by turns where they cannot come at once.
import { PrivateFolder } from '../store/folder.ts'
import type { FileInPlace } from '../store/inPlace.ts'

/** What is not as it was written; its message follows the run's name. */
export class Damage extends Error {}

/** How long another tab may hold a file open, in a browser that opens files for one alone. */
const PATIENCE_MS = 5_000
const AGAIN_MS = 10
/** How long a file that is replaced may seem to be gone. */
const REPLACING_MS = 300

type Opens = FileSystemFileHandle & { createSyncAccessHandle(options: { readonly mode: string }): Promise<FileInPlace> }

export const isAbsent = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError'
/** As it is while a file is replaced between asking for it and reading it. */
const isReplaced = (error: unknown): boolean => isAbsent(error) || (error instanceof DOMException && error.name === 'NotReadableError')
export const isHeld = (error: unknown): boolean => error instanceof DOMException && error.name === 'NoModificationAllowedError'

/** Does it again for a moment while another tab holds the file. */
async function patiently<Value>(passes: (error: unknown) => boolean, work: () => Promise<Value>, patience = PATIENCE_MS): Promise<Value> {
  for (let waited = 0; ; waited += AGAIN_MS) {
    try {
      return await work()
    } catch (error) {
      if (!passes(error) || waited >= patience) throw error
    }
    await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS) })
  }
}

/** Several may have it open at once: who writes is settled by the run's lock. */
function open(file: FileSystemFileHandle): Promise<FileInPlace> {
  return patiently(isHeld, () => (file as Opens).createSyncAccessHandle({ mode: 'readwrite-unsafe' }))
}

/** Writes all of it at `at`, or throws: a private window refuses without a word. */
export function writeAll(file: FileInPlace, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  if (file.write(bytes, { at }) !== bytes.length) throw new DOMException(`fewer than ${bytes.length} bytes were written`, 'QuotaExceededError')
}

/** `length` bytes from `from` on. */
export function readAll(file: FileInPlace, from: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  if (file.read(bytes, { at: from }) !== length) throw new Damage(`its bytes ${from} to ${from + length} are not there`)
  return bytes
}

export class RunFolder {
  constructor(readonly id: string, readonly handle: FileSystemDirectoryHandle) {}

  /** The file's bytes; undefined where there is none. */
  async read(path: string): Promise<ArrayBuffer | undefined> {
    try {
      return await this.access(path, (file) => readAll(file, 0, file.getSize()).buffer, 'there')
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  /** Replaces a small file whole: whatever happens meanwhile, either the old or the new bytes stand there. */
  replace(name: string, bytes: Uint8Array): Promise<void> {
    return patiently(isHeld, () => new PrivateFolder(this.handle).replace(name, bytes))
  }

  /** The text of a file that is replaced whole: read without a hold on it, so that nobody who replaces it waits. */
  async text(name: string): Promise<string | undefined> {
    const read = async (): Promise<string> => (await (await this.handle.getFileHandle(name)).getFile()).text()
    return patiently(isReplaced, read, REPLACING_MS).catch((error: unknown) => {
      if (isAbsent(error)) return undefined
      throw error
    })
  }

  /** Opens a file, made empty where there is none unless it must be there, for as long as `work` takes. */
  async access<Value>(path: string, work: (file: FileInPlace) => Value | Promise<Value>, must?: 'there'): Promise<Value> {
    const { folder, name } = await this.#place(path)
    const file = await open(await folder.getFileHandle(name, { create: must === undefined }))
    try {
      return await work(file)
    } finally {
      file.close()
    }
  }

  /** Whether a file of that name stands in the folder: cheaper than to open it. */
  async has(name: string): Promise<boolean> {
    try {
      await this.handle.getFileHandle(name)
      return true
    } catch (error) {
      if (isAbsent(error)) return false
      throw error
    }
  }

  async sizeOf(path: string): Promise<number | undefined> {
    try {
      return await this.access(path, (file) => file.getSize(), 'there')
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  }

  async remove(path: string): Promise<void> {
    const { folder, name } = await this.#place(path)
    await folder.removeEntry(name).catch((error: unknown) => {
      if (!isAbsent(error)) throw error
    })
  }

  /** Names of the files in a folder within. */
  async names(path: string): Promise<string[]> {
    const names: string[] = []
    for await (const name of (await this.handle.getDirectoryHandle(path, { create: true })).keys()) names.push(name)
    return names
  }

  async #place(path: string): Promise<{ readonly folder: FileSystemDirectoryHandle; readonly name: string }> {
    const cut = path.indexOf('/')
    if (cut < 0) return { folder: this.handle, name: path }
    return { folder: await this.handle.getDirectoryHandle(path.slice(0, cut), { create: true }), name: path.slice(cut + 1) }
  }
}
