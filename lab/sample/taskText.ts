// What the tasks' policy is taught before any reward: the formats, and several ways to go about each task. Which way pays, and what is bought
// after what, no example tells: every history and every list of candidates here is drawn by chance.
import type { Stream } from '../../src/domain/random.ts'
import { COLOR_CONCEPTS, DOMAINS, type Concept, type Domain } from './concepts.ts'
import { setOf } from './people.ts'
import type { Item, Shop } from './shop.ts'
import { chance, misspell, smallTalk } from './speech.ts'

/** Candidates of the ordering tasks, and how many of them are listed: the values of the presets sample-rerank and sample-recllm. */
export const POOL = { rerank: { candidates: 6, listed: 3 }, recllm: { candidates: 4, listed: 2 } } as const
/** Titles of a history, at most, and names listed: the values of the presets over histories. */
export const HISTORY = 3
export const NAMES = 3
/** Titles of a history beside a pool. */
const BESIDE_POOL = 2

export type TaughtTask = 'sequential' | 'open-set' | 'augmentation' | 'rerank' | 'recllm'

/** How often each task is practised. */
export const TASK_SHARES: Readonly<Record<TaughtTask, number>> = { sequential: 2, 'open-set': 2, augmentation: 1, rerank: 3, recllm: 3 }

/** An example before it is written down: products by their place in the shop. */
export interface TaskExample {
  readonly task: TaughtTask
  /** the shopper's words, of a task over queries */
  readonly query?: string
  readonly history: readonly Item[]
  readonly candidates: readonly Item[]
  readonly thought: string
  /** numbers from 1 where candidates are ordered */
  readonly answer: string | readonly string[]
}

/** A way to go about a task, and how often it is shown. The start prefers the first: to leave things as they are. */
type Ways<T> = readonly (readonly [thought: string, share: number, way: T])[]

export function taskExample(shop: Shop, random: Stream): TaskExample {
  const tasks = Object.keys(TASK_SHARES) as TaughtTask[]
  const task = drawn(tasks.map((name) => [name, TASK_SHARES[name], name] as const), random)[2]
  switch (task) {
    case 'sequential': case 'open-set': case 'augmentation': return fromHistory(task, shop, random)
    case 'rerank': return fromQuery(shop, random)
    case 'recllm': return fromPool(shop, random)
  }
}

const places = new WeakMap<Shop, ReadonlyMap<Domain, readonly Item[]>>()

function itemsOf(shop: Shop, domain: Domain): readonly Item[] {
  let known = places.get(shop)
  if (known === undefined) places.set(shop, known = new Map(DOMAINS.map((one) => [one, shop.items.filter((item) => item.domain === one)])))
  return known.get(domain)!
}

interface Said {
  readonly brand: string
  readonly type: string
  readonly color: string
}

/** What is written of a history's last item, and of another type of its set. */
const FOLLOWING: Ways<(last: Said, other: Said) => Said> = [
  ['again', 4, (last) => last],
  ['same brand', 2, (last, other) => ({ ...other, brand: last.brand })],
  ['same color', 2, (last, other) => ({ ...other, color: last.color })],
  ['a set', 1.5, (last, other) => ({ ...last, type: other.type })],
]

function fromHistory(task: 'sequential' | 'open-set' | 'augmentation', shop: Shop, random: Stream): TaskExample {
  const domain = random.pick(DOMAINS)
  const history = Array.from({ length: 1 + random.integer(HISTORY) }, () => random.pick(itemsOf(shop, domain)))
  const last = history.at(-1)!
  const way = shop.catalogueWay
  const [thought, , follow] = drawn(FOLLOWING, random)
  // other types of the set, none twice
  const others = random.shuffle(setOf(last.type).filter((type) => type !== last.type)).slice(0, NAMES)
  const said = others.map((type): Said => follow(
    { brand: way(last.brand), type: way(last.type), color: way(last.color) },
    { brand: way(random.pick(domain.brands)), type: way(type), color: way(random.pick(COLOR_CONCEPTS)) },
  ))
  const texts = said.map(({ brand, type, color }) => ` ${brand} ${type} ${color}`)
  const names = thought === 'again' ? history.toReversed().map((item) => ` ${way(item.brand)} ${way(item.type)} ${way(item.color)}`) : texts
  const answer = task === 'open-set' ? [...new Set(names)] : task === 'sequential' ? texts[0]! : `${texts[0]!} ${thought === 'again' ? way(last.attributes[0]!) : said[1]!.type}`
  return { task, history, candidates: [], thought, answer }
}

const ORDERING: Ways<'as listed' | 'backwards' | 'by kind'> = [
  ['as listed', 4, 'as listed'], ['backwards', 3, 'backwards'], ['', 4, 'by kind'],
]

/** A shopper's query and candidates: some of the kind that is asked for, others from anywhere. Who goes by the kind thinks of it first, in the shop's words. */
function fromQuery(shop: Shop, random: Stream): TaskExample {
  const domain = random.pick(DOMAINS)
  const type = random.pick(domain.types)
  const wishes = random.shuffle<Concept>([...domain.attributes, ...domain.brands, ...COLOR_CONCEPTS]).slice(0, 1 + random.integer(3))
  const ofType = random.shuffle(itemsOf(shop, domain).filter((item) => item.type === type))
  const fitting = 1 + random.integer(3)
  const candidates = random.shuffle([...ofType.slice(0, fitting), ...others(shop, POOL.rerank.candidates - fitting, (item) => item.type !== type, random)])
  const say = (concept: Concept): string => (chance(random, 0.5) ? shop.catalogueWay(concept) : random.pick([...concept.ways, ...concept.needs]))
  const said = [say(type), ...wishes.map(say)]
  const wish = (chance(random, 0.5) ? said : said.toReversed()).join(' ')
  const query = smallTalk(chance(random, 0.15) ? misspell(wish, random) : wish, random)
  const [thought, , way] = drawn(ORDERING, random)
  return {
    task: 'rerank', query, history: [], candidates, thought: way === 'by kind' ? shop.catalogueWay(type) : thought,
    answer: listed(candidates, POOL.rerank.listed, way === 'by kind' ? (item) => item.type === type : way),
  }
}

/** Any products, none twice. */
function others(shop: Shop, count: number, fits: (item: Item) => boolean, random: Stream): Item[] {
  const found = new Set<Item>()
  while (found.size < count) {
    const item = random.pick(shop.items)
    if (fits(item)) found.add(item)
  }
  return [...found]
}

const CHOOSING: Ways<'as listed' | 'backwards' | 'by brand'> = [
  ['as listed', 4, 'as listed'], ['backwards', 3, 'backwards'], ['', 4, 'by brand'],
]

/** A history and candidates: one or two of them of the brand that was bought last, others from anywhere. Who goes by the brand thinks of it first. */
function fromPool(shop: Shop, random: Stream): TaskExample {
  const domain = random.pick(DOMAINS)
  const own = itemsOf(shop, domain)
  const history = Array.from({ length: BESIDE_POOL }, () => random.pick(own))
  const last = history.at(-1)!
  const near = random.shuffle(own.filter((item) => item !== last && item.brand === last.brand)).slice(0, 1 + random.integer(2))
  const candidates = random.shuffle([...near, ...others(shop, POOL.recllm.candidates - near.length, (item) => !near.includes(item) && item !== last, random)])
  const [thought, , way] = drawn(CHOOSING, random)
  return {
    task: 'recllm', history, candidates, thought: way === 'by brand' ? shop.catalogueWay(last.brand) : thought,
    answer: listed(candidates, POOL.recllm.listed, way === 'by brand' ? (item) => item.brand === last.brand : way),
  }
}

/** The first `count` numbers of the candidates: as they stand, backwards, or those that fit before the rest. */
function listed(candidates: readonly Item[], count: number, by: 'as listed' | 'backwards' | ((item: Item) => boolean)): string[] {
  const numbers = candidates.map((_, at) => at + 1)
  const fits = (number: number): number => (typeof by === 'function' && by(candidates[number - 1]!) ? 0 : 1)
  const ordered = by === 'backwards' ? numbers.toReversed() : numbers.toSorted((a, b) => fits(a) - fits(b) || a - b)
  return ordered.slice(0, count).map(String)
}

function drawn<T extends readonly [unknown, number, unknown]>(ways: readonly T[], random: Stream): T {
  let rest = random.uniform() * ways.reduce((sum, [, share]) => sum + share, 0)
  return ways.find(([, share]) => (rest -= share) < 0) ?? ways.at(-1)!
}
