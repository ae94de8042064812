// How shoppers type: slips of the keyboard and small talk around a wish.
import type { Stream } from '../../src/domain/random.ts'
import { PREFIXES, SUFFIXES } from './words/shared.ts'

/** True with the given probability. */
export function chance(random: Stream, probability: number): boolean {
  return random.uniform() < probability
}

/** Shortest word that is misspelt. */
const LONG_ENOUGH = 5

/** One slip in one long word of the text: a letter lost, doubled, or two exchanged. Short words and numbers are typed right. */
export function misspell(text: string, random: Stream): string {
  const words = text.split(' ')
  const long = words.flatMap((word, i) => (word.length >= LONG_ENOUGH && /^[a-z]+$/.test(word) ? [i] : []))
  if (long.length === 0) return text
  const index = random.pick(long)
  const word = words[index]!
  const at = 1 + random.integer(word.length - 2)
  const [before, here, next, after] = [word.slice(0, at), word[at]!, word[at + 1]!, word.slice(at + 2)]
  const slips = [before + next + after, before + here + here + next + after, before + next + here + after]
  words[index] = slips[random.integer(slips.length)]!
  return words.join(' ')
}

/** The wish as it stands, or with words before or after it that name nothing. */
export function smallTalk(wish: string, random: Stream, probability = 0.6): string {
  if (!chance(random, probability)) return wish
  return chance(random, 0.7) ? `${random.pick(PREFIXES)} ${wish}` : `${wish} ${random.pick(SUFFIXES)}`
}
