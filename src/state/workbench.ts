// Puts the stores together over the real workers, and keeps them in step: library → run → view.
import { fetchFile } from '../client/address.ts'
import { checkResults, readFiles, recogniseFiles } from '../client/ingest.ts'
import { loadSamplePolicy, storeSample } from '../client/sample.ts'
import { openPolicy } from '../client/policy.ts'
import { openRecommender } from '../client/recommender.ts'
import { createStore, lastUsed, setLastUsed } from '../client/store.ts'
import { versions } from '../client/versions.ts'
import { differences, settingsOf, settingsToHash } from '../domain/config.ts'
import { train } from '../experiment/train.ts'
import { createAdding, type Adding } from './adding.ts'
import { createLibrary, type Library } from './library.ts'
import { createLooking, type Looking } from './looking.ts'
import { createProducts, type Products } from './products.ts'
import { createRun, isUnderWay, type Run } from './run.ts'
import { createSearch, type Search } from './search.ts'
import { createView, type View } from './view.ts'

export interface Workbench {
  readonly library: Library
  readonly run: Run
  readonly view: View
  readonly products: Products
  readonly adding: Adding
  readonly looking: Looking
  readonly search: Search
  /** Opens what was added, unless a run is under way on the shop that it would replace; returns why not. */
  readonly useAdded: () => string | undefined
  /** Opens a stored dataset, or the sample. */
  readonly openStored: (hash: string) => void
  /** Frees what a stored dataset takes. */
  readonly remove: (hash: string) => void
}

/** A person who types a setting means its last letter. */
const TYPING_MS = 300

export function createWorkbench(): Workbench {
  const store = createStore()
  const library = createLibrary({ store, storeSample, openRecommender, lastUsed, setLastUsed }, settingsOf('sample'))
  const adding = createAdding({ store, recogniseFiles, readFiles, checkResults, fetchFile })
  const run = createRun({ openPolicy, loadSamplePolicy, train, versions }, library)
  const view = createView(library, run)
  const products = createProducts(store, library)

  const underWay = (doing: string): string | undefined => {
    const name = library.getState().shop?.dataset.name ?? 'this shop'
    return isUnderWay(run.getState().phase) ? `a run on ${name} is under way; reset it before ${doing}` : undefined
  }
  /** Does what would change the shop, unless a run is under way on it. */
  const unlessRunning = (doing: string, work: () => Promise<void>): void => {
    const failure = underWay(doing)
    if (failure !== undefined) {
      library.setState({ failure })
      return
    }
    // Settings that nobody touched follow the data: the embedded shop's are too coarse for real queries.
    void work().then(() => {
      const { settings } = run.getState()
      const { shop } = library.getState()
      const own = shop !== undefined && !library.isSample(shop.dataset.hash)
      if (own && settings.preset === 'sample' && differences(settings).length === 0) run.change('preset', 'shards')
    })
  }

  // what is stored changed
  adding.subscribe((now, before) => { if (now.understood !== before.understood) void library.look() })

  let typing: ReturnType<typeof setTimeout> | undefined
  run.subscribe(({ settings, phase }, before) => {
    if (settings === before.settings && phase === before.phase) return
    clearTimeout(typing)
    // a run keeps the recommender that it began with
    if (isUnderWay(phase)) return
    typing = setTimeout(() => library.rankBy(settings), settings === before.settings ? 0 : TYPING_MS)
  })

  return {
    library, run, view, products, adding, looking: createLooking(library, run, view), search: createSearch(library),
    useAdded: () => {
      const { understood } = adding.getState()
      const refused = underWay('using other data')
      if (refused !== undefined || understood === undefined) return refused
      adding.close()
      unlessRunning('using other data', () => library.open(understood.hash))
      return undefined
    },
    openStored: (hash) => unlessRunning('opening another data set', () => (hash === 'sample' ? library.loadSample() : library.open(hash))),
    remove: (hash) => {
      if (library.getState().shop?.dataset.hash === hash) unlessRunning('removing its data', () => library.remove(hash))
      else void library.remove(hash)
    },
  }
}

/** Loads the sample and the policy, and ties the settings to the page's address. Called once, by the page. */
export function startWorkbench({ library, run }: Workbench): void {
  const readAddress = (): void => {
    if (location.hash.length > 1) run.setAddress(location.hash)
  }
  readAddress()
  addEventListener('hashchange', readAddress)
  run.subscribe(({ settings }, before) => {
    if (settings !== before.settings) history.replaceState(null, '', `#${settingsToHash(settings)}`)
  })
  library.rankBy(run.getState().settings)
  void library.start()
  void run.engine.ready(run.getState().settings).catch(() => undefined)
}
