// How much the browser lets this page keep, and the sentences for when that is not enough.
import { openInPlace } from './inPlace.ts'

const MIB = 2 ** 20

/** Bytes as a person reads them. */
export function said(bytes: number): string {
  return bytes >= 1024 * MIB ? `${(bytes / MIB / 1024).toFixed(1)} GB` : `${bytes === 0 ? 0 : Math.max(0.1, bytes / MIB).toFixed(1)} MB`
}

export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError'
}

export async function roomNow(): Promise<{ used: number; quota: number }> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate()
  return { used: usage, quota }
}

/** Tries until the free room is known to a thousandth of what is wanted. */
const TRIES = 10

/**
 * How many of `wanted` bytes can be written in this folder, tried with a file `probe` that nobody else uses. What the browser says of its
 * quota is rounded to whole gigabytes, so that no page can be told by it; a file that is made that long is refused by the true one, and
 * takes no time.
 */
export async function freeRoom(folder: FileSystemDirectoryHandle, wanted: number, probe: string): Promise<number> {
  const file = await openInPlace(await folder.getFileHandle(probe, { create: true }))
  const fits = (bytes: number): boolean => {
    try {
      file.truncate(bytes)
      // a private window refuses without a word
      return file.getSize() >= bytes
    } catch (error) {
      if (isFull(error)) return false
      throw error
    }
  }
  try {
    if (fits(Math.ceil(wanted))) return wanted
    let [least, most] = [0, wanted]
    for (let tries = 0; tries < TRIES; tries++) {
      const middle = Math.floor((least + most) / 2)
      if (fits(middle)) least = middle
      else most = middle
    }
    return least
  } finally {
    file.close()
    await folder.removeEntry(probe)
  }
}

/** `needed`: what is needed at least, as far as that can be told; `free`: what there is of it. */
export function fullSentence(name: string, needed: number, free: number): string {
  return `${name} needs at least ${said(needed)} in the browser's store, which has ${said(free)} free; `
    + 'remove a stored dataset, or free space on this disk, and read the files again. Nothing of it was kept, and what was stored before is whole'
}
