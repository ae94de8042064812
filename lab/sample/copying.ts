// Queries of no shop in particular, to practise copying on: everyday words, words nobody ever saw, numbers, model numbers and marks.
import type { Stream } from '../../src/domain/random.ts'
import { CONCEPTS } from './concepts.ts'
import { chance } from './speech.ts'
import { CODAS, ENDINGS, EVERYDAY_WORDS, NUCLEI, ONSETS, STOP_WORDS } from './words/everyday.ts'

/** Shares of queries with one word, two words, …: a little longer than shoppers write, since every example pays for its frame. */
const LENGTHS = [5, 12, 18, 18, 15, 11, 8, 6, 4, 3] as const
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const ACCENTED = 'éèáñüöçíóâ'
const SHOP_WORDS = [...new Set(CONCEPTS.flatMap((concept) => concept.ways.flatMap((way) => way.split(' '))))]

/** A query of one to ten words. */
export function strangeQuery(random: Stream): string {
  const words = Array.from({ length: weighted(LENGTHS, random) + 1 }, () => marked(word(random), random))
  const query = words.join(' ')
  return chance(random, 0.03) ? query.toUpperCase() : chance(random, 0.06) ? words.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join(' ') : query
}

/**
 * The words to search for: those of the query, as typed and in their order, each once. Quotation marks and backslashes, which would
 * need an escape in JSON and carry no weight, are left out; so are stop words where `dropStopWords` is set and other words remain.
 */
export function copied(query: string, dropStopWords: boolean): string {
  const words = unrepeated(query.replaceAll(/["\\]/g, ' ').split(/\s+/).filter((part) => part !== ''))
  const weighing = words.filter((part) => !STOP_WORDS.includes(part.toLowerCase()))
  return (dropStopWords && weighing.length > 0 ? weighing : words).join(' ')
}

/** Words in their order without those that stood before, whatever their case. */
export function unrepeated(words: readonly string[]): string[] {
  const lower = words.map((part) => part.toLowerCase())
  return words.filter((_, i) => lower.indexOf(lower[i]!) === i)
}

/** A word that never was: syllables as English has them, sometimes with an ending, or letters that follow each other as in known words. */
export function pseudoWord(random: Stream): string {
  if (chance(random, 0.6)) return lettersAsKnown(random)
  const syllables = 1 + weighted([6, 5, 1], random)
  let text = ''
  for (let i = 0; i < syllables; i++) text += (i > 0 && chance(random, 0.3) ? '' : random.pick(ONSETS)) + random.pick(NUCLEI) + (chance(random, 0.5) ? random.pick(CODAS) : '')
  return chance(random, 0.3) ? text + random.pick(ENDINGS) : text
}

/** What follows each two letters in the known words; `^` stands before a word, the empty string after it. */
const FOLLOWERS = ((): ReadonlyMap<string, readonly string[]> => {
  const followers = new Map<string, string[]>()
  for (const known of [...EVERYDAY_WORDS, ...SHOP_WORDS].filter((word) => /^[a-z]+$/.test(word))) {
    for (let i = 0; i <= known.length; i++) {
      const context = `^^${known}`.slice(i, i + 2)
      followers.set(context, [...(followers.get(context) ?? []), known.charAt(i)])
    }
  }
  return followers
})()

function lettersAsKnown(random: Stream): string {
  for (;;) {
    let text = ''
    for (let last = '^^', next = ''; text.length < 12; last = last.slice(1) + next) {
      next = random.pick(FOLLOWERS.get(last)!)
      if (next === '') break
      text += next
    }
    if (text.length > 2) return text
  }
}

/** Any digits; a code as makers print it; a size, a price, a pack. */
function figure(random: Stream): string {
  const digits = (most: number): string => Array.from({ length: 1 + random.integer(most) }, () => random.integer(10)).join('')
  const letters = (most: number): string => Array.from({ length: 1 + random.integer(most) }, () => LETTERS.charAt(random.integer(26))).join('')
  switch (random.integer(14)) {
    case 0: return `$${digits(3)}`
    case 1: return `${digits(2)}-${random.pick(['pack', 'inch', 'piece', 'count', 'year', 'oz', 'ft', pseudoWord(random)])}`
    case 2: return letters(3) + digits(4)
    case 3: return digits(3) + letters(3)
    case 4: return `${letters(3)}-${digits(4)}`
    case 5: return `${digits(2)}.${digits(2)}`
    case 6: return `${digits(2)}x${digits(2)}`
    case 7: return `${digits(2)}/${digits(1)}`
    case 8: return `${digits(2)}${random.pick(['"', "'", '%', '+', 'th', 'mm', 'w', 'v', 'gb', 'k'])}`
    case 9: return `#${digits(2)}`
    default: return digits(4)
  }
}

function word(random: Stream): string {
  const kind = random.uniform()
  if (kind < 0.26) return random.pick(EVERYDAY_WORDS)
  if (kind < 0.34) return random.pick(STOP_WORDS)
  if (kind < 0.5) return random.pick(SHOP_WORDS)
  if (kind < 0.82) return pseudoWord(random)
  if (kind < 0.87) return Array.from({ length: 2 + random.integer(6) }, () => LETTERS.charAt(random.integer(26))).join('')
  if (kind < 0.98) return figure(random)
  const base = pseudoWord(random)
  const at = random.integer(base.length + 1)
  return base.slice(0, at) + ACCENTED.charAt(random.integer(ACCENTED.length)) + base.slice(at)
}

/** Some words with the marks that shoppers put at them. */
function marked(text: string, random: Stream): string {
  if (!chance(random, 0.1)) return text
  switch (random.integer(9)) {
    case 0: return `"${text}"`
    case 1: return `(${text})`
    case 2: return `${text},`
    case 3: return `${text}'s`
    case 4: return `${text}-${pseudoWord(random)}`
    case 5: return `${text}/${pseudoWord(random)}`
    case 6: return `${text}${random.pick(['.', ':', '!', '?', ';'])}`
    case 7: return `${random.pick(['+', '-', '&', '@', '*', '=', '~', '_'])}${text}`
    default: return `${text} &`
  }
}

/** An index, each with its share of the weights' sum. */
function weighted(weights: readonly number[], random: Stream): number {
  let rest = random.integer(weights.reduce((sum, weight) => sum + weight, 0))
  return weights.findIndex((weight) => (rest -= weight) < 0)
}
