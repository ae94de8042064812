// Lucene 8's standard tokenisation: word breaks of Unicode annex 29 (Unicode 9, emoji of 11), and what counts as a word among them.
import { type Automaton, choice, compile, type Expression, many, maybe, one, sequence, some } from './automaton.ts'
import { CLASSES, RUNS, SIGNS } from './wordBreakTable.ts'

/** A character of the set with the marks, format characters and joiners that belong to it (rule WB4). */
const marked = (name: string): Expression => sequence(one(name), many(one('extend')))

function words(): Expression {
  const [letter, numeric, katakana, extendNumLet] = [marked('letter'), marked('numeric'), marked('katakana'), marked('extendNumLet')]
  const connected = many(extendNumLet)
  // WB8, 11, 12: digits, also around one separator; WB5 to 7, 9, 10: letters alike; WB7a to c: Hebrew before quotes
  const numbers = sequence(numeric, many(sequence(choice(connected, marked('midNumeric')), numeric)))
  const letters = sequence(letter, many(sequence(choice(connected, marked('midLetter')), letter)))
  const hebrew = sequence(marked('hebrew'), choice(marked('singleQuote'), sequence(marked('doubleQuote'), marked('hebrew'))))
  const run = choice(sequence(katakana, many(sequence(connected, katakana))), some(choice(hebrew, numbers, letters)))
  // WB13a and b: underscores and their like join, but are no word alone
  return sequence(connected, run, many(sequence(some(extendNumLet), run)), connected)
}

/** Sequences of Unicode technical standard 51: pictures with presentation or skin, joined ones, tags, key caps and flags. */
function emoji(): Expression {
  const marks = many(one('extend', 'selector'))
  const picture = sequence(many(one('joiner')), one('emoji'), marks, maybe(one('emojiSelector')))
  const toned = sequence(maybe(sequence(many(one('joiner')), one('modifierBase'), marks)), one('modifier'), marks)
  const element = choice(picture, toned)
  return choice(
    sequence(element, choice(many(sequence(one('joiner'), element)), sequence(some(one('tag')), one('tagEnd')))),
    sequence(one('keyCapBase'), marks, maybe(one('emojiSelector')), one('keyCap'), marks),
    sequence(marked('regional'), marked('regional')),
  )
}

interface Breaks {
  readonly automaton: Automaton
  /** class of every code point, by pages of 256: `pages[pageOf[point >> 8] * 256 + (point & 255)]` */
  readonly pageOf: Uint8Array
  readonly pages: Uint8Array
}

function readTable(): Breaks {
  const flat = new Uint8Array(0x110000).fill(CLASSES.length)
  let at = 0
  for (const [, sign, gap, more] of RUNS.matchAll(/([^\da-z\s,])([\da-z]+)(?:,([\da-z]+))?/g)) {
    const from = at + Number.parseInt(gap!, 36)
    at = from + 1 + (more === undefined ? 0 : Number.parseInt(more, 36))
    flat.fill(SIGNS.indexOf(sign!), from, at)
  }
  const numbers = new Map<string, number>()
  const kept: Uint8Array[] = []
  const pageOf = Uint8Array.from({ length: 0x1100 }, (_, page) => {
    const bytes = flat.subarray(page * 256, page * 256 + 256)
    const key = bytes.join()
    const number = numbers.get(key) ?? kept.push(bytes) - 1
    numbers.set(key, number)
    return number
  })
  const pages = new Uint8Array(kept.length * 256)
  kept.forEach((bytes, page) => pages.set(bytes, page * 256))
  const sentence = choice(words(), emoji(), some(marked('complex')), marked('han'), marked('hiragana'))
  return { automaton: compile(sentence, CLASSES.map((names) => names.split(' '))), pageOf, pages }
}

let breaks: Breaks | undefined

/** Longer words are cut at this many UTF-16 units, as Lucene's buffer does. */
export const MAX_WORD = 255

/** Calls `found` with the start and end of every word of `text`, in order: the longest match at each place, other characters passed over. */
export function eachWord(text: string, found: (start: number, end: number) => void): void {
  breaks ??= readTable()
  const { automaton: { classes, next, accepts }, pageOf, pages } = breaks
  for (let start = 0; start < text.length;) {
    const limit = Math.min(text.length, start + MAX_WORD)
    let state = 1
    let end = 0
    let first = 1
    for (let at = start; at < limit;) {
      let point = text.charCodeAt(at)
      let width = 1
      if ((point & 0xfc00) === 0xd800 && at + 1 < text.length) {
        const low = text.charCodeAt(at + 1)
        if ((low & 0xfc00) === 0xdc00) {
          if (at + 2 > limit) break
          point = ((point - 0xd800) << 10) + low - 0xdc00 + 0x10000
          width = 2
        }
      }
      if (at === start) first = width
      state = next[state * classes + pages[(pageOf[point >> 8]! << 8) + (point & 255)]!]!
      if (state === 0) break
      at += width
      if (accepts[state] === 1) end = at
    }
    if (end === 0) start += first
    else {
      found(start, end)
      start = end
    }
  }
}
