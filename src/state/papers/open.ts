// The papers' store over the page's workbench: made when its place is first opened, and there for as long as the page, for runs go on while others are looked at.
import { createComparer } from '../../client/compare.ts'
import type { RunRecord } from '../../client/runs.ts'
import { openRecommender } from '../../client/recommender.ts'
import { versions } from '../../client/versions.ts'
import { parseProbes, type Probe } from '../../domain/forgetting.ts'
import type { Experiment, Extra, ForgottenBy } from '../../domain/papers/experiment.ts'
import { forgottenBy } from '../../domain/papers/forgetting.ts'
import { runSaid } from '../../domain/papers/methods.ts'
import { specOf } from '../../domain/spec.ts'
import type { Shop } from '../data/library.ts'
import type { Workbench } from '../workbench.ts'
import { measureForgetting } from '../../experiment/forgetting.ts'
import { trainDecoder } from '../decoder/decoder.ts'
import { baselineExtras, columnSettings, storedExtras } from './derived.ts'
import { createPapers } from './papers.ts'
import type { Papers, PlannedState } from './papersState.ts'

const opened = new WeakMap<Workbench, Papers>()

export function papersOf(workbench: Workbench): Papers {
  const there = opened.get(workbench)
  if (there !== undefined) return there
  const { library, run, runs, sources, durations, policies } = workbench

  /** Stored outputs of every column, ranked by a recommender of its own: the page's stays what it is. */
  const stored = async (plan: readonly PlannedState[], { dataset, catalogue }: Shop, signal: AbortSignal, tell: (doing: string) => void): Promise<readonly Extra[]> => {
    const list = sources.getState().list.filter(({ kind, queries }) => kind !== 'frozen' && (queries() ?? 0) > 0)
    const extras: Extra[] = []
    if (list.length === 0) return extras
    for (const [column, settings] of columnSettings(plan.map(({ planned }) => planned))) {
      tell(`ranking stored outputs${column === '' ? '' : ` by ${column}`}`)
      const own = await openRecommender(dataset, specOf(settings), { signal })
      try {
        extras.push(...await storedExtras(list, column, { dataset, settings, recommender: own.recommender, catalogue, signal }))
      } finally {
        own.close()
      }
    }
    return extras
  }

  const baselines = async (plan: readonly PlannedState[], { dataset }: Shop, signal: AbortSignal, tell: (doing: string) => void): Promise<readonly Extra[]> => {
    const [first] = plan
    if (first === undefined || dataset.users === undefined) return []
    const { settings } = first.planned
    const result = await trainDecoder(dataset.users, { seed: settings.seed }, ({ epoch, epochs, step, steps }) => tell(`training the decoder over item ids: epoch ${epoch} of ${epochs}, step ${step} of ${steps}`), signal)
    return baselineExtras(dataset, settings, result)
  }

  let shipped: Promise<readonly Probe[]> | undefined
  const probesNow = async (): Promise<readonly Probe[]> => {
    shipped ??= fetchProbes()
    shipped.catch(() => { shipped = undefined })
    return shipped
  }
  /** What each done run forgot: the base is loaded afresh and is the reference, and the run's best checkpoint is brought back beside it. */
  const forgotten = async (plan: readonly PlannedState[], signal: AbortSignal, tell: (doing: string) => void): Promise<ReadonlyMap<string, ForgottenBy>> => {
    const found = new Map<string, ForgottenBy>()
    const probes = await probesNow()
    for (const { planned, record } of plan) {
      const { settings } = planned
      if (record === undefined) continue
      tell(`asking ${runSaid(planned)} ${probes.length} probes`)
      const { service } = await run.engine.ready(settings)
      run.engine.touched()
      await service.fixReference()
      const base = `base ${settings.policy}`
      if (!found.has(base)) found.set(base, forgottenBy(await measureForgetting(service, probes, 'reference', undefined, signal)))
      const { stage, step } = measuredCheckpoint(record)
      await service.resume(await runs.service.checkpoint(record.id, stage, step))
      found.set(record.id, forgottenBy(await measureForgetting(service, probes, 'current', (done, of) => tell(`asking ${runSaid(planned)} ${done} of ${of} probes`), signal)))
    }
    return found
  }

  const papers = createPapers({
    library, run, runs, sources, memory: localStorage, resampling: createComparer(), versions, stepMs: durations.stepMs,
    continued: () => policies.getState().adapter?.name,
    extras: async ({ wants }: Experiment, plan, shop, signal, tell) => [
      ...(wants?.includes('stored') === true ? await stored(plan, shop, signal, tell) : []),
      ...(wants?.includes('baselines') === true ? await baselines(plan, shop, signal, tell) : []),
    ],
    forgotten,
  })
  opened.set(workbench, papers)
  // data that is opened, and runs that end elsewhere on the page, change what there is
  library.subscribe(({ shop }, before) => { if (shop?.dataset !== before.shop?.dataset) void papers.look() })
  runs.subscribe(({ records }, before) => { if (records !== before.records && papers.getState().job === undefined && finished(records) !== finished(before.records)) void papers.look() })
  return papers
}

const finished = (records: readonly { readonly status: string }[]): number => records.filter(({ status }) => status === 'finished').length

/** The probes that come with the page. */
async function fetchProbes(): Promise<readonly Probe[]> {
  const path = 'sample/probes.jsonl'
  const response = await fetch(`${import.meta.env.BASE_URL}${path}`)
  if (!response.ok) throw new Error(`${path} came with status ${response.status} instead of 200; serve the whole build, its sample folder included`)
  return parseProbes(await response.text(), 'probes.jsonl')
}

/** The checkpoint that the run's test measured: its best, or its last. */
function measuredCheckpoint({ name, checkpoints }: RunRecord): RunRecord['checkpoints'][number] {
  const found = checkpoints.findLast(({ names }) => names.includes('best')) ?? checkpoints.findLast(({ names }) => names.includes('last'))
  if (found === undefined) throw new Error(`run ${name} keeps no checkpoint of its end, so nothing can be asked of it; delete it in Runs, and run the experiment again`)
  return found
}
