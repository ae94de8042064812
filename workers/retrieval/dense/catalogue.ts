// Embeds a stored catalogue, a part at a time: every part is stored as it comes, and what an earlier pass has stored is not computed again.
import type { DenseSpec } from '../../../src/domain/recommender.ts'
import type { EmbeddingProgress } from '../../../src/protocol/retrieval.ts'
import type { CatalogueReader } from '../../store/catalogue.ts'
import type { RowFile } from '../../store/embeddings.ts'
import { BATCH, type Encoder } from './encoder.ts'
import { passageOf } from './text.ts'

/** Products whose texts are sorted by length together, so that a batch holds little padding; also what an interrupted pass loses at most. */
export const PART = 16 * BATCH

export interface EmbedOptions {
  readonly onRows: (first: number, rows: Float32Array) => void
  readonly onProgress?: (progress: EmbeddingProgress) => void
  /** asked before every batch; a throw ends the pass */
  readonly check: () => void
}

/** Hands over every product's row in catalogue order, from `file` as far as it goes. Returns how many were computed now. */
export async function embedCatalogue(
  catalogue: Pick<CatalogueReader, 'count' | 'at'>, encoder: Encoder, file: Pick<RowFile, 'read' | 'append'>, spec: DenseSpec,
  { onRows, onProgress, check }: EmbedOptions,
): Promise<number> {
  const total = catalogue.count
  let done = 0
  file.read((rows) => {
    const count = Math.min(rows.length / encoder.width, total - done)
    onRows(done, rows.subarray(0, count * encoder.width))
    done += count
  })
  const stored = done
  onProgress?.({ done, total })
  while (done < total) {
    check()
    const products = await catalogue.at(Array.from({ length: Math.min(PART, total - done) }, (_, i) => done + i))
    const rows = await embedSorted(products.map((product) => passageOf(product, spec)), encoder, (embedded) => {
      check()
      onProgress?.({ done: done + embedded, total })
    })
    file.append(rows)
    onRows(done, rows)
    done += products.length
    onProgress?.({ done, total })
  }
  return total - stored
}

/** Embeds texts in batches of like length. Returns [texts, width] in the texts' order; `onBatch` receives how many are embedded. */
export async function embedSorted(
  texts: readonly string[], encoder: Encoder, onBatch?: (embedded: number) => void,
): Promise<Float32Array<ArrayBuffer>> {
  const { width } = encoder
  const order = texts.map((_, i) => i).sort((a, b) => texts[a]!.length - texts[b]!.length)
  const rows = new Float32Array(texts.length * width)
  for (let start = 0; start < order.length; start += BATCH) {
    const batch = order.slice(start, start + BATCH)
    const embedded = await encoder.embed(batch.map((at) => texts[at]!))
    batch.forEach((at, i) => rows.set(embedded.subarray(i * width, (i + 1) * width), at * width))
    if (start + BATCH < order.length) onBatch?.(start + BATCH)
  }
  return rows
}
