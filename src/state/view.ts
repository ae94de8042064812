// The store of what is looked at: the query under inspection, the rollouts' step, and how the curves are drawn.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { JudgedQuery } from '../domain/dataset.ts'
import { ndcg, targetsOf } from '../domain/metrics.ts'
import type { Settings } from '../domain/settings.ts'
import { searchText } from '../domain/words.ts'
import { DEPTH, inspect, type Inspection } from './inspect.ts'
import type { Library, Shop } from './library.ts'
import type { Run, RunStoreState } from './run.ts'
import { queryIndexOf } from './queries.ts'
import { sentenceOf } from './sentence.ts'

export type { Column, ColumnName, Inspection } from './inspect.ts'

/** The three places of the workbench. */
export const PLACES = ['train', 'inspect', 'runs'] as const
export type Place = (typeof PLACES)[number]

export interface ViewState {
  readonly place: Place
  readonly tab: 'curves' | 'result' | 'kernels' | 'settings'
  /** weight of the moving average, 0 to 0.95 */
  readonly smoothing: number
  readonly query: string
  readonly inspection: Inspection | undefined
  readonly inspecting: boolean
  readonly fault: string | undefined
  /** the step after which the current column was written; 0 before training */
  readonly inspectedStep: number
}

export interface View extends StoreApi<ViewState> {
  readonly setPlace: (place: Place) => void
  readonly setTab: (tab: ViewState['tab']) => void
  readonly setSmoothing: (weight: number) => void
  /** Inspects a judged query or any other text. */
  readonly setQuery: (text: string) => void
  readonly refresh: () => void
}

/** The judged query that says the same, whatever its case and spaces. */
export function judgedQuery(shop: Shop, text: string): JudgedQuery | undefined {
  return queryIndexOf(shop.dataset.queries).same(text)
}

const TRIED_FIRST = 30

/** The first few that will do, and not one more looked at. */
function firstOf(queries: readonly JudgedQuery[], wanted: (query: JudgedQuery) => boolean): readonly JudgedQuery[] {
  const found: JudgedQuery[] = []
  for (const query of queries) {
    if (found.length === TRIED_FIRST) break
    if (wanted(query)) found.push(query)
  }
  return found
}

/** The query to begin with: the first test query that, as typed, leaves something to gain. A solved one would be a poor welcome. */
async function firstQuery({ dataset, recommender }: Shop, settings: Settings): Promise<string> {
  const relevant = ({ judgements }: JudgedQuery): boolean => targetsOf(judgements, settings).gain.size > 0
  const test = firstOf(dataset.queries, (query) => query.split === 'test' && relevant(query))
  const tried = test.length > 0 ? test : firstOf(dataset.queries, relevant)
  const rankings = await recommender.rank(tried.map(({ text }) => searchText(text, settings.mode)), DEPTH)
  const found = tried.find(({ judgements }, at) => ndcg(rankings[at]?.ids ?? [], targetsOf(judgements, settings), DEPTH) < 0.5)
  return (found ?? tried[0] ?? dataset.queries[0])?.text ?? ''
}

/** The policy may have changed in a way worth another look: a validation, a pause, an end, a fresh engine. */
function worthAnotherLook(now: RunStoreState, before: RunStoreState): boolean {
  const settled = now.phase !== before.phase && (now.phase === 'paused' || now.phase === 'finished' || now.phase === 'idle')
  const asks = now.settings.mode !== before.settings.mode
  return now.engine !== before.engine || settled || asks || now.run.validations.length > before.run.validations.length
}

export function createView(library: Library, run: Run): View {
  const store = createStore<ViewState>(() => ({
    place: 'train', tab: 'curves', smoothing: 0.6, query: '', inspection: undefined, inspecting: false, fault: undefined, inspectedStep: 0,
  }))
  const { getState, setState } = store
  let latest = 0

  const look = async (): Promise<void> => {
    const mine = ++latest
    const { shop } = library.getState()
    const query = getState().query.trim()
    if (shop === undefined || query === '') {
      setState({ inspection: undefined, inspecting: false, fault: undefined })
      return
    }
    const { engine, settings, run: { steps, summary } } = run.getState()
    const policy = engine.is === 'ready' ? run.engine.service : undefined
    setState({ inspecting: true, fault: undefined })
    try {
      for await (const inspection of inspect({ recommender: shop.recommender, settings, policy }, { query, judged: judgedQuery(shop, query) })) {
        if (mine !== latest) return
        // the columns of the look before stay until they are replaced, when it is the same query
        const shown = getState().inspection
        const columns = shown?.query === query && policy !== undefined ? { ...shown.columns, ...inspection.columns } : inspection.columns
        setState({ inspection: { ...inspection, columns } })
      }
      // a finished run has brought back its best checkpoint
      setState({ inspectedStep: summary?.best.step ?? steps.at(-1)?.step ?? 0 })
    } catch (error) {
      if (mine === latest) setState({ fault: sentenceOf(error) })
    } finally {
      if (mine === latest) setState({ inspecting: false })
    }
  }
  const refresh = (): void => void look()
  const welcome = async (shop: Shop | undefined): Promise<void> => {
    if (shop !== undefined) {
      const query = await firstQuery(shop, run.getState().settings).catch(() => '')
      // someone may have typed, or loaded another shop, in the meantime
      if (library.getState().shop === shop && getState().query === '') setState({ query })
    }
    refresh()
  }

  library.subscribe(({ shop }, before) => {
    if (shop === before.shop) return
    // the same data, ranked otherwise or called otherwise: the query stays
    if (shop !== undefined && shop.dataset.hash === before.shop?.dataset.hash && getState().query !== '') return refresh()
    setState({ query: '', inspection: undefined })
    void welcome(shop)
  })
  run.subscribe((now, before) => {
    if (worthAnotherLook(now, before)) refresh()
  })

  return {
    ...store,
    setPlace: (place) => setState({ place }),
    setTab: (tab) => setState({ tab }),
    setSmoothing: (smoothing) => setState({ smoothing }),
    setQuery: (query) => {
      setState({ query })
      refresh()
    },
    refresh,
  }
}
