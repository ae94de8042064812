// What the shop speaks of: concepts with their several ways of saying, read from the word lists.
import { BABY_PRODUCTS } from './words/baby-products.ts'
import { OFFICE_PRODUCTS } from './words/office-products.ts'
import { COLORS } from './words/shared.ts'
import { SPORTS_AND_OUTDOORS } from './words/sports-and-outdoors.ts'
import { VIDEO_GAMES } from './words/video-games.ts'

/** A domain's word lists; `|` separates ways of saying one thing, brands are two words. */
export interface DomainWords {
  readonly name: string
  /** ways of saying, and the need that calls for it */
  readonly types: readonly (readonly [ways: string, need: string])[]
  readonly attributes: readonly string[]
  readonly brands: readonly string[]
}

export interface Concept {
  /** unique in the shop: domain, kind and first way */
  readonly key: string
  readonly kind: 'type' | 'attribute' | 'brand' | 'color'
  /** equally plausible ways of saying it; nothing in English tells which one a catalogue uses */
  readonly ways: readonly string[]
  /** what shoppers say instead, and no catalogue does */
  readonly needs: readonly string[]
}

export interface Domain {
  readonly name: string
  readonly types: readonly Concept[]
  readonly attributes: readonly Concept[]
  readonly brands: readonly Concept[]
}

function concept(domain: string, kind: Concept['kind'], ways: readonly string[], needs: readonly string[] = []): Concept {
  return { key: `${domain}/${kind}/${ways[0]}`, kind, ways, needs }
}

const split = (ways: string): string[] => ways.split('|').map((way) => way.trim())

/** A brand is written as one word, as two, or as initials. */
function brandWays(name: string): string[] {
  const [first = '', second = ''] = name.split(' ')
  return [first + second, name, first.slice(0, 1) + second.slice(0, 1)]
}

export const DOMAINS: readonly Domain[] = [VIDEO_GAMES, BABY_PRODUCTS, OFFICE_PRODUCTS, SPORTS_AND_OUTDOORS].map((words) => ({
  name: words.name,
  types: words.types.map(([ways, need]) => concept(words.name, 'type', split(ways), [need])),
  attributes: words.attributes.map((ways) => concept(words.name, 'attribute', split(ways))),
  brands: words.brands.map((name) => concept(words.name, 'brand', brandWays(name))),
}))

export const COLOR_CONCEPTS: readonly Concept[] = COLORS.map((ways) => concept('shared', 'color', split(ways)))

export const CONCEPTS: readonly Concept[] = [...DOMAINS.flatMap((domain) => [...domain.types, ...domain.attributes, ...domain.brands]), ...COLOR_CONCEPTS]
