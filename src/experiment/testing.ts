// A shop, a recommender and a policy small enough for a test, and real: the policy's update follows the gradient of the loss.
import type { Dataset, JudgedQuery, Product, UserHistory } from '../domain/dataset.ts'
import { policyLoss } from '../domain/objective.ts'
import { END_OF_TURN } from '../domain/prompt.ts'
import { Stream } from '../domain/random.ts'
import type { Ranking, Recommender } from '../domain/recommender.ts'
import { queryWords } from '../domain/words.ts'
import type { GenerateRequest, PolicyInfo, Rollout, SftReport, SftRequest, UpdateReport, UpdateRequest } from '../protocol/policy.ts'
import { LOAD_DEFAULTS } from '../protocol/policy.ts'
import type { LikelihoodReport, LikelihoodRequest } from '../protocol/scoring.ts'
import type { Catalogue, Ports } from './ports.ts'

/** Every concept can be said in three ways; the catalogue says the last, shoppers say the first for one word in three. */
const CONCEPTS = 12
const WAYS = 3
const way = (concept: number, which: number): string => `${String.fromCharCode(97 + concept)}w${which}`

/** Per word the policy chooses one of the ways, or says the shopper's word three times; at the end it closes the answer, or forgets to. */
const STUTTER = WAYS
const ACTIONS = WAYS + 1
const END = CONCEPTS

export const POLICY_INFO: PolicyInfo = {
  architecture: 'table', parameters: (CONCEPTS + 1) * ACTIONS, trainableParameters: (CONCEPTS + 1) * ACTIONS, vocabulary: (CONCEPTS + 1) * ACTIONS,
  layers: 0, adapter: { vendor: 'test', architecture: '', description: '', fallback: true, features: [], kernels: {}, maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 }, options: LOAD_DEFAULTS, bytes: {},
}

/** A dataset with the products that its recommender ranks. */
export interface TableShop extends Dataset {
  readonly products: readonly Product[]
}

/** Products and queries are triples of concepts; no triple is in both splits. */
export function tableShop(): TableShop {
  const triples: number[][] = []
  for (let a = 0; a < CONCEPTS; a++) for (let b = a + 1; b < CONCEPTS; b++) for (let c = b + 1; c < CONCEPTS; c++) triples.push([a, b, c])
  const chosen = new Stream(5, 'shop').shuffle(triples).slice(0, 100)
  const named = (triple: readonly number[]): string => triple.map((concept) => way(concept, 2)).join(' ')
  const products = chosen.map((triple, i): Product => ({ id: `p${i}`, title: named(triple), description: '', bullets: '', brand: '', color: '' }))
  const queries = chosen.slice(0, 80).map((triple, i): JudgedQuery => ({
    id: `q${i}`, text: triple.map((concept, place) => way(concept, place === i % 3 ? 0 : 2)).join(' '), split: i < 50 ? 'train' : 'test',
    judgements: [{ productId: `p${i}`, label: 'E' }, { productId: `p${i + 1}`, label: 'I' }],
  }))
  return { name: 'table shop', products, productCount: products.length, queries, hash: 'f00d' }
}

/**
 * People who buy a pair of concepts in one of the shopper's ways and then the same pair in the catalogue's: what they buy next is said by their history, in
 * other words. No pair is in both splits.
 */
export function historyShop(): TableShop {
  const pairs: (readonly [number, number])[] = []
  for (let a = 0; a < CONCEPTS; a++) for (let b = a + 1; b < CONCEPTS; b++) pairs.push([a, b])
  const chosen = new Stream(6, 'people').shuffle(pairs)
  const titled = (id: string, title: string): Product => ({ id, title, description: '', bullets: '', brand: '', color: '', numbers: { price: title.length + Number(id.slice(1)) } })
  const products = chosen.flatMap((pair, i) => [
    titled(`b${i}`, pair.map((concept, place) => way(concept, (i + place) % 2)).join(' ')), titled(`n${i}`, pair.map((concept) => way(concept, 2)).join(' '))])
  const users = chosen.slice(0, 60).map((_, i): UserHistory => ({ userId: `u${i}`, items: [`b${i}`, `n${i}`], split: i < 40 ? 'train' : 'test' }))
  return { name: 'table people', products, productCount: products.length, queries: [], users, hash: 'feed' }
}

/** Ranks by the number of query words in the title, repetitions counted; remembers what it was asked. */
export class CountingRecommender implements Recommender {
  readonly name = 'counting'
  readonly asked: string[] = []
  private readonly titles: readonly { readonly id: string; readonly words: ReadonlySet<string> }[]

  constructor(products: readonly Product[]) {
    this.titles = products.map(({ id, title }) => ({ id, words: new Set(queryWords(title)) }))
  }

  rank(queries: readonly string[], k: number): Promise<Ranking[]> {
    this.asked.push(...queries)
    return Promise.resolve(queries.map((query) => {
      const words = queryWords(query)
      const scored = this.titles.map(({ id, words: title }) => ({ id, score: words.filter((word) => title.has(word)).length }))
      const best = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).slice(0, k)
      return { ids: best.map(({ id }) => id), scores: best.map(({ score }) => score) }
    }))
  }
}

interface State {
  logits: Float64Array
  first: Float64Array
  second: Float64Array
  updates: number
}

const copyOf = (state: State): State => ({ ...state, logits: state.logits.slice(), first: state.first.slice(), second: state.second.slice() })

/** A softmax over actions per concept. A token is concept · ACTIONS + action; trained by Adam on the loss of objective.ts. */
export class TablePolicy {
  readonly calls: string[] = []
  readonly requests: GenerateRequest[] = []
  readonly state: State
  private readonly reference: Float64Array
  private readonly kept = new Map<string, State>()

  constructor() {
    const zeros = (): Float64Array => new Float64Array((CONCEPTS + 1) * ACTIONS)
    this.state = { logits: zeros(), first: zeros(), second: zeros(), updates: 0 }
    // at the end, the first action closes the answer and is likelier than the others, which don't
    this.state.logits[END * ACTIONS] = 3
    this.reference = this.state.logits.slice()
  }

  generate(request: GenerateRequest): Promise<Rollout[]> {
    this.requests.push(request)
    const logits = request.version === 'reference' ? this.reference : this.state.logits
    const { temperature } = request.sampling
    return Promise.resolve(request.prompts.flatMap(({ key, text }, prompt) => Array.from({ length: request.groupSize }, (_, member): Rollout => {
      const words = text.slice(text.indexOf(': ') + 2, text.indexOf(END_OF_TURN)).split(' ')
      const ids: number[] = []
      const logps: number[] = []
      const chance = new Stream(request.seed, 'table', request.step, key, member)
      for (const slot of [...words.map(conceptOf), END]) {
        const all = logSoftmax(logits, slot, temperature === 0 ? 1 : temperature)
        const action = temperature === 0 ? all.indexOf(Math.max(...all)) : draw(all, chance.uniform())
        ids.push(slot * ACTIONS + action)
        logps.push(all[action]!)
      }
      return { prompt, member, promptIds: words.map(conceptOf), ids, logps, text: render(ids, words), stop: 'token' }
    })))
  }

  update({ sequences, objective, optimiser, iterations }: UpdateRequest): Promise<UpdateReport> {
    this.calls.push('update')
    const { temperature } = objective
    const tokens = sequences.reduce((sum, { ids }) => sum + ids.length, 0)
    const report = { loss: 0, kl: 0, entropy: 0, clipLow: 0, clipHigh: 0, gradNorm: 0, logpGap: 0, tokens, skipped: 0, ms: 1 }
    for (let iteration = 0; iteration < iterations; iteration++) {
      const logpOf = (logits: Float64Array, id: number): number => logSoftmax(logits, slotOf(id), temperature)[id % ACTIONS]!
      const logpsUnder = (logits: Float64Array) => sequences.map(({ ids }) => ids.map((id) => logpOf(logits, id)))
      const [logps, refLogps] = [logpsUnder(this.state.logits), logpsUnder(this.reference)]
      const loss = policyLoss(sequences.map((sequence, i) => ({ ...sequence, logps: logps[i]!, refLogps: refLogps[i]! })), objective)
      const gradient = new Float64Array(this.state.logits.length)
      for (const [i, { ids }] of sequences.entries()) {
        for (const [t, id] of ids.entries()) this.pull(gradient, id, loss.gradients[i]![t]!, temperature)
      }
      const gradNorm = Math.hypot(...gradient)
      if (iteration === 0) {
        const gap = Math.max(...sequences.flatMap(({ oldLogps }, i) => oldLogps.map((old, t) => Math.abs(old - logps[i]![t]!))))
        Object.assign(report, { loss: loss.loss, kl: loss.kl, logpGap: gap, gradNorm })
      }
      this.descend(gradient, optimiser.learningRate)
    }
    return Promise.resolve(report)
  }

  supervise({ sequences, optimiser }: SftRequest): Promise<SftReport> {
    this.calls.push('supervise')
    const ids = sequences.flatMap((sequence) => sequence.ids)
    const gradient = new Float64Array(this.state.logits.length)
    let loss = 0
    for (const id of ids) {
      loss -= logSoftmax(this.state.logits, slotOf(id), 1)[id % ACTIONS]! / ids.length
      this.pull(gradient, id, -1 / ids.length, 1)
    }
    this.descend(gradient, optimiser.learningRate)
    return Promise.resolve({ loss, gradNorm: Math.hypot(...gradient), tokens: ids.length, ms: 1 })
  }

  logLikelihood({ sequences, version }: LikelihoodRequest): Promise<LikelihoodReport> {
    const logits = version === 'reference' ? this.reference : this.state.logits
    const nll = sequences.map(({ ids }) => ids.reduce((sum, id) => sum - logSoftmax(logits, slotOf(id), 1)[id % ACTIONS]!, 0))
    return Promise.resolve({ nll, tokens: sequences.map(({ ids }) => ids.length) })
  }

  /** A rendered completion becomes the choices that would have written it; anything else, the concepts of its words. */
  encode(texts: readonly string[]): Promise<number[][]> {
    return Promise.resolve(texts.map((text) => {
      const answer = /<answer>(.*)<\/answer>/.exec(text)
      if (answer === null) return text.split(' ').filter((word) => /^[a-l]w\d$/.test(word)).map(conceptOf)
      const words = (JSON.parse(answer[1]!) as { readonly query: string }).query.trim().split(' ')
      return [...words.map((word) => conceptOf(word) * ACTIONS + Number(word.at(-1))), END * ACTIONS]
    }))
  }

  fixReference(): Promise<void> {
    this.calls.push('fixReference')
    this.reference.set(this.state.logits)
    Object.assign(this.state, { first: this.state.first.map(() => 0), second: this.state.second.map(() => 0), updates: 0 })
    return Promise.resolve()
  }

  keep(name: string): Promise<void> {
    this.calls.push(`keep ${name}`)
    this.kept.set(name, copyOf(this.state))
    return Promise.resolve()
  }

  restore(name: string): Promise<void> {
    this.calls.push(`restore ${name}`)
    Object.assign(this.state, copyOf(this.kept.get(name)!))
    return Promise.resolve()
  }

  /** The choices' logits, both moments, and the count of updates in front. */
  checkpoint(): Promise<ArrayBuffer> {
    const { logits, first, second, updates } = this.state
    return Promise.resolve(Float64Array.of(updates, ...logits, ...first, ...second).buffer)
  }

  resume(bytes: ArrayBuffer): Promise<void> {
    const [updates, ...values] = new Float64Array(bytes)
    const part = (i: number): Float64Array => Float64Array.from(values.slice(i * values.length / 3, (i + 1) * values.length / 3))
    Object.assign(this.state, { updates: updates!, logits: part(0), first: part(1), second: part(2) })
    return Promise.resolve()
  }

  /** Adds `weight` · d logp(id) / d logits. */
  private pull(gradient: Float64Array, id: number, weight: number, temperature: number): void {
    const all = logSoftmax(this.state.logits, slotOf(id), temperature)
    for (let action = 0; action < ACTIONS; action++) {
      gradient[slotOf(id) * ACTIONS + action]! += (weight * ((action === id % ACTIONS ? 1 : 0) - Math.exp(all[action]!))) / temperature
    }
  }

  private descend(gradient: Float64Array, learningRate: number): void {
    const { logits, first, second } = this.state
    const t = ++this.state.updates
    for (const [i, g] of gradient.entries()) {
      first[i] = 0.9 * first[i]! + 0.1 * g
      second[i] = 0.95 * second[i]! + 0.05 * g * g
      logits[i]! -= (learningRate * first[i]!) / (1 - 0.9 ** t) / (Math.sqrt(second[i]! / (1 - 0.95 ** t)) + 1e-8)
    }
  }
}

const slotOf = (id: number): number => Math.floor(id / ACTIONS)
const conceptOf = (word: string): number => word.charCodeAt(0) - 97

function render(ids: readonly number[], words: readonly string[]): string {
  const said = words.flatMap((word, i) => (ids[i]! % ACTIONS === STUTTER ? [word, word, word] : [way(conceptOf(word), ids[i]! % ACTIONS)]))
  return `find it</think><answer>{"query": "${said.join(' ')}"}${ids.at(-1)! % ACTIONS === 0 ? '</answer>' : ''}${END_OF_TURN}`
}

function logSoftmax(logits: Float64Array, slot: number, temperature: number): number[] {
  const row = [...logits.subarray(slot * ACTIONS, (slot + 1) * ACTIONS)].map((logit) => logit / temperature)
  const top = Math.max(...row)
  const sum = top + Math.log(row.reduce((total, logit) => total + Math.exp(logit - top), 0))
  return row.map((logit) => logit - sum)
}

function draw(logps: readonly number[], uniform: number): number {
  let left = uniform
  for (const [action, logp] of logps.entries()) {
    left -= Math.exp(logp)
    if (left < 0) return action
  }
  return logps.length - 1
}

/** Ports over a table's shop, with a clock whose ticks differ from run to run. */
export function tablePorts(
  { products }: Pick<TableShop, 'products'>, tick = 1,
): Ports & { readonly policy: TablePolicy; readonly recommender: CountingRecommender; readonly catalogue: Catalogue } {
  let time = 1000 * tick
  const byId = new Map(products.map((product) => [product.id, product]))
  const catalogue: Catalogue = {
    size: products.length,
    products: (ids) => Promise.resolve(ids.map((id) => byId.get(id))),
    productsAt: (places) => Promise.resolve(places.map((place) => products[place]!)),
  }
  return { policy: new TablePolicy(), recommender: new CountingRecommender(products), catalogue, now: () => (time += tick) }
}
