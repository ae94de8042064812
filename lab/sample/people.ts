// The embedded shop's people and the facts of its products: who bought what after what, by rules that only the purchases tell.
import { Stream } from '../../src/domain/random.ts'
import type { Concept, Domain } from './concepts.ts'
import { DOMAINS } from './concepts.ts'
import type { Item, Shop } from './shop.ts'
import { chance } from './speech.ts'

export const PEOPLE = {
  train: 480,
  test: 240,
  /** purchases of a person, at least and at most */
  fewest: 6,
  most: 9,
  /** chance that the next purchase is of the type that follows the last one's; else of any type of the same set */
  follows: 0.85,
  /** chance that a person looks for the last purchase's brand again, and for its color */
  sameBrand: 0.85,
  sameColor: 0.85,
  /** chance of a purchase between that was a mistake: any product of the domain, and a low rating */
  mistake: 0.12,
} as const

/** Types of one set are used together; which of them follows which is what the purchases tell. */
const SET = 5

interface Purchase {
  readonly item: Item
  /** seconds since 1970 */
  readonly time: number
  /** 1 to 5 */
  readonly rating: number
}

export interface Person {
  readonly id: string
  readonly age: number
  readonly gender: string
  readonly cityTier: number
  readonly interests: readonly string[]
  readonly split: 'train' | 'test'
  readonly purchases: readonly Purchase[]
}

/** What a shop knows of a product besides its texts. */
interface ItemFacts {
  readonly id: string
  /** what queries after it are also averaged by, and may be held out by */
  readonly department: string
  readonly category: string
  readonly price: number
  /** share of the price */
  readonly margin: number
  readonly stock: number
  /** seconds since 1970 */
  readonly released: number
  readonly likes: number
  readonly comments: number
  readonly shares: number
  readonly tags: readonly string[]
}

export interface World {
  readonly people: readonly Person[]
  readonly facts: readonly ItemFacts[]
  /** the type that is bought after a type; no file of the sample holds it */
  readonly next: (type: Concept) => Concept
}

const DAY = 86_400
/** 2024-01-01 */
const OPENED = 1_704_067_200
const DAYS = 720

/** Sets of types that are used together, in the order of the word lists. */
function setsOf(domain: Domain): Concept[][] {
  return Array.from({ length: domain.types.length / SET }, (_, set) => domain.types.slice(set * SET, (set + 1) * SET))
}

export function setOf(type: Concept): readonly Concept[] {
  return DOMAINS.flatMap(setsOf).find((set) => set.includes(type))!
}

/** People and product facts of a shop; the same seed gives the same. */
export function makeWorld(shop: Shop, seed: number): World {
  const next = followers(new Stream(seed, 'people what follows'))
  const facts = makeFacts(shop, new Stream(seed, 'product facts'))
  const random = new Stream(seed, 'people')
  const priceOf = new Map(facts.map(({ id, price }) => [id, price]))
  const people = Array.from({ length: PEOPLE.train + PEOPLE.test }, (_, at) => makePerson(at, shop, next, priceOf, random))
  return { people, facts, next: (type) => next.get(type)! }
}

/** In each set every type is followed by another, round and round in an order drawn by chance. */
function followers(random: Stream): Map<Concept, Concept> {
  const next = new Map<Concept, Concept>()
  for (const set of DOMAINS.flatMap(setsOf)) {
    const round = random.shuffle(set)
    for (const [at, type] of round.entries()) next.set(type, round[(at + 1) % round.length]!)
  }
  return next
}

/** What a cheap and a dear thing of a type costs, and how often people look at it. */
function makeFacts({ products, items, catalogueWay }: Shop, random: Stream): ItemFacts[] {
  const base = new Map(DOMAINS.flatMap(({ types }) => types).map((type) => [type.key, 8 * 2 ** (random.uniform() * 4)]))
  const level = new Map(DOMAINS.flatMap(({ brands }) => brands).map((brand) => [brand.key, 0.7 + random.uniform()]))
  return items.map((item, at): ItemFacts => {
    const popularity = 2 ** (random.uniform() * 10)
    const price = base.get(item.type.key)! * level.get(item.brand.key)! * (0.8 + 0.4 * random.uniform())
    const count = (share: number): number => Math.floor(popularity * share * (0.5 + random.uniform()))
    return {
      id: products[at]!.id, department: item.domain.name,
      category: `${item.domain.name} ${catalogueWay(item.type)}`, price: Math.round(price * 100) / 100, margin: Math.round((0.05 + 0.5 * random.uniform()) * 100) / 100,
      stock: random.integer(200), released: OPENED - random.integer(3 * 365) * DAY, likes: count(1), comments: count(0.1), shares: count(0.05),
      tags: [...item.attributes, item.color].map(catalogueWay),
    }
  })
}

function makePerson(at: number, { items, catalogueWay }: Shop, next: ReadonlyMap<Concept, Concept>, priceOf: ReadonlyMap<string, number>, random: Stream): Person {
  const domain = random.pick(DOMAINS)
  const cityTier = 1 + random.integer(3)
  const liked = random.shuffle(domain.attributes).slice(0, 2)
  const count = PEOPLE.fewest + random.integer(PEOPLE.most - PEOPLE.fewest + 1)
  const own = items.filter((item) => item.domain === domain)
  const had = new Set<Item>()
  let wanted: Wish = { type: random.pick(domain.types), brand: random.pick(domain.brands), color: random.pick(own).color }
  let time = OPENED + random.integer(DAYS * DAY)
  const purchases: Purchase[] = []
  while (purchases.length < count) {
    time += DAY + random.integer(30 * DAY)
    // the last purchase is never a mistake: it is what is to be foretold
    if (purchases.length > 0 && purchases.length < count - 1 && chance(random, PEOPLE.mistake)) {
      purchases.push({ item: random.pick(own.filter((item) => !had.has(item))), time, rating: 1 + random.integer(3) })
      had.add(purchases.at(-1)!.item)
      continue
    }
    const item = choose(own.filter((one) => !had.has(one)), wanted, cityTier, priceOf, random)
    had.add(item)
    purchases.push({ item, time, rating: item.attributes.some((attribute) => liked.includes(attribute)) ? 5 : 4 })
    wanted = {
      type: chance(random, PEOPLE.follows) ? next.get(item.type)! : random.pick(setOf(item.type)),
      brand: chance(random, PEOPLE.sameBrand) ? item.brand : random.pick(domain.brands),
      color: chance(random, PEOPLE.sameColor) ? item.color : random.pick(own).color,
    }
  }
  return {
    id: `U${String(at + 1).padStart(4, '0')}`, age: 16 + random.integer(55), gender: random.pick(['f', 'm']), cityTier,
    interests: [...liked, ...(chance(random, 0.5) ? [] : [random.pick(domain.attributes)])].map(catalogueWay),
    split: at < PEOPLE.train ? 'train' : 'test', purchases,
  }
}

interface Wish {
  readonly type: Concept
  readonly brand: Concept
  readonly color: Concept
}

/** Of the wanted type what fits best, brand before color; of equals the dearest in the largest cities, the cheapest in the smallest. */
function choose(items: readonly Item[], wanted: Wish, cityTier: number, priceOf: ReadonlyMap<string, number>, random: Stream): Item {
  const colorFirst = chance(random, 0.3)
  const fit = (item: Item): number => (item.brand === wanted.brand ? 2 : 0) + (item.color === wanted.color ? (colorFirst ? 3 : 1) : 0)
  const ofType = items.filter((item) => item.type === wanted.type)
  const best = Math.max(...ofType.map(fit))
  const fitting = ofType.filter((item) => fit(item) === best).toSorted((a, b) => priceOf.get(b.id)! - priceOf.get(a.id)!)
  return fitting[Math.round((cityTier - 1) / 2 * (fitting.length - 1))]!
}
