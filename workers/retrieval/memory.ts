// Memory of the compiled index: growing while it is built, then exact and, where the page is isolated, shared between workers.

export type Numbers = Uint8Array | Uint16Array | Uint32Array

/** True where several workers can use one copy: on an isolated page, and in Node. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated !== false
}

/** Bytes that other workers can be given, where that is possible. */
export function shareable(bytes: number): ArrayBufferLike {
  return canShare() ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
}

/** `array` with room for at least `length` numbers: itself, or a copy of twice the size. */
export function withRoom<T extends Numbers>(array: T, length: number): T {
  if (length <= array.length) return array
  const larger = new (array.constructor as new (length: number) => T)(Math.max(length, 2 * array.length))
  larger.set(array)
  return larger
}

/** The first `length` numbers in memory of their own, exactly as much as they need. */
export function settled<T extends Numbers>(array: T, length: number): T {
  const exact = new (array.constructor as new (buffer: ArrayBufferLike) => T)(shareable(length * array.BYTES_PER_ELEMENT))
  exact.set(array.subarray(0, length))
  return exact
}
