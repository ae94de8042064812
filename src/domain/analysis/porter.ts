// Porter's stemmer with its author's later departures (bli → ble, logi → log), as Lucene has it: M. F. Porter, An algorithm for suffix
// stripping, Program 14(3), 1980. Any character but a, e, i, o, u and y counts as a consonant, digits and accented letters too.

type Rule = readonly [suffix: string, replacement: string]

/** Steps 2 and 3: the suffix that matches is replaced when something measures in front of it. */
const DOUBLE_SUFFIXES: readonly Rule[] = [
  ['ational', 'ate'], ['tional', 'tion'], ['enci', 'ence'], ['anci', 'ance'], ['izer', 'ize'], ['bli', 'ble'], ['alli', 'al'], ['entli', 'ent'],
  ['eli', 'e'], ['ousli', 'ous'], ['ization', 'ize'], ['ation', 'ate'], ['ator', 'ate'], ['alism', 'al'], ['iveness', 'ive'],
  ['fulness', 'ful'], ['ousness', 'ous'], ['aliti', 'al'], ['iviti', 'ive'], ['biliti', 'ble'], ['logi', 'log'],
]
const SIMPLE_SUFFIXES: readonly Rule[] = [['icate', 'ic'], ['ative', ''], ['alize', 'al'], ['iciti', 'ic'], ['ical', 'ic'], ['ful', ''], ['ness', '']]
/** Step 4: dropped behind a measure of two; longer ones stand before those that they end in. */
const LAST_SUFFIXES: readonly Rule[] = [
  'al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent', 'ion', 'ou', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize',
].map((suffix) => [suffix, ''])

/** Rules by their suffix's last letter but one, the one that tells most of them apart. */
function byPenultimate(rules: readonly Rule[]): readonly (readonly (readonly [suffix: Uint16Array, replacement: Uint16Array])[])[] {
  const codes = (text: string) => Uint16Array.from(text, (char) => char.charCodeAt(0))
  return Array.from({ length: 128 }, (_, code) => rules.filter(([suffix]) => suffix.charCodeAt(suffix.length - 2) === code).map(([a, b]) => [codes(a), codes(b)]))
}

const [DOUBLE, SIMPLE, LAST] = [byPenultimate(DOUBLE_SUFFIXES), byPenultimate(SIMPLE_SUFFIXES), byPenultimate(LAST_SUFFIXES)]
const [A, B, D, E, G, I, L, N, O, S, T, U, W, X, Y, Z] = Array.from('abdegilnostuwxyz', (char) => char.charCodeAt(0)) as [
  number, number, number, number, number, number, number, number, number, number, number, number, number, number, number, number]

function isConsonant(word: Uint16Array, at: number): boolean {
  const char = word[at]
  if (char === A || char === E || char === I || char === O || char === U) return false
  return char !== Y || at === 0 || !isConsonant(word, at - 1)
}

/** How often vowels are followed by consonants within the first `length` characters: Porter's m. */
function measure(word: Uint16Array, length: number): number {
  let count = 0
  let vowel = false
  for (let at = 0; at < length; at++) {
    const consonant = isConsonant(word, at)
    if (consonant && vowel) count++
    vowel = !consonant
  }
  return count
}

function hasVowel(word: Uint16Array, length: number): boolean {
  for (let at = 0; at < length; at++) if (!isConsonant(word, at)) return true
  return false
}

const endsDouble = (word: Uint16Array, length: number): boolean =>
  length >= 2 && word[length - 1] === word[length - 2] && isConsonant(word, length - 1)

/** Ends with consonant, vowel, consonant, the last not w, x or y: a short syllable such as -wil, -hop. */
function endsShort(word: Uint16Array, length: number): boolean {
  if (length < 3 || !isConsonant(word, length - 1) || isConsonant(word, length - 2) || !isConsonant(word, length - 3)) return false
  const last = word[length - 1]
  return last !== W && last !== X && last !== Y
}

function endsWith(word: Uint16Array, length: number, suffix: Uint16Array): boolean {
  const from = length - suffix.length
  if (from < 0) return false
  for (let at = 0; at < suffix.length; at++) if (word[from + at] !== suffix[at]) return false
  return true
}

/** Plurals, -ed and -ing. */
function stepOne(word: Uint16Array, start: number): number {
  let length = start
  if (word[length - 1] === S) {
    if (word[length - 2] === E && word[length - 3] === S && word[length - 4] === S) length -= 2
    else if (word[length - 2] === E && word[length - 3] === I) length -= 2
    else if (word[length - 2] !== S) length--
  }
  if (length >= 3 && word[length - 1] === D && word[length - 2] === E && word[length - 3] === E) return measure(word, length - 3) > 0 ? length - 1 : length
  const stem = word[length - 1] === D && word[length - 2] === E ? length - 2
    : word[length - 1] === G && word[length - 2] === N && word[length - 3] === I ? length - 3 : -1
  if (stem < 0 || !hasVowel(word, stem)) return length
  const [last, before] = [word[stem - 1], word[stem - 2]]
  const lostItsE = stem >= 2 && ((last === T && before === A) || (last === L && before === B) || (last === Z && before === I))
  if (!lostItsE && endsDouble(word, stem)) return last === L || last === S || last === Z ? stem : stem - 1
  if (lostItsE || (measure(word, stem) === 1 && endsShort(word, stem))) {
    word[stem] = E
    return stem + 1
  }
  return stem
}

/** Applies the first rule whose suffix matches, if `least` measures in front of it. */
function replaceSuffix(word: Uint16Array, length: number, rules: typeof DOUBLE, least: number): number {
  const code = word[length - 2] ?? 0
  for (const [suffix, replacement] of code < 128 ? rules[code]! : []) {
    if (!endsWith(word, length, suffix)) continue
    const stem = length - suffix.length
    // -ion leaves only behind s or t
    if (suffix.length === 3 && code === O && suffix[2] === N && rules === LAST && word[stem - 1] !== S && word[stem - 1] !== T) continue
    if (measure(word, stem) < least) return length
    word.set(replacement, stem)
    return stem + replacement.length
  }
  return length
}

/** Final -e, and one of a final -ll. */
function stepFive(word: Uint16Array, start: number): number {
  let length = start
  const count = measure(word, length)
  if (word[length - 1] === E && (count > 1 || (count === 1 && !endsShort(word, length - 1)))) length--
  return word[length - 1] === L && endsDouble(word, length) && count > 1 ? length - 1 : length
}

/** Stems the lower-case word in the first `length` places of `word`, where it stands; returns its new length, never a greater one. */
export function stem(word: Uint16Array, length: number): number {
  if (length < 3) return length
  let at = stepOne(word, length)
  if (word[at - 1] === Y && hasVowel(word, at - 1)) word[at - 1] = I
  if (at > 1) at = replaceSuffix(word, at, DOUBLE, 1)
  at = replaceSuffix(word, at, SIMPLE, 1)
  if (at > 1) at = replaceSuffix(word, at, LAST, 2)
  return stepFive(word, at)
}
