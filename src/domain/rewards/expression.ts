// A formula over reward parts: read by jsep, which only parses, and computed here over a list of allowed nodes. Nothing of it is ever run as code.
import jsep from 'jsep'

/** Longer formulas are refused: this also bounds how deep one can nest. */
const MOST_LETTERS = 500
/** What a formula is worth at most, either way: as far as a weight reaches. */
const MOST = 10

export interface Formula<Name extends string = string> {
  /** the parts that it names, each once */
  readonly names: readonly Name[]
  /** from −10 to 10, finite whatever the parts are */
  readonly value: (parts: Readonly<Partial<Record<Name, number>>>) => number
}

type Values = Readonly<Partial<Record<string, number>>>
type Compute = (parts: Values) => number

/** A step of a computation that has no finite value counts 0: division by zero, a root or logarithm of what has none, an overflow. */
const finite = (value: number): number => (Number.isFinite(value) ? value : 0)
const truth = (is: boolean): number => (is ? 1 : 0)

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, '^': (a, b) => a ** b,
  '<': (a, b) => truth(a < b), '<=': (a, b) => truth(a <= b), '>': (a, b) => truth(a > b), '>=': (a, b) => truth(a >= b),
  '==': (a, b) => truth(a === b), '!=': (a, b) => truth(a !== b),
}

/** Each with the least and the most arguments that it takes. */
const FUNCTIONS: Readonly<Record<string, { readonly least: number; readonly most: number; readonly of: (...values: number[]) => number }>> = {
  min: { least: 1, most: 20, of: Math.min }, max: { least: 1, most: 20, of: Math.max },
  abs: { least: 1, most: 1, of: Math.abs }, sqrt: { least: 1, most: 1, of: Math.sqrt },
  log: { least: 1, most: 1, of: Math.log }, exp: { least: 1, most: 1, of: Math.exp },
}

/** Why a formula can't be read; `at` counts its characters from 1. */
class Fault extends Error {
  constructor(readonly reason: string, readonly at: number) {
    super(reason)
  }
}

let isReady = false
/** negations whose operand is followed by a power: −a ^ b is read differently by different people */
const negated = new WeakSet<object>()

function ready(): void {
  if (isReady) return
  isReady = true
  jsep.removeAllBinaryOps()
  jsep.removeAllUnaryOps()
  jsep.removeAllLiterals()
  for (const [operators, precedence] of [[['<', '<=', '>', '>=', '==', '!='], 1], [['+', '-'], 2], [['*', '/'], 3]] as const) {
    for (const operator of operators) jsep.addBinaryOp(operator, precedence)
  }
  jsep.addBinaryOp('^', 4, true)
  jsep.addUnaryOp('-')
  jsep.hooks.add('after-token', function ({ node }) {
    if (node === undefined || node.type !== 'UnaryExpression' || negated.has(node)) return
    negated.add(node)
    this.gobbleSpaces()
    if (this.char === '^') throw new Fault('−a ^ b can be read in two ways; write −(a ^ b) or (−a) ^ b', this.index + 1)
  })
}

/** The formula that `text` is, over the parts `names`. Throws a sentence with the place of the fault and what is known. */
export function readFormula<Name extends string>(text: string, names: readonly Name[]): Formula<Name> {
  const known = `the parts are ${names.join(', ')}`
  try {
    if (text.length > MOST_LETTERS) throw new Fault(`it has ${text.length} characters; ${MOST_LETTERS} are the most`, MOST_LETTERS + 1)
    // the signs that people write, one for one: places stay what they are
    const plain = text.replaceAll('−', '-').replaceAll(/[×·]/g, '*').replaceAll('÷', '/')
    const strange = /[^\w\s.+\-*/^()<>=!,]/u.exec(plain)
    if (strange !== null) throw new Fault(`${JSON.stringify(strange[0])} does not belong in a formula`, strange.index + 1)
    ready()
    const used = new Set<Name>()
    const compute = compile(jsep(plain), { text: plain, names, known, used })
    return { names: [...used], value: (parts) => Math.min(MOST, Math.max(-MOST, compute(parts))) }
  } catch (error) {
    throw new Error(sentence(error, known), { cause: error })
  }
}

function sentence(error: unknown, known: string): string {
  if (error instanceof Fault) return `give a formula: ${error.reason}, at character ${error.at}`
  const { description, index } = error as { readonly description?: string; readonly index?: number }
  const reason = description ?? 'it can’t be read'
  return `give a formula: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}${index === undefined ? '' : `, at character ${index + 1}`}; ${known}`
}

interface Reading {
  readonly text: string
  readonly names: readonly string[]
  readonly known: string
  readonly used: Set<string>
}

/** What a node computes; every kind of node that is not named here is refused. */
function compile(node: jsep.Expression, reading: Reading): Compute {
  const { type, operator } = node as { readonly type: string; readonly operator?: string }
  switch (type) {
    case 'Literal': return literal(node as jsep.Literal, reading)
    case 'Identifier': return named((node as jsep.Identifier).name, reading)
    case 'UnaryExpression': {
      const of = compile((node as jsep.UnaryExpression).argument, reading)
      return (parts) => -of(parts)
    }
    case 'BinaryExpression': {
      const { left, right } = node as jsep.BinaryExpression
      const [a, b, join] = [compile(left, reading), compile(right, reading), OPERATORS[operator ?? '']!]
      return (parts) => finite(join(a(parts), b(parts)))
    }
    case 'CallExpression': return called(node as jsep.CallExpression, reading)
    case 'MemberExpression': throw new Fault('a dot belongs in numbers only', 1 + Math.max(0, reading.text.search(/\.\s*[a-z_]/i)))
    case 'Compound': throw new Fault((node as jsep.Compound).body.length === 0 ? 'it is empty' : 'it falls into several; join them by + − * / ^ or a comparison', reading.text.length)
    default: throw new Fault('only numbers, parts, + − * / ^, comparisons, parentheses and functions belong in it', 1)
  }
}

function literal({ value, raw }: jsep.Literal, { text }: Reading): Compute {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Fault(`${raw} is no finite number`, placeOf(raw, text))
  return () => value
}

function named(name: string, { names, known, text, used }: Reading): Compute {
  if (!names.includes(name)) {
    const what = Object.hasOwn(FUNCTIONS, name) ? `${name} is a function; write ${name}(…)` : `${name} is no part; ${known}`
    throw new Fault(what, placeOf(name, text))
  }
  used.add(name)
  return (parts) => finite(parts[name] ?? 0)
}

function called({ callee, arguments: given }: jsep.CallExpression, reading: Reading): Compute {
  const name = callee.type === 'Identifier' ? (callee as jsep.Identifier).name : ''
  const place = placeOf(name, reading.text)
  if (!Object.hasOwn(FUNCTIONS, name)) throw new Fault(`${name === '' ? 'what stands before a parenthesis' : name} is no function; the functions are ${Object.keys(FUNCTIONS).join(', ')}`, place)
  const { least, most, of } = FUNCTIONS[name]!
  if (given.length < least || given.length > most) throw new Fault(`${name} has ${given.length} arguments; it takes ${least === most ? least : `${least} to ${most}`}`, place)
  const values = given.map((argument) => compile(argument, reading))
  return (parts) => finite(of(...values.map((value) => value(parts))))
}

/** Where a word first stands by itself, counted from 1. */
function placeOf(word: string, text: string): number {
  for (const { 0: found, index } of text.matchAll(/[\w.]+/g)) if (found === word) return index + 1
  return 1
}
