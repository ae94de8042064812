// The plain analyzer: lower case, split at spaces, punctuation and symbols, no Boolean words. No string is made of an ASCII word.
import type { TermSink } from './terms.ts'

/** Spaces, punctuation and symbols separate words: `+black`, `(black)` and `black,` are one word, `$25` is `25`, `wi-fi` is two. */
const SEPARATOR = /[\s\p{Z}\p{P}\p{S}]/u

let separators: Uint8Array | undefined
let word = new Uint16Array(256)

/** By UTF-16 unit: 1 separates words, 2 is the first half of a pair, which is judged as a whole. */
function readSeparators(): Uint8Array {
  return Uint8Array.from({ length: 0x10000 }, (_, code) => ((code & 0xfc00) === 0xd800 ? 2 : SEPARATOR.test(String.fromCharCode(code)) ? 1 : 0))
}

/** In Rec-R1's BM25 they are stop words: AND and OR change nothing, and NOT x asks for x. */
function isBoolean(length: number): boolean {
  const [a, b, c] = word
  if (length === 2) return a === 0x6f && b === 0x72
  return length === 3 && ((a === 0x61 && b === 0x6e && c === 0x64) || (a === 0x6e && b === 0x6f && c === 0x74))
}

/** Calls `sink` with every weighing word of `text`, in order, repetitions kept. */
export function eachPlainTerm(text: string, sink: TermSink): void {
  separators ??= readSeparators()
  const table = separators
  for (let at = 0; at < text.length;) {
    const start = at
    let code = 0
    let ascii = true
    for (; at < text.length; at++) {
      code = text.charCodeAt(at)
      const kind = table[code]!
      if (kind === 1) break
      if (kind === 2 && SEPARATOR.test(String.fromCodePoint(text.codePointAt(at)!))) break
      if (code > 0x7f) ascii = false
      if (ascii) {
        const place = at - start
        if (place === word.length) grow(place + 1)
        word[place] = code >= 0x41 && code <= 0x5a ? code | 0x20 : code
      }
    }
    let length = at - start
    if (!ascii) {
      // by the whole word: its last Σ is ς, and İ grows
      const small = text.slice(start, at).toLowerCase()
      length = small.length
      if (length > word.length) grow(length)
      for (let place = 0; place < length; place++) word[place] = small.charCodeAt(place)
    }
    if (length > 0 && !isBoolean(length)) sink(word, length)
    at += (code & 0xfc00) === 0xd800 ? 2 : 1
  }
}

function grow(least: number): void {
  const larger = new Uint16Array(2 * least)
  larger.set(word)
  word = larger
}
