// A request body with places for the query and the depth: JSON stays JSON whatever the query says.

const STRING_OR_PLACE = /"(?:[^"\\]|\\.)*"|\{\{\s*(?:query|k)\s*\}\}/g
const PLACE = /\{\{\s*(query|k)\s*\}\}/g

/**
 * `template` with {{query}} and {{k}} filled in. Inside a JSON string the query is escaped to stay within it; outside it becomes a
 * JSON string of its own. What the query itself holds is never read as a place.
 */
export function fillTemplate(template: string, query: string, k: number): string {
  const text = JSON.stringify(query.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
  return template.replaceAll(STRING_OR_PLACE, (part) =>
    part.replaceAll(PLACE, (_, name) => (name === 'k' ? String(k) : part.startsWith('"') ? text.slice(1, -1) : text)))
}
