// Trains the embedded sentence encoder: a vector for every token and a weight for every place, pooled by their mean. What it learns from is
// what a shop's owner has: the catalogue's texts, and training queries with the products judged for them. Test queries play no part.
import type { JudgedQuery, Product } from '../../../src/domain/dataset.ts'
import { Stream } from '../../../src/domain/random.ts'
import { productText } from '../../../workers/retrieval/dense/text.ts'
import { chance, misspell } from '../speech.ts'
import { Adam } from './adam.ts'
import { type Encode, encodeWith, SILENT, vocabularyOf } from './wordpiece.ts'

export const TRAINING = {
  seed: 1,
  width: 64,
  /** places with a weight of their own; later ones share the last */
  places: 96,
  steps: 400,
  /** pairs of a query and a product in a step; each product is also what the other queries must not find */
  pairs: 112,
  /** share of pairs whose query is a shopper's; the others' is made of words of the product itself */
  shoppers: 0.5,
  /** chance that a word of a query is misspelt */
  misspelt: 0.3,
  temperature: 0.08,
  learningRate: 0.02,
  /** standard deviation of a vector's numbers at the start */
  scale: 0.1,
} as const

export type Training = { readonly [K in keyof typeof TRAINING]: number }

export interface SentenceEncoder {
  readonly vocabulary: readonly string[]
  readonly width: number
  /** [vocabulary, width] */
  readonly tokens: Float64Array
  /** [places] */
  readonly places: Float64Array
}

/** The numbers that training moves. */
export type Weights = Pick<SentenceEncoder, 'width' | 'tokens' | 'places'>
type Gradients = Pick<SentenceEncoder, 'tokens' | 'places'>

/** A vector of length 1 or 0, and its length before it was divided. */
interface Embedded {
  readonly vector: Float64Array
  readonly length: number
}

/** Mean over the places of weight · vector, divided by its length: what the exported network gives, in float64. All zeros where it sees nothing. */
export function embed({ width, tokens, places }: Weights, ids: readonly number[]): Embedded {
  const vector = new Float64Array(width)
  ids.forEach((id, place) => {
    const weight = places[Math.min(place, places.length - 1)]!
    for (let i = 0; i < width; i++) vector[i]! += weight * tokens[id * width + i]!
  })
  const length = Math.sqrt(dot(vector, vector))
  return { vector: length === 0 ? vector : vector.map((value) => value / length), length }
}

/** A product of a smaller share of a query's softmax is passed over: most are, once training has begun. */
const NEGLIGIBLE = 1e-9

interface Pair {
  readonly query: readonly number[]
  /** position in the catalogue */
  readonly product: number
  /** every product that the query may rightly find */
  readonly relevant: ReadonlySet<number>
}

/** The same products, queries and settings give the same encoder. `onStep` receives the step's mean loss. */
export function trainEncoder(
  products: readonly Product[], queries: readonly JudgedQuery[], settings: Training = TRAINING, onStep?: (loss: number) => void,
): SentenceEncoder {
  const texts = products.map(productText)
  const shoppers = queries.filter(({ split }) => split === 'train')
  const vocabulary = vocabularyOf([...texts, ...shoppers.map(({ text }) => text)])
  const encode = encodeWith(vocabulary)
  const catalogue = texts.map(encode)
  const nextPair = pairMaker(products, shoppers, encode, settings)
  const { seed, width, places: placeCount, steps, pairs, scale } = settings
  const start = new Stream(seed, 'encoder start')
  const tokens = Float64Array.from({ length: vocabulary.length * width }, () => scale * start.normal())
  for (const id of SILENT) tokens.fill(0, id * width, (id + 1) * width)
  const places = new Float64Array(placeCount).fill(1)
  const model = { width, tokens, places }
  const random = new Stream(seed, 'encoder pairs')
  const adam = [new Adam(tokens), new Adam(places)] as const
  for (let step = 0; step < steps; step++) {
    const batch = Array.from({ length: pairs }, () => nextPair(random))
    const gradients = { tokens: new Float64Array(tokens.length), places: new Float64Array(placeCount) }
    const loss = contrast(model, batch, catalogue, settings.temperature, gradients)
    for (const id of SILENT) gradients.tokens.fill(0, id * width, (id + 1) * width)
    const rate = settings.learningRate * (1 - step / steps)
    adam[0].step(gradients.tokens, rate)
    adam[1].step(gradients.places, rate)
    onStep?.(loss)
  }
  return { vocabulary, ...model }
}

/** Draws pairs: a training query with one of its Exact products, or words of a product's name and first bullet with that product. */
function pairMaker(products: readonly Product[], shoppers: readonly JudgedQuery[], encode: Encode, settings: Training): (random: Stream) => Pair {
  const positions = new Map(products.map(({ id }, position) => [id, position]))
  const judged = shoppers.map(({ text, judgements }) => {
    const exact = judgements.filter(({ label }) => label === 'E').map(({ productId }) => positions.get(productId))
    return { text, relevant: new Set(exact.filter((position) => position !== undefined)) }
  }).filter(({ relevant }) => relevant.size > 0)
  const names = products.map(({ title, bullets }) => `${title} ${bullets.split('\n')[0] ?? ''}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  const typed = (text: string, random: Stream): readonly number[] => encode(chance(random, settings.misspelt) ? misspell(text, random) : text)
  return (random) => {
    if (judged.length > 0 && chance(random, settings.shoppers)) {
      const { text, relevant } = random.pick(judged)
      return { query: typed(text, random), product: random.pick([...relevant]), relevant }
    }
    const product = random.integer(products.length)
    const words = random.shuffle(names[product]!)
    const said = words.slice(0, Math.max(1, Math.min(words.length, 2 + random.integer(4))))
    return { query: typed(said.join(' '), random), product, relevant: new Set([product]) }
  }
}

/**
 * The mean loss −log softmax(cos(query, product) / temperature) over the products of the batch, those left out that the query may rightly
 * find too (InfoNCE; van den Oord et al. 2018), and its gradients, which are added.
 */
export function contrast(
  model: Weights, batch: readonly Pair[], catalogue: readonly (readonly number[])[], temperature: number, gradients: Gradients,
): number {
  const { width } = model
  const asked = batch.map(({ query }) => embed(model, query))
  const offered = batch.map(({ product }) => embed(model, catalogue[product]!))
  const dAsked = batch.map(() => new Float64Array(width))
  const dOffered = batch.map(() => new Float64Array(width))
  let loss = 0
  batch.forEach(({ product, relevant }, i) => {
    const q = asked[i]!.vector
    const logits = batch.map((other, j) => {
      const fine = j !== i && (other.product === product || relevant.has(other.product))
      return fine ? -Infinity : dot(q, offered[j]!.vector) / temperature
    })
    const top = Math.max(...logits)
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0)
    loss += top + Math.log(sum) - logits[i]!
    logits.forEach((logit, j) => {
      const share = Math.exp(logit - top) / sum - (i === j ? 1 : 0)
      if (Math.abs(share) < NEGLIGIBLE) return
      const d = share / temperature / batch.length
      const [p, dQuery, dProduct] = [offered[j]!.vector, dAsked[i]!, dOffered[j]!]
      for (let c = 0; c < width; c++) {
        dQuery[c]! += d * p[c]!
        dProduct[c]! += d * q[c]!
      }
    })
  })
  batch.forEach(({ query, product }, i) => {
    embedBackward(model, query, asked[i]!, dAsked[i]!, gradients)
    embedBackward(model, catalogue[product]!, offered[i]!, dOffered[i]!, gradients)
  })
  return loss / batch.length
}

function embedBackward(
  { width, tokens, places }: Weights, ids: readonly number[], { vector, length }: Embedded, dVector: Float64Array, gradients: Gradients,
): void {
  if (length === 0) return
  const along = dot(vector, dVector)
  const d = dVector.map((value, i) => (value - along * vector[i]!) / length)
  ids.forEach((id, at) => {
    const place = Math.min(at, places.length - 1)
    let toPlace = 0
    for (let i = 0; i < width; i++) {
      gradients.tokens[id * width + i]! += places[place]! * d[i]!
      toPlace += tokens[id * width + i]! * d[i]!
    }
    gradients.places[place]! += toPlace
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
