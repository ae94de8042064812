// Texts of a person's own among the settings, and what is wrong with one.
import type { FreeForm } from './settings.ts'
import { formulaFault } from './rewards/formula.ts'
import { fillTemplate } from './template.ts'

/** What should be given instead of `text`, or undefined where it is right. */
export function freeFault(form: FreeForm, text: string): string | undefined {
  switch (form) {
    case 'any': return /[\p{Cc}\p{Surrogate}]/u.test(text) ? 'give one line of text without control characters' : undefined
    case 'address': return addressFault(text)
    case 'origin': return text === '' ? undefined : addressFault(text)
    case 'numbers': return text === '' || numbersOf(text).every(Number.isFinite) ? undefined : 'give numbers separated by commas, or nothing'
    case 'expression': return formulaFault(text)
    case 'template': return text === '' ? undefined : templateFault(text)
  }
}

/** The numbers of a comma-separated text, NaN for what is none; none for the empty text. */
export function numbersOf(text: string): number[] {
  if (text.trim() === '') return []
  return text.split(',').map((item) => (/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(item) ? Number(item) : Number.NaN))
}

function addressFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'give a whole address that begins with http:// or https://'
  // settings stand in the page's address and in the run's record
  const open = url.username !== '' || url.password !== ''
  return open ? 'leave name and password out: they belong into the authentication header, which is kept in memory only' : undefined
}

function templateFault(text: string): string | undefined {
  if (!/\{\{\s*query\s*\}\}/.test(text)) return 'give a JSON object with {{query}} where the query belongs'
  try {
    const body: unknown = JSON.parse(fillTemplate(text, 'a "query"', 10))
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? undefined : 'give a JSON object, not another JSON value'
  } catch {
    return 'give JSON, in which {{query}} becomes a text and {{k}} a number'
  }
}
