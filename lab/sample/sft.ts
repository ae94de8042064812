// What the starting policy is taught: the format, to copy, and the many ways to say a thing. Never which way a catalogue uses:
// nothing here knows a shop, and every way is as likely as the next.
import { renderCompletion } from '../../src/domain/prompt.ts'
import type { Stream } from '../../src/domain/random.ts'
import { COLOR_CONCEPTS, DOMAINS } from './concepts.ts'
import type { Concept } from './concepts.ts'
import { copied, strangeQuery, unrepeated } from './copying.ts'
import { chance, misspell, smallTalk } from './speech.ts'

export const SFT = {
  /** share of queries of no shop, whose words are copied */
  copies: 0.3,
  /** of those, share without their stop words */
  stopWordsDropped: 0.1,
  /** chance that a concept keeps the shopper's own way; else any way, the own one included */
  keep: 0.4,
  misspelt: 0.2,
  /** chance that a rewrite says one concept in two ways */
  twoWays: 0.08,
} as const

/** Thoughts are short, since every token of a rollout costs; the empty one is what a policy that may not think finds written. */
const THOUGHTS = ['find it', 'plain words', 'name it', ''] as const

/** The shares that the text is drawn by; the tokenizer's text has its own, fixed when its vocabulary was. */
export type SftShares = { readonly [K in keyof typeof SFT]: number }

export interface SftExample {
  readonly query: string
  readonly rewrite: string
  /** everything after the prompt of the `compact` template: thought, tags, JSON and the end of the turn */
  readonly completion: string
}

/** The next example of an endless stream. */
export function sftExample(random: Stream, shares: SftShares = SFT): SftExample {
  const { query, rewrite } = chance(random, shares.copies) ? copyExample(random, shares) : shopExample(random, shares)
  return { query, rewrite, completion: completionFor(random.pick(THOUGHTS), rewrite) }
}

/**
 * The answer begins with a space: so its first word is made of the same tokens as in the prompt, and a small policy can copy tokens
 * without knowing how they are spelt.
 */
export function completionFor(thought: string, rewrite: string): string {
  return renderCompletion(thought, ` ${rewrite}`, true)
}

function copyExample(random: Stream, shares: SftShares): { query: string; rewrite: string } {
  for (;;) {
    const query = strangeQuery(random)
    const rewrite = copied(query, chance(random, shares.stopWordsDropped))
    if (rewrite !== '') return { query, rewrite }
  }
}

/** One to four concepts of a domain in a shopper's words, with slips and small talk; all in some way of saying them, spelt right. */
function shopExample(random: Stream, shares: SftShares): { query: string; rewrite: string } {
  const domain = random.pick(DOMAINS)
  const qualifiers = random.shuffle([...domain.attributes, ...domain.brands, ...COLOR_CONCEPTS]).slice(0, random.integer(4))
  const type = random.pick(domain.types)
  const concepts = qualifiers.length === 0 || chance(random, 0.5) ? [type, ...qualifiers] : [...qualifiers, type]
  const said = concepts.map((concept) => random.pick([...concept.ways, ...concept.needs]))
  const wish = said.join(' ')
  const query = smallTalk(chance(random, shares.misspelt) ? misspell(wish, random) : wish, random)
  const answers = concepts.map((concept, i) => (concept.ways.includes(said[i]!) && chance(random, shares.keep) ? said[i]! : random.pick(concept.ways)))
  if (chance(random, shares.twoWays)) {
    const twice = random.integer(concepts.length)
    answers[twice] += ` ${random.pick((concepts[twice] as Concept).ways)}`
  }
  return { query, rewrite: unrepeated(answers.join(' ').split(' ')).join(' ') }
}
