// How much the browser lets this page keep, and the sentences for when that is not enough.

const MIB = 2 ** 20

/** Bytes as a person reads them. */
export function said(bytes: number): string {
  return bytes >= 1024 * MIB ? `${(bytes / MIB / 1024).toFixed(1)} GB` : `${Math.max(0.1, bytes / MIB).toFixed(1)} MB`
}

export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError'
}

export async function roomNow(): Promise<{ used: number; quota: number }> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate()
  return { used: usage, quota }
}

/** `needed` is what is known to be needed at least, written bytes included. */
export async function fullSentence(name: string, needed: number): Promise<string> {
  const { used, quota } = await roomNow()
  return `${name} needs at least ${said(needed)} in the browser's store, which has ${said(Math.max(0, quota - used))} free of ${said(quota)}; `
    + 'remove a stored dataset, or free space on this disk, and read the files again. Nothing of it was kept, and what was stored before is whole'
}
