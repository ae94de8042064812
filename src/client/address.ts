// A file behind an address, fetched with progress; what is received is handed to the browser, not kept in this page's memory.

export interface FetchProgress {
  readonly bytes: number
  /** 0 where the server doesn't say */
  readonly totalBytes: number
}

/** Parts of a response are gathered into a Blob from this size on: the browser may keep Blobs on disk. */
const GATHERED_BYTES = 2 ** 24

function addressOf(text: string): URL {
  try {
    const address = new URL(text.trim(), globalThis.location.href)
    if (address.protocol === 'http:' || address.protocol === 'https:') return address
  } catch {
    // told below, like any other address that cannot be fetched
  }
  throw new Error(`"${text.trim()}" is no address of a file; paste one that begins with https:// or http://`)
}

/**
 * Fetches the file at an address. Rejects with a sentence where it is no address, the server refuses or does not allow other pages to read
 * it, or less arrives than was announced.
 */
export async function fetchFile(text: string, onProgress?: (progress: FetchProgress) => void, signal?: AbortSignal): Promise<File> {
  const address = addressOf(text)
  let response: Response
  try {
    response = await fetch(address, signal === undefined ? {} : { signal })
  } catch (error) {
    if (signal?.aborted === true) throw new Error('fetching was cancelled; nothing was kept', { cause: error })
    throw new Error(
      `${address.href} could not be fetched: most likely ${address.host} does not allow other pages to read its files (CORS), `
      + 'or it cannot be reached; download the file and drop it here',
      { cause: error },
    )
  }
  if (!response.ok || response.body === null) throw new Error(`${address.href} came with status ${response.status} instead of 200; check the address`)
  // a compressed transfer announces its own length, not the file's
  const announced = response.headers.get('content-encoding') === null ? Number(response.headers.get('content-length') ?? 0) : 0
  const gathered: Blob[] = []
  let parts: Uint8Array<ArrayBuffer>[] = []
  let held = 0
  let bytes = 0
  try {
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      held += value.length
      bytes += value.length
      if (held >= GATHERED_BYTES) {
        gathered.push(new Blob(parts))
        parts = []
        held = 0
      }
      onProgress?.({ bytes, totalBytes: announced })
    }
  } catch (error) {
    if (signal?.aborted === true) throw new Error('fetching was cancelled; nothing was kept', { cause: error })
    throw new Error(`${address.href} broke off after ${bytes} bytes${announced > 0 ? ` of ${announced}` : ''}; fetch it again`, { cause: error })
  }
  if (announced > 0 && bytes !== announced) throw new Error(`${address.href} ended after ${bytes} bytes of ${announced}; fetch it again`)
  return new File([...gathered, ...parts], decodeURIComponent(address.pathname.split('/').at(-1) ?? '') || address.host)
}
