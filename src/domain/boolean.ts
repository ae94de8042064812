// Boolean queries as plain data: a tolerant parser that never throws, and a printer whose text means the same tree.

/**
 * A query, or a part of one. A product matches a group when it matches all of `must`, none of `not`, and, where `must` is empty and
 * `should` is not, at least one of `should`. A group of nothing but `not` matches every other product: within an AND it excludes; alone
 * it ranks nothing, as no word of it scores. Words and phrases are as they were written: what an analyzer leaves nothing of (a stop
 * word) neither filters nor scores.
 */
export type BooleanQuery =
  | { readonly kind: 'word'; readonly text: string }
  /** words that stand side by side */
  | { readonly kind: 'phrase'; readonly text: string }
  | BooleanGroup

export interface BooleanGroup {
  readonly kind: 'group'
  readonly must: readonly BooleanQuery[]
  readonly should: readonly BooleanQuery[]
  readonly not: readonly BooleanQuery[]
}

export interface ParsedBoolean {
  /** undefined where the text holds no word */
  readonly query: BooleanQuery | undefined
  /** what was read past, a sentence each: 'unbalanced ) ignored' */
  readonly tolerated: readonly string[]
}

/** Parentheses nested deeper than this are ignored, so whatever walks a tree may recurse: trees are at most three times as high. */
export const MAX_DEPTH = 64

type Mark = 'must' | 'should' | 'not'
type Token =
  | { readonly kind: 'open' | 'close' | 'and' | 'or' }
  | { readonly kind: 'mark'; readonly mark: Mark }
  | { readonly kind: 'operand'; readonly node: BooleanQuery }

/** What stands between one pair of parentheses, as far as it was read. */
interface Frame {
  /** the sign before the opening parenthesis */
  readonly mark: Mark
  readonly or: BooleanQuery[]
  and: BooleanQuery[]
  bag: Record<Mark, BooleanQuery[]>
  /** the operator that still waits for what follows it */
  operator: 'AND' | 'OR' | undefined
  /** the sign that waits for its word */
  sign: Mark | undefined
}

/**
 * Reads a query in the manner of Lucene's syntax. AND, OR and NOT are operators in capitals only (`and` and `or` are words); "…" is a
 * phrase; + and − stand directly before what is required or prohibited (between spaces they are punctuation, within a word part of it);
 * NOT is another way to write −. Words side by side are one bag, of which any is enough (+ and − aside), and bind tighter than AND, and
 * AND tighter than OR: `red shoes AND leather OR boots` is `((red shoes) AND leather) OR boots`. (Lucene's classic parser knows no
 * precedence.) Fields, wildcards, boosts and escapes have no meaning here and stay part of their word. Never throws; time is linear.
 */
export function parseBoolean(text: string): ParsedBoolean {
  const tolerated = new Tolerated()
  let frame = newFrame('should')
  const stack: Frame[] = []
  let tooDeep = 0
  const close = (): void => {
    const inner = finish(frame, tolerated)
    const { mark } = frame
    frame = stack.pop()!
    if (inner === undefined) return tolerated.add('empty ( ) ignored')
    frame.bag[mark].push(inner)
    frame.operator = undefined
  }
  for (const token of tokensOf(text, tolerated)) {
    if (token.kind === 'operand') {
      frame.bag[frame.sign ?? 'should'].push(token.node)
      frame.operator = frame.sign = undefined
    } else if (token.kind === 'mark') {
      if (frame.sign === undefined) frame.sign = token.mark
      else tolerated.add('sign after another sign ignored')
    } else if (token.kind === 'open') {
      if (stack.length === MAX_DEPTH) {
        tooDeep++
        tolerated.add(`( nested deeper than ${MAX_DEPTH} ignored`)
        continue
      }
      stack.push(frame)
      const opened = newFrame(frame.sign ?? 'should')
      frame.sign = undefined
      frame = opened
    } else if (token.kind === 'close') {
      if (tooDeep > 0) tooDeep--
      else if (stack.length > 0) close()
      else tolerated.add('unbalanced ) ignored')
    } else operate(frame, token.kind === 'and' ? 'AND' : 'OR', tolerated)
  }
  for (; stack.length > 0; close()) tolerated.add('unbalanced ( closed at the end')
  return { query: finish(frame, tolerated), tolerated: tolerated.sentences() }
}

/** A tree as text: required parts with +, prohibited ones with −. Parsed again it gives the same tree, up to MAX_DEPTH. */
export function printBoolean(query: BooleanQuery): string {
  if (query.kind === 'word') return query.text
  if (query.kind === 'phrase') return `"${query.text}"`
  const part = (sign: string) => (node: BooleanQuery): string => sign + (node.kind === 'group' ? `(${printBoolean(node)})` : printBoolean(node))
  return [...query.must.map(part('+')), ...query.should.map(part('')), ...query.not.map(part('-'))].join(' ')
}

/** The texts that score: every word and phrase that nothing prohibits, as often as it stands there. */
export function scoringTexts(query: BooleanQuery): string[] {
  if (query.kind !== 'group') return [query.text]
  return [...query.must, ...query.should].flatMap(scoringTexts)
}

function newFrame(mark: Mark): Frame {
  return { mark, or: [], and: [], bag: { must: [], should: [], not: [] }, operator: undefined, sign: undefined }
}

/** AND and OR end a bag; OR ends the bags that AND joined, too. Without anything between it and the last operator it is ignored. */
function operate(frame: Frame, operator: 'AND' | 'OR', tolerated: Tolerated): void {
  if (frame.sign !== undefined) tolerated.add('sign with nothing after it ignored')
  frame.sign = undefined
  const bag = groupOf(frame.bag)
  if (bag === undefined) {
    tolerated.add(frame.operator === undefined ? `${operator} with nothing before it ignored` : `${operator} after ${frame.operator} ignored`)
    return
  }
  frame.and.push(bag)
  frame.bag = { must: [], should: [], not: [] }
  frame.operator = operator
  if (operator === 'OR') joinAnd(frame)
}

function joinAnd(frame: Frame): void {
  const all = groupOf({ must: frame.and, should: [], not: [] })
  if (all !== undefined) frame.or.push(all)
  frame.and = []
}

function finish(frame: Frame, tolerated: Tolerated): BooleanQuery | undefined {
  if (frame.sign !== undefined) tolerated.add('sign with nothing after it ignored')
  if (frame.operator !== undefined) tolerated.add(`${frame.operator} with nothing after it ignored`)
  const bag = groupOf(frame.bag)
  if (bag !== undefined) frame.and.push(bag)
  joinAnd(frame)
  return groupOf({ must: [], should: frame.or, not: [] })
}

/** The group of these parts in its one normal form: no parentheses that say nothing. Undefined for no parts. */
function groupOf(parts: Readonly<Record<Mark, readonly BooleanQuery[]>>): BooleanQuery | undefined {
  const should = parts.should.flatMap(alternatives)
  const not = parts.not.flatMap(alternatives)
  const must: BooleanQuery[] = []
  // required groups without alternatives dissolve; one that only prohibits may not leave `should` as the only way to match
  const keeps = parts.must.some((node) => node.kind !== 'group' || node.should.length > 0 || node.must.length > 0)
  for (const node of parts.must) {
    if (node.kind === 'group' && node.should.length === 0 && (keeps || should.length === 0)) {
      // not by push(...): a list of 200,000 words is more arguments than a call takes
      for (const part of node.must) must.push(part)
      for (const part of node.not) not.push(part)
    } else must.push(node)
  }
  if (must.length + should.length + not.length === 0) return undefined
  if (not.length === 0 && must.length + should.length === 1) return must[0] ?? should[0]
  return { kind: 'group', must, should, not }
}

/** The parts of a group that is nothing but alternatives; anything else is its own one alternative. */
function alternatives(node: BooleanQuery): readonly BooleanQuery[] {
  return node.kind === 'group' && node.must.length + node.not.length === 0 ? node.should : [node]
}

const QUOTES = '"“”„‟'
const PATTERN = String.raw`(?<space>\s+)|(?<paren>[()])|(?<quote>[${QUOTES}])|(?<signs>[+\-−]+)|[^\s()${QUOTES}]+`
const SPOKEN = /[\p{L}\p{N}]/u

function* tokensOf(text: string, tolerated: Tolerated): Generator<Token> {
  const pattern = new RegExp(PATTERN, 'uy')
  const nextQuote = new RegExp(`[${QUOTES}]`, 'g')
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { space, paren, quote, signs } = match.groups ?? {}
    const end = pattern.lastIndex
    if (space !== undefined) continue
    if (paren !== undefined) yield { kind: paren === '(' ? 'open' : 'close' }
    else if (quote !== undefined) {
      // 55" tv: inches
      if (/\d/.test(text[match.index - 1] ?? '') && !SPOKEN.test(text[end] ?? '')) continue
      nextQuote.lastIndex = end
      const closing = nextQuote.exec(text)
      if (closing === null) {
        tolerated.add('unbalanced " ignored')
        continue
      }
      pattern.lastIndex = closing.index + 1
      const phrase = text.slice(end, closing.index).trim().replace(/\s+/g, ' ')
      if (SPOKEN.test(phrase)) yield { kind: 'operand', node: { kind: 'phrase', text: phrase } }
      else tolerated.add('" " with no word between them ignored')
    } else if (signs !== undefined) {
      const next = text[end]
      if (next === undefined || /[\s)]/.test(next)) tolerated.add(`${signs[0] === '+' ? '+' : '−'} between spaces ignored`)
      else {
        if (signs.length > 1) tolerated.add('sign after another sign ignored')
        yield { kind: 'mark', mark: signs[0] === '+' ? 'must' : 'not' }
      }
    } else if (match[0] === 'AND') yield { kind: 'and' }
    else if (match[0] === 'OR') yield { kind: 'or' }
    else if (match[0] === 'NOT') yield { kind: 'mark', mark: 'not' }
    else if (SPOKEN.test(match[0])) yield { kind: 'operand', node: { kind: 'word', text: match[0] } }
  }
}

/** Counts sentences by their words. */
class Tolerated {
  private readonly counts = new Map<string, number>()

  add(sentence: string): void {
    this.counts.set(sentence, (this.counts.get(sentence) ?? 0) + 1)
  }

  sentences(): string[] {
    return [...this.counts].map(([sentence, count]) => (count === 1 ? sentence : `${sentence} (${count} times)`))
  }
}
