// Python literals as the Amazon files of 2014 have them, one dict a line: read as data by a parser of our own, never run.
import { DEPTH_LIMIT, put } from './literal.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', a: '\x07', b: '\b', f: '\f', v: '\v', '\n': '',
}
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['True', true], ['False', false], ['None', null], ['true', true], ['false', false], ['null', null],
  ['nan', NaN], ['NaN', NaN], ['inf', Infinity], ['Infinity', Infinity],
])
const NUMBER = /[+-]?(?:(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|inf|nan|Infinity)[lLjJ]?/y
const WORD = /[A-Za-z_]\w*/y
const PREFIX = /(?:[uU]|[rR]?[bB]|[bB]?[rR])(?=['"])/y
const SHORT = 4096
const PLAIN_SINGLE = /[^'\\]+/y
const PLAIN_DOUBLE = /[^"\\]+/y

/**
 * Reads one Python literal: dicts, lists, tuples and sets (both lists), strings with their prefixes and escapes, numbers (whole ones beyond 2^53 as
 * bigint), True, False, None. Throws a sentence with the place (from 1) of what is no literal, and when it nests deeper than DEPTH_LIMIT.
 */
export function parsePython(text: string): unknown {
  return new Parser(text).whole()
}

class Parser {
  private at = 0

  constructor(private readonly text: string) {}

  whole(): unknown {
    const value = this.value(0)
    this.space()
    if (this.at < this.text.length) this.fail('the literal ends here but the line goes on')
    return value
  }

  private fail(what: string): never {
    throw new Error(`${what} at character ${this.at + 1}`)
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && !(code >= 9 && code <= 13)) return
      this.at++
    }
  }

  private value(depth: number): unknown {
    if (depth > DEPTH_LIMIT) this.fail('it is nested too deeply')
    this.space()
    const char = this.text[this.at]
    if (char === '{') return this.braces(depth)
    if (char === '[') return this.list(']', depth)
    if (char === '(') return this.parentheses(depth)
    if (char === "'" || char === '"') return this.strings()
    if (char === undefined) this.fail('the line ends too early')
    if (char < 'A') return this.number()
    PREFIX.lastIndex = this.at
    if (PREFIX.test(this.text)) return this.strings()
    const word = this.match(WORD)
    if (word !== undefined) {
      if (WORDS.has(word)) return WORDS.get(word)
      this.at -= word.length
      this.fail(`${word.slice(0, 40)} is no literal`)
    }
    return this.number()
  }

  private number(): number | bigint {
    const start = this.at
    const found = this.match(NUMBER)
    if (found === undefined) this.fail(`${JSON.stringify(this.text[this.at])} begins no literal`)
    const plain = found.replaceAll('_', '').replace(/[lL]$/, '')
    const value = Number(plain.replace(/inf$/, 'Infinity').replace('nan', 'NaN'))
    if (/[jJ]$/.test(plain)) {
      this.at = start
      this.fail('a complex number has no place in a data set')
    }
    return /^[+-]?\d+$/.test(plain) && !Number.isSafeInteger(value) ? BigInt(plain.replace('+', '')) : value
  }

  /** Adjacent strings are one. */
  private strings(): string {
    let whole = ''
    for (;;) {
      const prefix = 'uUbBrR'.includes(this.text[this.at] ?? ' ') ? this.match(PREFIX) : undefined
      const quote = this.text[this.at]
      if (quote !== "'" && quote !== '"') return whole
      whole += this.string(quote, prefix?.toLowerCase().includes('r') === true)
      this.space()
    }
  }

  private string(quote: string, raw: boolean): string {
    const opened = this.at
    const triple = this.text.startsWith(quote.repeat(3), this.at)
    this.at += triple ? 3 : 1
    const parts: string[] = []
    if (!triple) {
      // most strings are short and hold no backslash
      const end = this.text.indexOf(quote, this.at)
      const plain = end === -1 || end - this.at > SHORT ? undefined : this.text.slice(this.at, end)
      if (plain !== undefined && !plain.includes('\\')) {
        this.at = end + 1
        return plain
      }
    }
    for (;;) {
      parts.push(this.match(quote === "'" ? PLAIN_SINGLE : PLAIN_DOUBLE) ?? '')
      const char = this.text[this.at]
      if (char === undefined) {
        this.at = opened
        this.fail('a string is never closed')
      } else if (char === '\\') {
        this.at++
        if (raw) parts.push(`\\${this.text[this.at++] ?? ''}`)
        else parts.push(this.escape())
      } else if (!triple || this.text.startsWith(quote.repeat(3), this.at)) {
        this.at += triple ? 3 : 1
        return parts.join('')
      } else {
        parts.push(char)
        this.at++
      }
    }
  }

  private escape(): string {
    const char = this.text[this.at++] ?? ''
    const simple = ESCAPES[char]
    if (simple !== undefined) return simple
    const digits = char === 'x' ? 2 : char === 'u' ? 4 : char === 'U' ? 8 : 0
    if (digits > 0) {
      const hex = this.text.slice(this.at, this.at + digits)
      const code = /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : Infinity
      if (code > 0x10ffff) this.fail(`the escape \\${char}${hex.slice(0, 8)} names no character`)
      this.at += digits
      return String.fromCodePoint(code)
    }
    if (char >= '0' && char <= '7') {
      const octal = /^[0-7]{0,2}/.exec(this.text.slice(this.at, this.at + 2))![0]
      this.at += octal.length
      return String.fromCodePoint(Number.parseInt(char + octal, 8))
    }
    return `\\${char}`
  }

  private list(close: string, depth: number): unknown[] {
    this.at++
    const items: unknown[] = []
    for (;;) {
      this.space()
      if (this.text[this.at] === close) {
        this.at++
        return items
      }
      items.push(this.value(depth + 1))
      this.separator(close)
    }
  }

  /** `(1)` is the number, `(1,)` and `()` are lists. */
  private parentheses(depth: number): unknown {
    const start = this.at
    const items = this.list(')', depth)
    return items.length === 1 && !/,\s*\)$/.test(this.text.slice(Math.max(start, this.at - 20), this.at)) ? items[0] : items
  }

  private braces(depth: number): unknown {
    this.at++
    const dict: Record<string, unknown> = {}
    const set: unknown[] = []
    for (;;) {
      this.space()
      if (this.text[this.at] === '}') {
        this.at++
        return set.length > 0 ? set : dict
      }
      const key = this.value(depth + 1)
      this.space()
      if (this.text[this.at] === ':' && set.length === 0) {
        this.at++
        put(dict, typeof key === 'string' ? key : String(key), this.value(depth + 1))
      } else set.push(key)
      this.separator('}')
    }
  }

  private separator(close: string): void {
    this.space()
    if (this.text[this.at] === ',') this.at++
    else if (this.text[this.at] !== close) this.fail(this.at < this.text.length ? `a comma or ${close} is missing` : 'the line ends too early')
  }
}
