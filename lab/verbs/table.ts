// `table`: an experiment of the papers by one command. Its runs are those of `lab train`, each in a folder of its own; what is there already is not run again.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { needed, number, text, texts, type Arguments } from '../arguments.ts'
import { Exchange, withLab, type Lab } from '../browser.ts'
import { BadInput, messageOf } from '../errors.ts'
import { fileAt, filesIn } from '../folders.ts'
import { ROOT } from '../root.ts'
import { authorisationOf, upstreamOf } from '../searching.ts'
import { settingsFrom } from '../settings.ts'
import type { PaperExtra } from '../page/protocol.ts'
import { settingsRecord } from '../../src/domain/config.ts'
import { SAMPLE_SHARDS } from '../../src/domain/embedded.ts'
import { fileName } from '../../src/domain/fileName.ts'
import type { ProbeMeasure } from '../../src/domain/forgetting.ts'
import { ALL_MEASURES, type TableMeasure } from '../../src/domain/methodsTable.ts'
import { seedsOf } from '../../src/domain/papers/choices.ts'
import { DEFAULT_CHOICES, type Choices, type Experiment, type ForgottenBy, type PaperFacts, type PlannedRun, type RunResult } from '../../src/domain/papers/experiment.ts'
import { experimentNamed } from '../../src/domain/papers/experiments.ts'
import { forgottenBy } from '../../src/domain/papers/forgetting.ts'
import { makeReport } from '../../src/domain/papers/report.ts'
import { reportCsv, reportLatex, reportMarkdown } from '../../src/domain/papers/reportText.ts'
import { Resampled } from '../../src/domain/resampled.ts'
import { SETTINGS, type Settings } from '../../src/domain/settings.ts'
import { bootstrapInterval, fineRandomisationTest, pairedGain } from '../../src/domain/statistics.ts'
import type { AnswersEvent, RunEvent } from '../../src/experiment/events.ts'
import { eventOf } from '../../src/experiment/line.ts'
import { resultOf } from '../../src/state/papers/collect.ts'
import { effectOf } from '../../src/state/papers/matching.ts'
import { settingsFrom as settingsOfRecord } from '../../src/state/run/kept.ts'
import type { Command, Terminal } from './command.ts'
import { train } from './train.ts'

/** Of the resampling: the same table every time. */
const SEED = 1
/** What `train` is given as it stands. */
const PASSED = ['products', 'examples', 'interactions'] as const

function namesOf<Name extends 'recommender' | 'mode'>(args: Arguments, option: string, name: Name, fallback: readonly Settings[Name][]): readonly Settings[Name][] {
  const given = text(args, option)
  if (given === undefined) return fallback
  const spec = SETTINGS.find((setting) => setting.name === name)
  const known: readonly string[] = spec?.kind === 'choice' ? spec.choices : []
  const names = given.split(',').map((one) => one.trim())
  const wrong = names.find((one) => !known.includes(one))
  if (wrong !== undefined) throw new BadInput(`table: --${option} holds ${JSON.stringify(wrong)}; give some of ${known.join(',')}`)
  return names as unknown as readonly Settings[Name][]
}

function choicesOf(args: Arguments, base: Settings): Choices {
  const measure = text(args, 'measure') ?? DEFAULT_CHOICES.measure
  if (!(ALL_MEASURES as readonly string[]).includes(measure)) throw new BadInput(`table: --measure is ${JSON.stringify(measure)}; give one of ${ALL_MEASURES.join(', ')}`)
  try {
    return {
      seeds: seedsOf(text(args, 'seeds') ?? String(base.seed)), recommenders: namesOf(args, 'recommenders', 'recommender', [base.recommender]),
      modes: namesOf(args, 'modes', 'mode', [base.mode]), measure: measure as TableMeasure,
      thoughtBudget: number(args, 'budget', DEFAULT_CHOICES.thoughtBudget, 1, 4096, true), pricePerHour: number(args, 'price', 0, 0, 1e6, false),
    }
  } catch (error) {
    throw new BadInput(messageOf(error), { cause: error })
  }
}

const FORGOTTEN = 'forgetting.json'

/** Whether a run imitates what files give. */
function isFiled({ stages, sftFrom }: Settings): boolean {
  return stages.includes('sft') && (sftFrom === 'file' || sftFrom === 'teacher')
}

interface Recorded {
  readonly settings: Readonly<Record<string, string | number | boolean>>
  readonly versions: Readonly<Record<string, string>>
  readonly data: { readonly hash: string }
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** Whether the folder holds this run, whole: the same settings, data and version of the workbench. */
function isDone(folder: string, { settings }: PlannedRun, hash: string, version: string): boolean {
  if (!existsSync(join(folder, 'summary.json')) || !existsSync(join(folder, 'run.json'))) return false
  try {
    const record = json(join(folder, 'run.json')) as Recorded
    return record.data.hash === hash && record.versions['workbench'] === version && effectOf(settingsOfRecord(record.settings)) === effectOf(settings)
  } catch {
    return false
  }
}

function resultIn(folder: string, key: string): RunResult {
  const events: RunEvent[] = []
  const answers: AnswersEvent[] = []
  for (const line of readFileSync(join(folder, 'events.jsonl'), 'utf8').split('\n')) {
    // rollouts are most of the file, and nothing here reads them
    if (line === '' || line.startsWith('{"type":"rollouts"')) continue
    const event = eventOf(line)
    if (event.type === 'answers') answers.push(event)
    else events.push(event)
  }
  return resultOf({ id: key, name: key }, events, answers)
}

interface Work {
  readonly experiment: Experiment
  readonly base: Settings
  readonly choices: Choices
  readonly shards: readonly string[]
  readonly shop: string
}

/** One page for what is asked beside runs. */
function onPage<T>({ base }: Work, terminal: Terminal, exchange: Exchange, work: (lab: Lab) => Promise<T>): Promise<T> {
  return withLab({ exchange, ...terminal, upstream: upstreamOf(base) }, work)
}

async function factsOf(work: Work, terminal: Terminal): Promise<PaperFacts> {
  const exchange = new Exchange()
  const { start, ...facts } = await onPage(work, terminal, exchange, (lab) => lab.run({
    verb: 'paper-facts', settings: work.base, shop: work.shop, shards: work.shards.map((path) => exchange.offer(path)),
  }))
  return { ...facts, start: new Map(start) }
}

async function extrasOf(work: Work, plan: readonly PlannedRun[], outputs: readonly string[], terminal: Terminal): Promise<readonly PaperExtra[]> {
  const wants = work.experiment.wants ?? []
  const baselines = wants.includes('baselines')
  if (!baselines && (outputs.length === 0 || !wants.includes('stored'))) return []
  const columns = new Map(plan.toReversed().map(({ column, settings }) => [column, settings]))
  const exchange = new Exchange()
  const authorisation = authorisationOf()
  const { extras } = await onPage(work, terminal, exchange, (lab) => lab.run({
    verb: 'paper-extras', shop: work.shop, shards: work.shards.map((path) => exchange.offer(path)), outputs: outputs.map((path) => exchange.offer(path)), baselines,
    columns: [...columns].map(([column, settings]) => ({ column, settings })), ...(authorisation === undefined ? {} : { authorisation }),
  }))
  return extras
}

export const table: Command = async (args, terminal) => {
  const experiment = (() => {
    try {
      return experimentNamed(args.positionals[0]!)
    } catch (error) {
      throw new BadInput(messageOf(error), { cause: error })
    }
  })()
  const out = needed(args, 'out')
  const products = texts(args, 'products')
  const preset = text(args, 'preset') ?? (products.length > 0 ? 'shards' : undefined)
  const policy = text(args, 'policy')
  const imitate = texts(args, 'imitate')
  const given = settingsFrom([...(preset === undefined ? [] : [`preset=${preset}`]), ...(imitate.length === 0 ? [] : ['sftFrom=file']), ...texts(args, 'set')])
  const settings = policy === undefined ? given : { ...given, policy: basename(resolve(policy)) }
  const base = experiment.on?.(settings) ?? settings
  const choices = choicesOf(args, base)
  const outputs = texts(args, 'outputs').map(fileAt)
  const shards = products.length === 0 ? filesIn(join(ROOT, 'public', 'sample', 'shop'), SAMPLE_SHARDS) : [...products, ...texts(args, 'examples'), ...texts(args, 'interactions')].map(fileAt)
  const ownProbes = texts(args, 'probes').map(fileAt)
  const probes = experiment.wants?.includes('probes') !== true ? [] : ownProbes.length > 0 ? ownProbes : filesIn(join(ROOT, 'public', 'sample'), ['probes.jsonl'])
  const work: Work = { experiment, base, choices, shards, shop: products.length === 0 ? 'sample' : basename(shards[0]!) }
  mkdirSync(join(out, 'runs'), { recursive: true })

  const facts = await factsOf(work, terminal)
  const fault = experiment.fault?.(base, facts) ?? (facts.testRows === 0 ? `${facts.data.name} has no test rows for the task ${base.task}; give data that has them` : undefined)
  if (fault !== undefined) throw new BadInput(fault)
  const plan = experiment.plan(base, choices, facts)
  const { version } = json(join(ROOT, 'package.json')) as { readonly version: string }
  const began = performance.now()
  const results = new Map<string, RunResult>()
  const forgotten = new Map<string, ForgottenBy>()
  for (const [at, planned] of plan.entries()) {
    const { key } = planned
    const folder = join(out, 'runs', fileName(key, 'run'))
    if (isDone(folder, planned, facts.data.hash, version) && (probes.length === 0 || existsSync(join(folder, FORGOTTEN)))) terminal.progress(`run ${at + 1} of ${plan.length}, ${key}: done before`)
    else {
      terminal.progress(`run ${at + 1} of ${plan.length}, ${key}`)
      const { policy: embedded, ...others } = settingsRecord(planned.settings)
      const set = Object.entries(policy === undefined ? { ...others, policy: embedded } : others).map(([name, value]) => `${name}=${value}`)
      await train({
        verb: 'train', positionals: [],
        values: { ...Object.fromEntries(PASSED.map((name) => [name, args.values[name]])), set, out: folder, probes: [...probes], ...(isFiled(planned.settings) ? { imitate: [...imitate] } : {}), ...(policy === undefined ? {} : { policy }) },
      }, terminal)
      const left = (performance.now() - began) / 1000 / (at + 1) * (plan.length - at - 1)
      terminal.progress(`run ${at + 1} of ${plan.length} is done; about ${Math.round(left / 60)} minutes left`)
    }
    results.set(key, resultIn(folder, key))
    if (probes.length > 0) {
      const { start, trained } = json(join(folder, FORGOTTEN)) as { readonly start: readonly ProbeMeasure[]; readonly trained: readonly ProbeMeasure[] }
      if (!forgotten.has('base')) forgotten.set('base', forgottenBy(start))
      forgotten.set(key, forgottenBy(trained))
    }
  }
  const extras = (await extrasOf(work, plan, outputs, terminal)).map(({ values, ...rest }) => ({ ...rest, values: new Map(values) }))
  const resampled = new Resampled({
    gain: (one, other) => Promise.resolve(pairedGain([...one], [...other], SEED, fineRandomisationTest)),
    interval: (values) => Promise.resolve(bootstrapInterval([...values], SEED)),
  })
  const report = await makeReport(experiment, { base, choices, facts, plan, results, extras, forgotten }, resampled)
  const name = join(out, experiment.name)
  writeFileSync(`${name}.md`, reportMarkdown(report))
  writeFileSync(`${name}.tex`, reportLatex(report))
  writeFileSync(`${name}.csv`, reportCsv(report))
  writeFileSync(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`)
  for (const sentence of report.verdict) terminal.progress(sentence)
  const { verdict, tables, figures, lists, runs } = report
  return { experiment: experiment.name, verdict, tables, figures, lists, runs, files: ['md', 'tex', 'csv', 'json'].map((end) => `${name}.${end}`) }
}
