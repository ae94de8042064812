// Words laid one after another in one buffer, so that each part can be bound by itself.

export type Words = Float32Array | Uint32Array | Int32Array

const ALIGNMENT = 256 // bytes: the strictest offset alignment of a binding

/** All parts in one array, and where each starts in bytes; a part takes at least four words. */
export function laidOut(parts: readonly Words[]): { all: Uint32Array<ArrayBuffer>; offsets: readonly number[] } {
  const offsets: number[] = []
  let size = 0
  for (const words of parts) {
    offsets.push(size)
    size += Math.ceil(Math.max(4, words.length) * 4 / ALIGNMENT) * ALIGNMENT
  }
  const all = new Uint32Array(size / 4)
  parts.forEach((words, i) => all.set(new Uint32Array(words.buffer, words.byteOffset, words.length), (offsets[i] ?? 0) / 4))
  return { all, offsets }
}
