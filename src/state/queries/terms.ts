// What a ranking and its measure depend on besides the text searched for: where two systems differ in it, their difference is not the text's.
import type { Split } from '../../domain/dataset.ts'
import type { RecommenderSpec } from '../../domain/recommender.ts'
import type { Settings } from '../../domain/settings.ts'
import { specOf } from '../../domain/spec.ts'
import { ASKED_WITH } from '../inspect/asking.ts'
import { settingsFrom } from '../run/kept.ts'

export interface Terms {
  /** name of the recommender; undefined for rankings that came from elsewhere */
  readonly recommender: string | undefined
  /** what that was opened for, as one text; undefined where nobody knows */
  readonly spec: string | undefined
  readonly gains: Settings['gains']
  readonly mode: Settings['mode']
  readonly task: Settings['task']
}

/** A server's patience decides no ranking. */
const PATIENCE = new Set(['concurrency', 'timeoutMs', 'retries'])
const specText = (spec: RecommenderSpec): string => JSON.stringify(spec, (name, value: unknown) => (PATIENCE.has(name) ? undefined : value))

interface OpenShop {
  readonly recommender: { readonly name: string }
  readonly spec: RecommenderSpec | undefined
}

/** Of what is asked now. */
export function termsNow({ recommender, spec }: OpenShop, { gains, mode, task }: Settings): Terms {
  return { recommender: recommender.name, spec: spec && specText(spec), gains, mode, task }
}

type Recorded = Readonly<Record<string, string | number | boolean>>
const recorded = new WeakMap<Recorded, Terms>()

/** Of what a run told. */
export function termsOfRun(recommender: string, settings: Recorded): Terms | undefined {
  const known = recorded.get(settings)
  if (known?.recommender === recommender) return known
  try {
    const all = settingsFrom(settings)
    const terms = { recommender, spec: specText(specOf(all)), gains: all.gains, mode: all.mode, task: all.task }
    recorded.set(settings, terms)
    return terms
  } catch {
    // a record of another version of the page, whose settings this one cannot read
    return undefined
  }
}

/** Whether the open recommender would rank otherwise, and in which words; undefined where it would not. */
export function rankedOtherwise(one: Terms, now: Terms): string | undefined {
  if (one.recommender === undefined || now.recommender === undefined) return undefined
  if (one.recommender !== now.recommender) return `ranked by ${one.recommender}, and ${now.recommender} is open`
  if (one.spec === undefined || now.spec === undefined || one.spec === now.spec) return undefined
  return `ranked by ${one.recommender} with other settings than the open one’s`
}

/** What two systems differ in besides the text; none where they are alike, or nobody knows. */
export function unlike(a: Terms | undefined, b: Terms | undefined): string[] {
  if (a === undefined || b === undefined) return []
  const said: string[] = []
  if (a.task !== b.task) said.push(`A is of task ${a.task}, B of ${b.task}`)
  if (a.recommender !== undefined && b.recommender !== undefined) {
    if (a.recommender !== b.recommender) said.push(`A is ranked by ${a.recommender}, B by ${b.recommender}`)
    else if (a.spec !== undefined && b.spec !== undefined && a.spec !== b.spec) said.push(`A and B are ranked by ${a.recommender} with different settings`)
    if (a.mode !== b.mode) said.push(`A is searched in mode ${a.mode}, B in mode ${b.mode}`)
  }
  if (a.gains !== b.gains) said.push(`A is measured with ${a.gains} gains, B with ${b.gains} ones`)
  return said
}

/** Under what answers on demand hold: who ranked and measured them, how a policy was asked, and which queries are the split's. */
export function askedKey(terms: Terms, settings: Settings, split: Split): string {
  const { testDepartments, seed, validationShare } = settings
  return JSON.stringify([terms, ASKED_WITH.map((name) => settings[name]), testDepartments, ...(split === 'test' ? [] : [seed, validationShare])])
}
