// Command: npx tsx lab/tables/make-word-breaks.ts DIR writes the table of word-break classes from the Unicode Character Database in DIR,
// a folder where `npm install @unicode/unicode-9.0.0 @unicode/unicode-11.0.0` was run (the database as packages, one module a property).
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = process.argv[2]
if (folder === undefined) throw new Error('no folder; give one where @unicode/unicode-9.0.0 and @unicode/unicode-11.0.0 are installed')

async function points(version: 9 | 11, property: string): Promise<readonly number[]> {
  const module = join(folder!, 'node_modules/@unicode', `unicode-${version}.0.0`, property, 'code-points.mjs')
  return ((await import(pathToFileURL(module).href)) as { default: readonly number[] }).default
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const wordBreak = (name: string) => points(9, `Word_Break/${name}`)

const fullWidth = new Set(range(0xff00, 0xffef))
const keyCapBases = Array.from('0123456789#*', (char) => char.codePointAt(0)!)
const selectors = [0xfe0e, 0xfe0f]
const modifiers = new Set(await points(11, 'Binary_Property/Emoji_Modifier'))
const notEmoji = new Set([...await wordBreak('Regional_Indicator'), ...keyCapBases, ...modifiers])

/** Names of the grammar to code points. Word, line breaks and scripts are Unicode 9's and emoji Unicode 11's, as in Lucene 8's tokenizer. */
const SETS: Readonly<Record<string, readonly number[]>> = {
  letter: [...await wordBreak('ALetter'), ...await wordBreak('Hebrew_Letter')],
  hebrew: await wordBreak('Hebrew_Letter'),
  numeric: [...await wordBreak('Numeric'), ...(await points(9, 'General_Category/Decimal_Number')).filter((point) => fullWidth.has(point))],
  katakana: await wordBreak('Katakana'),
  midLetter: [...await wordBreak('MidLetter'), ...await wordBreak('MidNumLet'), ...await wordBreak('Single_Quote')],
  midNumeric: [...await wordBreak('MidNum'), ...await wordBreak('MidNumLet'), ...await wordBreak('Single_Quote')],
  singleQuote: await wordBreak('Single_Quote'),
  doubleQuote: await wordBreak('Double_Quote'),
  extendNumLet: await wordBreak('ExtendNumLet'),
  regional: await wordBreak('Regional_Indicator'),
  han: await points(9, 'Script/Han'),
  hiragana: await points(9, 'Script/Hiragana'),
  complex: await points(9, 'Line_Break/Complex_Context'),
  extend: [...await wordBreak('Extend'), ...await wordBreak('Format'), ...await wordBreak('ZWJ')],
  selector: selectors,
  emojiSelector: [0xfe0f],
  joiner: await wordBreak('ZWJ'),
  emoji: [
    ...await points(11, 'Binary_Property/Extended_Pictographic'),
    ...(await points(11, 'Binary_Property/Emoji')).filter((point) => !notEmoji.has(point) && ![0xa9, 0xae, 0x2122, 0x3030, 0x303d].includes(point)),
  ],
  modifier: [...modifiers],
  modifierBase: await points(11, 'Binary_Property/Emoji_Modifier_Base'),
  keyCapBase: keyCapBases,
  keyCap: [0x20e3],
  tag: range(0xe0020, 0xe007e),
  tagEnd: [0xe007f],
}

const namesOf = new Map<number, string[]>()
for (const [name, members] of Object.entries(SETS)) {
  for (const point of new Set(members)) namesOf.set(point, [...(namesOf.get(point) ?? []), name])
}
/** what stands for a class: no digit or small letter, which numbers are made of */
const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ!#%&*+@'
const classes: string[] = []
const runs: string[] = []
let end = 0
const sorted = [...namesOf].sort(([a], [b]) => a - b)
for (let at = 0; at < sorted.length;) {
  const [first, names] = sorted[at]!
  const signature = names.join(' ')
  let length = 1
  while (sorted[at + length]?.[0] === first + length && sorted[at + length]![1].join(' ') === signature) length++
  if (!classes.includes(signature)) classes.push(signature)
  runs.push(`${SIGNS[classes.indexOf(signature)]}${(first - end).toString(36)}${length === 1 ? '' : `,${(length - 1).toString(36)}`}`)
  end = first + length
  at += length
}
if (classes.length > SIGNS.length) throw new Error(`${classes.length} classes; ${SIGNS.length} have a sign`)

const lines: string[] = []
let line = ''
for (const run of runs) {
  if (line.length + run.length > 140) {
    lines.push(line)
    line = ''
  }
  line += run
}
lines.push(line)
writeFileSync(fileURLToPath(new URL('../../src/domain/analysis/wordBreakTable.ts', import.meta.url)), `// Word-break classes of all code points. Made by lab/tables/make-word-breaks.ts from Unicode 9.0.0 (emoji: 11.0.0); not edited by hand.

/** What stands for each class in RUNS. */
export const SIGNS = '${SIGNS.slice(0, classes.length)}'

/** The sets of the grammar that a class's code points belong to. */
export const CLASSES: readonly string[] = [
${classes.map((names) => `  '${names}',`).join('\n')}
]

/** Runs of code points: class, distance from the end of the run before (base 36), and, after a comma, how many follow the first. */
export const RUNS = \`
${lines.join('\n')}
\`
`)
console.error(`${classes.length} classes, ${runs.length} runs`)
