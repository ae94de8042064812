// Finds a tokenizer's added tokens in a text, as the reference does (Rust's tokenizers, AddedVocabulary): the longest at the leftmost place.

export interface AddedToken {
  readonly id: number
  readonly content: string
  /** only between characters that are of no word */
  readonly single_word: boolean
  /** takes the whitespace before it, or after it, along */
  readonly lstrip: boolean
  readonly rstrip: boolean
  /** is looked for after normalisation, in its normalised form */
  readonly normalized: boolean
}

/** A piece of a text: an added token by id, or other text; `start` is where it begins. */
export type Section = { readonly id: number } | { readonly text: string; readonly start: number }

interface Node {
  readonly next: Map<string, Node>
  token?: AddedToken
}

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d]'
const WORD_BEFORE = new RegExp(`${WORD}$`, 'u')
const WORD_AFTER = new RegExp(`^${WORD}`, 'u')
// White_Space as Unicode has it: with U+0085 and without U+FEFF, unlike \s
const SPACE_BEFORE = /\p{White_Space}*$/u
const SPACE_AFTER = /^\p{White_Space}*/u

export class AddedTokens {
  readonly #root: Node = { next: new Map() }

  /** `written` gives the form in which a token stands in the texts to split. */
  constructor(tokens: readonly AddedToken[], written: (content: string) => string) {
    for (const token of tokens) {
      let node = this.#root
      for (const unit of written(token.content).split('')) {
        const next: Node = node.next.get(unit) ?? { next: new Map() }
        node.next.set(unit, next)
        node = next
      }
      if (node !== this.#root) node.token ??= token
    }
  }

  split(text: string): Section[] {
    const sections: Section[] = []
    let done = 0
    for (let at = 0; at < text.length;) {
      const found = this.#longest(text, at)
      if (found === undefined) {
        at++
        continue
      }
      const { token, end } = found
      const [before, after] = [text.slice(0, at), text.slice(end)]
      const start = token.lstrip ? Math.max(done, before.search(SPACE_BEFORE)) : at
      at = end
      if (token.single_word && (WORD_BEFORE.test(before) || WORD_AFTER.test(after))) continue
      if (done < start) sections.push({ text: text.slice(done, start), start: done })
      sections.push({ id: token.id })
      done = token.rstrip ? end + (SPACE_AFTER.exec(after)?.[0].length ?? 0) : end
      at = Math.max(at, done)
    }
    if (done < text.length) sections.push({ text: text.slice(done), start: done })
    return sections
  }

  #longest(text: string, from: number): { token: AddedToken; end: number } | undefined {
    let node: Node | undefined = this.#root
    let found: { token: AddedToken; end: number } | undefined
    for (let at = from; at < text.length; at++) {
      node = node.next.get(text[at] ?? '')
      if (node === undefined) break
      if (node.token !== undefined) found = { token: node.token, end: at + 1 }
    }
    return found
  }
}
