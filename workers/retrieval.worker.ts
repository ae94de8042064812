// Serves the retrieval protocol: one catalogue at a time, indexed and ranked off the page's thread.
import * as Comlink from 'comlink'
import { MiniSearchRecommender } from './retrieval/minisearch.ts'
import type { RetrievalService } from '../src/protocol/retrieval.ts'

let recommender: MiniSearchRecommender | undefined

const service: RetrievalService = {
  async index(products, onProgress) {
    const started = performance.now()
    recommender = undefined
    const built = await MiniSearchRecommender.build(products, onProgress)
    recommender = built
    return { name: built.name, products: built.products, ms: performance.now() - started }
  },
  rank(queries, k) {
    if (recommender === undefined) return Promise.reject(new Error('retrieval: nothing is indexed yet; index a catalogue before ranking'))
    return recommender.rank(queries, k)
  },
}

Comlink.expose(service)
