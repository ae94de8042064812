// Trains one policy in several ways, each from the same start, and asks each the same probes.
import { readFiles } from '../../src/client/ingest.ts'
import { openPolicy } from '../../src/client/policy.ts'
import { openRecommender } from '../../src/client/recommender.ts'
import { createStore } from '../../src/client/store.ts'
import { forgettingReport, type ProbeMeasure } from '../../src/domain/forgetting.ts'
import { specOf } from '../../src/domain/spec.ts'
import { summaryOf, type Summary } from '../../src/experiment/events.ts'
import { measureForgetting } from '../../src/experiment/forgetting.ts'
import { train } from '../../src/experiment/train.ts'
import { catalogueOf } from '../../src/state/data/catalogue.ts'
import { trainableOf } from '../../src/state/policy/loading.ts'
import { chosenFiles, fileOf, modelOf, reading } from './files.ts'
import type { ForgetJob, ForgettingMethod, Results } from './protocol.ts'

const SAID_EVERY = 20

export async function forget({ shards, probes, methods, imitate, seed }: ForgetJob): Promise<Results['forget']> {
  const { service, failed, close } = openPolicy()
  try {
    await service.start()
    const store = createStore()
    const { dataset } = await store.open(await reading(async () => readFiles(await Promise.all(shards.map(fileOf)), { name: 'sample' })))
    const model = await modelOf(chosenFiles())

    const trained = async ({ method, settings }: ForgettingMethod): Promise<{ start: ProbeMeasure[]; measures: ProbeMeasure[]; summary: Summary }> => {
      const policy = await service.load(model, trainableOf(settings))
      const opened = await openRecommender(dataset, await reading(() => Promise.resolve(specOf(settings))))
      try {
        const ports = { policy: service, recommender: opened.recommender, catalogue: catalogueOf(store, dataset), now: () => performance.now() }
        const start = await measureForgetting(service, probes, 'current')
        let summary: Summary | undefined
        for await (const event of train(ports, { dataset, settings, policy, versions: {}, ...(settings.stages === 'sft' && { imitate }) })) {
          if (event.type === 'step' && event.step % SAID_EVERY === 0) await window.labProgress(`${method}: step ${event.step}`)
          if (event.type === 'done') summary = summaryOf(event)
        }
        if (summary === undefined) throw new Error(`${method} ended without a summary`)
        // one stage alone: the reference is still the start
        const measures = await measureForgetting(service, probes, 'current')
        await window.labProgress(`${method}: test NDCG@10 ${summary.test.before['ndcg@10'].toFixed(4)} to ${summary.test.after['ndcg@10'].toFixed(4)}`)
        return { start, measures, summary }
      } finally {
        opened.close()
      }
    }
    const all = async (): Promise<Results['forget']> => {
      const done: { method: string; start: ProbeMeasure[]; measures: ProbeMeasure[]; summary: Summary }[] = []
      for (const one of methods) done.push({ method: one.method, ...(await trained(one)) })
      return {
        ...forgettingReport(done[0]?.start ?? [], done, seed),
        trained: done.map(({ method, summary }) => ({ method, gain: summary.gain.before, seconds: summary.seconds })),
      }
    }
    const crashed = failed.then((reason) => Promise.reject(reason))
    const lost = service.lost().then((reason) => Promise.reject(new Error(reason)))
    return await Promise.race([all(), crashed, lost])
  } finally {
    close()
  }
}
