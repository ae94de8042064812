// Ranks a catalogue for a list of queries, with the product's own readers, store and recommenders.
import { ESCI_US, readFiles, recogniseFiles, type ColumnMapping } from '../../src/client/ingest.ts'
import { openRecommender } from '../../src/client/recommender.ts'
import { createStore } from '../../src/client/store.ts'
import type { Ranking, RecommenderSpec } from '../../src/domain/recommender.ts'
import { specOf } from '../../src/domain/spec.ts'
import { printRun } from '../../src/domain/trec.ts'
import { searchText } from '../../src/domain/words.ts'
import { chosenFiles, leave, reading } from './files.ts'
import type { RankJob, Results } from './protocol.ts'

/** How queries are handed over: `size` in one call, `lanes` calls at a time. What ranks by batches gets batches, so that its time is its own. */
function pace(spec: RecommenderSpec): { readonly size: number; readonly lanes: number } {
  switch (spec.kind) {
    case 'dense': return { size: 96, lanes: 1 }
    case 'hybrid': return { size: 32, lanes: 1 }
    case 'http': return { size: 1, lanes: spec.concurrency }
    default: return { size: 1, lanes: 1 }
  }
}

/** Reads product shards of any kind as one catalogue; returns the hash under which it is stored. */
async function store(files: readonly File[], locale: string): Promise<string> {
  const mappings: Record<string, ColumnMapping> = {}
  for (const { file, suggested } of await recogniseFiles(files)) if (suggested !== undefined) mappings[file] = suggested
  return readFiles(files, { name: files.map(({ name }) => name).join(', '), filter: { ...ESCI_US, locale }, mappings, catalogueOnly: true })
}

export async function rank({ settings, locale, queries, k, authorisation, run }: RankJob): Promise<Results['rank']> {
  const spec = await reading(() => Promise.resolve(specOf(settings)))
  const started = performance.now()
  const hash = await reading(() => store(chosenFiles(), locale))
  const { dataset } = await createStore().open(hash)
  const read = performance.now()
  await window.labProgress(`${dataset.productCount} products read`)
  const catalogue = await openRecommender(dataset, spec, authorisation === undefined ? {} : { authorisation })
  try {
    const opened = performance.now()
    await window.labProgress(`${catalogue.recommender.name} is ready`)
    const lost = catalogue.failed.then((reason) => Promise.reject(reason))
    const { rankings, times } = await Promise.race([rankAll(queries.map(({ text }) => searchText(text, settings.mode))), lost])
    const seconds = (performance.now() - opened) / 1000
    const reasons = rankings.flatMap(({ failed }) => failed ?? [])
    if (reasons.length > 0) await window.labProgress(`${reasons.length} queries have no ranking, the first: ${reasons[0]}`)
    if (reasons.length === queries.length) throw new Error(`none of ${queries.length} queries was ranked, the first: ${reasons[0]}`)
    const lines = rankings.map((ranking, at) => printRun(queries[at]!.id, ranking, catalogue.recommender.name))
    await leave(run, new TextEncoder().encode(lines.join('')).buffer)
    return {
      queries: queries.length, seconds, p50ms: times.sort((a, b) => a - b)[times.length >> 1]!, failed: reasons.length,
      ...(reasons.length === 0 ? {} : { failedQueries: queries.filter((_, at) => rankings[at]!.failed !== undefined).map(({ id }) => id) }),
      products: dataset.productCount,
      readSeconds: (read - started) / 1000, indexSeconds: (opened - read) / 1000,
      ...(catalogue.bytes === undefined ? {} : { bytesPerProduct: catalogue.bytes / dataset.productCount }),
    }
  } finally {
    catalogue.close()
  }

  async function rankAll(texts: readonly string[]): Promise<{ rankings: Ranking[]; times: number[] }> {
    const { size, lanes } = pace(spec)
    const rankings: Ranking[] = []
    const times: number[] = []
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < texts.length) {
        const first = next
        next += size
        const chunk = texts.slice(first, first + size)
        const before = performance.now()
        const found = await catalogue.recommender.rank(chunk, k)
        const each = (performance.now() - before) / chunk.length
        for (const [at, ranking] of found.entries()) {
          rankings[first + at] = ranking
          times.push(each)
        }
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return { rankings, times }
  }
}
