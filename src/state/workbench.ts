// Puts the stores together over the real workers, and keeps them in step: library → run → view.
import { fetchFile } from '../client/address.ts'
import { checkResults, readFiles, recogniseFiles } from '../client/ingest.ts'
import { createComparer } from '../client/compare.ts'
import { openFrozen } from '../client/frozen.ts'
import { createImitationStore } from '../client/imitations.ts'
import { createModels } from '../client/models.ts'
import { loadSamplePolicy, sampleConfig, storeSample } from '../client/sample.ts'
import { openPolicy } from '../client/policy.ts'
import { openRecommender } from '../client/recommender.ts'
import { createSourceStore } from '../client/sources.ts'
import { createRunStore } from '../client/runs.ts'
import { createStore, lastUsed, setLastUsed } from '../client/store.ts'
import { versions } from '../client/versions.ts'
import { differences, settingsOf } from '../domain/config.ts'
import type { Settings } from '../domain/settings.ts'
import { adapterSettings } from './policy/adapterSettings.ts'
import { createAdding, type Adding } from './data/adding.ts'
import type { AddressedData } from './address.ts'
import { createCursor, letGoWith, type Cursor } from './cursor.ts'
import { createDurations, type Durations } from './run/durations.ts'
import { heard } from './run/heard.ts'
import { createLibrary, type Library } from './data/library.ts'
import { createLooking, type Looking } from './inspect/looking.ts'
import { recogniseGiven } from './policy/modelFolder.ts'
import { followPage, openAddressed, takeAddress } from './page.ts'
import { createPolicies, SAMPLE, type Policies } from './policy/policies.ts'
import { createProducts, type Products } from './data/products.ts'
import { createProfiling, type Profiling } from './run/profiling.ts'
import { createQueryTable, type QueryTable } from './queries/queryTable.ts'
import { createReplay, type Replay } from './inspect/replay.ts'
import { createRecorder } from './run/recorder.ts'
import { machineOf } from './run/runFacts.ts'
import type { DriverClient } from './run/driver.ts'
import { createRun, isUnderWay, type Run } from './run/run.ts'
import { changeForData, taskChange } from './run/taskChoice.ts'
import { isRunArchive } from './runs/runArchive.ts'
import { createRuns, type Runs } from './runs/runs.ts'
import { createRows, type Rows } from './tasks/rows.ts'
import { createSearch, type Search } from './data/search.ts'
import { createShell, type Shell } from './shell.ts'
import { createTeacher, type Teacher } from './teacher/teacher.ts'
import { createSources, type Sources } from './inspect/sources.ts'
import { createView, type View } from './inspect/view.ts'

export interface Workbench {
  readonly library: Library
  readonly run: Run
  readonly view: View
  readonly products: Products
  readonly adding: Adding
  readonly looking: Looking
  readonly search: Search
  readonly policies: Policies
  readonly profiling: Profiling
  readonly durations: Durations
  readonly cursor: Cursor
  readonly replay: Replay
  readonly runs: Runs
  readonly sources: Sources
  readonly queries: QueryTable
  readonly rows: Rows
  readonly shell: Shell
  readonly teacher: Teacher
  /** Files dropped on the page: exported runs are kept, a model folder or an adapter goes to the policies, everything else is read as data. */
  readonly take: (files: readonly File[]) => Promise<void>
  /** Files chosen as a policy or an adapter; anything else is refused. */
  readonly takePolicyFiles: (files: readonly File[]) => Promise<void>
  /** Takes a task: on the embedded shop with its preset, elsewhere alone; a policy of the person's own stays. */
  readonly takeTask: (task: Settings['task']) => void
  /** Takes the settings of `preset`, but trains the policy of before, from where it came, within the same budget. */
  readonly takePreset: (preset: Settings['preset']) => void
  /** Brings the policy that the sheet looks at here, where it is not yet, and trains it from now on. */
  readonly usePolicy: () => Promise<void>
  /** Frees what a kept policy takes; the embedded one takes its place where it was in use. */
  readonly removePolicy: (id: string) => Promise<void>
  /** Opens what was added, unless a run is under way on the shop that it would replace; returns why not. */
  readonly useAdded: () => string | undefined
  /** Opens a stored dataset, or the sample. */
  readonly openStored: (hash: string) => void
  /** Frees what a stored dataset takes. */
  readonly remove: (hash: string) => void
}

/** A person who types a setting means its last letter. */
const TYPING_MS = 300

/** The loop, fetched when the first run begins: the page is usable before. */
const trainLater: DriverClient['train'] = async function* (ports, input) {
  const { train } = await import('../experiment/train.ts')
  return yield* train(ports, input)
}

export function createWorkbench(): Workbench {
  const store = createStore()
  const library = createLibrary({ store, storeSample, openRecommender, lastUsed, setLastUsed }, settingsOf('sample'))
  const adding = createAdding({ store, recogniseFiles, readFiles, checkResults, fetchFile })
  const models = createModels()
  const comparer = createComparer()
  const runs = createRuns(createRunStore(), comparer)
  const keeper = createRecorder(runs.service, { machine: machineOf(navigator) })
  const run = createRun({ openPolicy, loadSamplePolicy, openModel: (id) => models.open(id), train: (ports, input) => heard(trainLater(ports, input), (event) => { queries.hear(event); replay.hear(event) }, input.resume), versions, keeper, store: runs.service,
    longestPrompt: (settings) => rows.longestPrompt(settings), imitate: (settings) => teacher.imitations(settings) }, library)
  const rows = createRows({ library, run })
  const policies = createPolicies({ models, sampleConfig, persist: () => models.persist(), now: () => performance.now() })
  const sources = createSources({ client: createSourceStore(), openFrozen, library, settings: () => run.getState().settings })
  const stillPolicy = () => {
    const { engine, phase } = run.getState()
    const { service } = run.engine
    return engine.is !== 'ready' || service === undefined || isUnderWay(phase) ? undefined : { service, positions: engine.info.positions ?? Infinity }
  }
  const teacher = createTeacher({ client: createImitationStore(), library, sources, run, change: run.change, policy: stillPolicy, memory: localStorage })
  const view = createView(library, run, { rows, sources, runs, memory: localStorage })
  const queries = createQueryTable({ library, run, rows, view, runs, sources, comparer, memory: localStorage })
  const cursor = createCursor()
  letGoWith(run, cursor)
  const replay = createReplay({ run, runs, view, rows, cursor })
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
      if (own && settings.preset.startsWith('sample') && differences(settings).length === 0) run.changeAll(changeForData(shop.dataset, settings))
    })
  }

  /** A model folder, or an adapter; false where the files are neither. */
  const takePolicy = async (files: readonly File[]): Promise<boolean> => {
    const given = await recogniseGiven(files)
    if (given.is === 'model') await policies.offerFolder(given.source)
    if (given.is === 'adapter') {
      const refused = underWay('continuing an adapter')
      policies.show()
      if (refused === undefined) await policies.takeAdapter(given.adapter)
      else policies.fail(refused)
    }
    return given.is !== 'other'
  }

  /** Exported runs, shown once they are in; false where one of the files is something else. */
  const takeRuns = async (files: readonly File[]): Promise<boolean> => {
    if (files.length === 0 || (await Promise.all(files.map(isRunArchive))).includes(false)) return false
    view.setPlace('runs')
    await runs.take(files)
    return true
  }

  // what is stored changed
  adding.subscribe((now, before) => { if (now.understood !== before.understood) void library.look() })

  // another policy is loaded at once; how it is trained is asked for when training begins
  run.subscribe(({ settings, phase }, before) => {
    if (settings.policy !== before.settings.policy && !isUnderWay(phase)) run.load()
  })
  policies.subscribe(({ adapter }, before) => {
    if (adapter === before.adapter) return
    run.engine.equip(adapter)
    const faults = adapter === undefined ? [] : adapterSettings(adapter).flatMap(([name, text]) => run.change(name, text) ?? [])
    if (faults.length > 0) policies.fail(`adapter ${adapter?.name}: ${faults.join('; ')}`)
    if (!isUnderWay(run.getState().phase)) run.load()
  })

  let typing: ReturnType<typeof setTimeout> | undefined
  run.subscribe(({ settings, phase }, before) => {
    if (settings === before.settings && phase === before.phase) return
    clearTimeout(typing)
    // a run keeps the recommender that it began with
    if (isUnderWay(phase)) return
    typing = setTimeout(() => library.rankBy(settings), settings === before.settings ? 0 : TYPING_MS)
  })

  return {
    library, run, view, products, adding, policies, profiling: createProfiling(run), durations: createDurations(localStorage, run, library), looking: createLooking(library, run, view), search: createSearch(library),
    queries, rows, cursor, replay, runs, shell: createShell(localStorage), sources, teacher,
    take: async (files) => {
      if (await takeRuns(files)) return
      // answers of other systems are meant where they are compared; elsewhere such files are data, whose stored measures are checked
      const comparing = sources.getState().open || view.getState().place === 'inspect'
      if (comparing && await sources.takeDropped(files)) return
      if (await takePolicy(files) || await sources.offerFolder(files) || await teacher.takeDropped(files)) return
      await adding.addFiles(files)
    },
    takePolicyFiles: async (files) => {
      if (files.length === 0 || await takePolicy(files)) return
      policies.fail('these files are neither a policy (config.json of a language model beside .safetensors) nor an adapter (adapter_config.json beside adapter_model.safetensors)')
    },
    takeTask: (task) => {
      const { shop } = library.getState()
      const fault = run.changeAll(taskChange(task, run.getState().settings, shop === undefined || library.isSample(shop.dataset.hash)))
      if (fault !== undefined) library.setState({ failure: fault })
    },
    takePreset: (preset) => {
      const { policy, policyMirror, memoryBudget } = run.getState().settings
      run.changeAll({ preset, policy, policyMirror, memoryBudget })
    },
    usePolicy: async () => {
      const refused = underWay('training another policy')
      if (refused !== undefined) return policies.fail(refused)
      const id = await policies.fetch()
      if (id === undefined) return
      // a run may have begun while it came: what came stays, and can be chosen after it
      if (isUnderWay(run.getState().phase)) return
      run.engine.forget(id)
      if (run.getState().settings.policy === id) run.load()
      else run.change('policy', id)
      policies.close()
    },
    removePolicy: async (id) => {
      const used = run.getState().settings.policy === id
      const refused = used ? underWay('removing its policy') : undefined
      if (refused !== undefined) return policies.fail(refused)
      if (used) run.change('policy', SAMPLE)
      await policies.remove(id)
      run.engine.forget(id)
    },
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

/** Loads the sample and the policy, brings an interrupted run back, and ties the settings to the page's address. Called once, by the page. */
export function startWorkbench({ library, run, policies, view, runs }: Workbench): void {
  // a link to the inspector says its query and columns once; what is changed after it is the person's own
  if (view.takeLink(location.search)) history.replaceState(null, '', `${location.pathname}${location.hash}`)
  const { data, settings } = location.hash.length > 1 ? takeAddress({ run, view, runs }, location.hash) : { data: undefined, settings: undefined }
  // an address that could not be followed stays as it was given, until something else is wanted
  let following = data !== undefined
  const follow = async (wanted: AddressedData): Promise<void> => {
    following = true
    await openAddressed({ library, run }, wanted)
    following = false
  }
  addEventListener('hashchange', () => {
    if (location.hash.length < 2) return
    following = true
    const { data: wanted } = takeAddress({ run, view, runs }, location.hash)
    if (wanted === undefined) following = false
    else void follow(wanted)
  })
  followPage({ library, run, view, runs }, {
    write: (hash) => { if (!following && run.getState().addressFault === undefined) history.replaceState(null, '', `#${hash}`) },
    title: (text) => { document.title = text },
  })
  void run.lookForInterrupted(settings)
  library.rankBy(run.getState().settings)
  void library.start().then(() => (data === undefined ? undefined : follow(data)))
  run.load()
  void policies.look()
}
