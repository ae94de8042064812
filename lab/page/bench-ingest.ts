// A whole release through one tab: read into the store by the ingest worker, then indexed by one retrieval worker.
import { readFiles } from '../../src/client/ingest.ts'
import { openRecommender } from '../../src/client/recommender.ts'
import { createStore } from '../../src/client/store.ts'
import { settingsOf } from '../../src/domain/config.ts'
import { specOf } from '../../src/domain/spec.ts'
import { chosenFiles } from './files.ts'
import type { Results } from './protocol.ts'

const PROGRESS_MS = 5000

export async function benchIngest(): Promise<Results['bench-ingest']> {
  const files = chosenFiles()
  let told = performance.now()
  let rows = 0
  const started = performance.now()
  const hash = await readFiles(files, {
    name: 'bench',
    onProgress: (progress) => {
      rows = Math.max(rows, progress.rows)
      if (performance.now() - told < PROGRESS_MS) return
      told = performance.now()
      const share = Math.round((progress.bytes / progress.totalBytes) * 100)
      void window.labProgress(`${progress.rows} rows, ${share} %, ${Math.round(progress.rows / ((told - started) / 1000))} rows/s`)
    },
  })
  const readSeconds = (performance.now() - started) / 1000
  await window.labProgress(`read in ${readSeconds.toFixed(1)} s; indexing`)
  const store = createStore()
  const { dataset, close: release } = await store.open(hash)
  const indexing = performance.now()
  const catalogue = await openRecommender(dataset, specOf(settingsOf()), {
    onProgress: (share) => {
      if (performance.now() - told < PROGRESS_MS) return
      told = performance.now()
      void window.labProgress(`${Math.round(share * 100)} % indexed`)
    },
  })
  try {
    const indexSeconds = (performance.now() - indexing) / 1000
    const [product] = await store.productsAt(hash, [dataset.productCount - 1])
    const [ranking] = await catalogue.recommender.rank([product!.title.split(' ').slice(0, 10).join(' ')], 100)
    return {
      rows, products: dataset.productCount, readSeconds, indexSeconds, indexBytes: catalogue.bytes ?? 0, hits: ranking!.ids.length,
    }
  } finally {
    catalogue.close()
    release()
    await store.remove(hash)
  }
}
