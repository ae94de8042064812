// Zstd frames that hold their bytes as they are (RFC 8878): Node 20 has no packer, and a reader must take raw blocks, too.

const RAW_LIMIT = 2 ** 17

/** One frame of raw blocks, with the size of its content. */
export function storedZstd(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / RAW_LIMIT))
  const frame = new Uint8Array(4 + 1 + 4 + blocks * 3 + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, 0xfd2fb528, true)
  // a single segment, whose size takes four bytes
  frame[4] = (2 << 6) | 0x20
  view.setUint32(5, bytes.length, true)
  let at = 9
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * RAW_LIMIT, (block + 1) * RAW_LIMIT)
    const head = (part.length << 3) | (block === blocks - 1 ? 1 : 0)
    frame.set([head & 255, (head >> 8) & 255, head >> 16], at)
    frame.set(part, at + 3)
    at += 3 + part.length
  }
  return frame
}
