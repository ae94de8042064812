// The embedded shop from a seed: a catalogue that says every concept in one way of several, and shoppers who say it in any.
// Calibrated against the MiniSearch recommender (shop.test.ts): see SHOP for what each number does to the test NDCG.
import type { EsciLabel, JudgedQuery, Judgement, Product } from '../../src/domain/dataset.ts'
import { Stream } from '../../src/domain/random.ts'
import { COLOR_CONCEPTS, CONCEPTS, DOMAINS } from './concepts.ts'
import type { Concept, Domain } from './concepts.ts'
import { chance, misspell, smallTalk } from './speech.ts'
import { FILLERS } from './words/shared.ts'

/** The seed of the shop in public/sample/shop. */
export const SHOP_SEED = 1

export const SHOP = {
  productsPerType: 40,
  train: 480,
  test: 240,
  /** chance that a shopper says a concept as the catalogue does: raises the original query's NDCG */
  catalogueWay: 0.6,
  /** near misses of a product at most, and the chance of each: a shopper's word for some concept it has not; lowers the NDCG of writing every way at once */
  nearMisses: 8,
  nearMiss: 0.7,
  /** chance that a product says what other type it works with: these Complements match like Exact ones and lower the ceiling */
  accessory: 0.15,
  misspelt: 0.15,
  /** chance that the type is named by a need instead, where the catalogue's way is not said */
  need: 0.25,
  /** Exact products of a query, at most */
  mostExact: 10,
  /** judged products of a query that are Substitute, Complement, Irrelevant, at most */
  judged: { S: 6, C: 3, I: 3 },
} as const

export type ShopSettings = { readonly [K in keyof typeof SHOP]: (typeof SHOP)[K] extends number ? number : (typeof SHOP)[K] }

/** A judged query with what only its maker knows: the concepts meant. */
export interface ShopQuery extends JudgedQuery {
  readonly concepts: readonly Concept[]
}

export interface Shop {
  readonly products: readonly Product[]
  readonly queries: readonly ShopQuery[]
  /** the products as their concepts, in the products' order */
  readonly items: readonly Item[]
  /** the one way in which the catalogue says a concept; no file of the sample holds it */
  readonly catalogueWay: (concept: Concept) => string
}

/** A product as its concepts. */
export interface Item {
  readonly id: string
  readonly domain: Domain
  readonly type: Concept
  readonly attributes: readonly Concept[]
  readonly brand: Concept
  readonly color: Concept
  readonly worksWith: Concept | undefined
}

/** The whole shop; the same seed and settings give the same shop. */
export function makeShop(seed: number, settings: ShopSettings = SHOP): Shop {
  const wayRandom = new Stream(seed, 'shop catalogue ways')
  const ways = new Map(CONCEPTS.map((concept) => [concept.key, wayRandom.pick(concept.ways)]))
  const catalogueWay = (concept: Concept): string => ways.get(concept.key)!
  const items = makeItems(new Stream(seed, 'shop items'), settings)
  const textRandom = new Stream(seed, 'shop product texts')
  const products = items.map((item) => describe(item, catalogueWay, textRandom, settings))
  return { products, items, queries: makeQueries(items, catalogueWay, new Stream(seed, 'shop queries'), settings), catalogueWay }
}

/** The wording that the catalogue understands: every concept meant, in the catalogue's way. */
export function bestWording(shop: Shop, query: ShopQuery): string {
  return query.concepts.map((concept) => shop.catalogueWay(concept)).join(' ')
}

function makeItems(random: Stream, settings: ShopSettings): Item[] {
  const ids = new Set<string>()
  const items = DOMAINS.flatMap((domain) => domain.types.flatMap((type) => Array.from({ length: settings.productsPerType }, (): Item => ({
    id: newId(ids, random), domain, type,
    attributes: random.shuffle(domain.attributes).slice(0, 3),
    brand: random.pick(domain.brands),
    color: random.pick(COLOR_CONCEPTS),
    worksWith: chance(random, settings.accessory) ? random.pick(domain.types.filter((other) => other !== type)) : undefined,
  }))))
  return random.shuffle(items)
}

const ID_CHARACTERS = '0123456789BCDFGHJKLMNPQRSTVWXZ'

/** Ten characters, as catalogues have them, without vowels so that no id is a word. */
function newId(taken: Set<string>, random: Stream): string {
  for (;;) {
    const id = `R${Array.from({ length: 9 }, () => ID_CHARACTERS.charAt(random.integer(ID_CHARACTERS.length))).join('')}`
    if (taken.has(id)) continue
    taken.add(id)
    return id
  }
}

function describe(item: Item, catalogueWay: (concept: Concept) => string, random: Stream, settings: ShopSettings): Product {
  const [first, second, third] = item.attributes.map(catalogueWay)
  const own = new Set([item.type, item.brand, item.color, ...item.attributes])
  const others = [...item.domain.types, ...item.domain.attributes, ...item.domain.brands, ...COLOR_CONCEPTS].filter((concept) => !own.has(concept))
  const nearMisses = Array.from({ length: settings.nearMisses }, () => random.pick(others)).filter(() => chance(random, settings.nearMiss))
    .map((concept) => random.pick(concept.ways.filter((way) => way !== catalogueWay(concept))))
  const [aside, ...compared] = nearMisses
  const bullets = [
    capital(`${second}, ${third}`),
    ...(item.worksWith === undefined ? [] : [`Works with ${catalogueWay(item.worksWith)}`]),
    ...(compared.length === 0 ? [] : [`Compare with ${compared.join(', ')}`]),
  ]
  const sentences = [random.pick(FILLERS), ...(aside === undefined ? [] : [`not the right pick if it is ${aside} that counts`]), random.pick(FILLERS)]
  return {
    id: item.id,
    title: titleCase(`${catalogueWay(item.brand)} ${catalogueWay(item.type)} ${first} ${catalogueWay(item.color)}`),
    description: chance(random, 0.1) ? '' : `${sentences.map((sentence) => `${capital(sentence)}.`).join(' ')} Sold in ${item.domain.name}.`,
    bullets: bullets.join('\n'),
    brand: titleCase(catalogueWay(item.brand)),
    color: titleCase(catalogueWay(item.color)),
  }
}

/**
 * Training queries first, then test queries. Every set of concepts is asked for once in the whole shop, so a test query is a new
 * combination; every concept of a test query occurs in some training query.
 */
function makeQueries(items: readonly Item[], catalogueWay: (concept: Concept) => string, random: Stream, settings: ShopSettings): ShopQuery[] {
  const asked = new Set<string>()
  const trained = new Set<string>()
  const queries: ShopQuery[] = []
  for (let attempt = 0; queries.length < settings.train + settings.test; attempt++) {
    if (attempt > 100_000) throw new Error(`shop: only ${queries.length} of ${settings.train + settings.test} queries found; ask for fewer`)
    const split = queries.length < settings.train ? 'train' : 'test'
    const item = random.pick(items)
    const concepts = [item.type, ...random.shuffle([...item.attributes, item.color, item.brand]).slice(0, 1 + random.integer(3))]
    const set = concepts.map((concept) => concept.key).toSorted().join('+')
    if (asked.has(set) || (split === 'test' && !concepts.every((concept) => trained.has(concept.key)))) continue
    const judgements = judge(concepts, items, random, settings)
    if (judgements.filter((judgement) => judgement.label === 'E').length > settings.mostExact) continue
    asked.add(set)
    if (split === 'train') for (const concept of concepts) trained.add(concept.key)
    queries.push({ id: String(queries.length), text: ask(concepts, catalogueWay, random, settings), split, judgements, concepts })
  }
  return queries
}

/** Words for the concepts as a shopper would type them. */
function ask(concepts: readonly Concept[], catalogueWay: (concept: Concept) => string, random: Stream, settings: ShopSettings): string {
  const said = concepts.map((concept) => {
    if (chance(random, settings.catalogueWay)) return catalogueWay(concept)
    if (concept.needs.length > 0 && chance(random, settings.need)) return random.pick(concept.needs)
    return random.pick(concept.ways.filter((way) => way !== catalogueWay(concept)))
  })
  const [type = '', ...qualifiers] = said
  const wish = (chance(random, 0.5) ? [type, ...qualifiers] : [...qualifiers, type]).join(' ')
  return smallTalk(chance(random, settings.misspelt) ? misspell(wish, random) : wish, random)
}

/** All Exact products; of the others a few: Substitutes lack one wish, Complements work with the type, Irrelevant ones share a wish at most. */
function judge(concepts: readonly Concept[], items: readonly Item[], random: Stream, settings: ShopSettings): Judgement[] {
  const [type, ...wishes] = concepts
  const byLabel: Record<EsciLabel, string[]> = { E: [], S: [], C: [], I: [] }
  for (const item of items) {
    const has = (wish: Concept): boolean => item.color === wish || item.brand === wish || item.attributes.includes(wish)
    const lacking = wishes.filter((wish) => !has(wish)).length
    if (item.type === type) {
      if (lacking < 2) byLabel[lacking === 0 ? 'E' : 'S'].push(item.id)
    } else if (item.worksWith === type) byLabel.C.push(item.id)
    else if (lacking < wishes.length) byLabel.I.push(item.id)
  }
  const labels = ['S', 'C', 'I'] as const
  const judgements = [
    ...byLabel.E.map((productId): Judgement => ({ productId, label: 'E' })),
    ...labels.flatMap((label) => random.shuffle(byLabel[label]).slice(0, settings.judged[label]).map((productId): Judgement => ({ productId, label }))),
  ]
  return random.shuffle(judgements)
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function titleCase(text: string): string {
  return text.split(' ').map(capital).join(' ')
}
