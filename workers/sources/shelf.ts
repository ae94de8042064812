// The folder `sources` of the browser's private file system.
import { PrivateFolder } from '../store/folder.ts'
import type { SourceShelf } from './service.ts'

const isAbsent = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError'

async function parent(): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle('sources', { create: true })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`this browser gives the page no private file system to keep answers in (${reason}); leave private browsing, or allow this site to store data`, { cause: error })
  }
}

async function whereThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** Only a dedicated worker may write there. */
export const privateShelf: SourceShelf = {
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
  async remove(name, file) {
    await whereThere(async () => {
      if (file === undefined) await (await parent()).removeEntry(name, { recursive: true })
      else await (await (await parent()).getDirectoryHandle(name)).removeEntry(file)
    })
  },
}
