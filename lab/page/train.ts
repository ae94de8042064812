// A whole run on the lab's page: the same loop, client and workers as the product's page.
import { readFiles, readImitations } from '../../src/client/ingest.ts'
import { openPolicy } from '../../src/client/policy.ts'
import { openRecommender } from '../../src/client/recommender.ts'
import { createStore } from '../../src/client/store.ts'
import type { Imitation } from '../../src/domain/imitation.ts'
import { specOf } from '../../src/domain/spec.ts'
import { taskOf } from '../../src/domain/tasks/tasks.ts'
import { train } from '../../src/experiment/train.ts'
import { measureForgetting } from '../../src/experiment/forgetting.ts'
import { summaryOf, type Summary } from '../../src/experiment/events.ts'
import { catalogueOf } from '../../src/state/data/catalogue.ts'
import { adapterRecord } from '../../src/state/policy/adapterSettings.ts'
import { trainableOf } from '../../src/state/policy/loading.ts'
import { configOf, needOf } from '../../src/state/policy/need.ts'
import { longestPromptOf } from '../../src/state/tasks/longest.ts'
import { chosenFiles, fileOf, leave, modelOf, reading } from './files.ts'
import type { FileRef, Results, TrainJob } from './protocol.ts'

/** Rejects when a worker crashes, so that work which waits for its answer ends. */
function crash(failed: Promise<Error>): Promise<never> {
  return failed.then((reason) => Promise.reject(reason))
}

/** The texts of files to imitate; what was refused is told. */
async function imitationsOf(files: readonly FileRef[]): Promise<readonly Imitation[]> {
  const { imitations, report: { rejected: [first], rejectedCount, repeated } } = await readImitations(await Promise.all(files.map(fileOf)))
  await window.labProgress(`${imitations.length} texts to imitate${repeated > 0 ? `, ${repeated} given twice left out` : ''}`)
  if (first !== undefined) await window.labProgress(`${rejectedCount} texts were refused, the first in ${first.file} row ${first.row}, ${first.column}: ${first.reason}`)
  return imitations
}

export async function trainRun(job: TrainJob): Promise<Results['train']> {
  const { settings, versions } = job
  const engine = openPolicy()
  try {
    const { service } = engine
    const adapter = await service.start()
    await window.labProgress('reading the shards')
    const hash = await reading(async () => readFiles(await Promise.all(job.shards.map(fileOf)), { name: job.shop }))
    const store = createStore()
    const { dataset, report } = await store.open(hash)
    if (report.rejectedCount > 0) {
      const first = report.rejected[0]
      await window.labProgress(`${report.rejectedCount} rows were refused${first === undefined ? '' : `, the first in ${first.file} row ${first.row}, ${first.column}: ${first.reason}`}`)
    }
    const imitate = job.imitate === undefined ? undefined : await reading(() => imitationsOf(job.imitate!))
    const { policy, adapter: continued } = await reading(async () => {
      const model = await modelOf(chosenFiles())
      const task = taskOf(settings)
      const { options, refusal } = needOf(configOf(model.config), settings, adapter, longestPromptOf(task.rows(dataset, settings), task, settings))
      if (refusal !== undefined) throw new Error(refusal)
      const continues = model.adapterConfig === undefined ? undefined : adapterRecord(settings.policy, { config: model.adapterConfig })
      return { policy: await service.load(model, trainableOf(settings), options), adapter: continues }
    })
    const spec = await reading(() => Promise.resolve(specOf(settings)))
    const { authorisation } = job
    const opened = await openRecommender(dataset, spec, authorisation === undefined ? {} : { authorisation })
    try {
      const ports = { policy: service, recommender: opened.recommender, catalogue: catalogueOf(store, dataset), now: () => performance.now() }
      const lost = service.lost().then((reason) => Promise.reject(new Error(reason)))
      const run = async (): Promise<Summary> => {
        let summary: Summary | undefined
        for await (const event of train(ports, { dataset, settings, policy, loaded: { policy: settings.policy, ...(continued && { adapter: continued }) }, versions, ...(imitate && { imitate }) })) {
          await window.labEvent(event)
          if (event.type === 'done') summary = summaryOf(event)
        }
        if (summary === undefined) throw new Error('the run ended without a summary')
        if (job.probes !== undefined) {
          // the reference is what the last stage started from
          const asked = { start: await measureForgetting(service, job.probes, 'reference'), trained: await measureForgetting(service, job.probes, 'current') }
          await leave('forgetting.json', new Blob([JSON.stringify(asked)]))
        }
        for (const { name, bytes } of await service.exportFiles()) await leave(name, bytes)
        const asked = await opened.counts?.()
        if (asked !== undefined) {
          const { requests, retries, failed, ids, unknownIds } = asked
          await window.labProgress(`the server: ${requests} requests, ${retries} repeated, ${failed} queries without a ranking; ${unknownIds} of ${ids} ids not in the catalogue`)
        }
        return summary
      }
      return { summary: await Promise.race([run(), lost, crash(engine.failed), crash(opened.failed)]) }
    } finally {
      opened.close()
    }
  } finally {
    engine.close()
  }
}
