// Measures reward scoring at a catalogue's usual size: the compiled index against MiniSearch's own search, in the same worker, in turn.
import * as Comlink from 'comlink'
import type { Product } from '../../src/domain/dataset.ts'
import { Stream } from '../../src/domain/random.ts'
import { FIELDS, type LexicalSpec } from '../../src/domain/recommender.ts'
import type { RetrievalService } from '../../src/protocol/retrieval.ts'
import { memoryReader } from '../store/memory.ts'
import { LexicalIndex } from './lexical.ts'
import { createEngine } from './minisearch.ts'

export interface SearchCase {
  readonly shape: string
  readonly op: string
  /** median of the queries where there are several */
  readonly ours: number
  readonly unit: 'ms' | 's' | 'bytes'
  /** the same queries or products by MiniSearch 7 itself, the median too */
  readonly peers: Readonly<Record<string, number>>
  /** nine queries of ten take no longer */
  readonly p90?: number
}

export interface SearchBench {
  readonly name: 'search'
  /** nothing here runs on a GPU: the processor's threads */
  readonly adapter: string
  /** million postings per second of the fastest scoring, one worker */
  readonly peak: number
  readonly cases: readonly SearchCase[]
  /** MiniSearch's time by ours, by scoring; `step`: the bar's three seconds by the slowest scoring's */
  readonly ratios: Readonly<Record<string, number>>
}

const [PRODUCTS, TITLE, DESCRIPTION, VOCABULARY] = [100_000, 12, 40, 50_000]
const [QUERIES, QUERY_WORDS, K] = [101, 30, 1000]
const PEER_QUERIES = 15
const [REWRITES, REWRITE_WORDS, STEP_BAR] = [384, 180, 3]

const WEIGHTS = Object.fromEntries(FIELDS.map((field) => [field, 1])) as LexicalSpec['weights']
const SPECS: readonly LexicalSpec[] = (['minisearch', 'bm25', 'lucene'] as const).map((kind) => (
  { kind, analyzer: kind === 'lucene' ? 'lucene' : 'plain', k1: -1, b: -1, weights: WEIGHTS, query: 'bag' }))

/** Texts of words as frequent as words are: rank r has a chance in proportion to 1 / (r + 2.7) (B. Mandelbrot, 1953). */
class Speech {
  private readonly cumulated = new Float64Array(VOCABULARY)
  private readonly words: readonly string[]

  constructor(private readonly random: Stream) {
    let sum = 0
    for (let rank = 0; rank < VOCABULARY; rank++) this.cumulated[rank] = sum += 1 / (rank + 1 + 2.7)
    const letters = () => Array.from({ length: 2 + random.integer(7) }, () => String.fromCharCode(97 + random.integer(26))).join('')
    // the number makes it distinct, and ends it so that stemming leaves it alone
    this.words = Array.from({ length: VOCABULARY }, (_, rank) => `${letters()}${rank.toString(36)}`)
  }

  private word(): string {
    const wanted = this.random.uniform() * this.cumulated[VOCABULARY - 1]!
    let [low, high] = [0, VOCABULARY - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.cumulated[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return this.words[low]!
  }

  say(words: number): string {
    return Array.from({ length: words }, () => this.word()).join(' ')
  }
}

const timed = (work: () => void): number => {
  const start = performance.now()
  work()
  return performance.now() - start
}

const quantile = (values: readonly number[], share: number): number => [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!

/** A GRPO step's rewrites through the product's own workers, two of them over one index. Seconds. */
async function step(index: LexicalIndex, rewrites: readonly string[], openWorker: () => Worker): Promise<number> {
  const workers = [openWorker(), openWorker()]
  try {
    const pool = workers.map((worker) => Comlink.wrap<RetrievalService>(worker))
    await Promise.all(pool.map((service) => service.attach('bench', index.share())))
    const chunks = Array.from({ length: 32 }, (_, at) => rewrites.slice(at * REWRITES / 32, (at + 1) * REWRITES / 32))
    const start = performance.now()
    await Promise.all(pool.map(async (service) => {
      for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) await service.rank(chunk, K)
    }))
    return (performance.now() - start) / 1000
  } finally {
    for (const worker of workers) worker.terminate()
  }
}

/** Takes about two minutes on two free cores. `openWorker` starts a retrieval worker. */
export async function benchSearch(openWorker: () => Worker): Promise<SearchBench> {
  const speech = new Speech(new Stream(1, 'bench search'))
  const products = Array.from({ length: PRODUCTS }, (_, row): Product => (
    { id: `B${row.toString().padStart(9, '0')}`, title: speech.say(TITLE), description: speech.say(DESCRIPTION), bullets: '', brand: '', color: '' }))
  const queries = Array.from({ length: QUERIES }, () => speech.say(QUERY_WORDS))
  const rewrites = Array.from({ length: REWRITES }, () => speech.say(REWRITE_WORDS))
  const cases: SearchCase[] = []
  const ratios: Record<string, number> = {}

  const engine = createEngine()
  const peerBuild = timed(() => products.forEach((product, position) => engine.add({ ...product, position })))
  const peerTimes: number[] = []
  const times = new Map<string, number[]>()
  const steps: number[] = []
  let peak = 0
  for (const spec of SPECS) {
    const start = performance.now()
    const index = await LexicalIndex.build(memoryReader(products), spec)
    const build = (performance.now() - start) / 1000
    index.rank(queries, K)
    const own = queries.map((query, at) => {
      // in turn, so that both see the machine as it is
      if (spec.kind === 'minisearch' && at % Math.floor(QUERIES / PEER_QUERIES) === 0) peerTimes.push(timed(() => engine.search(query)))
      return timed(() => index.rank([query], K))
    })
    times.set(spec.kind, own)
    const peer = quantile(peerTimes, 0.5)
    const median = quantile(own, 0.5)
    ratios[spec.kind] = peer / median
    peak = Math.max(peak, index.postings(queries) / own.reduce((sum, ms) => sum + ms, 0) / 1000)
    cases.push({ shape: `${PRODUCTS} products, ${QUERY_WORDS} terms, top ${K}`, op: spec.kind, ours: median, unit: 'ms', peers: { minisearch: peer }, p90: quantile(own, 0.9) })
    const seconds = await step(index, rewrites, openWorker)
    steps.push(seconds)
    cases.push({ shape: `${REWRITES} rewrites of ${REWRITE_WORDS} words, two workers`, op: spec.kind, ours: seconds, unit: 's', peers: {} })
    cases.push({ shape: `index of ${PRODUCTS} products of ${TITLE + DESCRIPTION} words`, op: spec.analyzer, ours: build, unit: 's', peers: { minisearch: peerBuild / 1000 } })
    cases.push({ shape: 'memory of a product', op: spec.analyzer, ours: index.bytes / PRODUCTS, unit: 'bytes', peers: {} })
  }
  ratios.step = STEP_BAR / Math.max(...steps)
  return { name: 'search', adapter: `${navigator.hardwareConcurrency} threads`, peak, cases, ratios }
}
