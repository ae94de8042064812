// `bench ingest`: a release of ESCI's size read, stored and indexed in one tab.
import { statSync } from 'node:fs'
import type { Lab } from '../browser.ts'
import { withMemory } from '../memory.ts'
import { releaseOf } from './release.ts'

/** Product rows of the whole run; of them 1.2 million are locale us. */
export const ROWS = 1_800_000

/** The bars at the whole size. */
export const BARS = { rowsPerSecond: 8000, peakMB: 4096 } as const

export async function benchIngest(lab: Lab, rows: number, progress: (line: string) => void): Promise<object> {
  const release = await releaseOf(rows, progress)
  await lab.choose([release.products, release.examples])
  const { value, peakMB } = await withMemory(() => lab.run({ verb: 'bench-ingest' }))
  if (value.products !== release.us) {
    throw new Error(`bench ingest: ${value.products} products came out of ${release.us} rows of locale us; the reader loses or invents some`)
  }
  if (value.hits === 0) throw new Error('bench ingest: the index answers a product\'s own title with nothing')
  const rowsPerSecond = Math.round(rows / value.readSeconds)
  const cases = (op: string, ours: number, unit: string) => ({ shape: `${rows} rows, ${release.us} products`, op, ours, unit, peers: {} })
  return {
    name: 'ingest', adapter: '', peak: 0,
    cases: [
      cases('read, store and index', Math.round(rows / (value.readSeconds + value.indexSeconds)), 'rows/s'),
      cases('read and store', rowsPerSecond, 'rows/s'), cases('read and store', value.readSeconds, 's'), cases('index', value.indexSeconds, 's'),
      cases('products', value.products, 'products'), cases(
        'index size', value.indexBytes / Math.max(1, value.products), 'bytes/product',
      ), cases('peak memory of the tab', peakMB, 'MB'),
    ],
    ratios: { rowsPerSecond: rowsPerSecond / BARS.rowsPerSecond, peakMB: peakMB / BARS.peakMB },
    products: value.products, rowsPerSecond, peakMB, fileMB: Math.round(statSync(release.products).size / 2 ** 20),
  }
}
