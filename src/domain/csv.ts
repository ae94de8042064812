// Comma-separated values by RFC 4180, safe to open in a spreadsheet and exact to read back.

/** A spreadsheet takes a cell that begins so for a formula, after any white space and in full-width letters too. */
const FORMULA = /^[\s'\uFEFF]*[=+\-@\t\r\n＝＋－＠]/u

/**
 * A cell of text. One that a spreadsheet would run as a formula begins with an apostrophe, as does one that begins with apostrophes before
 * such a sign: so reading back is exact, by taking one apostrophe away from any cell that then still looks like a formula (`textOfCell`).
 */
export function textCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** What `textCell` was given, from the cell's content as a reader of RFC 4180 hands it out. */
export function textOfCell(content: string): string {
  return content.startsWith('\'') && FORMULA.test(content.slice(1)) ? content.slice(1) : content
}

/** A number as it reads back exactly, never as a formula: a minus and digits are a number everywhere. Empty where there is none. */
export function numberCell(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : String(value)
}

/** A text or a number, each as it has to be; empty where there is none. */
export function csvCell(value: string | number | undefined): string {
  return typeof value === 'string' ? textCell(value) : numberCell(value)
}

/** One record, with the line ending of RFC 4180. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`
}
