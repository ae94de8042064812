// A folder of files as the store uses it: the browser's private file system in a worker, and a stand-in in memory for tests.
import { openInPlace, openShared } from './inPlace.ts'

/** A file that is being written, from its beginning. `write` throws where the disk is full. */
export interface OpenFile {
  write(bytes: Uint8Array): void
  close(): void
}

export interface Folder {
  /** Makes a file, empty; what stood there under the name is gone. */
  create(name: string): Promise<OpenFile>
  /** Replaces a small file whole: whatever happens meanwhile, either the old or the new bytes stand there. */
  replace(name: string, bytes: Uint8Array): Promise<void>
  /** The file's bytes, not yet in memory; undefined where there is none. */
  read(name: string): Promise<Blob | undefined>
  /** Opens a file for reading it from end to end; undefined where that is no faster than its Blob. */
  share(name: string): Promise<SharedFile | undefined>
}

export interface SharedFile {
  /** Fills `into` from the file's byte `at` on and returns how many bytes there were. */
  read(into: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number
  close(): void
}

/** A folder in memory. `room` is how many bytes fit before writing fails as it does on a full disk. */
export class MemoryFolder implements Folder {
  readonly files = new Map<string, Uint8Array[]>()
  #room: number

  constructor(room = Infinity) {
    this.#room = room
  }

  create(name: string): Promise<OpenFile> {
    const parts: Uint8Array[] = []
    this.files.set(name, parts)
    return Promise.resolve({
      write: (bytes) => {
        this.#room -= bytes.length
        if (this.#room < 0) throw new DOMException('no space available for this operation', 'QuotaExceededError')
        parts.push(bytes.slice())
      },
      close: () => undefined,
    })
  }

  replace(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, [bytes.slice()])
    return Promise.resolve()
  }

  read(name: string): Promise<Blob | undefined> {
    const parts = this.files.get(name)
    return Promise.resolve(parts === undefined ? undefined : new Blob(parts as BlobPart[]))
  }

  share(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
}

/** A folder of the private file system. Only dedicated workers may write files in place. */
export class PrivateFolder implements Folder {
  constructor(readonly handle: FileSystemDirectoryHandle) {}

  async create(name: string): Promise<OpenFile> {
    const file = await this.handle.getFileHandle(name, { create: true })
    const access = await openInPlace(file)
    access.truncate(0)
    return {
      write: (bytes) => {
        const written = access.write(bytes as Uint8Array<ArrayBuffer>)
        // a private window refuses without throwing
        if (written !== bytes.length) throw new DOMException(`fewer than ${bytes.length} bytes were written`, 'QuotaExceededError')
      },
      close: () => {
        access.flush()
        access.close()
      },
    }
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    const file = await this.handle.getFileHandle(name, { create: true })
    const stream = await file.createWritable()
    await stream.write(bytes as Uint8Array<ArrayBuffer>)
    await stream.close()
  }

  /** Bytes of all files in this folder and below. */
  async size(): Promise<number> {
    let bytes = 0
    for await (const handle of this.handle.values()) {
      bytes += handle.kind === 'file' ? (await handle.getFile()).size : await new PrivateFolder(handle).size()
    }
    return bytes
  }

  async share(name: string): Promise<SharedFile | undefined> {
    return openShared(await this.handle.getFileHandle(name))
  }

  async read(name: string): Promise<Blob | undefined> {
    try {
      return await (await this.handle.getFileHandle(name)).getFile()
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotFoundError') return undefined
      throw error
    }
  }
}
