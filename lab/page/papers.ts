// What the papers' tables need of the page beside runs: facts of the data, other systems' outputs ranked, and baselines.
import { readFiles } from '../../src/client/ingest.ts'
import { openRecommender } from '../../src/client/recommender.ts'
import { createSourceStore } from '../../src/client/sources.ts'
import { createStore } from '../../src/client/store.ts'
import { specOf } from '../../src/domain/spec.ts'
import { catalogueOf } from '../../src/state/data/catalogue.ts'
import { createSources } from '../../src/state/inspect/sources.ts'
import { trainDecoder } from '../../src/state/decoder/decoder.ts'
import { baselineExtras, storedExtras } from '../../src/state/papers/derived.ts'
import { paperFacts } from '../../src/state/papers/facts.ts'
import { fileOf, reading } from './files.ts'
import type { PaperExtra, PaperExtrasJob, PaperFactsJob, Results } from './protocol.ts'

const PROGRESS_MS = 5000
const never = new AbortController().signal

async function open({ shards, shop }: Pick<PaperFactsJob, 'shards' | 'shop'>) {
  const store = createStore()
  const hash = await reading(async () => readFiles(await Promise.all(shards.map(fileOf)), { name: shop }))
  return { store, dataset: (await store.open(hash)).dataset }
}

export async function factsOf(job: PaperFactsJob): Promise<Results['paper-facts']> {
  const { dataset } = await open(job)
  const { start, ...facts } = paperFacts(dataset, job.settings)
  return { ...facts, start: [...start] }
}

export async function extrasOf(job: PaperExtrasJob): Promise<Results['paper-extras']> {
  const { store, dataset } = await open(job)
  const extras: PaperExtra[] = []
  if (job.outputs.length > 0) {
    const sources = createSources({
      client: createSourceStore(), openFrozen: () => Promise.reject(new Error('frozen models are opened on the page')),
      library: { getState: () => ({ shop: { dataset } }) as never, subscribe: () => () => undefined }, settings: () => job.columns[0]!.settings,
    })
    await reading(async () => {
      await sources.addFiles(await Promise.all(job.outputs.map(fileOf)))
      const { failure } = sources.getState()
      if (failure !== undefined) throw new Error(failure)
    })
    for (const { column, settings } of job.columns) {
      await window.labProgress(`ranking stored outputs${column === '' ? '' : ` by ${column}`}`)
      const opened = await openRecommender(dataset, specOf(settings), job.authorisation === undefined ? {} : { authorisation: job.authorisation })
      try {
        const own = await storedExtras(sources.getState().list, column, { dataset, settings, recommender: opened.recommender, catalogue: catalogueOf(store, dataset), signal: never })
        extras.push(...own.map(({ values, ...rest }) => ({ ...rest, values: [...values] })))
      } finally {
        opened.close()
      }
    }
  }
  const [first] = job.columns
  if (job.baselines && first !== undefined && dataset.users !== undefined) {
    let told = 0
    const result = await trainDecoder(dataset.users, { seed: first.settings.seed }, async ({ epoch, epochs, step, steps, loss }) => {
      if (performance.now() - told < PROGRESS_MS) return
      told = performance.now()
      await window.labProgress(`decoder over item ids: epoch ${epoch} of ${epochs}, step ${step} of ${steps}, loss ${loss.toFixed(3)}`)
    })
    extras.push(...baselineExtras(dataset, first.settings, result).map(({ values, ...rest }) => ({ ...rest, values: [...values] })))
  }
  return { extras }
}
