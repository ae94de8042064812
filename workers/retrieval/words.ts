// Text into words, for products and queries alike: a bag of lower-case words in which punctuation and Boolean words carry no weight.

/** Spaces, punctuation and symbols separate words: `+black`, `(black)` and `black,` are one word, `$25` is `25`, `wi-fi` is two. */
const SEPARATORS = /[\s\p{Z}\p{P}\p{S}]+/u

/** What a Boolean query is written with. They are left out of products too, so that no product is found by them. */
const BOOLEAN = new Set(['and', 'or', 'not'])

/** Pieces of a text between separators, as written; the first and the last may be empty. */
export function tokenize(text: string): string[] {
  return text.split(SEPARATORS)
}

/** A piece as it is indexed and searched for; undefined when it carries no weight. */
export function normalise(token: string): string | undefined {
  const word = token.toLowerCase()
  return word === '' || BOOLEAN.has(word) ? undefined : word
}

/** The weighing words of a query in their order, repetitions kept. */
export function queryWords(query: string): string[] {
  return tokenize(query).flatMap((token) => normalise(token) ?? [])
}
