// Byte-level byte-pair encoding (Sennrich et al. 2016; bytes as GPT-2 has them), trained without chance: equal counts go by the alphabet.

/** Qwen2's pre-tokenizer, as tokenizer.json has it. */
export const QWEN2_PATTERN = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/** The same for engines without inline flags. */
const PIECES = new RegExp(QWEN2_PATTERN.replace(/\(\?i:(.*?)\)/, (_, group: string) => `(?:${group.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)})`), 'gu')

/** A printable character for each byte: itself where it is printable in Latin-1, else the next one from U+0100 on. */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++))
})()

export interface Bpe {
  /** tokens in the order of their ids: the 256 bytes, printable ones first, then one for each merge */
  readonly vocabulary: readonly string[]
  readonly merges: readonly (readonly [string, string])[]
}

/** A pre-token of the corpus as its symbols, and how often it occurs. */
interface Piece {
  symbols: string[]
  readonly count: number
}

/** Trains `size` − 256 merges on texts. Throws when the texts hold too few pairs for that. */
export function trainBpe(texts: Iterable<string>, size: number): Bpe {
  const pieces = countPieces(texts)
  const pairs = new Map<string, { count: number; pieces: Set<Piece> }>()
  const change = (piece: Piece, sign: 1 | -1): void => {
    for (let i = 0; i + 1 < piece.symbols.length; i++) {
      const key = `${piece.symbols[i]} ${piece.symbols[i + 1]}`
      const pair = pairs.get(key) ?? { count: 0, pieces: new Set<Piece>() }
      pair.count += sign * piece.count
      if (sign > 0) pair.pieces.add(piece)
      pairs.set(key, pair)
    }
  }
  for (const piece of pieces) change(piece, 1)
  const vocabulary = [...BYTE_CHARACTERS].toSorted((a, b) => a.charCodeAt(0) - b.charCodeAt(0))
  const known = new Set(vocabulary)
  const merges: [string, string][] = []
  while (vocabulary.length < size) {
    const best = mostFrequent(pairs)
    if (best === undefined) throw new Error(`the texts give ${vocabulary.length} tokens; ${size} were asked for: add text or ask for fewer`)
    const [left = '', right = ''] = best.split(' ')
    merges.push([left, right])
    if (!known.has(left + right)) vocabulary.push(left + right)
    known.add(left + right)
    for (const piece of pairs.get(best)!.pieces) {
      change(piece, -1)
      piece.symbols = merged(piece.symbols, left, right)
      change(piece, 1)
    }
    pairs.delete(best)
  }
  return { vocabulary, merges }
}

function countPieces(texts: Iterable<string>): Piece[] {
  const counts = new Map<string, number>()
  for (const text of texts) for (const [piece] of text.normalize('NFC').matchAll(PIECES)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  const encoder = new TextEncoder()
  return [...counts].map(([piece, count]) => ({ symbols: Array.from(encoder.encode(piece), (byte) => BYTE_CHARACTERS[byte]!), count }))
}

function mostFrequent(pairs: ReadonlyMap<string, { readonly count: number }>): string | undefined {
  let best: string | undefined
  let most = 0
  for (const [key, { count }] of pairs) {
    if (count > most || (count === most && best !== undefined && key < best)) {
      most = count
      best = key
    }
  }
  return best
}

function merged(symbols: readonly string[], left: string, right: string): string[] {
  const result: string[] = []
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      result.push(left + right)
      i++
    } else result.push(symbols[i]!)
  }
  return result
}
