// Rec-R1's main tables: methods × departments × recommenders, in the released mode and in the corrected one.
import type { Settings } from '../settings.ts'
import type { Choices, Experiment, PaperFacts } from './experiment.ts'
import { runsOf, titleOf } from './methods.ts'
import { REC_R1_GAMES } from './printed.ts'
import { systemsOf, type Column } from './systems.ts'

/** More departments than this make no table. */
const MOST_DEPARTMENTS = 6

const TITLES: Readonly<Record<Settings['recommender'], string>> = {
  minisearch: 'MiniSearch', bm25: 'BM25', lucene: 'Lucene BM25', dense: 'Dense', hybrid: 'Hybrid', http: 'Server',
}

interface Ranked extends Pick<Settings, 'recommender' | 'mode'> {
  readonly key: string
  readonly title: string
}

function rankedBy({ recommenders, modes }: Pick<Choices, 'recommenders' | 'modes'>): readonly Ranked[] {
  return recommenders.flatMap((recommender) => modes.map((mode): Ranked => (
    { recommender, mode, key: `${recommender} ${mode}`, title: modes.length > 1 ? `${TITLES[recommender]}, ${mode}` : TITLES[recommender] })))
}

/** All rows of a recommender, and those of each department where there are several. */
export function columnsOf({ key, title }: { readonly key: string; readonly title: string }, { departments }: PaperFacts, of: ReadonlyMap<string, string>): readonly Column[] {
  const tested = departments.filter(({ test }) => test > 0)
  const single = tested.length < 2 || tested.length > MOST_DEPARTMENTS
  return [
    { key, title },
    ...(single ? [] : tested.map(({ name }): Column => ({ key: `${key} ${name}`, title: `${title} · ${name.replaceAll('_', ' ')}`, rows: (id) => of.get(id) === name }))),
  ]
}

export const mainTables: Experiment = {
  name: 'rec-r1-tables',
  title: 'Methods × departments × recommenders',
  from: 'Rec-R1, main tables (product search)',
  shows: 'The original query, the prompted policy, SFT and RL under each recommender, over all rows and by department.',
  how: 'One RL and one SFT run for each recommender and mode. Stored outputs (GPT-4o’s, a released policy’s) that were added under Compare with become rows, ranked by the column’s recommender.',
  heeds: ['seeds', 'recommenders', 'modes', 'measure'],
  wants: ['stored'],
  plan: (base, choices) => rankedBy(choices).flatMap(({ key, recommender, mode }) => runsOf(['sft', 'rl'], base, choices.seeds, key, { recommender, mode })),
  layout: (given) => {
    const { choices, facts, results } = given
    const departments = new Map([...results.values()].flatMap((result) => [...result.departments]))
    return {
      tables: rankedBy(choices).map((by) => ({
        title: by.title, measures: [choices.measure],
        systems: columnsOf(by, facts, departments).flatMap((column) => systemsOf(given, { column, runs: by.key, measure: choices.measure })),
        expected: { title: titleOf('rl'), why: [] },
      })),
      figures: [], notes: [],
    }
  },
  printed: [REC_R1_GAMES],
}
