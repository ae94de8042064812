// What queries mean, what is read past, and that no text can break the parser.
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { MAX_DEPTH, parseBoolean, printBoolean, scoringTexts, type BooleanQuery } from './boolean.ts'

/** A tree by its printed form. */
const read = (text: string): string | undefined => {
  const { query } = parseBoolean(text)
  return query === undefined ? undefined : printBoolean(query)
}
const tolerated = (text: string): readonly string[] => parseBoolean(text).tolerated

describe('a Boolean query', () => {
  test.each([
    ['words side by side are one bag', 'red shoes', 'red shoes'],
    ['OR says what a bag says', 'red OR shoes', 'red shoes'],
    ['AND requires both sides', 'red AND shoes', '+red +shoes'],
    ['AND NOT prohibits', 'shoes AND NOT leather', '+shoes -leather'],
    ['NOT is another −', 'shoes NOT leather', 'shoes -leather'],
    ['+ requires and − prohibits, in either writing', 'shoes +red -leather −suede', '+red shoes -leather -suede'],
    ['a bag binds tighter than AND', 'red shoes AND leather boots', '+(red shoes) +(leather boots)'],
    ['AND binds tighter than OR', 'a AND b OR c AND d', '(+a +b) (+c +d)'],
    ['parentheses come first', '(a OR b) AND c', '+(a b) +c'],
    ['a sign holds for a whole group', 'a -(b c) +(d AND e)', '+d +e a -b -c'],
    ['a phrase is one operand', '"oculus rift  s" AND NOT "rift cv1"', '+"oculus rift s" -"rift cv1"'],
    ['typographic quotes are quotes', '“rift s” headset', '"rift s" headset'],
    ['lower-case and, or, not are words, as in Lucene', 'salt and pepper or not', 'salt and pepper or not'],
    ['hyphens and pluses within words belong to them', 'wi-fi usb-c 18+ c++', 'wi-fi usb-c 18+ c++'],
    ['digits with a quote are inches', 'tv 55" wall "black frame" 32"', 'tv 55 wall "black frame" 32'],
    ['two prohibitions', 'NOT a AND NOT b', '-a -b'],
    ['parentheses that say nothing vanish', '((a)) OR ((b OR (c)))', 'a b c'],
    ['operators in quotes are words', '"black AND white"', '"black AND white"'],
    ['required alternatives stay required beside optional words', '+(a b) c', '+(a b) c'],
    ['a required prohibition does not make optional words optional', '+(-a) b', '+(-a) b'],
  ])('%s: %s', (_, text, tree) => {
    expect(read(text)).toBe(tree)
    expect(tolerated(text)).toEqual([])
  })

  it('is plain data', () => {
    const word = (text: string): BooleanQuery => ({ kind: 'word', text })
    const bag: BooleanQuery = { kind: 'group', must: [], should: [word('a'), { kind: 'phrase', text: 'b c' }], not: [] }
    expect(parseBoolean('a "b c" AND NOT d')).toEqual({ query: { kind: 'group', must: [bag], should: [], not: [word('d')] }, tolerated: [] })
    expect(parseBoolean('shoes').query).toEqual(word('shoes'))
  })

  it('scores by the words it does not prohibit, as often as they stand there', () => {
    expect(scoringTexts(parseBoolean('+red shoes "red shoes" -leather NOT (suede OR +brown)').query!)).toEqual(['red', 'shoes', 'red shoes'])
  })

  test.each([
    ['', undefined, []],
    ['  \n ', undefined, []],
    ['() AND ( )', undefined, ['empty ( ) ignored (2 times)', 'AND with nothing before it ignored']],
    ['a ) b', 'a b', ['unbalanced ) ignored']],
    ['a AND (b OR c', '+a +(b c)', ['unbalanced ( closed at the end']],
    ['"red shoes', 'red shoes', ['unbalanced " ignored']],
    ['a AND', 'a', ['AND with nothing after it ignored']],
    ['OR a', 'a', ['OR with nothing before it ignored']],
    ['a AND OR b', '+a +b', ['OR after AND ignored']],
    ['a NOT', 'a', ['sign with nothing after it ignored']],
    ['NOT AND a', 'a', ['sign with nothing after it ignored', 'AND with nothing before it ignored']],
    ['red - shoes + boots', 'red shoes boots', ['− between spaces ignored', '+ between spaces ignored']],
    ['--a ++b', '+b -a', ['sign after another sign ignored (2 times)']],
    ['"" a "&"', 'a', ['" " with no word between them ignored (2 times)']],
  ])('that is broken is read past the break, which is told: %j', (text, tree, sentences) => {
    expect(read(text)).toBe(tree)
    expect(tolerated(text)).toEqual(sentences)
  })

  it('as the published policy writes them is a bag with required words', () => {
    expect(read('"oculus rift s" - (oculus rift s vr +Oculus Touch +4K display')).toBe('"oculus rift s" (+Oculus +4K oculus rift s vr Touch display)')
  })
})

const FRAGMENTS = ['AND', 'OR', 'NOT', '(', ')', '"', '+', '-', '−', '“', ' ', ' ', 'a', 'b', 'and', '5', 'usb-c', '\\', '\n', '🎧', 'é']
const fragments = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 })
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fragments.map((all) => all.join('')), fragments.map((all) => all.join(' ')))

describe('any text', () => {
  it('is read without an error, and what is printed of it means the same tree', () => {
    fc.assert(fc.property(text, (any) => {
      const { query } = parseBoolean(any)
      if (query === undefined) return
      expect(parseBoolean(printBoolean(query))).toEqual({ query, tolerated: [] })
    }), { numRuns: 2000 })
  })

  it('means what Boolean algebra says it means', () => {
    // formulas with every pair in parentheses against the parser, on every set of words that a product can hold
    const words = ['a', 'b', 'c'] as const
    type Formula = { readonly text: string; readonly holds: (has: ReadonlySet<string>) => boolean }
    const { formula } = fc.letrec<{ formula: Formula }>((tie) => ({
      formula: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...words).map((word) => ({ text: word, holds: (has: ReadonlySet<string>) => has.has(word) })),
        fc.tuple(tie('formula'), tie('formula'), fc.constantFrom('AND', 'OR', 'AND NOT')).map(([left, right, operator]) => ({
          text: `(${left.text} ${operator} ${right.text})`,
          holds: (has: ReadonlySet<string>) => {
            const [here, there] = [left.holds(has), right.holds(has)]
            return operator === 'OR' ? here || there : here && there === (operator === 'AND')
          },
        })),
      ),
    }))
    fc.assert(fc.property(formula, ({ text: written, holds }) => {
      const { query } = parseBoolean(written)
      for (let set = 0; set < 8; set++) {
        const has = new Set(words.filter((_, bit) => (set >> bit) & 1))
        expect(matches(query!, has), `${written} on {${[...has].join()}}`).toBe(holds(has))
      }
    }), { numRuns: 500 })
  })

  test.each([
    ['open parentheses', '('.repeat(100_000)], ['closing ones', ')'.repeat(100_000)], ['both', '('.repeat(50_000) + 'a' + ')'.repeat(50_000)],
    ['nested groups', '(+a b '.repeat(50_000)], ['quotes', '"'.repeat(100_000)], ['signs', '+-'.repeat(50_000)],
    ['operators', 'AND NOT OR '.repeat(30_000)],
    ['chained operators', 'a AND NOT b OR '.repeat(30_000)], ['one long word', 'a'.repeat(200_000)], ['signs and words', '-a '.repeat(60_000)],
    ['a group of many required words', `(${'a AND NOT b AND '.repeat(200_000)}c) AND d`], ['a group of many words', `-(${'a '.repeat(400_000)})`],
  ])('of many characters is read in linear time: %s', (_, long) => {
    const started = performance.now()
    const { query } = parseBoolean(long)
    if (query !== undefined) printBoolean(query)
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('may nest as deep as it likes; deeper than the limit parentheses are read past', () => {
    const { query, tolerated: sentences } = parseBoolean('(+a b '.repeat(MAX_DEPTH + 3))
    expect(sentences).toEqual([`( nested deeper than ${MAX_DEPTH} ignored (3 times)`, `unbalanced ( closed at the end (${MAX_DEPTH} times)`])
    const height = (node: BooleanQuery): number => (
      node.kind === 'group' ? 1 + Math.max(...[...node.must, ...node.should, ...node.not].map(height)) : 0)
    expect(height(query!)).toBeLessThanOrEqual(3 * MAX_DEPTH + 3)
  })
})

/** The definition of BooleanQuery, word for word. */
function matches(query: BooleanQuery, has: ReadonlySet<string>): boolean {
  if (query.kind !== 'group') return has.has(query.text)
  const { must, should, not } = query
  return must.every((part) => matches(part, has)) && !not.some((part) => matches(part, has))
    && (must.length > 0 || should.length === 0 || should.some((part) => matches(part, has)))
}
