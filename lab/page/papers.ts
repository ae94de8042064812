// What the papers' tables need of the page beside runs: facts of the data, other systems' outputs ranked, and baselines.
import { readFiles } from '../../src/client/ingest.ts'
import { openRecommender } from '../../src/client/recommender.ts'
import { createSourceStore } from '../../src/client/sources.ts'
import { createStore } from '../../src/client/store.ts'
import { specOf } from '../../src/domain/spec.ts'
import { catalogueOf } from '../../src/state/data/catalogue.ts'
import { createSources } from '../../src/state/inspect/sources.ts'
import { storedExtras } from '../../src/state/papers/derived.ts'
import { paperFacts } from '../../src/state/papers/facts.ts'
import { fileOf, reading } from './files.ts'
import type { PaperExtra, PaperExtrasJob, PaperFactsJob, Results } from './protocol.ts'

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
    const [first] = job.columns
    if (first === undefined) return { extras }
    const sources = createSources({
      client: createSourceStore(), openFrozen: () => Promise.reject(new Error('frozen models are opened on the page')),
      library: { getState: () => ({ shop: { dataset } }) as never, subscribe: () => () => undefined }, settings: () => first.settings,
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
  return { extras }
}
