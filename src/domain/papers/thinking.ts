// Chain of thought on, off and on a budget: what it brings, and whether it stays.
import { TABLE_MEASURES, type System } from '../methodsTable.ts'
import type { Settings } from '../settings.ts'
import type { Choices, Experiment, Given } from './experiment.ts'
import { keyOf, METHODS } from './methods.ts'
import { averaged, doneOf } from './systems.ts'
import { mean } from '../metrics.ts'

interface Variant {
  readonly method: string
  readonly settings: (base: Settings, choices: Choices) => Partial<Settings>
}

/** Where the settings weigh no thought, a budget needs a weight to count. */
const BUDGET_WEIGHT = -0.5

const VARIANTS: readonly Variant[] = [
  { method: 'thought', settings: () => ({ thinking: true, thoughtBudget: 0, rewardThought: 0 }) },
  { method: 'no thought', settings: () => ({ thinking: false, thoughtBudget: 0, rewardThought: 0 }) },
  { method: 'budgeted thought', settings: ({ rewardThought }, { thoughtBudget }) => ({ thinking: true, thoughtBudget, rewardThought: rewardThought === 0 ? BUDGET_WEIGHT : rewardThought }) },
]

function systemsFor(given: Given, method: string): readonly System[] {
  const { facts: { data } } = given
  const done = doneOf(given, '', method)
  const own = { run: { id: method, name: method }, data: { name: data.name, hash: data.hash } }
  const words = (which: 'before' | 'after'): string => {
    const known = done.flatMap(({ thought }) => thought[which] ?? [])
    return known.length === 0 ? method : `${method}, ${mean(known).toFixed(1)} words of it`
  }
  const system = (role: System['role'], title: string, detail: string, all: readonly (System['values'] | undefined)[]): System[] => {
    const values = averaged(all.flatMap((one) => one ?? []))
    return values === undefined ? [] : [{ role, title, detail, ...own, values }]
  }
  return [
    ...system('original', 'Original query', '', [done[0]?.tests.original]),
    ...system('start', 'Prompting', words('before'), [done[0]?.tests.before]),
    ...system('trained', `RL, ${method}`, words('after'), done.map(({ tests }) => tests.after)),
  ]
}

export const thinking: Experiment = {
  name: 'chain-of-thought',
  title: 'Chain of thought',
  from: 'Rec-R1 and RecLLM-R1, reasoning before the answer',
  shows: 'RL with a thought before the answer, without one, and with one that the reward keeps short; and how long completions stay.',
  how: 'One RL run for each way. Without a thought an empty one is already written for the policy. The budget’s weight is that of rewardThought, or −0.5 where it has none.',
  heeds: ['seeds', 'thoughtBudget'],
  plan: (base, choices) => VARIANTS.flatMap(({ method, settings }) => choices.seeds.map((seed) => (
    { key: keyOf('', method, seed), column: '', method, seed, settings: { ...base, ...METHODS.rl.settings(), ...settings(base, choices), seed } }))),
  layout: (given) => ({
    tables: [{ title: 'With and without a thought', measures: TABLE_MEASURES, systems: VARIANTS.flatMap(({ method }) => systemsFor(given, method)) }],
    figures: [{
      title: 'Completion length', kind: 'lines', x: 'RL step', y: 'tokens of a completion', says: 'Means over the rollouts of a step.',
      series: VARIANTS.flatMap(({ method }) => doneOf(given, '', method).map(({ lengths }, at) => ({
        name: given.choices.seeds.length > 1 ? `${method}, seed ${given.choices.seeds[at]}` : method, points: lengths.map(({ step, tokens }) => ({ x: step, y: tokens })),
      }))),
    }],
    notes: [],
  }),
}
