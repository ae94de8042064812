// The folder `imitations` of the browser's private file system: small files by name, and lines that are added to.
import { PrivateFolder } from '../store/folder.ts'
import { openInPlace } from '../store/inPlace.ts'

/** The record is written last and removed first, so that what stands without one is debris. */
export interface ImitationShelf {
  names(): Promise<string[]>
  read(name: string, file: string): Promise<string | undefined>
  write(name: string, file: string, text: string): Promise<void>
  /** Adds to a file's end; it is on the disk when it resolves. Rejects with a QuotaExceededError, the file as it was, when the disk is full. */
  append(name: string, file: string, text: string): Promise<void>
  remove(name: string, file?: string): Promise<void>
}

async function parent(): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle('imitations', { create: true })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`this browser gives the page no private file system to keep texts in (${reason}); leave private browsing, or allow this site to store data`, { cause: error })
  }
}

async function whereThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined
    throw error
  }
}

/** Only a dedicated worker may write there. */
export const privateShelf: ImitationShelf = {
  async names() {
    const names: string[] = []
    for await (const [name, handle] of (await parent()).entries()) if (handle.kind === 'directory') names.push(name)
    return names
  },
  read: (name, file) => whereThere(async () => {
    const blob = await new PrivateFolder(await (await parent()).getDirectoryHandle(name)).read(file)
    return blob?.text()
  }),
  async write(name, file, text) {
    await new PrivateFolder(await (await parent()).getDirectoryHandle(name, { create: true })).replace(file, new TextEncoder().encode(text))
  },
  async append(name, file, text) {
    const folder = await (await parent()).getDirectoryHandle(name)
    const open = await openInPlace(await folder.getFileHandle(file, { create: true }))
    const end = open.getSize()
    try {
      const bytes = new TextEncoder().encode(text)
      // a private window refuses without throwing
      if (open.write(bytes, { at: end }) !== bytes.length) throw new DOMException(`fewer than ${bytes.length} bytes were written`, 'QuotaExceededError')
      open.flush()
    } catch (error) {
      open.truncate(end)
      throw error
    } finally {
      open.close()
    }
  },
  async remove(name, file) {
    await whereThere(async () => {
      if (file === undefined) await (await parent()).removeEntry(name, { recursive: true })
      else await (await (await parent()).getDirectoryHandle(name)).removeEntry(file)
    })
  },
}
