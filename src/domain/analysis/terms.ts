// A term on its way from text to index: characters in a buffer, a string only where one is asked for.

/** Receives a term as the first `length` UTF-16 units of `chars`, which the next term overwrites. */
export type TermSink = (chars: Uint16Array, length: number) => void

/** Calls `sink` with every term of `text`, in order, repetitions kept. */
export type EachTerm = (text: string, sink: TermSink) => void

const AT_ONCE = 8192

/** The first `length` units of `chars` as a string. */
export function spell(chars: Uint16Array, length: number): string {
  if (length <= AT_ONCE) return String.fromCharCode.apply(null, chars.subarray(0, length) as unknown as number[])
  let text = ''
  for (let at = 0; at < length; at += AT_ONCE) text += spell(chars.subarray(at, length), Math.min(AT_ONCE, length - at))
  return text
}
