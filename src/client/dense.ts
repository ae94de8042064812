// Opens the dense worker: a stored catalogue embedded once by a sentence encoder, and ranked exactly.
import type { DenseSpec, Ranking } from '../domain/recommender.ts'
import type { DenseModelFiles, DenseService, EmbeddingProgress } from '../protocol/retrieval.ts'
import { connect } from './connection.ts'
import type { OpenRecommender } from './opened.ts'
import { unpack } from './ranking.ts'

export interface DenseOptions {
  /** a dropped model folder; the embedded encoder's is fetched here when `spec.model` is `sample` */
  readonly files?: DenseModelFiles
  /** how many products have their embedding */
  readonly onProgress?: (progress: EmbeddingProgress) => void
  /** ends the pass with its reason; what is embedded stays stored, and the next pass goes on from there */
  readonly signal?: AbortSignal
}

const SAMPLE = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx'] as const

/** The embedded encoder's folder, from the page's own host. */
async function sampleFiles(): Promise<DenseModelFiles> {
  const files = await Promise.all(SAMPLE.map(async (path) => {
    const response = await fetch(`${import.meta.env.BASE_URL}sample/encoder/${path}`)
    if (!response.ok) {
      throw new Error(`sample/encoder/${path} came with status ${response.status} instead of 200; serve the whole build, its sample folder included`)
    }
    return [path, new File([await response.arrayBuffer()], path)] as const
  }))
  return Object.fromEntries(files)
}

/**
 * Embeds the stored dataset (only what no earlier pass has stored) and answers queries by exact inner product of unit vectors, ties in
 * catalogue order. Neither rankings nor queries are cached here. Rejects with a sentence when the model cannot be loaded, the data set is
 * not stored, there is no graphics adapter, or the signal ends it.
 */
export async function openDense(
  dataset: { readonly hash: string; readonly productCount: number }, spec: DenseSpec, options: DenseOptions = {},
): Promise<OpenRecommender> {
  const { onProgress, signal } = options
  signal?.throwIfAborted()
  const files = options.files ?? (spec.model === 'sample' ? await sampleFiles() : undefined)
  const worker = new Worker(new URL('../../workers/dense.worker.ts', import.meta.url), { type: 'module', name: 'dense' })
  const { service, failed, close } = connect<DenseService>(worker, 'dense')
  const stop = (): void => { service.cancel().catch(() => undefined) } // refused only where the worker has ended, and then nothing is left to stop
  signal?.addEventListener('abort', stop)
  try {
    const report = await service.open(dataset.hash, spec, files, onProgress)
    signal?.throwIfAborted()
    const rank = async (queries: readonly string[], k: number): Promise<Ranking[]> => {
      const distinct = [...new Set(queries)]
      const rankings = await service.rank(distinct, k)
      if (rankings.length !== distinct.length) {
        throw new Error(`dense worker answered ${rankings.length} rankings for ${distinct.length} queries; expected one for each`)
      }
      const found = new Map(distinct.map((query, at) => [query, unpack(rankings[at]!)]))
      return queries.map((query) => found.get(query)!)
    }
    return { recommender: { name: report.name, rank }, failed, close, ms: report.ms, ...(report.bytes === undefined ? {} : { bytes: report.bytes }) }
  } catch (error) {
    close()
    throw signal?.aborted === true ? signal.reason as Error : error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
