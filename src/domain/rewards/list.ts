// What is wrong with a list, whatever it finds: repetitions, strangers, a wrong length. An answer that is no list has none of these faults.
import { queryWords } from '../words.ts'
import { askedLength, listed, type Outcome, type PartOf } from './outcome.ts'

/** Items that stood before, as a share of the items. Names are the same where they match one product, or read the same but for case and outer spaces. */
export const duplicates: PartOf = (outcome) => {
  const ids = listed(outcome)
  if (ids === undefined || ids.length === 0) return 0
  const written = itemsOf(outcome)
  return 1 - new Set(ids.map((id, i) => id ?? `\0${written[i]?.trim().toLowerCase()}`)).size / ids.length
}

/**
 * Items that are not to be chosen from, as a share of the items: outside the row's candidates, or names that match nothing. A name matches a product
 * where at least half of the name's distinct words stand in the product's title, as far as the title is known; that rule is ours.
 */
export const strangers: PartOf = (outcome) => {
  const ids = listed(outcome)
  if (ids === undefined || ids.length === 0) return 0
  const { row: { candidates }, matched } = outcome
  if (candidates === undefined && matched === undefined) return 0
  const pool = candidates === undefined ? undefined : new Set(candidates)
  const written = itemsOf(outcome)
  const isStranger = (id: string | undefined, at: number): boolean =>
    id === undefined || pool?.has(id) === false || (matched !== undefined && !isNamed(outcome, id, written[at] ?? ''))
  return ids.filter(isStranger).length / ids.length
}

/** |items − k| / k, at most 1, with k items asked for. */
export const wrongLength: PartOf<'listLength'> = (outcome, settings) => {
  const [ids, asked] = [listed(outcome), askedLength(outcome, settings)]
  return ids === undefined ? 0 : Math.min(1, Math.abs(ids.length - asked) / asked)
}

function itemsOf({ request }: Outcome): readonly string[] {
  return request.kind === 'query' ? request.items ?? [] : []
}

function isNamed({ facts }: Outcome, id: string, name: string): boolean {
  const product = facts.product(id)
  if (product === undefined) return true
  const [said, title] = [new Set(queryWords(name)), new Set(queryWords(product.title))]
  return said.size > 0 && [...said].filter((word) => title.has(word)).length * 2 >= said.size
}
