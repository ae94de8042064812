// What must be known of rows before they become prompts: candidates are drawn and products fetched, a batch at a time.
import type { Product } from '../domain/dataset.ts'
import { Stream } from '../domain/random.ts'
import type { Settings } from '../domain/settings.ts'
import { NO_FACTS, type Facts, type Pool } from '../domain/tasks/task.ts'
import type { Catalogue, Ports } from './ports.ts'
import { rankAll } from './score.ts'
import type { Task } from './tasks.ts'

type Known = Map<string, Product>

const factsOf = (known: Known): Facts => ({ product: (id) => known.get(id) })

/** Products that a run has seen, by its catalogue: a history's items come again and again. */
const seen = new WeakMap<Catalogue, Known>()
/** Beyond this many the memory begins anew. */
const MOST_KNOWN = 50_000

function catalogueOf(ports: Pick<Ports, 'catalogue'>, task: Task): Catalogue {
  if (ports.catalogue === undefined) throw new Error(`task ${task.spec.name} reads products, but no catalogue is open; open a data set with products`)
  return ports.catalogue
}

/** Fetches the products of `ids` that are not known yet; ids that the catalogue lacks stay unknown. */
export async function learn(catalogue: Catalogue, ids: Iterable<string>): Promise<Facts> {
  let known = seen.get(catalogue)
  if (known === undefined || known.size > MOST_KNOWN) seen.set(catalogue, known = new Map())
  const missing = [...new Set(ids)].filter((id) => !known.has(id))
  const products = missing.length === 0 ? [] : await catalogue.products(missing)
  for (const product of products) if (product !== undefined) known.set(product.id, product)
  return factsOf(known)
}

/** Makes prompts of `tasks` possible. Tasks that were prepared stay as they are; the same row gets the same candidates in any batch. */
export async function prepare(ports: Pick<Ports, 'catalogue' | 'recommender'>, settings: Settings, tasks: readonly Task[]): Promise<void> {
  const waiting = tasks.filter((task) => !task.isPrepared)
  const [first] = waiting
  if (first === undefined) return
  const { spec } = first
  const pool = spec.pool?.(settings)
  const drawn = pool === undefined ? undefined : await draw(ports, settings, waiting, pool)
  const rows = waiting.map(({ query }, i) => (drawn === undefined ? query : { ...query, candidates: drawn[i]! }))
  const needed = rows.flatMap((row) => spec.needs(row, settings))
  const facts = needed.length === 0 ? NO_FACTS : await learn(catalogueOf(ports, first), needed)
  for (const [i, task] of waiting.entries()) task.prepared(facts, drawn?.[i])
}

/** Candidates of each row, in a seeded order that does not tell which are relevant. */
async function draw(ports: Pick<Ports, 'catalogue' | 'recommender'>, settings: Settings, tasks: readonly Task[], pool: Pool): Promise<readonly (readonly string[])[]> {
  const others = pool.by === 'recommender' ? await asked(ports, settings, tasks, pool) : await atRandom(ports, settings, tasks, pool)
  return tasks.map(({ key, query: { judgements, seen: had } }, i) => {
    const chance = new Stream(settings.seed, 'candidates', key)
    const relevant = pool.withTargets ? [...new Set(judgements.filter(({ label }) => label === 'E').map(({ productId }) => productId))].slice(0, pool.size) : []
    const rest = others[i]!.filter((id) => !relevant.includes(id) && had?.has(id) !== true)
    const chosen = [...relevant, ...rest].slice(0, pool.size)
    // what the recommender ranked comes in its order; what was drawn has none
    return pool.by === 'recommender' && relevant.length === 0 ? chosen : chance.shuffle(chosen)
  })
}

async function asked(ports: Pick<Ports, 'catalogue' | 'recommender'>, settings: Settings, tasks: readonly Task[], pool: Pool): Promise<readonly (readonly string[])[]> {
  const facts = tasks.some(({ query, spec }) => spec.needs(query, settings).length > 0)
    ? await learn(catalogueOf(ports, tasks[0]!), tasks.flatMap(({ query, spec }) => spec.needs(query, settings))) : NO_FACTS
  const texts = tasks.map(({ query }) => pool.query(query, facts))
  const rankings = await rankAll(ports.recommender, [...new Set(texts)], settings, pool.size)
  return texts.map((text) => {
    const { ids, failed } = rankings.get(text)!
    if (failed !== undefined) throw new Error(`candidates for ${JSON.stringify(text)} could not be ranked: ${failed}; give candidates with the data, or set candidates=random`)
    return ids
  })
}

async function atRandom(ports: Pick<Ports, 'catalogue'>, settings: Settings, tasks: readonly Task[], pool: Pool): Promise<readonly (readonly string[])[]> {
  const catalogue = catalogueOf(ports, tasks[0]!)
  const most = Math.min(catalogue.size, pool.size * 2)
  const places = tasks.map(({ key }) => {
    const chance = new Stream(settings.seed, 'negatives', key)
    const drawn = new Set<number>()
    while (drawn.size < most) drawn.add(chance.integer(catalogue.size))
    return [...drawn]
  })
  const wanted = [...new Set(places.flat())]
  const products = await catalogue.productsAt(wanted)
  const idAt = new Map(wanted.map((place, i) => [place, products[i]!.id]))
  return places.map((own) => own.map((place) => idAt.get(place)!))
}
