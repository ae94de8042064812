// Exported runs that are too large for memory: files of the private file system, which go when the page is opened anew.
import { take } from '../store/locks.ts'
import { openInPlace } from '../store/inPlace.ts'
import { isAbsent, isHeld, writeAll } from './runFolder.ts'

const EXPORTS = 'exports'
/** Held by a tab as long as it may be saving what it exported. */
const LOCK = 'rec-r1-workbench exports'

async function folder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(EXPORTS, { create: true })
}

let held: Promise<unknown> | undefined
/** what this worker exported, the latest last */
const names: string[] = []
/** The one before may still be on its way to the disk; those before that are there. */
const MOST = 2

/** What `write` writes, as a file that stays until every tab that exported something is gone. What fails leaves nothing. */
export async function exported(write: (stream: WritableStream<Uint8Array>) => Promise<void>): Promise<Blob> {
  await (held ??= take(LOCK, 'shared', 1_000))
  const place = await folder()
  while (names.length >= MOST) await place.removeEntry(names.shift()!).catch(() => undefined)
  const name = `${crypto.randomUUID()}.zip`
  const handle = await place.getFileHandle(name, { create: true })
  const file = await openInPlace(handle)
  let at = 0
  try {
    await write(new WritableStream({
      write: (bytes) => {
        writeAll(file, bytes as Uint8Array<ArrayBuffer>, at)
        at += bytes.length
      },
    }))
    file.flush()
    file.close()
    names.push(name)
    const blob = await handle.getFile()
    return blob.slice(0, blob.size, 'application/zip')
  } catch (error) {
    file.close()
    await place.removeEntry(name)
    throw error
  }
}

/** Frees what earlier tabs exported. */
export async function dropExports(): Promise<void> {
  const release = await take(LOCK, 'exclusive')
  if (release === undefined) return
  try {
    await (await navigator.storage.getDirectory()).removeEntry(EXPORTS, { recursive: true })
  } catch (error) {
    // a file that is still being read goes at the next start
    if (!isAbsent(error) && !isHeld(error)) throw error
  } finally {
    release()
  }
}
