// What all literals share, JSON's and Python's: a limit to nesting, Python's NaN in JSON, fields of any name.

/** No published record nests nearly as deep; deeper ones would overflow whoever walks them. */
export const DEPTH_LIMIT = 64

/** Whether JSON text nests deeper than DEPTH_LIMIT; brackets are counted first, so that ordinary text costs next to nothing. */
export function tooDeep(text: string): boolean {
  if (openings(text, '[') + openings(text, '{') <= DEPTH_LIMIT) return false
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (quoted) {
      if (code === 0x5c) i++
      else if (code === 0x22) quoted = false
    } else if (code === 0x22) quoted = true
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > DEPTH_LIMIT) return true
    } else if (code === 0x5d || code === 0x7d) depth--
  }
  return false
}

/** Matches strings whole, so that only what stands outside them is replaced. */
const STRING_OR_NAN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/gs

/**
 * JSON.parse, with the NaN and Infinity that Python's json.dump writes as null. Throws on what is no JSON, and on what nests deeper than
 * DEPTH_LIMIT.
 */
export function parseJson(text: string): unknown {
  if (tooDeep(text)) throw new Error(`it is nested deeper than ${DEPTH_LIMIT} levels`)
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (!text.includes('NaN') && !text.includes('Infinity')) throw cause
    return JSON.parse(text.replace(STRING_OR_NAN, (found) => (found.startsWith('"') ? found : 'null')))
  }
}

/** Sets a field; a field called __proto__ is a field like any other. */
export function put(row: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })
  else row[name] = value
}

function openings(text: string, bracket: string): number {
  let count = 0
  for (let at = text.indexOf(bracket); at !== -1 && count <= DEPTH_LIMIT; at = text.indexOf(bracket, at + 1)) count++
  return count
}
