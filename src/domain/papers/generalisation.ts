// What carries over: departments that no training row was of, and products that were never relevant in training.
import { TABLE_MEASURES } from '../methodsTable.ts'
import type { Experiment, Given, PaperFacts } from './experiment.ts'
import { keyOf, METHODS, runsOf, titleOf } from './methods.ts'
import { averaged, doneOf, meanOf, rowsWhere, systemsOf } from './systems.ts'
import type { System } from '../methodsTable.ts'

/** Departments that are held out, those with the most test rows first: each costs a run. */
const MOST_HELD_OUT = 4
const WITHIN = 'RL, trained within'
const WITHOUT = 'RL, trained without'

export function heldOut({ departments }: PaperFacts): readonly string[] {
  return departments.filter(({ train, test }) => train > 0 && test > 0).toSorted((a, b) => b.test - a.test).slice(0, MOST_HELD_OUT).map(({ name }) => name)
}

function systemsFor(given: Given, department: string): readonly System[] {
  const { facts: { data } } = given
  const within = doneOf(given, '', WITHIN)
  const without = doneOf(given, department, WITHOUT)
  // a department held out is tested on all its rows: compared are those that are test rows either way
  const tested = averaged(within.flatMap(({ tests }) => tests.after ?? []))
  const of = within[0]?.departments
  if (tested === undefined || of === undefined) return []
  const own = { run: { id: department, name: department }, data: { name: department.replaceAll('_', ' '), hash: `${data.hash} ${department}` } }
  const system = (role: System['role'], title: string, values: (System['values'] | undefined)[]): System[] => {
    const all = averaged(values.flatMap((one) => (one === undefined ? [] : [rowsWhere(one, (id) => of.get(id) === department && tested.has(id))])))
    return all === undefined || all.size === 0 ? [] : [{ role, title, detail: '', ...own, values: all }]
  }
  return [
    ...system('original', 'Original query', [within[0]?.tests.original]),
    ...system('start', 'Prompting', [within[0]?.tests.before]),
    ...system('trained', WITHIN, within.map(({ tests }) => tests.after)),
    ...system('trained', WITHOUT, without.map(({ tests }) => tests.after)),
  ]
}

export const crossDomain: Experiment = {
  name: 'cross-domain',
  title: 'Departments never trained on',
  from: 'Rec-R1, generalisation across domains',
  shows: 'A policy that never saw a department in training, against one that did, on the same test rows of that department.',
  how: `Each of the largest ${MOST_HELD_OUT} departments is held out in a run of its own (testDepartments); one run trains on all of them.`,
  heeds: ['seeds'],
  fault: (_, facts) => (heldOut(facts).length < 2
    ? `${facts.data.name} names ${facts.departments.length} departments with training and test rows, and 2 are needed; add data whose products have a category, or a map of categories`
    : undefined),
  plan: (base, { seeds }, facts) => [
    ...seeds.map((seed) => ({ key: keyOf('', WITHIN, seed), column: '', method: WITHIN, seed, settings: { ...base, ...METHODS.rl.settings(), testDepartments: '', seed } })),
    ...heldOut(facts).flatMap((department) => seeds.map((seed) => ({
      key: keyOf(department, WITHOUT, seed), column: department, method: WITHOUT, seed,
      settings: { ...base, ...METHODS.rl.settings(), testDepartments: department, seed },
    }))),
  ],
  layout: (given) => ({
    tables: [{ title: 'By department', measures: ['ndcg@10', 'ndcg@100'], systems: heldOut(given.facts).flatMap((department) => systemsFor(given, department)) }],
    figures: [], notes: [],
  }),
}

const STARTS = { warm: 'relevant in training', mixed: 'some were relevant', cold: 'never relevant in training' } as const

export const coldStart: Experiment = {
  name: 'cold-start',
  title: 'Products never relevant in training',
  from: 'Rec-R1, cold-start items',
  shows: 'Test rows whose relevant products no training row had, against the others: what the policy learned of products, and what of the language of shoppers.',
  how: 'A split of the test rows of the runs of “SFT and RL”; no other training.',
  heeds: ['seeds'],
  fault: (_, { start, data }) => ([...start.values()].includes('cold') ? undefined : `every test row of ${data.name} has a product that was relevant in training, so nothing is cold`),
  plan: (base, { seeds }) => runsOf(['sft', 'rl'], base, seeds),
  layout: (given) => {
    const { facts: { start } } = given
    const kinds = (['warm', 'mixed', 'cold'] as const).filter((kind) => [...start.values()].includes(kind))
    const systems = kinds.flatMap((kind) => systemsOf(given, {
      column: { key: kind, title: STARTS[kind], rows: (id) => start.get(id) === kind }, runs: '', measure: 'ndcg@10',
    }))
    const rl = doneOf(given, '', 'rl')
    const gain = (kind: string): number | undefined => {
      const of = (values: System['values'] | undefined): number | undefined => values && meanOf(rowsWhere(values, (id) => start.get(id) === kind), 'ndcg@10')
      const [after, before] = [of(averaged(rl.flatMap(({ tests }) => tests.after ?? []))), of(rl[0]?.tests.before)]
      return after === undefined || before === undefined ? undefined : after - before
    }
    const said = kinds.flatMap((kind) => { const own = gain(kind); return own === undefined ? [] : [`${own < 0 ? '−' : '+'}${Math.abs(own).toFixed(3)} where products were ${STARTS[kind]}`] })
    return {
      tables: [{ title: 'By what training knew', measures: TABLE_MEASURES, systems }], figures: [],
      notes: said.length === 0 ? [] : [`${titleOf('rl')} changes NDCG@10 against prompting by ${said.join(', ')}.`],
    }
  },
}
