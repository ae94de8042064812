// The papers' store over the page's workbench: made when its place is first opened, and there for as long as the page, for runs go on while others are looked at.
import { createComparer } from '../../client/compare.ts'
import { openRecommender } from '../../client/recommender.ts'
import { versions } from '../../client/versions.ts'
import type { Experiment, Extra } from '../../domain/papers/experiment.ts'
import { specOf } from '../../domain/spec.ts'
import type { Shop } from '../data/library.ts'
import type { Workbench } from '../workbench.ts'
import { columnSettings, storedExtras } from './derived.ts'
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

  const papers = createPapers({
    library, run, runs, sources, memory: localStorage, resampling: createComparer(), versions, stepMs: durations.stepMs,
    continued: () => policies.getState().adapter?.name,
    extras: async ({ wants }: Experiment, plan, shop, signal, tell) => (wants?.includes('stored') === true ? stored(plan, shop, signal, tell) : []),
    forgotten: () => Promise.resolve(new Map()),
  })
  opened.set(workbench, papers)
  // data that is opened, and runs that end elsewhere on the page, change what there is
  library.subscribe(({ shop }, before) => { if (shop?.dataset !== before.shop?.dataset) void papers.look() })
  runs.subscribe(({ records }, before) => { if (records !== before.records && papers.getState().job === undefined && finished(records) !== finished(before.records)) void papers.look() })
  return papers
}

const finished = (records: readonly { readonly status: string }[]): number => records.filter(({ status }) => status === 'finished').length
