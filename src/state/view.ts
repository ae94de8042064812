// The store of what is looked at: the query under inspection, the rollouts' step, and how the curves are drawn.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { JudgedQuery } from '../domain/dataset.ts'
import { inspect, type Inspection } from './inspect.ts'
import type { Library, Shop } from './library.ts'
import type { Run, RunStoreState } from './run.ts'
import { sentenceOf } from './sentence.ts'

export type { Column, ColumnName, Inspection } from './inspect.ts'

export interface ViewState {
  readonly tab: 'curves' | 'settings'
  /** weight of the moving average, 0 to 0.95 */
  readonly smoothing: number
  readonly query: string
  readonly inspection: Inspection | undefined
  readonly inspecting: boolean
  readonly fault: string | undefined
  /** steps whose policy the current column shows; undefined before training */
  readonly inspectedStep: number | undefined
}

export interface View extends StoreApi<ViewState> {
  setTab(tab: ViewState['tab']): void
  setSmoothing(weight: number): void
  /** Inspects a judged query or any other text. */
  setQuery(text: string): void
  refresh(): void
}

const words = (text: string): string => text.trim().toLowerCase().replaceAll(/\s+/gu, ' ')

/** The judged query that says the same, whatever its case and spaces. */
export function judgedQuery(shop: Shop, text: string): JudgedQuery | undefined {
  const wanted = words(text)
  return shop.dataset.queries.find((query) => words(query.text) === wanted)
}

/** A test query with relevant products to begin with: nothing to look at would be a poor welcome. */
function firstQuery({ dataset }: Shop): string {
  const relevant = ({ judgements }: JudgedQuery): boolean => judgements.some(({ label }) => label === 'E')
  const found = dataset.queries.find((query) => query.split === 'test' && relevant(query)) ?? dataset.queries.find(relevant) ?? dataset.queries[0]
  return found?.text ?? ''
}

/** The policy may have changed in a way worth another look: a validation, a pause, an end, a fresh engine. */
function worthAnotherLook(now: RunStoreState, before: RunStoreState): boolean {
  const settled = now.phase !== before.phase && (now.phase === 'paused' || now.phase === 'finished' || now.phase === 'idle')
  return now.engine !== before.engine || settled || now.run.validations.length > before.run.validations.length
}

export function createView(library: Library, run: Run): View {
  const store = createStore<ViewState>(() => ({
    tab: 'curves', smoothing: 0.6, query: '', inspection: undefined, inspecting: false, fault: undefined, inspectedStep: undefined,
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
    const { engine, settings, run: { steps } } = run.getState()
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
      setState({ inspectedStep: steps.at(-1)?.step })
    } catch (error) {
      if (mine === latest) setState({ fault: sentenceOf(error) })
    } finally {
      if (mine === latest) setState({ inspecting: false })
    }
  }
  const refresh = (): void => void look()

  library.subscribe(({ shop }, before) => {
    if (shop === before.shop) return
    setState({ query: shop === undefined ? '' : firstQuery(shop), inspection: undefined })
    refresh()
  })
  run.subscribe((now, before) => {
    if (worthAnotherLook(now, before)) refresh()
  })

  return {
    ...store,
    setTab: (tab) => setState({ tab }),
    setSmoothing: (smoothing) => setState({ smoothing }),
    setQuery: (query) => {
      setState({ query })
      refresh()
    },
    refresh,
  }
}
