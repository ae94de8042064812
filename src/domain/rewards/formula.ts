// The setting `expression`: what is wrong with it, and the formula that it is, read once.
import { readFormula, type Formula } from './expression.ts'
import { NAMED_PARTS, type NamedPart } from './weights.ts'

const read = new Map<string, Formula<NamedPart>>()
/** A form reads as one types: beyond this many the memory begins anew. */
const MOST_READ = 100

/** Undefined where there is none. Throws a sentence where the text can't be read. */
export function formulaOf(expression: string): Formula<NamedPart> | undefined {
  if (expression.trim() === '') return undefined
  let formula = read.get(expression)
  if (formula === undefined) {
    formula = readFormula(expression, NAMED_PARTS)
    if (read.size >= MOST_READ) read.clear()
    read.set(expression, formula)
  }
  return formula
}

/** What should be given instead, or undefined where it is right. */
export function formulaFault(expression: string): string | undefined {
  try {
    formulaOf(expression)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
