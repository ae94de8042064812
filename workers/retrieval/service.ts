// The retrieval service: one stored catalogue, compiled and ranked by any lexical scoring of its analyzer, or a server that ranks.
import type { LexicalSpec } from '../../src/domain/recommender.ts'
import type { Authorisation, RetrievalService, WireRanking } from '../../src/protocol/retrieval.ts'
import type { CatalogueReader } from '../store/catalogue.ts'
import { IdLookup } from '../store/lookup.ts'
import { HttpRecommender } from './http.ts'
import { LexicalIndex, type SharedIndex } from './lexical.ts'
import { SearchBox } from './searchBox.ts'

/** Scorings held ready, those used last: a person who tries one k1 after another leaves no trail. */
const SCORINGS_HELD = 6

type OpenCatalogue = (hash: string) => Promise<CatalogueReader>

/** Serves one worker. `openCatalogue` reads the browser's store; `transfer` marks what crosses between threads without a copy. */
export class Retrieval implements RetrievalService {
  #hash: string | undefined
  #index: LexicalIndex | undefined
  /** the same index ranked by other specs, by their text */
  readonly #scorings = new Map<string, LexicalIndex>()
  #server: HttpRecommender | undefined
  #authorisation: Authorisation | undefined
  #box: Promise<SearchBox> | undefined

  constructor(
    private readonly openCatalogue: OpenCatalogue, private readonly transfer: <T>(value: T, buffers: Transferable[]) => T = (value) => value,
  ) {}

  async open(...[hash, spec, onProgress]: Parameters<RetrievalService['open']>): ReturnType<RetrievalService['open']> {
    const started = performance.now()
    this.#forget()
    const reader = await this.openCatalogue(hash)
    this.#hash = hash
    if (spec.kind === 'http') {
      // a dozen bytes a product, and no strings
      const ids = new IdLookup(new TextEncoder().encode(`${(await reader.ids()).join('\n')}\n`), reader.count)
      const server = new HttpRecommender(spec, this.#authorisation, (id) => ids.find(id) !== undefined)
      await server.probe()
      this.#server = server
      onProgress?.(1)
      return { name: server.name, products: reader.count, ms: performance.now() - started }
    }
    const index = await LexicalIndex.build(reader, spec, onProgress === undefined ? {} : { onProgress })
    this.#index = index
    return { name: spec.kind, products: index.products, ms: performance.now() - started, bytes: index.bytes }
  }

  share(): Promise<unknown> {
    return Promise.resolve(this.#index?.share())
  }

  attach(hash: string, shared: unknown): Promise<void> {
    this.#forget()
    this.#hash = hash
    this.#index = LexicalIndex.attach(shared as SharedIndex)
    return Promise.resolve()
  }

  async rank(queries: readonly string[], k: number, spec?: LexicalSpec): Promise<WireRanking[]> {
    if (!Number.isInteger(k) || k < 1) throw new Error(`rank: k is ${k}; a whole number of at least 1 is needed`)
    const rankings = this.#server === undefined ? this.#scoring(spec).rank(queries, k) : await this.#server.rank(queries, k)
    // a query asked twice may have one ranking, and a buffer is transferred once
    return this.transfer(rankings, [...new Set(rankings.map(({ scores }) => scores.buffer as ArrayBuffer))])
  }

  async explain(...[query, id, spec]: Parameters<RetrievalService['explain']>): ReturnType<RetrievalService['explain']> {
    return this.#scoring(spec).explain(query, id)
  }

  async search(...[text, options]: Parameters<RetrievalService['search']>): ReturnType<RetrievalService['search']> {
    return (await this.#searchBox()).search(text, options)
  }

  async suggest(text: string): Promise<readonly string[]> {
    return (await this.#searchBox()).suggest(text)
  }

  authorise(header: Authorisation | undefined): Promise<void> {
    this.#authorisation = header
    this.#server?.authorise(header)
    return Promise.resolve()
  }

  counts(): ReturnType<RetrievalService['counts']> {
    return Promise.resolve(this.#server?.counts())
  }

  #scoring(spec: LexicalSpec | undefined): LexicalIndex {
    if (this.#index === undefined) throw new Error('retrieval: nothing is indexed yet; open a catalogue before ranking')
    if (spec === undefined) return this.#index
    const key = JSON.stringify(spec)
    const found = this.#scorings.get(key) ?? this.#index.withSpec(spec)
    this.#scorings.delete(key)
    this.#scorings.set(key, found)
    for (const oldest of this.#scorings.keys()) {
      if (this.#scorings.size <= SCORINGS_HELD) break
      this.#scorings.delete(oldest)
    }
    return found
  }

  #searchBox(): Promise<SearchBox> {
    const hash = this.#hash
    if (hash === undefined) return Promise.reject(new Error('retrieval: nothing is open yet; open a catalogue before searching'))
    this.#box ??= this.openCatalogue(hash).then((reader) => SearchBox.build(reader))
    const box = this.#box
    // a box that could not be built is tried again, a catalogue may be back
    box.catch(() => { if (this.#box === box) this.#box = undefined })
    return box
  }

  #forget(): void {
    this.#hash = undefined
    this.#index = undefined
    this.#scorings.clear()
    this.#server = undefined
    this.#box = undefined
  }
}
