// Puts the stores together over the real workers, and keeps them in step: library → run → view.
import { loadSample, loadSamplePolicy } from '../client/sample.ts'
import { openPolicy } from '../client/policy.ts'
import { openRecommender } from '../client/recommender.ts'
import { readShards } from '../client/ingest.ts'
import { versions } from '../client/versions.ts'
import { differences, settingsToHash } from '../domain/config.ts'
import { train } from '../experiment/train.ts'
import { createLibrary, type Library } from './library.ts'
import { createRun, isUnderWay, type Run } from './run.ts'
import { createView, type View } from './view.ts'

export interface Workbench {
  readonly library: Library
  readonly run: Run
  readonly view: View
  /** Reads a user's shards, unless a run is under way on the shop that they would replace. */
  readonly addShards: (files: readonly File[]) => void
}

export function createWorkbench(): Workbench {
  const library = createLibrary({ readShards, loadSample, openRecommender })
  const run = createRun({ openPolicy, loadSamplePolicy, train, versions }, library)
  const view = createView(library, run)
  const addShards = (files: readonly File[]): void => {
    const { shop } = library.getState()
    if (isUnderWay(run.getState().phase)) {
      library.setState({ failure: `a run on ${shop?.dataset.name ?? 'this shop'} is under way; reset it before loading other shards` })
      return
    }
    // Settings that nobody touched follow the data: the embedded shop's are too coarse for real queries.
    void library.addShards(files).then(() => {
      const { settings } = run.getState()
      if (library.getState().shop?.dataset.name !== 'sample' && settings.preset === 'sample' && differences(settings).length === 0) run.change('preset', 'shards')
    })
  }
  return { library, run, view, addShards }
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
  void library.loadSample()
  void run.engine.ready(run.getState().settings).catch(() => undefined)
}
