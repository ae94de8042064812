// What dense.worker.ts serves: one catalogue embedded and held on the GPU, asked by text.
import { transfer } from 'comlink'
import type { DenseSpec } from '../../../src/domain/recommender.ts'
import type { DenseModelFiles, DenseService, EmbeddingProgress, IndexReport, WireRanking } from '../../../src/protocol/retrieval.ts'
import { openGpu } from '../../gpu/device.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { openRowFile, rowsError } from '../../store/embeddings.ts'
import { openCatalogue } from '../../store/store.ts'
import { embedCatalogue, embedSorted } from './catalogue.ts'
import { type Encoder, openEncoder } from './encoder.ts'
import { ExactSearch, type Search } from './exact.ts'
import { type Model, modelOfFolder, modelOfHub, sha256 } from './modelFiles.ts'
import { ProcessorSearch } from './processor.ts'
import { questionOf } from './text.ts'

interface Open {
  readonly spec: DenseSpec
  readonly ids: readonly string[]
  readonly encoder: Encoder
  readonly search: Search
}

/** The rows of a catalogue differ where the model, the pooling or what is put before a product differ; queries' prefix changes none. */
async function keyOf(model: Model, { pooling, productPrefix }: DenseSpec): Promise<string> {
  return (await sha256(new TextEncoder().encode(JSON.stringify([model.digest, pooling, productPrefix])).buffer)).slice(0, 32)
}

/** On the graphics adapter by the kernel; without one on the processor, in float64. */
export function openSearch(gpu: Gpu | undefined, products: number, width: number): Promise<Search> {
  return gpu === undefined ? Promise.resolve(new ProcessorSearch(products, width)) : ExactSearch.create(gpu, products, width)
}

export function openDenseService(): DenseService {
  let device: Promise<Gpu | undefined> | undefined
  let open: Open | undefined
  let cancelled = false

  const check = (): void => {
    if (cancelled) throw new Error('embedding was cancelled; what is computed is kept, and the next start goes on from there')
  }
  const forget = async (): Promise<void> => {
    const last = open
    open = undefined
    last?.search.free()
    await last?.encoder.close()
  }

  return {
    async open(
      hash: string, spec: DenseSpec, files: DenseModelFiles | undefined, onProgress?: (progress: EmbeddingProgress) => void,
    ): Promise<IndexReport> {
      const started = performance.now()
      cancelled = false
      await forget()
      const catalogue = await openCatalogue(hash)
      const model = await (files === undefined ? modelOfHub(spec.model) : modelOfFolder(spec.model, files))
      check()
      device ??= openGpu(navigator.gpu).then(({ gpu }) => gpu, () => undefined)
      const gpu = await device
      const encoder = await openEncoder(model, spec, gpu)
      let search: Search | undefined
      try {
        const matrix = search = await openSearch(gpu, catalogue.count, encoder.width)
        const file = await openRowFile(hash, await keyOf(model, spec), encoder.width)
        try {
          await embedCatalogue(catalogue, encoder, file, spec, {
            check, onRows: (first, rows) => matrix.write(first, rows), ...(onProgress === undefined ? {} : { onProgress }),
          })
        } catch (error) {
          throw await rowsError(error, matrix.bytes)
        } finally {
          file.close()
        }
        open = { spec, ids: await catalogue.ids(), encoder, search: matrix }
      } catch (error) {
        search?.free()
        await encoder.close()
        throw error
      }
      return { name: 'dense', products: catalogue.count, ms: performance.now() - started, bytes: search.bytes }
    },

    async rank(queries: readonly string[], k: number): Promise<WireRanking[]> {
      if (open === undefined) throw new Error('dense: nothing is embedded yet; open a dataset before ranking')
      if (!Number.isInteger(k) || k < 1) throw new Error(`rank: k is ${k}; a whole number of at least 1 is needed`)
      const { spec, ids, encoder, search } = open
      const rows = await embedSorted(queries.map((query) => questionOf(query, spec)), encoder)
      const found = await search.search(rows, k)
      const rankings = found.map(({ positions, scores }, query): WireRanking => {
        const blank = rows.subarray(query * search.width, (query + 1) * search.width).every((value) => value === 0)
        return blank ? { ids: '', scores: new Float64Array(0) } : { ids: Array.from(positions, (position) => ids[position]!).join('\n'), scores }
      })
      return transfer(rankings, rankings.map(({ scores }) => scores.buffer as ArrayBuffer))
    },

    cancel() {
      cancelled = true
      return Promise.resolve()
    },
  }
}
