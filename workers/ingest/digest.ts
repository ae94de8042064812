// SHA-256 of files, a block at a time: what identifies the bytes a data set was read from.

/** Files up to one block have the SHA-256 that any tool prints; a longer one has the SHA-256 of its blocks' SHA-256s. */
const BLOCK = 64 * 2 ** 20

/** Hex digest of one file's bytes; its name plays no part. */
export async function fileDigest(file: Blob, block = BLOCK): Promise<string> {
  const digests: Uint8Array[] = []
  for (let start = 0; start === 0 || start < file.size; start += block) {
    digests.push(new Uint8Array(await crypto.subtle.digest('SHA-256', await file.slice(start, start + block).arrayBuffer())))
  }
  return digests.length === 1 ? hex(digests[0]!) : hex(new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(digests as BlobPart[]).arrayBuffer())))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
