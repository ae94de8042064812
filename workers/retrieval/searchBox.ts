// The search box over a catalogue: MiniSearch itself, with prefixes, spelling mistakes and suggestions.
import { MINISEARCH_LIMIT, type SearchOptions, type WireRanking } from '../../src/protocol/retrieval.ts'
import type { CatalogueReader } from '../store/catalogue.ts'
import { createEngine } from './minisearch.ts'

const CHUNK = 200
const SUGGESTIONS = 8

export class SearchBox {
  private constructor(private readonly engine: ReturnType<typeof createEngine>, private readonly ids: readonly string[]) {}

  /** Indexes a catalogue of at most MINISEARCH_LIMIT products, chunk by chunk, so that rankings asked for meanwhile get their turn. */
  static async build(reader: CatalogueReader): Promise<SearchBox> {
    if (reader.count > MINISEARCH_LIMIT) {
      const counts = `up to ${MINISEARCH_LIMIT} products and this catalogue has ${reader.count}`
      throw new Error(`the search box holds ${counts}; the recommenders rank it all the same`)
    }
    const engine = createEngine()
    const ids: string[] = []
    for await (const chunk of reader.chunks(CHUNK)) {
      for (const product of chunk) {
        engine.add({ ...product, position: ids.length })
        ids.push(product.id)
      }
      await new Promise((resolve) => { setTimeout(resolve) })
    }
    return new SearchBox(engine, ids)
  }

  /** The best `limit` hits by MiniSearch's own score, ties in catalogue order. */
  search(text: string, { prefix, fuzzy, limit }: SearchOptions): WireRanking {
    const hits = this.engine.search(text, { prefix, fuzzy: fuzzy > 0 ? fuzzy : false })
    const best = hits.sort((a, b) => b.score - a.score || (a.id as number) - (b.id as number)).slice(0, limit)
    return { ids: best.map(({ id }) => this.ids[id as number]!).join('\n'), scores: Float64Array.from(best, ({ score }) => score) }
  }

  /** Whole queries that begin as `text` does, best first. */
  suggest(text: string): readonly string[] {
    return this.engine.autoSuggest(text, { prefix: true }).slice(0, SUGGESTIONS).map(({ suggestion }) => suggestion)
  }
}
