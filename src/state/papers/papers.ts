// The store of the papers' experiments: what each needs and has, what is under way, and the report of the one that is looked at.
import { createStore } from 'zustand/vanilla'
import type { ResamplingService } from '../../client/compare.ts'
import type { RunRecord } from '../../client/runs.ts'
import { DEFAULT_CHOICES, type Choices, type Experiment, type Extra, type ForgottenBy, type Given, type PaperFacts, type RunResult } from '../../domain/papers/experiment.ts'
import { experimentNamed, EXPERIMENTS } from '../../domain/papers/experiments.ts'
import { makeReport } from '../../domain/papers/report.ts'
import { Resampled } from '../../domain/resampled.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Library, Shop } from '../data/library.ts'
import type { Sources } from '../inspect/sources.ts'
import { isUnderWay, type Run } from '../run/run.ts'
import { readRun } from '../runs/readRun.ts'
import type { Runs } from '../runs/runs.ts'
import { sentenceOf } from '../sentence.ts'
import type { Memory } from '../shell.ts'
import { resultOf } from './collect.ts'
import { paperFacts } from './facts.ts'
import { effectOf, findRun, secondsOf, type World } from './matching.ts'
import { recallPapers, rememberPapers, type Remembered } from './memory.ts'
import type { Papers, PapersState, PlannedState, Standing } from './papersState.ts'
import { runQueue } from './queue.ts'

export interface PapersParts {
  readonly library: Library
  readonly run: Run
  readonly runs: Runs
  readonly sources: Sources
  readonly memory: Memory
  readonly resampling: ResamplingService
  readonly versions: () => Readonly<Record<string, string>>
  readonly stepMs: (settings: Settings) => number | undefined
  /** whether training would continue an adapter: then nothing begins where the papers' runs begin */
  readonly continued: () => string | undefined
  /** rows of other systems and baselines, for the columns of the plan */
  readonly extras: (experiment: Experiment, plan: readonly PlannedState[], shop: Shop, signal: AbortSignal, tell: (doing: string) => void) => Promise<readonly Extra[]>
  /** what each done run forgot, and the base */
  readonly forgotten: (plan: readonly PlannedState[], signal: AbortSignal, tell: (doing: string) => void) => Promise<ReadonlyMap<string, ForgottenBy>>
}

/** Of the resampling: the same report every time. */
const SEED = 1

export function createPapers(parts: PapersParts): Papers {
  const { library, run, runs, memory } = parts
  const remembered = recallPapers(memory)
  const store = createStore<PapersState>(() => ({
    chosen: remembered?.experiment ?? EXPERIMENTS[0]!.name, choices: remembered?.choices ?? DEFAULT_CHOICES, facts: undefined, standings: new Map(),
    job: undefined, left: remembered && { experiment: remembered.experiment }, report: undefined, derived: false, reporting: false, failure: undefined,
  }))
  const { getState, setState } = store
  const resampled = new Resampled({ gain: (one, other) => parts.resampling.gain(one, other, SEED), interval: (values) => parts.resampling.interval(values, SEED) })
  let job: Remembered | undefined = remembered

  /** An experiment stands on the settings of the page, or of the job under way. */
  const settingsNow = (): Settings => job?.settings ?? run.getState().settings
  const baseOf = (experiment: Experiment): Settings => {
    const settings = settingsNow()
    return experiment.on?.(settings) ?? settings
  }
  const facts = new WeakMap<Shop['dataset'], Map<string, PaperFacts>>()
  const factsOf = ({ dataset }: Shop, base: Settings): PaperFacts => {
    const known = facts.get(dataset) ?? new Map<string, PaperFacts>()
    facts.set(dataset, known)
    const key = effectOf({ ...base, seed: 0, testDepartments: '' })
    const there = known.get(key) ?? paperFacts(dataset, base)
    known.set(key, there)
    return there
  }
  const worldOf = ({ dataset: { hash } }: Shop): World => ({ hash, versions: parts.versions() })

  const standingOf = (experiment: Experiment, shop: Shop, records: readonly RunRecord[]): Standing => {
    const base = baseOf(experiment)
    const own = factsOf(shop, base)
    const world = worldOf(shop)
    const fault = experiment.fault?.(base, own)
      ?? (own.testRows === 0 ? `${own.data.name} has no test rows for the task ${base.task}; choose another task in Train, or add data that has them` : undefined)
    const planned = fault === undefined ? experiment.plan(base, getState().choices, own) : []
    const plan = planned.map((one): PlannedState => {
      const found = findRun(one, records, world)
      return { planned: one, is: found.is, seconds: secondsOf(one, records, world, parts.stepMs), ...(found.is === 'missing' ? {} : { record: found.record }) }
    })
    const todo = plan.filter(({ is }) => is !== 'done')
    return {
      plan, fault, done: plan.length - todo.length, seconds: todo.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
      unknown: todo.filter(({ seconds }) => seconds === undefined).length,
    }
  }

  const read = new Map<string, { readonly bytes: number; readonly result: Promise<RunResult> }>()
  const resultFor = (record: RunRecord): Promise<RunResult> => {
    const known = read.get(record.id)
    if (known?.bytes === record.events.bytes) return known.result
    const result = (async () => resultOf({ id: record.id, name: record.name }, (await readRun(runs.service, record.id)).events, await runs.answers(record.id)))()
    read.set(record.id, { bytes: record.events.bytes, result })
    result.catch(() => read.delete(record.id))
    return result
  }

  /** Rows beside our runs, and what was forgotten: made when an experiment is run, and there while the page is. */
  const extras = new Map<string, readonly Extra[]>()
  const forgotten = new Map<string, ForgottenBy>()
  const extrasKey = (experiment: Experiment, shop: Shop): string => JSON.stringify([experiment.name, shop.dataset.hash, effectOf({ ...baseOf(experiment), seed: 0 }), getState().choices.recommenders, getState().choices.modes])
  const forgottenFor = (plan: readonly PlannedState[]): ReadonlyMap<string, ForgottenBy> => {
    const found = plan.flatMap(({ planned: { key }, record }) => { const own = record && forgotten.get(record.id); return own === undefined ? [] : [[key, own] as const] })
    const [first] = plan
    const base = first && forgotten.get(baseKey(first))
    return new Map(base === undefined ? found : [['base', base], ...found])
  }
  const baseKey = ({ planned: { settings: { policy } } }: PlannedState): string => `base ${policy}`

  let reports = 0
  const report = async (): Promise<void> => {
    const mine = ++reports
    const { shop } = library.getState()
    const { chosen, choices, standings } = getState()
    const experiment = experimentNamed(chosen)
    const standing = standings.get(chosen)
    if (shop === undefined || standing === undefined) return setState({ report: undefined, reporting: false })
    setState({ reporting: true })
    try {
      const results = new Map<string, RunResult>()
      for (const { is, record, planned: { key } } of standing.plan) if (is === 'done') results.set(key, await resultFor(record!))
      const base = baseOf(experiment)
      const asked = forgottenFor(standing.plan)
      const derived = (experiment.wants ?? []).every((wanted) => (wanted === 'probes' ? [...results.keys()].every((key) => asked.has(key)) : extras.has(extrasKey(experiment, shop))))
      const given: Given = {
        base, choices, facts: factsOf(shop, base), plan: standing.plan.map(({ planned }) => planned), results,
        extras: extras.get(extrasKey(experiment, shop)) ?? [], forgotten: asked,
      }
      const made = results.size === 0 ? undefined : await makeReport(experiment, given, resampled)
      if (mine === reports) setState({ report: made, derived, reporting: false })
    } catch (error) {
      if (mine === reports) setState({ report: undefined, reporting: false, failure: `the report of ${experiment.title} could not be made: ${sentenceOf(error)}` })
    }
  }

  const stand = async (): Promise<void> => {
    const { shop } = library.getState()
    if (shop === undefined) return
    const records = await runs.service.list()
    if (library.getState().shop?.dataset !== shop.dataset) return
    setState({ facts: factsOf(shop, settingsNow()), standings: new Map(EXPERIMENTS.map((experiment) => [experiment.name, standingOf(experiment, shop, records)])) })
  }
  const look = async (): Promise<void> => {
    try {
      await stand()
      await report()
    } catch (error) {
      setState({ failure: sentenceOf(error) })
    }
  }

  const forget = (): void => {
    job = undefined
    rememberPapers(memory, undefined)
    setState({ left: undefined })
  }

  let ending: AbortController | undefined
  const go = async (): Promise<void> => {
    if (ending !== undefined) return
    const { shop } = library.getState()
    const { chosen, choices } = getState()
    const refused = shop === undefined ? 'there is no data yet; wait until the sample is read, or add data'
      : isUnderWay(run.getState().phase) && run.getState().phase !== 'paused' ? 'a run is under way; pause or stop it first, then run the experiment'
        : parts.continued() === undefined ? undefined : `training continues the adapter ${parts.continued()}, so runs would not begin with the policy itself; take the adapter away in Data first`
    if (refused !== undefined || shop === undefined) return setState({ failure: refused })
    const experiment = experimentNamed(chosen)
    if (job === undefined || job.experiment !== chosen || job.hash !== shop.dataset.hash) {
      job = { experiment: chosen, choices, settings: settingsNow(), hash: shop.dataset.hash }
    } else job = { ...job, choices }
    rememberPapers(memory, job)
    const mine = new AbortController()
    ending = mine
    setState({ failure: undefined, left: undefined })
    try {
      const ended = await runQueue({
        run, runs, signal: mine.signal,
        stand: async () => {
          await stand()
          return getState().standings.get(chosen)!
        },
        tell: (told) => setState({ job: { experiment: chosen, ...told } }),
        done: look,
      })
      if (ended && experiment.wants !== undefined) {
        const { plan } = getState().standings.get(chosen)!
        const tell = (doing: string): void => setState({ job: { experiment: chosen, phase: 'running', doing, done: plan.length, of: plan.length, left: undefined, unknown: 0 } })
        if (experiment.wants.some((wanted) => wanted !== 'probes')) extras.set(extrasKey(experiment, shop), await parts.extras(experiment, plan, shop, mine.signal, tell))
        if (experiment.wants.includes('probes')) for (const [id, by] of await parts.forgotten(plan, mine.signal, tell)) forgotten.set(id, by)
      }
      if (!ended) return setState({ left: { experiment: chosen } })
      const { settings } = job
      forget()
      run.changeAll(settings)
    } catch (error) {
      if (!mine.signal.aborted) setState({ failure: sentenceOf(error) })
      setState({ left: { experiment: chosen } })
    } finally {
      ending = undefined
      setState({ job: undefined })
      await look()
    }
  }

  return {
    ...store,
    look,
    choose: (chosen) => {
      if (getState().job !== undefined && getState().job!.experiment !== chosen) setState({ chosen, report: undefined, failure: undefined })
      else setState({ chosen, report: undefined, failure: undefined })
      void report()
    },
    set: (choices) => {
      setState((state) => ({ choices: { ...state.choices, ...choices } }))
      void look()
    },
    go,
    stop: () => {
      const now = getState().job
      if (ending === undefined || now === undefined) return
      setState({ job: { ...now, phase: 'stopping' } })
      ending.abort(new Error('stopped'))
    },
    giveUp: () => {
      const settings = job?.settings
      forget()
      if (settings !== undefined && !isUnderWay(run.getState().phase)) run.changeAll(settings)
      void look()
    },
  }
}

export type { Choices }
